"""Authorities' lists of candidates: files read, judged line by line, and names compared. Pure code."""

from labeling.candidates.likeness import name_key, name_likeness
from labeling.candidates.read import FIELDS, MOST_BYTES, MOST_ROWS, FileError, Line, Listed, Problem, candidates_read

__all__ = [
    "FIELDS",
    "MOST_BYTES",
    "MOST_ROWS",
    "FileError",
    "Line",
    "Listed",
    "Problem",
    "candidates_read",
    "name_key",
    "name_likeness",
]
