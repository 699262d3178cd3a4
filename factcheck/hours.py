"""A week's hours as people write them ("09:00-18:00, 20:00-24:00") and as the portal keeps them. Pure code."""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from zoneinfo import available_timezones

from factcheck.models import DAY_MINUTES, Cover, Days

WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
#: Which weekdays (0 is Monday) the two halves of the week are made of.
DAYS_OF: Final[dict[str, tuple[int, ...]]] = {Days.WEEKDAY: (0, 1, 2, 3, 4), Days.WEEKEND: (5, 6)}
_HOUR: Final = 60
#: More than this is a mistake, not a roster.
MOST_SPANS: Final = 6
_SPAN: Final = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?\s*[-–—]\s*(\d{1,2})(?:[:.](\d{2}))?")


class HoursError(ValueError):
    """What somebody wrote is no hours; the text says why."""


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Minutes from midnight, `opens` before `closes`; 1440 is the day's end."""

    opens: int
    closes: int

    def __str__(self) -> str:
        return f"{clock_of(self.opens)}-{clock_of(self.closes)}"


#: Hours by weekday; a day without any is one on which nobody works.
Week = Mapping[int, Sequence[Span]]


def clock_of(minutes: int) -> str:
    """540 is "09:00", 1440 is "24:00"."""
    return f"{minutes // 60:02}:{minutes % 60:02}"


def spans_parse(written: str) -> tuple[Span, ...]:
    """One day's hours in order; none for an empty text. Raises `HoursError`."""
    parts = [part.strip() for part in re.split(r"[,;]", written) if part.strip()]
    if len(parts) > MOST_SPANS:
        raise HoursError(f"More than {MOST_SPANS} spans in a day.")
    spans = sorted(_span(part) for part in parts)
    for before, after in itertools.pairwise(spans):
        if after.opens < before.closes:
            raise HoursError(f"{before} and {after} overlap.")
    return tuple(spans)


def _span(written: str) -> Span:
    form = _SPAN.fullmatch(written)
    if form is None:
        raise HoursError(f"“{written}” is no span of hours such as 09:00-18:00.")
    opens, closes = _minutes(form[1], form[2]), _minutes(form[3], form[4])
    if opens >= closes:
        raise HoursError(f"“{written}” ends before it begins; what goes past midnight belongs to two days.")
    return Span(opens, closes)


def _minutes(hours: str, minutes: str | None) -> int:
    total = int(hours) * _HOUR + int(minutes or 0)
    if int(minutes or 0) >= _HOUR or total > DAY_MINUTES:
        raise HoursError(f"There is no {hours}:{minutes or '00'} in a day.")
    return total


def spans_written(spans: Iterable[Span]) -> str:
    """As `spans_parse` reads it."""
    return ", ".join(str(span) for span in spans)


@functools.cache
def time_zones() -> frozenset[str]:
    """Those named after a place, which voters can be told of ("UTC" lies nowhere)."""
    return frozenset(
        name for name in available_timezones() if "/" in name and not name.startswith(("Etc/", "SystemV/"))
    )


def time_zone_parse(written: str) -> str:
    """A name of the time zone database, such as Europe/Dublin. Raises `HoursError`."""
    if written not in time_zones():
        raise HoursError(f"“{written}” is no time zone such as Europe/Dublin.")
    return written


def cover_of(week: Week | None, days: str) -> Cover | None:
    """How well a week covers one half of it: `None` is not at all, a week that nobody told is unknown."""
    if week is None:
        return Cover.UNKNOWN
    worked = [bool(week.get(day)) for day in DAYS_OF[days]]
    if all(worked):
        return Cover.ALL
    return Cover.SOME if any(worked) else None
