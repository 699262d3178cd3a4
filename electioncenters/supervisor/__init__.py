"""What `manage.py up` is made of: preparation, children that are watched and revived, a tidy end.

`screen` writes to the terminal, `child` is one process, `supervise` looks after all of them, `plans` says
which there are, `preparation` is done before them and `opening` after them.
"""
