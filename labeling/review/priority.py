"""Which task comes first: severity × reach × nearness of an election × signals, growing with the time it waits.

The growth is the same for all, a doubling every `DOUBLES_AFTER`; so the order of two tasks never changes by waiting
alone, and a rank that is stored once stays right: the logarithm of the product, less the moment of opening.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

#: A task that waited for so long counts as twice as urgent as one that just came.
DOUBLES_AFTER: Final = dt.timedelta(hours=12)
#: Less than so many times as urgent is not worth a word.
_WORTH_SAYING: Final = 1.05
_EPOCH: Final = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
#: Days to the nearest polling day, and the factor up to there.
_NEARNESS: Final = ((1, 8.0), (7, 4.0), (30, 2.0))


class Factors(NamedTuple):
    """What a rank is made of, each 1 or more; shown on the task."""

    severity: float
    reach: float
    nearness: float
    signals: float

    @property
    def product(self) -> float:
        """How urgent it is when it opens."""
        return self.severity * self.reach * self.nearness * self.signals


def factors_of(*, severity: int, views: int, days_to_election: int | None, signals: int) -> Factors:
    """`severity` from 1 to 5; `views` seen so far; days may be negative after the vote; `signals` received.

    >>> factors_of(severity=3, views=999, days_to_election=5, signals=1)
    Factors(severity=3.0, reach=4.0, nearness=4.0, signals=1.0)
    """
    days = None if days_to_election is None else abs(days_to_election)
    nearness = next((factor for limit, factor in _NEARNESS if days is not None and days <= limit), 1.0)
    return Factors(
        float(severity),
        # A thousand times the audience makes it four times as urgent, not a thousand times.
        1.0 + math.log10(1 + max(0, views)),
        nearness,
        1.0 + math.log2(max(1, signals)),
    )


def rank_of(factors: Factors, opened_at: dt.datetime) -> float:
    """The higher the sooner.

    >>> early, late = (dt.datetime(2029, 6, 9, hour, tzinfo=dt.UTC) for hour in (0, 12))
    >>> one, twice = Factors(1, 1, 1, 1), Factors(2, 1, 1, 1)
    >>> rank_of(one, early) == rank_of(twice, late)
    True
    """
    return math.log2(factors.product) - (opened_at - _EPOCH) / DOUBLES_AFTER


def factors_said(kept: Mapping[str, Any], waiting: dt.timedelta) -> list[str]:
    """Why a task stands where it stands, in words; `kept` are its stored factors with `views` and `days`.

    >>> factors_said({"severity": 4.0, "reach": 4.1, "nearness": 4.0, "signals": 2.0, "views": 1234, "days": 5},
    ...              dt.timedelta(hours=25))
    ... # doctest: +NORMALIZE_WHITESPACE
    ['severity 4 of 5', 'seen 1,234 times: 4.1 times as urgent', 'a vote in 5 days: 4 times as urgent',
     'several signals: 2 times as urgent', 'waiting: 4.2 times as urgent']
    """
    views, days, nearness = int(kept.get("views") or 0), kept.get("days"), float(kept.get("nearness") or 1)
    signals = float(kept.get("signals") or 1)
    grown = 2 ** (waiting / DOUBLES_AFTER)
    said = [f"severity {float(kept.get('severity') or 1):g} of 5"]
    said.append(
        f"seen {views:,} times: {float(kept.get('reach') or 1):.1f} times as urgent" if views else "reach unknown"
    )
    if days is None:
        said.append("no vote within a month")
    else:
        when = "a vote today" if days == 0 else f"a vote {'in ' if days > 0 else ''}{_days(abs(days))}"
        said.append(f"{when}{' ago' if days < 0 else ''}: {nearness:g} times as urgent")
    if signals > 1:
        said.append(f"several signals: {signals:.2g} times as urgent")
    if grown >= _WORTH_SAYING:
        said.append(f"waiting: {grown:.1f} times as urgent")
    return said


def _days(number: int) -> str:
    return "1 day" if number == 1 else f"{number} days"
