"""Voters' pages. Each module is one noun; none reads a cookie or opens a session."""
