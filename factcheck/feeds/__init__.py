"""Reading the checks partners publish: fetching politely, feeds, markup in articles, reviews. No database in here.

Nothing that is read is believed. Everything has a largest size, and whatever is wrong has a name (`Trouble`) that the
partner's people read at their desk; the other entries go on.
"""

from factcheck.feeds.trouble import FeedError, Trouble

__all__ = ["FeedError", "Trouble"]
