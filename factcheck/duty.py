"""When partners are on duty, in instants: a week's hours laid on the calendar of their time zone. Pure code.

Hours are of the clock on the wall. On the night that summer time begins or ends, a span lasts an hour less or more, as
it does for whoever sits there.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from factcheck.hours import Span, Week
from factcheck.models import DAY_MINUTES, CoverPlan

_DAY: Final = dt.timedelta(days=1)


class Shift(NamedTuple):
    """Somebody is on duty from `begins` until just before `ends`; both are instants in UTC."""

    begins: dt.datetime
    ends: dt.datetime

    def holds(self, moment: dt.datetime) -> bool:
        """Whether somebody is on duty at that moment."""
        return self.begins <= moment < self.ends


def shifts_of(week: Week, time_zone: str, begins: dt.datetime, ends: dt.datetime) -> list[Shift]:
    """The shifts of a week's hours that touch the time between two instants, in order; those that touch are one."""
    zone = ZoneInfo(time_zone)
    first, last = begins.astimezone(zone).date() - _DAY, ends.astimezone(zone).date() + _DAY
    found = [
        Shift(_instant(day, span.opens, zone), _instant(day, span.closes, zone))
        for day in (first + _DAY * number for number in range((last - first).days + 1))
        for span in week.get(day.weekday(), ())
    ]
    return [one for one in shifts_joined(found) if one.ends > begins and one.begins < ends]


def shifts_joined(shifts: Iterable[Shift]) -> list[Shift]:
    """The same time in as few shifts as can be, in order. One that the spring swallowed is none."""
    joined: list[Shift] = []
    for one in sorted(one for one in shifts if one.begins < one.ends):
        if joined and one.begins <= joined[-1].ends:
            joined[-1] = Shift(joined[-1].begins, max(joined[-1].ends, one.ends))
        else:
            joined.append(one)
    return joined


def duty_at(shifts: Sequence[Shift], moment: dt.datetime) -> bool:
    """Whether somebody is on duty at that moment."""
    return any(one.holds(moment) for one in shifts)


def duty_from(shifts: Sequence[Shift], moment: dt.datetime) -> dt.datetime | None:
    """From when on somebody is on duty: now, or the next beginning; `None` where there is none among the shifts."""
    return next((max(one.begins, moment) for one in shifts if one.ends > moment), None)


def week_hours(plan: CoverPlan) -> Week:
    """A plan's hours by weekday; its hours were fetched before."""
    week: dict[int, list[Span]] = {}
    for one in plan.hours.all():
        week.setdefault(one.weekday, []).append(Span(one.opens, one.closes))
    return week


def _instant(day: dt.date, minutes: int, zone: ZoneInfo) -> dt.datetime:
    if minutes == DAY_MINUTES:
        day, minutes = day + _DAY, 0
    wall = dt.datetime.combine(day, dt.time(minutes // 60, minutes % 60), tzinfo=zone)
    return wall.astimezone(dt.UTC)
