"""What voters read of fact-checking."""
