"""`ep_2024_rules.csv`: how each member state held the European election of 2024."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from centers.facts import cells
from centers.facts.table import Layout, Row
from centers.models import PreferentialVoting, Provision

#: Columns whose confidence stands in a column of its own, which wins over the row's; with the model's field names.
GROUPS: Final[dict[str, tuple[str, ...]]] = {
    "conf_seats_days_ages": ("voting_days", "seats", "min_voting_age", "min_candidate_age"),
    "conf_compulsory": ("compulsory_voting",),
    "conf_threshold_lists": ("threshold_percent", "preferential_voting", "constituencies"),
    "conf_ways_to_vote": ("postal_from_home", "postal_from_abroad", "embassy_vote", "proxy_vote", "internet_vote"),
    "conf_turnout": ("turnout_percent",),
}
_WITHHOLDABLE: Final = tuple(field for fields in GROUPS.values() for field in fields)


@dataclass(frozen=True, slots=True)
class EarlyVoting:
    """Voting before election day: from and to, at home and abroad, where the days are known."""

    home: tuple[dt.date, dt.date] | None
    abroad: tuple[dt.date, dt.date] | None


@dataclass(frozen=True, slots=True)
class Details:
    """What the notes of a row say that `LocalRules` has no field for.

    `voting_age_rule`: "in_year" (those who reach the age during the year), "or_married" (younger if married), or
    empty. `embassy_limit`: "eu" (only in EU states), "some" (some places or voters), or empty.
    """

    voting_age_rule: str
    compulsory_until_age: int | None
    embassy_limit: str
    abroad_postal_limit: str
    messenger_vote: bool
    early_voting: EarlyVoting | None


@dataclass(frozen=True, slots=True)
class Rules:
    """A row: `values` by field of `LocalRules`, each field's confidence, and fields that wait for a curator."""

    code: str
    election_id: str
    values: dict[str, object]
    confidence: dict[str, str]
    details: Details
    withheld: tuple[str, ...]
    withheld_reason: str
    source: str
    notes: str
    verified_on: dt.date

    def is_publishable(self, field: str) -> bool:
        """Whether voters may see a field without a curator's decision."""
        return self.confidence[field] != "low" and field not in self.withheld

    @property
    def published(self) -> dict[str, object]:
        """The fields voters may see."""
        return {field: value for field, value in self.values.items() if self.is_publishable(field)}

    @property
    def proposed(self) -> dict[str, object]:
        """The fields that wait for a curator."""
        return {field: value for field, value in self.values.items() if not self.is_publishable(field)}


def _provision(row: Row, column: str) -> str:
    return row.read(column, cells.either(cells.one_of(Provision.values, "provision")))


def _values(row: Row) -> dict[str, object]:
    return {
        "voting_days": list(row.read("voting_days", cells.some(cells.listed(cells.date))) or ()),
        "seats": row.read("seats", cells.integer(1, 999)),
        "min_voting_age": row.read("min_voting_age", cells.integer(14, 30)),
        "min_candidate_age": row.read("min_candidate_age", cells.integer(14, 50)),
        "compulsory_voting": _provision(row, "compulsory_voting"),
        "postal_from_home": _provision(row, "postal_from_home"),
        "postal_from_abroad": _provision(row, "postal_from_abroad"),
        "embassy_vote": _provision(row, "embassy_vote_abroad"),
        "proxy_vote": _provision(row, "proxy_vote"),
        "internet_vote": _provision(row, "e_vote"),
        "threshold_percent": _percent(row, "electoral_threshold_pct"),
        "preferential_voting": row.read(
            "preferential_voting", cells.either(cells.one_of(PreferentialVoting.values, "kind of preferential voting"))
        ),
        "constituencies": row.read("constituencies", cells.optional(cells.integer(1, 999))),
        "turnout_percent": _percent(row, "turnout_pct_2024"),
    }


def _percent(row: Row, column: str) -> Decimal | None:
    return row.read(column, cells.optional(cells.percent))


def _span(row: Row, prefix: str) -> tuple[dt.date, dt.date] | None:
    first = row.read(f"{prefix}_from", cells.optional(cells.date))
    last = row.read(f"{prefix}_to", cells.optional(cells.date))
    if first is None and last is None:
        return None
    if first is None or last is None or first > last:
        row.refuse(f"{prefix}_to", "a period needs a beginning and an end that is not before it")
        return None
    return first, last


def _details(row: Row) -> Details:
    early = row.read("early_voting", cells.yes)
    spans = _span(row, "early"), _span(row, "early_abroad")
    if any(spans) and not early:
        row.refuse("early_voting", 'is not "yes", but days are given')
    return Details(
        voting_age_rule=row.read(
            "voting_age_rule", cells.either(cells.one_of(("in_year", "or_married"), "rule for the voting age"))
        ),
        compulsory_until_age=row.read("compulsory_until_age", cells.optional(cells.integer(18, 120))),
        embassy_limit=row.read("embassy_limit", cells.either(cells.one_of(("eu", "some"), "limit"))),
        abroad_postal_limit=row.read("abroad_postal_limit", cells.either(cells.one_of(("some",), "limit"))),
        messenger_vote=row.read("messenger_vote", cells.yes),
        early_voting=EarlyVoting(*spans) if early else None,
    )


def _confidence(row: Row) -> dict[str, str]:
    row_level = row.read("confidence", cells.confidence)
    found: dict[str, str] = {}
    for column, fields in GROUPS.items():
        own = row.read(column, cells.optional(cells.confidence))
        found |= dict.fromkeys(fields, own or row_level)
    return found


def rules_layout(codes: Collection[str]) -> Layout[Rules]:
    """The file's layout; `codes` are the places read before."""

    def parse(row: Row) -> Rules:
        withheld = row.read("withheld", cells.listed(cells.one_of(_WITHHOLDABLE, "field that can be withheld")))
        reason = row.read("withheld_reason", cells.anything)
        if withheld and not reason:
            row.refuse("withheld_reason", "is empty, but fields are withheld")
        return Rules(
            code=row.read("iso2", cells.known_code(codes)),
            election_id=row.read("election_id", cells.election_id),
            values=_values(row),
            confidence=_confidence(row),
            details=_details(row),
            withheld=withheld,
            withheld_reason=reason,
            source=row.read("source", cells.text),
            notes=row.read("notes", cells.anything),
            verified_on=row.read("verified_on", cells.date),
        )

    return Layout(
        path="centers/data/ep_2024_rules.csv",
        columns=("iso2", "seats", "voting_days", "min_voting_age", "min_candidate_age", "compulsory_voting",
                 "postal_from_home", "postal_from_abroad", "embassy_vote_abroad", "proxy_vote", "e_vote",
                 "electoral_threshold_pct", "preferential_voting", "constituencies", "turnout_pct_2024",
                 "confidence", "source", *GROUPS, "notes", "election_id", "voting_age_rule",
                 "compulsory_until_age", "embassy_limit", "abroad_postal_limit", "messenger_vote", "early_voting",
                 "early_from", "early_to", "early_abroad_from", "early_abroad_to", "withheld", "withheld_reason",
                 "verified_on"),
        parse=parse,
        unique=("election_id", "iso2"),
    )  # fmt: skip
