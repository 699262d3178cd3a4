"""The label service: a process of its own that tells the AT Protocol's network what our labels say.

`source` is everything it asks of the database, in threads; `hub` holds what was said last for all who listen; `streams`
is one subscriber's life; `answers` are those to plain HTTP requests; `server` puts them together and runs them.
"""
