"""Template vocabulary of the voters' pages."""
