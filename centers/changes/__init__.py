"""What changed on a centre's page, for everybody to read: never a person's name, only what, when, whence and by whom.

`entries` brings changes from the database, `words` and `values` put them into the page's language, `differences` shows
what of a text is new, `feed` writes them as Atom.
"""
