"""What platforms call."""
