"""What fact-checkers' systems call."""
