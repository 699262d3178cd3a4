"""The commission's desk under `/staff/centers/`: what curators, publishers and auditors of a place work with."""
