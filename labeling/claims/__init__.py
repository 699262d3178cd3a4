"""What follows from fact-checkers' findings: what policies propose, what labels then say, how content is found."""
