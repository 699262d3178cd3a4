"""What the matcher must know of the world: states, their languages and names, and the elections a label can name."""

from __future__ import annotations

import csv
import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final, NamedTuple, Protocol

from babel import Locale
from django.db.models import Max, Min
from django.db.models.functions import Coalesce, ExtractYear

from centers.models import Election, Jurisdiction, Level
from electioncenters.languages import LANGUAGE_CODES
from labeling.matching import CountryForm, Geography, window_of

#: Facts of the labeling app, as committed.
DATA: Final = Path(__file__).resolve().parent.parent / "data"


_YEAR_DIGITS: Final = 4
#: Code → key, type and year of the elections known there.
ElectionsByPlace = Mapping[str, Sequence[tuple[str, str, int]]]
#: Key → first and last day on which an election is in its window.
Windows = Mapping[str, tuple[dt.date, dt.date]]


class State(Protocol):
    """What the matcher wants of a state; records and rows of the facts pack both have it."""

    @property
    def code(self) -> str:
        """Short code."""

    @property
    def languages(self) -> Sequence[str]:
        """The official ones."""

    @property
    def native_names(self) -> Mapping[str, str]:
        """What it calls itself, by language."""


@dataclass(frozen=True, slots=True)
class Places:
    """The matcher's geography, and the primary keys behind its codes and election keys."""

    geography: Geography
    jurisdictions: Mapping[str, int]
    elections: Mapping[str, int]


def places_load() -> Places:
    """Read places and elections, in two queries."""
    places = list(Jurisdiction.objects.order_by("code"))
    elections = _elections()
    states = [place for place in places if place.level != Level.UNION]
    return Places(
        geography=geography_of(states, _by_place(elections), _windows(elections)),
        jurisdictions={place.code: place.pk for place in places},
        elections={election.key: election.pk for election in elections},
    )


def geography_of(states: Collection[State], upcoming: ElectionsByPlace, windows: Windows) -> Geography:
    """The world of `states`, with the shipped names of countries."""
    return Geography(
        states=frozenset(state.code for state in states),
        languages=_speakers(states),
        country_names=_native_names(states),
        names_by_language=_territory_names(),
        country_forms=_country_forms(),
        upcoming=upcoming,
        windows=windows,
    )


def elections_by_place() -> dict[str, list[tuple[str, str, int]]]:
    """Key, type and year of the elections known for each place; rules are made with them."""
    return _by_place(_elections())


class _Election(NamedTuple):
    """`first` and `last` are its polling days; where none is called, the period it is expected in."""

    key: str
    pk: int
    place: str
    type: str
    year: int | None
    first: dt.date | None
    last: dt.date | None


def _elections() -> list[_Election]:
    """All that are known, as the shipped rules have them: people also talk of those that a body holds."""
    days = "rounds__polling_days__date"
    dated = (
        Election.objects.annotate(first=Coalesce(Min(days), "expected_from"), last=Coalesce(Max(days), "expected_to"))
        .annotate(year=ExtractYear("last"))
        .order_by("key")
    )
    rows = dated.values_list("key", "pk", "jurisdiction__code", "type", "year", "first", "last")
    return [_Election(*row) for row in rows]


def _windows(elections: Iterable[_Election]) -> dict[str, tuple[dt.date, dt.date]]:
    return {one.key: window_of(one.first, one.last) for one in elections if one.first and one.last}


def _by_place(elections: Iterable[_Election]) -> dict[str, list[tuple[str, str, int]]]:
    known: dict[str, list[tuple[str, str, int]]] = defaultdict(list)
    for election in elections:
        year = year_of_key(election.key) or election.year
        if year:
            known[election.place].append((election.key, election.type, year))
    return dict(known)


def year_of_key(key: str) -> int | None:
    """The year that people give an election, as its key ends in: one expected around the turn of a year has two."""
    year = key.rpartition(".")[2]
    return int(year) if len(year) == _YEAR_DIGITS and year.isdecimal() else None


def _speakers(states: Iterable[State]) -> dict[str, frozenset[str]]:
    """Language → the states where it is official."""
    speakers: dict[str, set[str]] = defaultdict(set)
    for state in states:
        for language in state.languages:
            speakers[language].add(state.code)
    return {language: frozenset(codes) for language, codes in speakers.items()}


def _native_names(states: Iterable[State]) -> dict[str, list[str]]:
    """Code → what our states call themselves, which is understood everywhere."""
    return {state.code: sorted(map(str, state.native_names.values())) for state in states}


@lru_cache(maxsize=1)
def _country_forms() -> tuple[CountryForm, ...]:
    """Inflected names, adjectives and peoples of countries, from the shipped list."""
    with (DATA / "country_forms.csv").open(encoding="utf-8", newline="") as file:
        return tuple(
            CountryForm(
                row["language"], row["code"], _listed(row["names"]), _listed(row["adjectives"]), _listed(row["towns"])
            )
            for row in csv.DictReader(file)
        )


def _listed(cell: str) -> tuple[str, ...]:
    return tuple(cell.split("|")) if cell else ()


@lru_cache(maxsize=1)
def _territory_names() -> dict[str, dict[str, list[str]]]:
    """Language of the portal → ISO 3166 code (lower case) → the territory's name in it, from CLDR."""
    return {language: _territories(language) for language in LANGUAGE_CODES}


def _territories(language: str) -> dict[str, list[str]]:
    # Groups such as 150 (Europe) have numbers.
    named = Locale.parse(language).territories.items()
    return {code.lower(): [name] for code, name in sorted(named) if code.isalpha()}
