"""Every published fact with its source and the day it was checked or confirmed."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from centers.changes.feed import stable_id
from centers.local_text import LocalText, local_text
from centers.models import Confirmation, KeyDateKind, Question
from centers.models.fact import Fact
from centers.reading import CenterFacts


@dataclass(frozen=True, slots=True)
class Entry:
    """One fact: the group it belongs to, what it is, and where it is from."""

    record: str
    """Kind and natural key of the fact, e.g. `answer:when`; stable."""
    group: str
    title: LocalText
    fact: Fact

    @property
    def day(self) -> dt.date:
        """When the fact reached the state it is in: its confirmation, else its check."""
        return self.fact.confirmed_on or self.fact.verified_on

    @property
    def is_confirmed(self) -> bool:
        """Whether the authority stands behind it."""
        return self.fact.confirmation == Confirmation.CONFIRMED

    def uri(self, code: str) -> str:
        """The entry's id in feeds: the same for the same fact in the same state."""
        return stable_id(code, self.record, self.day.isoformat(), self.fact.confirmation)


@dataclass(frozen=True, slots=True)
class HistoryDay:
    """A day's entries."""

    day: dt.date
    entries: list[Entry]


def history_of(facts: CenterFacts, language: str) -> list[HistoryDay]:
    """Every published fact of the centre, latest day first, grouped within a day."""
    entries = sorted(entries_of(facts, language), key=lambda entry: entry.day, reverse=True)
    return [HistoryDay(day, list(group)) for day, group in itertools.groupby(entries, key=lambda entry: entry.day)]


def entries_of(facts: CenterFacts, language: str) -> Iterator[Entry]:
    """The same without days, group by group."""
    own = facts.place.languages
    for answer in facts.answers:
        title = LocalText(str(Question(answer.question).label), language, language)
        yield Entry(f"answer:{answer.question}", _("Answers"), title, answer)
    for election in facts.elections:
        yield Entry(f"election:{election.key}", _("Elections"), local_text(election, "name", language, own), election)
    for date in facts.key_dates:
        title = LocalText(str(KeyDateKind(date.kind).label), language, language)
        yield Entry(f"date:{date.election}:{date.kind}:{date.audience}", _("Key dates"), title, date)
    for source in facts.sources:
        language_of_title = own[0] if len(own) == 1 else language
        yield Entry(
            f"source:{source.url}#{source.title}",
            _("Trusted sources"),
            LocalText(source.title, language_of_title, language_of_title),
            source,
        )
    if facts.last_european:
        title = local_text(facts.last_european.election, "name", language, own)
        yield Entry(f"rules:{facts.last_european.election}", _("Last European election"), title, facts.last_european)
