"""Days that follow from the vote: "20 working days before the first polling day". Pure: days in, a day out.

A working day is one that is neither part of the weekend nor a public holiday of the place, as the `holidays` library
knows them for its country, and for its state where the library has states: substitute days and the weekend days that a
country makes working days count as it says. Electoral law may count otherwise (from when the vote is called, in whole
weeks, with days that only courts keep), so a day computed here is a proposal that two people compare with the law.
Of a place that no country in the library stands for, only weekends are known.
"""

from __future__ import annotations

import datetime as dt
import re
import threading
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

import holidays

from centers.models.key_date import KeyDate, RuleAnchor, RuleDirection, RuleShift, RuleUnit

_COUNTRY: Final = re.compile(r"/country:([a-z]{2})\b")
_STATE: Final = re.compile(r"/(?:state|province|district|territory):([\w-]+)")
#: Staff read the reasons, and the workspace is in English; a library without it names holidays as the country does.
_LANGUAGES: Final = ("en_US", "en_GB", "en")
_ONE_DAY: Final = dt.timedelta(days=1)
#: Longest run of days off that is believed: more is a calendar that knows no working day.
_LONGEST_BREAK: Final = 60
#: The library fills in a year when it is first asked for it, and may not be asked by two threads at once.
_LOOKING: Final = threading.Lock()


class RuleError(ValueError):
    """A rule that gives no day; the message is for the person who wrote it."""


class NoSuchTimeError(RuleError):
    """The clock of the zone skips this time of that day."""


@dataclass(frozen=True, slots=True)
class PlaceCalendar:
    """Which days people of a place work. `country` is empty where only weekends are known."""

    country: str = ""
    state: str = ""
    _days: holidays.HolidayBase | None = field(default=None, compare=False)

    def is_working(self, day: dt.date) -> bool:
        """Whether offices are open on `day`."""
        if self._days is None:
            return day.weekday() < 5  # noqa: PLR2004 -- Saturday and Sunday
        with _LOOKING:
            return self._days.is_working_day(day)

    def off(self, day: dt.date) -> str:
        """Why nobody works on `day`: the holiday's name or the weekday; empty for a working day."""
        if self.is_working(day):
            return ""
        name = self._days.get(day) if self._days is not None else None
        return str(name or f"{day:%A}")

    @property
    def says(self) -> str:
        """What working days are counted by."""
        if not self.country:
            return "No public holidays are known for this place: only Saturdays and Sundays are left out."
        place = f"{self.country}, {self.state}" if self.state else self.country
        return f"Weekends and public holidays of {place} are left out. Check it against the electoral law."


@lru_cache(maxsize=128)
def place_calendar(ocd_id: str) -> PlaceCalendar:
    """The calendar of the place with this Open Civic Data id (`ocd-division/country:us/state:ca`)."""
    found = _COUNTRY.search(ocd_id)
    country = found.group(1).upper() if found else ""
    known = holidays.list_supported_countries()
    if country not in known:
        return PlaceCalendar()
    named = _STATE.search(ocd_id)
    state = named.group(1).upper() if named and named.group(1).upper() in known[country] else ""
    spoken = holidays.list_localized_countries().get(country, [])
    language = next((one for one in _LANGUAGES if one in spoken), None)
    days = holidays.country_holidays(country, subdiv=state or None, language=language)
    return PlaceCalendar(country, state, days)


@dataclass(frozen=True, slots=True)
class DateRule:
    """How many days before or after which day of the vote, and what becomes of a day off.

    `time` is the local hour at which the date ends, if the law names one; without it the whole day counts.
    """

    days: int
    unit: str = RuleUnit.DAYS
    direction: str = RuleDirection.BEFORE
    round: int = 1
    anchor: str = RuleAnchor.FIRST_DAY
    shift: str = RuleShift.KEEP
    time: dt.time | None = None

    def __str__(self) -> str:
        unit = "working day" if self.unit == RuleUnit.WORKING_DAYS else "day"
        day = "last polling day" if self.anchor == RuleAnchor.LAST_DAY else "first polling day"
        if self.days:
            said = f"{self.days} {unit}{'s' if self.days > 1 else ''} {self.direction} the {day} of round {self.round}"
        else:
            said = f"On the {day} of round {self.round}"
        shifted = {RuleShift.EARLIER: ", else the working day before", RuleShift.LATER: ", else the working day after"}
        at = f" at {self.time:%H:%M}" if self.time else ""
        return f"{said}{at}{shifted.get(RuleShift(self.shift), '')}"


def rule_of(date: KeyDate) -> DateRule | None:
    """The rule a key date follows from, if it has one that is whole."""
    if date.rule_days is None or date.rule_round is None or not (date.rule_unit and date.rule_direction):
        return None
    if not (date.rule_anchor and date.rule_shift):
        return None
    return DateRule(
        date.rule_days, date.rule_unit, date.rule_direction, date.rule_round, date.rule_anchor, date.rule_shift,
        date.rule_time,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class RuledDay:
    """The day a rule gives, and the days off that were left out or moved away from, with why."""

    day: dt.date
    left_out: tuple[tuple[dt.date, str], ...] = ()


def rule_day(rule: DateRule, first: dt.date, last: dt.date, calendar: PlaceCalendar) -> RuledDay:
    """The day that `rule` gives for a round voted in from `first` to `last`. Raises `RuleError`.

    The anchor itself is never counted: one day before Sunday is Saturday, one working day before it is Friday. Nought
    days is the polling day, whatever the unit.
    """
    anchor = last if rule.anchor == RuleAnchor.LAST_DAY else first
    step = _ONE_DAY if rule.direction == RuleDirection.AFTER else -_ONE_DAY
    if rule.unit == RuleUnit.WORKING_DAYS:
        counted = _working_days(anchor, rule.days, step, calendar)
    else:
        counted = RuledDay(anchor + rule.days * step)
    if rule.shift == RuleShift.KEEP or not rule.days:
        return counted
    moved = _to_working_day(counted.day, _ONE_DAY if rule.shift == RuleShift.LATER else -_ONE_DAY, calendar)
    return RuledDay(moved.day, (*counted.left_out, *moved.left_out))


def rule_instant(day: dt.date, time: dt.time, time_zone: str) -> dt.datetime:
    """The moment of a local time, in UTC; of one that comes twice the first. Raises `NoSuchTimeError`."""
    zone = ZoneInfo(time_zone)
    moment = dt.datetime.combine(day, time, zone).astimezone(dt.UTC)
    if moment.astimezone(zone).replace(tzinfo=None) != dt.datetime.combine(day, time):
        raise NoSuchTimeError(
            f"There is no {time:%H:%M} on {day} in {time_zone}: clocks go forward then. Choose another time."
        )
    return moment


def _working_days(anchor: dt.date, days: int, step: dt.timedelta, calendar: PlaceCalendar) -> RuledDay:
    day = anchor
    left_out: list[tuple[dt.date, str]] = []
    while days:
        found = _to_working_day(day + step, step, calendar)
        left_out += found.left_out
        day, days = found.day, days - 1
    return RuledDay(day, tuple(left_out))


def _to_working_day(day: dt.date, step: dt.timedelta, calendar: PlaceCalendar) -> RuledDay:
    left_out: list[tuple[dt.date, str]] = []
    while why := calendar.off(day):
        left_out.append((day, why))
        day += step
        if len(left_out) > _LONGEST_BREAK:
            raise RuleError("The calendar of this place knows no working days around the vote.")
    return RuledDay(day, tuple(left_out))


def ruled_values(date: KeyDate, rule: DateRule, first: dt.date, last: dt.date) -> dict[str, str | None]:
    """`day` and `instant` as the rule gives them for a round voted in from `first` to `last`, as proposals hold them.

    Raises `RuleError`.
    """
    found = rule_day(rule, first, last, place_calendar(date.jurisdiction.ocd_id)).day
    if rule.time is None:
        return {"day": found.isoformat(), "instant": None}
    return {"day": None, "instant": rule_instant(found, rule.time, date.time_zone).isoformat()}
