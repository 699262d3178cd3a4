"""The rules and places as shipped, without the database: what a new installation will label with."""

from __future__ import annotations

import csv
import datetime as dt
from collections import defaultdict
from functools import lru_cache
from pathlib import Path
from typing import Final

from centers.facts.election_records import elections_by_id
from centers.facts.elections import ElectionRow
from centers.facts.pack import CenterPack, pack_read
from centers.facts.table import Reader
from centers.models import Level
from labeling.matching import CompiledRuleset, Geography, Rule, compile_ruleset, starter_rules, window_of
from labeling.services.geography import DATA, ElectionsByPlace, geography_of, year_of_key

_ROOT: Final = Path(__file__).resolve().parents[2]
#: The files that rules are made from, in the order `starter_rules` takes them.
RULE_FILES: Final = ("election_hashtags.csv", "election_terms.csv", "election_words.csv")


def geography_shipped() -> Geography:
    """The member states and elections of the facts pack. Raises `MalformedPackError` when it cannot be read."""
    pack = _pack()
    states = [place for place in pack.states if place.level != Level.UNION]
    return geography_of(states, _elections(pack), _windows(pack))


def rules_shipped() -> list[Rule]:
    """The starter rules, with those for the elections of the facts pack. Raises `MalformedPackError`."""
    return starter_rules(*rule_rows(), upcoming=_elections(_pack()))


@lru_cache(maxsize=1)
def ruleset_shipped() -> CompiledRuleset:
    """The shipped rules, compiled. Raises `MalformedPackError`."""
    return compile_ruleset(rules_shipped(), "shipped", geography_shipped())


def rule_rows() -> list[list[dict[str, str]]]:
    """The rows of `RULE_FILES`."""
    return [_rows(name) for name in RULE_FILES]


def _rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _pack() -> CenterPack:
    reader = Reader(_ROOT)
    pack = pack_read(reader)
    reader.raise_problems()
    return pack


def _elections(pack: CenterPack) -> ElectionsByPlace:
    """Key, type and year of the elections known for each place, as the loaded facts would have them."""
    known: dict[str, list[tuple[str, str, int]]] = defaultdict(list)
    for key, rounds in sorted(elections_by_id(pack.elections).items()):
        if year := year_of_key(key) or _year(rounds):
            known[rounds[0].jurisdiction].append((key, rounds[0].type, year))
    return dict(known)


def _windows(pack: CenterPack) -> dict[str, tuple[dt.date, dt.date]]:
    """Key → the window of each election whose days, or the period it is expected in, are known."""
    days = {key: _days(rounds) for key, rounds in elections_by_id(pack.elections).items()}
    return {key: window_of(min(known), max(known)) for key, known in days.items() if known}


def _year(rounds: list[ElectionRow]) -> int | None:
    """The year of the last polling day, or of the end of the period it is expected in."""
    days = _days(rounds)
    return max(days).year if days else None


def _days(rounds: list[ElectionRow]) -> list[dt.date]:
    """The polling days; where none is called, the first and last day of the period it is expected in."""
    called = [day for row in rounds for day in row.polling_days]
    return called or [day for row in rounds if row.expected for day in row.expected]
