"""How complete and how current places' centres are: read at once for any number of places, judged without a query.

overviews = overviews_of(places, today)      # seven queries, for one place or for all
overviews[place.pk].unanswered               # the questions without an answer
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from django.db.models import BooleanField, ExpressionWrapper, Q

from centers.models import Answer, Confirmation, Election, Jurisdiction, KeyDate, Question, TrustedSource
from centers.models.fact import Fact
from centers.models.source import Purpose
from centers.review import review_due
from centers.upcoming import CALLED_OFF, Timing, Upcoming, upcoming_elections
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
    """A text that is missing in some of the centre's own languages."""

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


def overviews_of(places: Iterable[Jurisdiction], today: dt.date) -> dict[int, Overview]:
    """By the place's primary key. Places come with their parents."""
    listed = list(places)
    answers, answered = _answers(listed)
    elections = _elections(listed)
    dates = _by_place(KeyDate.objects.filter(jurisdiction__in=listed).select_related("election", "jurisdiction"))
    purposes = _purposes(listed)
    found = {}
    for place in listed:
        concerning = [one for one in elections if one.jurisdiction_id in (place.pk, place.parent_id)]
        coming = upcoming_elections(concerning, today)
        ahead = {item.election.pk for item in coming}
        own_dates = [date for date in dates[place.pk] if date.election_id in ahead]
        facts = [*answers[place.pk], *_of_elections(place, coming), *(_date_state(date) for date in own_dates)]
        dated = frozenset(date.election.key for date in own_dates)
        found[place.pk] = Overview(
            place, today, answered[place.pk], facts, coming, dated, frozenset(purposes[place.pk])
        )  # fmt: skip
    return found


def _answers(places: list[Jurisdiction]) -> tuple[dict[int, list[FactState]], dict[int, dict[str, frozenset[str]]]]:
    """What texts there are, without reading them: twenty answers in twenty-seven languages would be megabytes."""
    languages = [code for code in LANGUAGE_CODES if any(code in place.languages for place in places)]
    given: Any = {
        f"has_{code}": ExpressionWrapper(Q(**{f"body_{code}__gt": ""}), output_field=BooleanField())
        for code in languages
    }
    rows = Answer.objects.filter(center__jurisdiction__in=places).annotate(**given).values(
        "center__jurisdiction", "center__jurisdiction__code", "question", "verified_on", "confirmed_on", "confirmation",
        *given,
    )  # fmt: skip
    own = {place.pk: place.languages for place in places}
    states: dict[int, list[FactState]] = defaultdict(list)
    answered: dict[int, dict[str, frozenset[str]]] = defaultdict(dict)
    for row in rows.order_by("question"):
        pk = row["center__jurisdiction"]
        texts = frozenset(code for code in languages if row[f"has_{code}"] and code in own[pk])
        answered[pk][row["question"]] = texts
        record = f"answer:{row['center__jurisdiction__code']}/{row['question']}"
        is_confirmed = row["confirmation"] == Confirmation.CONFIRMED
        states[pk].append(FactState(record, max(filter(None, (row["verified_on"], row["confirmed_on"]))), is_confirmed))
    return states, answered


def _elections(places: list[Jurisdiction]) -> list[Election]:
    above = {place.parent_id for place in places if place.parent_id}
    return list(Election.objects.filter(jurisdiction__in=above | {place.pk for place in places}).with_days())


def _of_elections(place: Jurisdiction, coming: Iterable[Upcoming]) -> list[FactState]:
    own = [item.election for item in coming if item.election.jurisdiction_id == place.pk]
    states = [_state(f"election:{election.key}", election) for election in own]
    rounds = [(election, one) for election in own for one in election.rounds.all()]
    return states + [_state(f"round:{election.key}/{one.number}", one) for election, one in rounds]


def _date_state(date: KeyDate) -> FactState:
    return _state(f"date:{date.election.key}/{date.jurisdiction.code}/{date.kind}/{date.audience}", date)


def _state(record: str, fact: Fact) -> FactState:
    checked_on = max(filter(None, (fact.verified_on, fact.confirmed_on)))
    return FactState(record, checked_on, fact.confirmation == Confirmation.CONFIRMED)


def _purposes(places: list[Jurisdiction]) -> dict[int, set[str]]:
    found: dict[int, set[str]] = defaultdict(set)
    rows = TrustedSource.objects.filter(center__jurisdiction__in=places).values_list("center__jurisdiction", "purposes")
    for pk, purposes in rows:
        found[pk].update(purposes)
    return found


def _by_place(dates: Iterable[KeyDate]) -> dict[int, list[KeyDate]]:
    found: dict[int, list[KeyDate]] = defaultdict(list)
    for date in dates:
        found[date.jurisdiction_id].append(date)
    return found
