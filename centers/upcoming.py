"""What is coming: from elections with their rounds to what a page may say about their dates. Pure."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from centers.models import Election, ElectionStatus, ElectionType, PollingDay, Round
from centers.models.election import DateBasis

#: For how many days a page keeps telling that an election was called off, or has just been held.
NEWS_LASTS = 90
HELD_LASTS = 14

#: `de.local.schleswig-holstein.2028` names an area, `de.parliament.2029` none.
DOTS_WITH_AREA = 3

STANDING = frozenset({ElectionStatus.EXPECTED, ElectionStatus.SCHEDULED, ElectionStatus.OPEN})
CALLED_OFF = frozenset({ElectionStatus.CANCELLED, ElectionStatus.ANNULLED, ElectionStatus.POSTPONED})


class Timing(enum.StrEnum):
    """What is known of an election's date."""

    CALLED = "called"
    EXPECTED_DAY = "expected_day"
    WINDOW = "window"
    DEADLINE = "deadline"
    UNKNOWN = "unknown"
    CALLED_OFF = "called_off"


@dataclass(frozen=True, slots=True)
class RoundDays:
    """A round and its polling days in order."""

    number: int
    days: tuple[PollingDay, ...]
    is_expected: bool = False
    """Whether the days follow from law or custom and nobody has called them yet."""
    moved_from: dt.date | None = None
    """The first day as it was called before the round was moved."""

    @property
    def first(self) -> dt.date:
        """The round's first polling day."""
        return self.days[0].date

    @property
    def last(self) -> dt.date:
        """The round's last polling day."""
        return self.days[-1].date


@dataclass(frozen=True, slots=True)
class Upcoming:
    """An election ahead. `first`..`last` are the polling days of the next round, or the expected period."""

    election: Election
    timing: Timing
    first: dt.date | None = None
    last: dt.date | None = None
    days_left: int | None = None
    rounds: tuple[RoundDays, ...] = ()
    next_round: RoundDays | None = None

    @property
    def order(self) -> tuple[dt.date, str]:
        """Called elections by their next day, expected ones by the end of their period, the unknown last."""
        when = self.first if self.timing in {Timing.CALLED, Timing.CALLED_OFF} else self.last
        return (when or dt.date.max, self.election.key)

    @property
    def concerns_everyone(self) -> bool:
        """Whether voters of the whole place take part: neither an indirect election nor one part's own.

        An id with an area between kind and year (`de.local.schleswig-holstein.2028`) is a part's own
        election.
        """
        in_a_part = self.election.type == ElectionType.REGIONAL or names_an_area(self.election.key)
        return not (self.election.is_indirect or in_a_part)

    @property
    def is_called(self) -> bool:
        """Whether the polling days were officially called."""
        return self.timing == Timing.CALLED


def names_an_area(key: str) -> bool:
    """Whether an election's id says that it is held in one area only."""
    return key.count(".") >= DOTS_WITH_AREA


def upcoming_elections(elections: Iterable[Election], today: dt.date) -> list[Upcoming]:
    """What lies ahead of `today`, in order; elections called off stay visible for a while."""
    listed = list(elections)
    instead = held_instead(listed)
    found = (_upcoming(election, today, instead.get(election.pk)) for election in listed)
    return sorted((item for item in found if item is not None), key=lambda item: item.order)


def headline(items: Iterable[Upcoming]) -> Upcoming | None:
    """The next election a centre leads with: one that concerns every voter of the place and still stands."""
    standing = [item for item in items if item.timing != Timing.CALLED_OFF and not item.election.is_indirect]
    return next((item for item in standing if item.concerns_everyone), standing[0] if standing else None)


def just_held(elections: Iterable[Election], today: dt.date) -> Election | None:
    """The election whose last polling day was at most `HELD_LASTS` days ago."""
    recent = [
        (days[-1], election)
        for election in elections
        if election.status not in CALLED_OFF and (days := polling_dates(election))
        if dt.timedelta(0) < today - days[-1] <= dt.timedelta(days=HELD_LASTS)
    ]
    return max(recent, key=lambda pair: (pair[0], pair[1].key))[1] if recent else None


def held_instead(elections: Iterable[Election]) -> dict[int, Election]:
    """By the primary key of an election that fell, the one held instead; that of a chain is its last."""
    by_old = {election.replaces_id: election for election in elections if election.replaces_id is not None}
    return {old: _last_of(old, by_old) for old in by_old}


def _last_of(old: int, by_old: Mapping[int, Election]) -> Election:
    """The end of a chain; the database cannot refuse one that goes in circles, so it is followed once around."""
    seen = {old}
    newer = by_old[old]
    while newer.pk in by_old and newer.pk not in seen:
        seen.add(newer.pk)
        newer = by_old[newer.pk]
    return newer


def day_shown(election: Election, today: dt.date) -> dt.date | None:
    """The polling day to name for an election that stands: the next one, else the last; none where none is known."""
    if election.status in CALLED_OFF or not (days := polling_dates(election)):
        return None
    return next((day for day in days if day >= today), days[-1])


def polling_dates(election: Election) -> list[dt.date]:
    """All polling days of the rounds that stand, in order."""
    return sorted(day.date for round_ in _standing_rounds(election) for day in round_.days)


def _standing_rounds(election: Election) -> list[RoundDays]:
    return [item for round_ in election.rounds.all() if round_.status not in CALLED_OFF if (item := round_days(round_))]


def round_days(round_: Round) -> RoundDays | None:
    """A round with its days in order, `None` while it has none."""
    days = tuple(sorted(round_.polling_days.all(), key=lambda day: day.date))
    is_expected = round_.status == ElectionStatus.EXPECTED
    return RoundDays(round_.number, days, is_expected, round_.moved_from) if days else None


def _upcoming(election: Election, today: dt.date, newer: Election | None) -> Upcoming | None:
    if election.status in CALLED_OFF:
        return _called_off(election, today, newer)
    if election.status not in STANDING:
        return None
    rounds = tuple(sorted(_standing_rounds(election), key=lambda item: item.number))
    coming = next((item for item in rounds if item.last >= today), None)
    if coming is None:
        # A run-off may be expected while the first round is over.
        return _expected(election, today) if election.expected_to or not rounds else None
    return _by_round(election, today, rounds, coming)


def _by_round(election: Election, today: dt.date, rounds: tuple[RoundDays, ...], coming: RoundDays) -> Upcoming:
    if coming.is_expected:
        timing = Timing.EXPECTED_DAY if coming.first == coming.last else Timing.WINDOW
        return Upcoming(election, timing, coming.first, coming.last, rounds=rounds, next_round=coming)
    next_day = next(day.date for day in coming.days if day.date >= today)
    left = (next_day - today).days
    return Upcoming(election, Timing.CALLED, coming.first, coming.last, left, rounds=rounds, next_round=coming)


def _expected(election: Election, today: dt.date) -> Upcoming | None:
    first, last = election.expected_from, election.expected_to
    if first is None or last is None:
        return Upcoming(election, Timing.UNKNOWN)
    if last < today:
        return None
    if election.date_basis == DateBasis.DEADLINE:
        return Upcoming(election, Timing.DEADLINE, first, last)
    return Upcoming(election, Timing.EXPECTED_DAY if first == last else Timing.WINDOW, first, last)


def _called_off(election: Election, today: dt.date, newer: Election | None) -> Upcoming | None:
    """News about a date that no longer holds.

    It stays until it is old, until the election that is held instead is over, and as long as nobody knows when one that
    was postponed will be held.
    """
    days = sorted(day.date for round_ in election.rounds.all() for day in round_.polling_days.all())
    ends = days[-1] if days else election.expected_to
    told = [day for day in (ends, election.status_since, *(polling_dates(newer)[-1:] if newer else ())) if day]
    waits = newer is None and election.status == ElectionStatus.POSTPONED
    lasts = 0 if newer else NEWS_LASTS
    if told and not waits and today - max(told) > dt.timedelta(days=lasts):
        return None
    return Upcoming(election, Timing.CALLED_OFF, days[0] if days else election.expected_from, ends)
