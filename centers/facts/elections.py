"""`next_elections.csv` and `held_elections.csv`: one row per round of an election."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from centers.facts import cells
from centers.facts.names import NAME_KINDS, REGION_NAMES, UNDATED_KINDS
from centers.facts.table import Layout, Row
from centers.models import ElectionStatus, ElectionType

#: How a date is known: officially called or fixed by law and seen; the law's rhythm names the day; a period; the
#: last possible day.
BASES = ("exact", "expected", "window", "deadline")

#: How a round can have ended.
PAST = (ElectionStatus.HELD, ElectionStatus.ANNULLED, ElectionStatus.CANCELLED)


@dataclass(frozen=True, slots=True)
class ElectionRow:
    """A round of an election, called, expected or held.

    `code` is the place the row speaks for: a member state's row about a European election says when that state votes.
    `polling_days` are days that were called or are over; otherwise `expected` holds the period. `status_since` is the
    day on which it was called off, `replaces` the id of the election it was held instead of.
    """

    code: str
    election_id: str
    type: str
    name_kind: str
    name_year: str
    region: str
    round: int
    status: ElectionStatus
    polling_days: tuple[dt.date, ...]
    expected: tuple[dt.date, dt.date] | None
    is_deadline: bool
    is_indirect: bool
    official_url: str
    confidence: str
    source: str
    verified_on: dt.date
    status_since: dt.date | None = None
    replaces: str = ""

    @property
    def jurisdiction(self) -> str:
        """The code of the place whose election it is."""
        return self.election_id.split(".", 1)[0]

    @property
    def speaks_for_part(self) -> bool:
        """Whether the row only says when one state votes in a wider election."""
        return self.jurisdiction != self.code


def _name(row: Row) -> tuple[str, str, str]:
    """Kind, year and region of the name, checked against each other."""
    kind = row.read("name_kind", cells.one_of(NAME_KINDS, "kind of election name"))
    year = row.read("name_year", cells.either(cells.year))
    region = (
        row.read("region", cells.either(cells.one_of(REGION_NAMES, "known region"))) if "region" in row.cells else ""
    )
    if year == "" and kind is not None and kind not in UNDATED_KINDS:
        row.refuse("name_year", f'is empty, but "{kind}" needs a year')
    if kind in NAME_KINDS and NAME_KINDS[kind].needs_region != bool(region):
        row.refuse("region", f'does not fit the kind of name "{kind}"')
    return kind, year, region


def _identity(row: Row, codes: Collection[str]) -> tuple[str, str]:
    code = row.read("iso2", cells.known_code(codes))
    key = row.read("election_id", cells.election_id)
    place = key.split(".", 1)[0] if key else None
    if key and code and place not in (code, "eu"):
        row.refuse("election_id", f'"{key}" does not begin with the place "{code}"')
    return code, key


def _next(row: Row, codes: Collection[str]) -> ElectionRow:
    code, key = _identity(row, codes)
    kind, year, region = _name(row)
    basis = row.read("basis", cells.one_of(BASES, "basis"))
    period = row.read("date_or_window", cells.period)
    confidence = row.read("confidence", cells.confidence)
    row.read("election_name_en", cells.text)
    if period and basis in ("exact", "expected") and period[0] != period[1]:
        row.refuse("basis", f'"{basis}" needs one date, not a period')
    if basis == "exact" and confidence != "high":
        row.refuse("basis", '"exact" needs high confidence')
    called = basis == "exact"
    return ElectionRow(
        code=code,
        election_id=key,
        type=row.read("election_type", cells.one_of(ElectionType.values, "type of election")),
        name_kind=kind,
        name_year=year,
        region=region,
        round=row.read("round", cells.integer(1, 9)),
        status=ElectionStatus.SCHEDULED if called else ElectionStatus.EXPECTED,
        polling_days=(period[0],) if called and period else (),
        expected=None if called else period,
        is_deadline=basis == "deadline",
        is_indirect=row.read("indirect", cells.yes),
        official_url=row.read("official_url", cells.either(cells.url)),
        confidence=confidence,
        source=row.read("source", cells.text),
        verified_on=row.read("verified_on", cells.date),
    )


def _held(row: Row, codes: Collection[str]) -> ElectionRow:
    code, key = _identity(row, codes)
    kind, year, region = _name(row)
    since = row.read("status_since", cells.listed(cells.date))
    return ElectionRow(
        code=code,
        election_id=key,
        type=row.read("election_type", cells.one_of(ElectionType.values, "type of election")),
        name_kind=kind,
        name_year=year,
        region=region,
        round=row.read("round", cells.integer(1, 9)),
        status=row.read("status", _past_status),
        polling_days=row.read("polling_days", cells.some(cells.listed(cells.date))),
        expected=None,
        is_deadline=False,
        is_indirect=False,
        official_url=row.read("official_url", cells.either(cells.url)),
        confidence=row.read("confidence", cells.confidence),
        source=row.read("source", cells.text),
        verified_on=row.read("verified_on", cells.date),
        status_since=since[0] if since else None,
        replaces=row.read("replaces", cells.either(cells.election_id)),
    )


def _past_status(cell: str) -> ElectionStatus:
    """How it ended."""
    return ElectionStatus(cells.one_of([status.value for status in PAST], "status of a round that is over")(cell))


def next_elections_layout(codes: Collection[str]) -> Layout[ElectionRow]:
    """The layout of `next_elections.csv`; `codes` are the places read before."""
    return Layout(
        path="centers/data/next_elections.csv",
        columns=("iso2", "election_name_en", "type", "date_or_window", "confidence", "source", "election_id",
                 "election_type", "name_kind", "name_year", "region", "round", "basis", "indirect", "official_url",
                 "verified_on"),
        parse=lambda row: _next(row, codes),
        unique=("iso2", "round", "election_id"),
    )  # fmt: skip


def held_elections_layout(codes: Collection[str]) -> Layout[ElectionRow]:
    """The layout of `held_elections.csv`; `codes` are the places read before."""
    return Layout(
        path="centers/data/held_elections.csv",
        columns=("iso2", "election_id", "election_type", "name_kind", "name_year", "round", "polling_days",
                 "status", "status_since", "replaces", "confidence", "source", "official_url", "verified_on"),
        parse=lambda row: _held(row, codes),
        unique=("iso2", "round", "election_id"),
    )  # fmt: skip
