"""The fact-checkers' rooms in the workspace."""
