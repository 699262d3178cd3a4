"""Fact-checking partners, coverage and claims."""
