"""How surprising an hour of a hashtag is. Pure numbers; `docs/architecture.md` explains them.

What is expected of an hour is the mean of the hours before it, in which an hour counts half as much as one
`MEMORY_HALF_LIFE` later, and never less than `FLOOR`. The score is (observed - expected)² / expected, the square of
how many standard deviations a count of that mean is away from it; it halves every `SCORE_HALF_LIFE`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

HOUR: Final = dt.timedelta(hours=1)
#: Hours are kept and looked at for so long.
KEPT: Final = dt.timedelta(days=7)
MEMORY_HALF_LIFE: Final = dt.timedelta(hours=24)
SCORE_HALF_LIFE: Final = dt.timedelta(hours=6)
#: An hour is never expected to have fewer items: of what is new nothing is known, and one item is no news.
FLOOR: Final = 1.0
#: So much of the place's stream must have been seen before any hour of it can be a surprise …
LEAST_HISTORY: Final = dt.timedelta(hours=3)
#: … and the hour must have so many items, so many times what was expected, and this score: five standard deviations.
LEAST_COUNT: Final = 10
LEAST_TIMES: Final = 2.0
THRESHOLD: Final = 25.0
#: Later than this a spike is history.
NEWS_LASTS: Final = dt.timedelta(hours=24)

_FADE: Final = 0.5 ** (HOUR / MEMORY_HALF_LIFE)


@dataclass(frozen=True, slots=True)
class Spike:
    """An hour of a hashtag (which begins at `hour`) that nobody could expect; `score` is as of that hour."""

    hour: dt.datetime
    observed: int
    expected: float
    score: float

    def score_at(self, now: dt.datetime) -> float:
        """The score as it has faded until now."""
        return score_faded(self.score, self.hour, now)


def hour_of(moment: dt.datetime) -> dt.datetime:
    """When the hour of a moment began, in UTC."""
    return moment.astimezone(dt.UTC).replace(minute=0, second=0, microsecond=0)


def score_of(observed: float, expected: float) -> float:
    """How surprising a count is; fewer than expected is no surprise here."""
    return (observed - expected) ** 2 / expected if observed > expected else 0.0


def score_faded(score: float, hour: dt.datetime, now: dt.datetime) -> float:
    """A score of the hour that began at `hour`, as it has faded until the hour of `now`."""
    return float(score * 0.5 ** (max(hour_of(now) - hour, dt.timedelta()) / SCORE_HALF_LIFE))


def expectations(counts: Mapping[dt.datetime, int], first: dt.datetime, last: dt.datetime) -> dict[dt.datetime, float]:
    """What each hour from the second to `last` was expected to have, by the hours before it since `first`.

    `counts` maps the beginnings of hours to items; an hour that is missing had none.
    """
    expected: dict[dt.datetime, float] = {}
    weighed = weight = 0.0
    hour = first
    while hour < last:
        weighed = (weighed + counts.get(hour, 0)) * _FADE
        weight = (weight + 1) * _FADE
        hour += HOUR
        expected[hour] = max(FLOOR, weighed / weight)
    return expected


def spike_found(counts: Mapping[dt.datetime, int], first: dt.datetime, now: dt.datetime) -> Spike | None:
    """The spike of a hashtag that is most surprising now, if there is one.

    `first` is the first hour in which anything of the place was counted. The present hour counts as far as it has
    come: what is too much for an hour is too much for a part of it.
    """
    last = hour_of(now)
    spikes = [
        Spike(hour, counts[hour], expected, score_of(counts[hour], expected))
        for hour, expected in expectations(counts, first, last).items()
        if hour - first >= LEAST_HISTORY
        and last - hour <= NEWS_LASTS
        and counts.get(hour, 0) >= max(LEAST_COUNT, LEAST_TIMES * expected)
    ]
    surprising = [spike for spike in spikes if spike.score_at(now) >= THRESHOLD]
    return max(surprising, key=lambda spike: spike.score_at(now), default=None)
