"""When a published fact has to be looked at again. Pure.

Electoral law and the offices that apply it change rarely, so twice a year finds a change before most voters ask. In
the weeks before a vote polling places, hours and deadlines are settled and wrong answers do the most harm: then a
month is the longest a fact goes unchecked, so that everything is read at least twice between the last registration
and polling day. The two numbers stand here and nowhere else.
"""

from __future__ import annotations

import datetime as dt
from typing import Final

#: Longest time between two looks at a fact, and the same while an election is near.
REVIEW_EVERY: Final = dt.timedelta(days=180)
REVIEW_EVERY_NEAR: Final = dt.timedelta(days=30)
#: From how long before polling day an election is near.
NEAR_FROM: Final = dt.timedelta(days=60)


def review_period(today: dt.date, polling_day: dt.date | None) -> dt.timedelta:
    """How long a check holds on `today`, with the next polling day if one is called."""
    is_near = polling_day is not None and dt.timedelta(0) <= polling_day - today <= NEAR_FROM
    return REVIEW_EVERY_NEAR if is_near else REVIEW_EVERY


def review_due(checked_on: dt.date, today: dt.date, polling_day: dt.date | None) -> bool:
    """Whether a fact last checked on `checked_on` has to be looked at again."""
    return today - checked_on > review_period(today, polling_day)
