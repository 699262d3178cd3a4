"""The coverage board: every member state × its official languages × the two halves of the week, on any day."""

from __future__ import annotations

import datetime as dt
import enum
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from centers.map import europe_map
from centers.models import Jurisdiction
from factcheck.models import Cover, CoverHours, CoverPlan, CoverSpell, Days, FactCheckPartner

#: So many who could help are named for a gap.
MOST_NEAREST: Final = 3
#: The better a partner covers something, the earlier it stands.
_ORDER: Final = {Cover.ALL: 0, Cover.SOME: 1, Cover.UNKNOWN: 2}


class State(enum.StrEnum):
    """How well a cell is covered: as well as by the best partner in it."""

    ALL = "all"
    SOME = "some"
    UNKNOWN = "unknown"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Covering:
    """A partner in a cell."""

    partner: FactCheckPartner
    cover: Cover
    since: dt.date


@dataclass(frozen=True, slots=True)
class Cell:
    """One half of the week. `nearest` are for gaps only: who reads the language elsewhere, the nearest first."""

    days: Days
    covering: tuple[Covering, ...]
    nearest: tuple[Covering, ...] = ()

    @property
    def state(self) -> State:
        """Of the best partner."""
        return State(self.covering[0].cover.value) if self.covering else State.NONE

    @property
    def is_gap(self) -> bool:
        """Nobody works on any of these days."""
        return self.state == State.NONE

    @property
    def since(self) -> dt.date | None:
        """Since when somebody covers it as well as now, as far as it is known."""
        best = [one.since for one in self.covering if one.cover == self.covering[0].cover]
        return min(best, default=None)


@dataclass(frozen=True, slots=True)
class LanguageRow:
    """An official language of a country."""

    language: str
    cells: tuple[Cell, ...]

    @property
    def has_gap(self) -> bool:
        """On weekdays or on the weekend."""
        return any(cell.is_gap for cell in self.cells)

    @property
    def partners(self) -> list[FactCheckPartner]:
        """All who check in it, in the order of the cells."""
        found = {one.partner.pk: one.partner for cell in self.cells for one in cell.covering}
        return list(found.values())


@dataclass(frozen=True, slots=True)
class StateRows:
    """A country with its official languages, and who checks for it in other languages only."""

    place: Jurisdiction
    rows: tuple[LanguageRow, ...]
    others: tuple[FactCheckPartner, ...]

    @property
    def has_gap(self) -> bool:
        """In any language."""
        return any(row.has_gap for row in self.rows)


@dataclass(frozen=True, slots=True)
class Board:
    """All member states by code, on `day`."""

    day: dt.date
    states: tuple[StateRows, ...]
    plans: Mapping[int, CoverPlan]
    """The plan that holds today by partner, with its hours."""

    def count(self, state: State) -> int:
        """How many cells are in that state."""
        return sum(cell.state == state for one in self.states for row in one.rows for cell in row.cells)

    @property
    def size(self) -> int:
        """How many cells there are."""
        return sum(len(row.cells) for one in self.states for row in one.rows)


def board_load(day: dt.date) -> Board:
    """The board of `day`, in five queries; what partners are called and how they are reached is today's."""
    partners = {partner.pk: partner for partner in FactCheckPartner.objects.named()}
    cells: dict[tuple[str, str, str], list[Covering]] = defaultdict(list)
    for spell in CoverSpell.objects.on(day):
        covering = Covering(partners[spell.partner_id], Cover(spell.cover), spell.since)
        cells[spell.country, spell.language, spell.days].append(covering)
    plans = CoverPlan.objects.filter(until=None).prefetch_related("hours")
    return Board(
        day=day,
        states=tuple(_state(place, cells) for place in Jurisdiction.objects.member_states().order_by("code")),
        plans={plan.partner_id: plan for plan in plans},
    )


def _state(place: Jurisdiction, cells: Mapping[tuple[str, str, str], Sequence[Covering]]) -> StateRows:
    rows = tuple(
        LanguageRow(language, tuple(_cell(place.code, language, days, cells) for days in Days))
        for language in place.languages
    )
    shown = {partner.pk for row in rows for partner in row.partners}
    here = [one for (country, _, _), many in cells.items() if country == place.code for one in many]
    others = {one.partner.pk: one.partner for one in here if one.partner.pk not in shown}
    return StateRows(place, rows, tuple(sorted(others.values(), key=lambda partner: str(partner).lower())))


def _cell(country: str, language: str, days: Days, cells: Mapping[tuple[str, str, str], Sequence[Covering]]) -> Cell:
    here = sorted(cells.get((country, language, days), ()), key=_by_quality)
    if here:
        return Cell(days, tuple(here))
    elsewhere = [
        (distance(country, other), one)
        for (other, reads, of), many in cells.items()
        if reads == language and of == days and other != country
        for one in many
    ]
    elsewhere.sort(key=lambda pair: (pair[0], _by_quality(pair[1])))
    nearest: dict[int, Covering] = {}
    for _, one in elsewhere:
        nearest.setdefault(one.partner.pk, one)
    return Cell(days, (), tuple(nearest.values())[:MOST_NEAREST])


def _by_quality(one: Covering) -> tuple[int, str]:
    return _ORDER[one.cover], str(one.partner).lower()


def distance(one: str, other: str) -> float:
    """How far two member states lie apart on the map; what is not on it is further than everything."""
    places = {outline.code: outline for outline in europe_map().countries}
    if one not in places or other not in places:
        return math.inf
    return math.hypot(places[one].x - places[other].x, places[one].y - places[other].y)


def week_of(plan: CoverPlan | None) -> list[list[CoverHours]] | None:
    """A plan's hours, Monday first; `None` where nobody has told any."""
    if plan is None:
        return None
    hours: Iterable[CoverHours] = plan.hours.all()
    return [[one for one in hours if one.weekday == day] for day in range(7)]
