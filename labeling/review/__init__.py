"""How moderators' work is ordered and measured: pure code, no database."""
