"""The centres' part of the facts pack, read and checked as a whole."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from centers.facts.elections import ElectionRow, held_elections_layout, next_elections_layout
from centers.facts.electoral_authorities import Authority, authorities_layout
from centers.facts.ep_2024_rules import Rules, rules_layout
from centers.facts.legal_bases import LEGAL_BASES, LegalBasis
from centers.facts.literacy import LiteracyPack, literacy_read
from centers.facts.member_states import STATES, UNIONS, Place
from centers.facts.table import Problem, Reader
from centers.models import ElectionStatus
from centers.models.source import Purpose


@dataclass(frozen=True, slots=True)
class CenterPack:
    """Every row about places, authorities, elections, rules and media literacy."""

    unions: list[Place]
    states: list[Place]
    authorities: list[Authority]
    rules: list[Rules]
    elections: list[ElectionRow]
    legal_bases: list[LegalBasis]
    literacy: LiteracyPack

    @property
    def places(self) -> list[Place]:
        """All places, those above others first."""
        return [*self.unions, *self.states]


def pack_read(reader: Reader) -> CenterPack:
    """Read all files; what is wrong is noted in `reader.problems`."""
    unions, states = reader.rows(UNIONS), reader.rows(STATES)
    codes = frozenset(place.code for place in (*unions, *states))
    if reader.problems:
        # Rows about a place that could not be read would only repeat its problem.
        codes |= frozenset(_all_codes(reader))
    pack = CenterPack(
        unions=unions,
        states=states,
        authorities=reader.rows(authorities_layout(codes)),
        rules=reader.rows(rules_layout(codes)),
        elections=[*reader.rows(held_elections_layout(codes)), *reader.rows(next_elections_layout(codes))],
        legal_bases=reader.rows(LEGAL_BASES),
        literacy=literacy_read(reader, codes),
    )
    if not reader.problems:
        reader.problems.extend(_contradictions(pack))
    return pack


def _all_codes(reader: Reader) -> Iterable[str]:
    """Every two-letter code named in the file of places, good rows or not."""
    path = reader.root / STATES.path
    text = path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""
    return (line[:2].lower() for line in text.splitlines())


def _contradictions(pack: CenterPack) -> Iterable[Problem]:
    """What no row shows by itself."""
    speaking = {row.code for row in pack.authorities if row.is_published and row.is_for(Purpose.ORGANISES)}
    speaking |= {row.code for row in pack.authorities if row.is_published and row.is_for(Purpose.SUPERVISES)}
    speaking |= {row.code for row in pack.authorities if row.is_published and row.is_for(Purpose.INFORMATION)}
    for place in pack.places:
        if place.code not in speaking:
            reason = f'no published row speaks for elections in "{place.code}"'
            yield Problem("centers/data/electoral_authorities.csv", 1, "iso2", reason)
    yield from _different_elections(pack.elections)
    yield from _replaced_by_others(pack.elections)
    held = {row.election_id for row in pack.elections}
    for rules in pack.rules:
        if rules.election_id not in held:
            reason = f'"{rules.election_id}" is no election of this pack'
            yield Problem("centers/data/ep_2024_rules.csv", 1, "election_id", reason)


def _replaced_by_others(rows: Sequence[ElectionRow]) -> Iterable[Problem]:
    """Only what was called off is held again, and in the same place."""
    fallen = {row.election_id for row in rows if row.status in (ElectionStatus.ANNULLED, ElectionStatus.CANCELLED)}
    for row in rows:
        if row.replaces and row.replaces not in fallen:
            reason = f'"{row.replaces}" was neither annulled nor cancelled in this pack'
            yield Problem("centers/data/held_elections.csv", 1, "replaces", reason)


def _different_elections(rows: Iterable[ElectionRow]) -> Iterable[Problem]:
    """Rounds of one election must agree on what is elected and what it is called."""
    first: dict[str, ElectionRow] = {}
    for row in rows:
        known = first.setdefault(row.election_id, row)
        if (row.type, row.name_kind, row.name_year) != (known.type, known.name_kind, known.name_year):
            reason = f'the rows of "{row.election_id}" differ in type or name'
            yield Problem("centers/data/next_elections.csv", 1, "election_id", reason)
