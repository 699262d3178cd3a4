"""Decisions remembered: the same signs in the same company mean the same, whatever else an item says.

People tag in the same words again and again, and what is decided from signs depends on where they stand only if there
is something they could stand beside: a country, a parliament, a year. So a decision is remembered by all that it can
depend on, and told anew for each item with the words and offsets of that item.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final, Literal, NamedTuple

from labeling.matching.decide import Case, decide, is_history, year_beside, years_written
from labeling.matching.model import Decision, Evidence, Match
from labeling.matching.where import BODIES, Scene, is_european_sign, jurisdictions

#: Decisions remembered of each of two generations; what comes up again in the next one is remembered on.
MOST: Final = 8_192

Key = tuple[Any, ...]


class _Sign(NamedTuple):
    """The hit at this place among the signs found."""

    hit: int
    rule: str
    kind: Any


class _Place(NamedTuple):
    """The country at this place among those found."""

    place: int


class _Year(NamedTuple):
    """The year beside an election word."""


class _Told(NamedTuple):
    """A match, with its evidence as what of an item it is made of; what is the same for all items is itself."""

    jurisdiction: str
    election: str | None
    confidence: float
    decision: Decision
    evidence: tuple[_Sign | _Place | _Year | Evidence, ...]


class Decisions:
    """`decide`, remembered. Thread-safe: threads that look at the same time at worst decide twice."""

    def __init__(self) -> None:
        self._now: dict[Key, _Told | Literal[True] | None] = {}
        self._before: dict[Key, _Told | Literal[True] | None] = {}
        self._once: set[Key] = set()

    def decide(self, case: Case) -> tuple[Match, ...]:
        """What `decide` returns for the same case."""
        year = year_beside(case)
        key = _key(case, year)
        known = self._now.get(key, False)
        if known is False:
            known = self._learned(key, case, year)
        if known is None:
            return ()
        if known is True:
            return decide(case)
        return (_match(known, case, year),)

    def _learned(self, key: Key, case: Case, year: re.Match[str] | None) -> _Told | Literal[True] | None:
        """A match, none, or `True` where the item must be looked at for itself.

        What comes up for the first time is only noted: much never comes again, and taking it apart is work, too.
        """
        known = self._before.get(key, False)
        if known is False:
            if key not in self._once:
                if len(self._once) >= MOST:
                    self._once.clear()
                self._once.add(key)
                return True
            known = _told(case, year)
        if len(self._now) >= MOST:
            self._before, self._now = self._now, {}
        self._now[key] = known
        return known


def _key(case: Case, year: re.Match[str] | None) -> Key:
    """All that a decision can depend on, see `decide` and `where`."""
    item, hits, known, places, _, _ = case
    return (
        tuple([(rule.id, text, year_in_it, term, start is None) for rule, text, start, _, year_in_it, term in hits]),
        known,
        tuple([one[0] for one in years_written(item.text)]),
        None if year is None else year[0],
        is_history(case),
        item.created_at.year if item.created_at else None,
        _geometry(case) if places or _is_about_places(hits) else None,
    )


def _is_about_places(hits: Sequence[Any]) -> bool:
    """Whether where signs stand matters although no country is named: bodies stand for one, kinds of votes join."""
    for hit in hits:
        concept = hit.rule.concept
        if (concept in BODIES and hit.rule.jurisdiction) or (
            concept == "qualifier" and any(is_european_sign(other) for other in hits)
        ):
            return True
    return False


def _geometry(case: Case) -> Key:
    """Where signs and countries stand to each other, with the text between them."""
    text = case.item.text
    starts = [hit.start for hit in case.hits if hit.start is not None]
    ends = [hit.end for hit in case.hits if hit.end is not None]
    for place in case.places:
        if place.start >= 0:
            starts.append(place.start)
            ends.append(place.end)
    first, last, length = min(starts, default=0), max(ends, default=0), len(text)
    return (
        text[first:last],
        tuple([start is not None and (start - first, (end or 0) - first) for _, _, start, end, _, _ in case.hits]),
        tuple(
            [
                (code, start >= 0 and (start - first, end - first), adjective, town, end > length)
                for code, start, end, adjective, town in case.places
            ]
        ),
    )


def _told(case: Case, year: re.Match[str] | None) -> _Told | Literal[True] | None:
    codes = jurisdictions(Scene(case.item.text, case.hits, case.known, case.places, case.geography))
    if codes is not None and len(codes) > 1:
        # Several elections share out the signs: rare, and not worth telling by parts.
        return True
    matches = decide(case)
    if not matches:
        return None
    (match,) = matches
    parts = tuple(_part(shown, case, year) for shown in match.evidence)
    return _Told(match.jurisdiction, match.election, match.confidence, match.decision, parts)


def _part(shown: Evidence, case: Case, year: re.Match[str] | None) -> _Sign | _Place | _Year | Evidence:
    """What of the case a piece of evidence is."""
    if shown.rule:
        place = next(index for index, hit in enumerate(case.hits) if hit.evidence() == shown)
        return _Sign(place, shown.rule, shown.kind)
    if shown.kind == "year":
        if year is not None:
            return _Year()
        tagged = next(index for index, hit in enumerate(case.hits) if hit.year)
        return _Sign(tagged, "", "year")
    if shown.kind == "place" and shown.start is not None:
        found = enumerate(case.places)
        return _Place(next(index for index, place in found if (place.start, place.end) == (shown.start, shown.end)))
    return shown


def _match(told: _Told, case: Case, year: re.Match[str] | None) -> Match:
    """The match of an item, with its own words as evidence."""
    hits, text = case.hits, case.item.text
    evidence: list[Evidence] = []
    for part in told.evidence:
        if isinstance(part, _Sign):
            hit = hits[part.hit]
            written = hit.text if part.rule else str(hit.year)
            evidence.append(Evidence(part.rule, part.kind, written, hit.start, hit.end))
        elif isinstance(part, _Place):
            place = case.places[part.place]
            evidence.append(Evidence("", "place", text[place.start : place.end], place.start, place.end))
        elif isinstance(part, _Year):
            if year is not None:
                evidence.append(Evidence("", "year", year[0], *year.span()))
        else:
            evidence.append(part)
    return Match("election", told.jurisdiction, told.election, told.confidence, told.decision, tuple(evidence))
