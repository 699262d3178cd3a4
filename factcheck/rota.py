"""Who is on duty for each country and language, now and in the next seven days, and what lies with whom.

Hours are those of the country: its voters' evening is what has to be covered, wherever the desk is. The seven days
begin with the date in UTC, so that all countries have the same ones.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

from centers.models import Jurisdiction, PollingDay
from factcheck.duty import Shift, duty_at, shifts_joined
from factcheck.models import FactCheckPartner
from factcheck.routing import shifts_by_partner

DAYS: Final = 7
_MIDNIGHT: Final = dt.time()


@dataclass(frozen=True, slots=True)
class OnDuty:
    """A partner of a row: on duty now, not, or nobody knows (`None`)."""

    partner: FactCheckPartner
    is_on: bool | None


@dataclass(frozen=True, slots=True)
class DutyDay:
    """A day of a country. `spans` are when somebody is known to be on duty, as its clocks tell; none is a gap."""

    day: dt.date
    spans: tuple[tuple[dt.time, dt.time], ...]
    is_whole: bool
    is_polling_day: bool
    is_unknown: bool
    """Nobody is known to be on duty, and somebody's hours are unknown."""

    @property
    def is_gap(self) -> bool:
        """Nobody is on duty at any hour, and nobody might be."""
        return not self.spans and not self.is_unknown


@dataclass(frozen=True, slots=True)
class RotaRow:
    """A country in one of its official languages."""

    language: str
    partners: tuple[OnDuty, ...]
    days: tuple[DutyDay, ...]

    @property
    def on(self) -> list[FactCheckPartner]:
        """Who is on duty now."""
        return [one.partner for one in self.partners if one.is_on]

    @property
    def unknown(self) -> list[FactCheckPartner]:
        """Of whom nobody knows."""
        return [one.partner for one in self.partners if one.is_on is None]

    @property
    def has_gap(self) -> bool:
        """Nobody now, or on one of the days."""
        return not (self.on or self.unknown) or any(day.is_gap for day in self.days)


@dataclass(frozen=True, slots=True)
class RotaState:
    """A country."""

    place: Jurisdiction
    rows: tuple[RotaRow, ...]

    @property
    def has_gap(self) -> bool:
        """In any language."""
        return any(row.has_gap for row in self.rows)


@dataclass(frozen=True, slots=True)
class Rota:
    """All member states by code, and every active partner with its load, the fullest first."""

    now: dt.datetime
    states: tuple[RotaState, ...]
    partners: tuple[tuple[FactCheckPartner, bool | None], ...]


def rota_load(now: dt.datetime) -> Rota:
    """The rota at `now`, in five queries."""
    found = [one for one in FactCheckPartner.objects.loaded() if one.is_active_on(now.date())]
    shifts = shifts_by_partner(found, now - dt.timedelta(days=1), now + dt.timedelta(days=DAYS + 1))
    places = list(Jurisdiction.objects.member_states().order_by("code"))
    polling = _polling_days(now)
    states = tuple(_state(place, found, shifts, polling, now) for place in places)
    loaded = sorted(found, key=lambda one: (-_fullness(one), str(one).lower()))
    return Rota(now, states, tuple((one, _is_on(one, shifts, now)) for one in loaded))


def _state(
    place: Jurisdiction,
    partners: Sequence[FactCheckPartner],
    shifts: Mapping[int, Sequence[Shift]],
    polling: Mapping[int, set[dt.date]],
    now: dt.datetime,
) -> RotaState:
    zone = ZoneInfo(place.time_zones[0])
    held = polling.get(place.pk, set()) | polling.get(place.parent_id or 0, set())
    rows = []
    for language in place.languages:
        here = [one for one in partners if place.code in one.countries and language in one.languages]
        known = shifts_joined(shift for one in here for shift in shifts.get(one.pk, ()))
        is_unknown = any(one.pk not in shifts for one in here)
        days = [now.date() + dt.timedelta(days=number) for number in range(DAYS)]
        rows.append(
            RotaRow(
                language,
                tuple(OnDuty(one, _is_on(one, shifts, now)) for one in here),
                tuple(_day(day, known, zone, is_polling_day=day in held, is_unknown=is_unknown) for day in days),
            )
        )
    return RotaState(place, tuple(rows))


def _day(day: dt.date, shifts: Sequence[Shift], zone: ZoneInfo, *, is_polling_day: bool, is_unknown: bool) -> DutyDay:
    begins = dt.datetime.combine(day, _MIDNIGHT, tzinfo=zone).astimezone(dt.UTC)
    ends = dt.datetime.combine(day + dt.timedelta(days=1), _MIDNIGHT, tzinfo=zone).astimezone(dt.UTC)
    here = [
        Shift(max(one.begins, begins), min(one.ends, ends)) for one in shifts if one.begins < ends and one.ends > begins
    ]
    spans = tuple((one.begins.astimezone(zone).time(), one.ends.astimezone(zone).time()) for one in here)
    return DutyDay(day, spans, here == [Shift(begins, ends)], is_polling_day, is_unknown and not here)


def _is_on(partner: FactCheckPartner, shifts: Mapping[int, Sequence[Shift]], now: dt.datetime) -> bool | None:
    known = shifts.get(partner.pk)
    return None if known is None else duty_at(known, now)


def _fullness(partner: FactCheckPartner) -> float:
    """Claims by capacity; without one, it is as if there was room for one more."""
    load: int = partner.load  # type: ignore[attr-defined]  # annotated
    return load / (partner.capacity or load + 1)


def _polling_days(now: dt.datetime) -> Mapping[int, set[dt.date]]:
    """Polling days of called elections near by, by the place that holds them."""
    found = PollingDay.objects.filter(
        date__gte=now.date() - dt.timedelta(days=1),
        date__lte=now.date() + dt.timedelta(days=DAYS + 1),
        round__status__in=("scheduled", "open"),
        round__election__status__in=("scheduled", "open"),
    ).values_list("round__election__jurisdiction_id", "date")
    days: dict[int, set[dt.date]] = {}
    for place, day in found:
        days.setdefault(place, set()).add(day)
    return days
