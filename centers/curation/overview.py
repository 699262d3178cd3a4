"""How complete and how current places' centres are: read at once for any number of places, judged without a query.

overviews = overviews_of(places, today)      # six queries, for one place or for all
overviews[place.pk].unanswered               # the questions without an answer
"""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from django.db.models import BooleanField, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet
from django.db.models.fields.json import KT

from centers.curation.original_text import OriginalText
from centers.models import Answer, Confirmation, Election, Jurisdiction, KeyDate, Link, Question, TrustedSource
from centers.models.fact import Fact, Translated
from centers.models.source import Purpose
from centers.review import review_due
from centers.upcoming import CALLED_OFF, Timing, Upcoming, upcoming_elections
from centers.wording import languages_outdated
from electioncenters.languages import LANGUAGE_CODES

#: An election is expected to have its dates from this long before it.
DATED_FROM: Final = dt.timedelta(days=365)
#: What voters look for at the authorities' pages; `supervises` is a body, and nothing to look up.
PURPOSES: Final = (Purpose.ORGANISES, Purpose.REGISTRATION, Purpose.RESULTS, Purpose.INFORMATION)
#: Only where the law of the European Union gives its citizens a vote.
_OF_THE_UNION: Final = Question.EU_CITIZENS_LIVING_HERE


class FactState(NamedTuple):
    """A published fact by its record name; `checked_on` is the later of its check and its confirmation."""

    record: str
    checked_on: dt.date
    is_confirmed: bool


class Undated(NamedTuple):
    """An election that lacks dates, and which."""

    record: str
    lacks: str


class Untranslated(NamedTuple):
    """A text that is missing in some of the centre's own languages, or outdated in some of all."""

    record: str
    languages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the score: `done` of `all`, and how much of the whole it weighs."""

    key: str
    title: str
    about: str
    done: int
    all: int
    weight: int

    @property
    def percent(self) -> int:
        """What is done, rounded down: 100 is everything."""
        return 100 if not self.all else 100 * self.done // self.all


@dataclass(frozen=True, slots=True)
class Overview:
    """What is known of one place on `today`. `answered` maps a question to the own languages it is answered in."""

    place: Jurisdiction
    today: dt.date
    answered: Mapping[str, frozenset[str]]
    facts: Sequence[FactState]
    coming: Sequence[Upcoming]
    dated: frozenset[str]
    """Elections by key for which the place has key dates."""
    purposes: frozenset[str]
    outdated: Sequence[Untranslated]
    """Texts whose translations were made from another original than the one there is now."""
    broken: frozenset[str]
    """Addresses that voters of the place are sent to, and that do not answer."""

    @property
    def languages(self) -> list[str]:
        """The centre's own, as far as the portal speaks them."""
        return [code for code in self.place.languages if code in LANGUAGE_CODES]

    @property
    def questions(self) -> list[str]:
        """What voters of this place ask."""
        is_in_union = self.place.code == "eu" or (self.place.parent is not None and self.place.parent.code == "eu")
        return [question.value for question in Question if is_in_union or question != _OF_THE_UNION]

    @property
    def polling_day(self) -> dt.date | None:
        """The next one that was called."""
        return min((item.first for item in self.coming if item.is_called and item.first), default=None)

    @property
    def unanswered(self) -> list[str]:
        """Questions without an answer in any of the centre's languages."""
        return [question for question in self.questions if not self.answered.get(question)]

    @property
    def untranslated(self) -> list[Untranslated]:
        """Answers that are missing in some of the centre's languages."""
        gaps = {
            question: tuple(code for code in self.languages if code not in given)
            for question, given in self.answered.items()
            if given
        }
        return [Untranslated(f"answer:{self.place.code}/{question}", gap) for question, gap in gaps.items() if gap]

    @property
    def stale(self) -> list[FactState]:
        """Facts past their review date, longest first."""
        due = [fact for fact in self.facts if review_due(fact.checked_on, self.today, self.polling_day)]
        return sorted(due, key=lambda fact: (fact.checked_on, fact.record))

    @property
    def unconfirmed(self) -> list[FactState]:
        """Facts the authority does not stand behind yet."""
        return [fact for fact in self.facts if not fact.is_confirmed]

    @property
    def undated(self) -> list[Undated]:
        """Elections of the coming year without a polling day, or without any deadline for this place."""
        found = ((item, self._lacks(item)) for item in self.coming if item.election.jurisdiction_id == self.place.pk)
        return [Undated(f"election:{item.election.key}", lacks) for item, lacks in found if lacks]

    def _lacks(self, item: Upcoming) -> str:
        if item.election.status in CALLED_OFF:
            return "no new date" if item.election.status == "postponed" else ""
        if item.is_called:
            return "" if item.election.key in self.dated else "no key dates"
        is_soon = item.first is not None and item.first - self.today <= DATED_FROM
        return "no polling day yet" if is_soon or item.timing == Timing.UNKNOWN else ""

    @property
    def parts(self) -> list[Part]:
        """What the score is made of (docs/architecture.md, "A complete centre")."""
        own = frozenset(self.languages)
        texts = sum(len(self.answered.get(question, frozenset()) & own) for question in self.questions)
        soon = [item for item in self.coming if self._is_soon(item)]
        with_dates = [item for item in soon if not self._lacks(item)]
        confirmed = sum(fact.is_confirmed for fact in self.facts)
        sources = sum(purpose in self.purposes for purpose in PURPOSES)
        return [
            Part("answers", "Answers", "what voters ask, in each of the centre's languages", texts,
                 len(self.questions) * len(own), 50),
            Part("dates", "Dates", "elections of the coming year with polling day and deadlines", len(with_dates),
                 len(soon), 15),
            Part("sources", "Sources", "official pages for: who organises, registration, results, information", sources,
                 len(PURPOSES), 15),
            Part("confirmed", "Confirmed", "facts the electoral authority stands behind", confirmed, len(self.facts),
                 20),
        ]  # fmt: skip

    def _is_soon(self, item: Upcoming) -> bool:
        if item.election.jurisdiction_id != self.place.pk or item.timing == Timing.CALLED_OFF:
            return False
        return item.first is None or item.first - self.today <= DATED_FROM

    @property
    def score(self) -> int:
        """Percent of a complete centre, rounded down."""
        parts = self.parts
        return int(sum(part.weight * (part.done / part.all if part.all else 1) for part in parts) + 1e-9)


@dataclass(slots=True)
class _Read:
    """What the queries found of one place."""

    answered: dict[str, frozenset[str]] = field(default_factory=dict)
    facts: list[FactState] = field(default_factory=list)
    outdated: list[Untranslated] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)
    purposes: set[str] = field(default_factory=set)


def overviews_of(places: Iterable[Jurisdiction], today: dt.date) -> dict[int, Overview]:
    """By the place's primary key. Places come with their parents and their centres."""
    listed = list(places)
    read = {place.pk: _Read() for place in listed}
    _answers(listed, read)
    _sources(read)
    elections = _elections(listed)
    dates = _by_place(_with_link(KeyDate.objects.filter(jurisdiction__in=listed)))
    return {
        place.pk: _overview(
            place, today, read[place.pk],
            [one for one in elections if one.jurisdiction_id in (place.pk, place.parent_id)], dates[place.pk],
        )
        for place in listed
    }  # fmt: skip


def _overview(
    place: Jurisdiction, today: dt.date, read: _Read, elections: list[Election], dates: list[KeyDate]
) -> Overview:
    coming = upcoming_elections(elections, today)
    ahead = {item.election.pk for item in coming}
    own_dates = [date for date in dates if date.election_id in ahead]
    own = [one for one in elections if one.jurisdiction_id == place.pk]
    for one in [*own, *dates]:
        if one.is_broken:  # type: ignore[attr-defined]  # annotated
            read.broken.add(one.source_url)
    texts = [
        *([(f"center:{place.code}", "introduction", place.center)] if hasattr(place, "center") else []),
        *((f"election:{one.key}", "name", one) for one in own),
        *((_date_name(date), "note", date) for date in dates),
    ]
    gaps = (Untranslated(name, _outdated(record, base, place)) for name, base, record in texts)
    return Overview(
        place=place,
        today=today,
        answered=read.answered,
        facts=[*read.facts, *_of_elections(place, coming), *(_state(_date_name(date), date) for date in own_dates)],
        coming=coming,
        dated=frozenset(date.election.key for date in own_dates),
        purposes=frozenset(read.purposes),
        outdated=[*read.outdated, *(gap for gap in gaps if gap.languages)],
        broken=frozenset(read.broken),
    )


def _broken(address: str) -> Exists:
    """Whether the link at a column's address is believed to be broken."""
    return Exists(Link.objects.broken().filter(url=OuterRef(address)))


def _answers(places: list[Jurisdiction], read: Mapping[int, _Read]) -> None:
    """What texts there are; only originals are read: twenty answers in all languages would be megabytes."""
    languages = [code for code in LANGUAGE_CODES if any(code in place.languages for place in places)]
    given: Any = {
        f"has_{code}": ExpressionWrapper(Q(**{f"body_{code}__gt": ""}), output_field=BooleanField())
        for code in languages
    }
    rows = Answer.objects.filter(center__jurisdiction__in=places).annotate(
        place_id=F("center__jurisdiction"), state=KT("translation_state__body"), original=OriginalText("body"),
        is_broken=_broken("source_url"), **given,
    ).values(
        "place_id", "question", "verified_on", "confirmed_on", "confirmation", "source_url", "state", "original",
        "is_broken", *given,
    )  # fmt: skip
    by_pk = {place.pk: place for place in places}
    for row in rows.order_by("question"):
        place, found = by_pk[row["place_id"]], read[row["place_id"]]
        found.answered[row["question"]] = frozenset(
            code for code in languages if row[f"has_{code}"] and code in place.languages
        )
        record = f"answer:{place.code}/{row['question']}"
        is_confirmed = row["confirmation"] == Confirmation.CONFIRMED
        found.facts.append(
            FactState(record, max(filter(None, (row["verified_on"], row["confirmed_on"]))), is_confirmed)
        )
        if row["is_broken"]:
            found.broken.add(row["source_url"])
        state = json.loads(row["state"]) if row["state"] else None
        if gap := languages_outdated(state, row["original"] or ""):
            found.outdated.append(Untranslated(record, _own_first(gap, place)))


def _outdated(record: Translated, base: str, place: Jurisdiction) -> tuple[str, ...]:
    state = record.translation_state.get(base)
    original = getattr(record, f"{base}_{state['original']}", "") if state else ""
    return _own_first(languages_outdated(state, original or ""), place)


def _own_first(languages: tuple[str, ...], place: Jurisdiction) -> tuple[str, ...]:
    return tuple(sorted(languages, key=lambda code: (code not in place.languages, code)))


def _elections(places: list[Jurisdiction]) -> list[Election]:
    above = {place.parent_id for place in places if place.parent_id}
    of_places = Election.objects.filter(jurisdiction__in=above | {place.pk for place in places})
    return list(of_places.with_days().annotate(is_broken=_broken("source_url")))


def _of_elections(place: Jurisdiction, coming: Iterable[Upcoming]) -> list[FactState]:
    own = [item.election for item in coming if item.election.jurisdiction_id == place.pk]
    states = [_state(f"election:{election.key}", election) for election in own]
    rounds = [(election, one) for election in own for one in election.rounds.all()]
    return states + [_state(f"round:{election.key}/{one.number}", one) for election, one in rounds]


def _date_name(date: KeyDate) -> str:
    return f"date:{date.election.key}/{date.jurisdiction.code}/{date.kind}/{date.audience}"


def _state(record: str, fact: Fact) -> FactState:
    checked_on = max(filter(None, (fact.verified_on, fact.confirmed_on)))
    return FactState(record, checked_on, fact.confirmation == Confirmation.CONFIRMED)


def _sources(read: Mapping[int, _Read]) -> None:
    rows = TrustedSource.objects.filter(center__jurisdiction__in=list(read)).annotate(is_broken=_broken("url"))
    for pk, purposes, url, is_broken in rows.values_list("center__jurisdiction", "purposes", "url", "is_broken"):
        read[pk].purposes.update(purposes)
        if is_broken:
            read[pk].broken.add(url)


def _with_link(dates: QuerySet[KeyDate]) -> QuerySet[KeyDate]:
    return dates.select_related("election", "jurisdiction").annotate(is_broken=_broken("source_url"))


def _by_place(dates: Iterable[KeyDate]) -> dict[int, list[KeyDate]]:
    found: dict[int, list[KeyDate]] = defaultdict(list)
    for date in dates:
        found[date.jurisdiction_id].append(date)
    return found
