"""The public reading API of centres, elections, answers and trusted sources."""
