"""What urgent notices say: a sentence for each kind in every language, with blanks to be filled in."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.utils import translation
from django.utils.translation import gettext_lazy as _

from centers import formats
from centers.models import NoticeKind
from electioncenters.languages import LANGUAGE_CODES

#: What stands in a sentence until its blank is filled: the blank's number.
BLANK: Final = re.compile(r"\[([1-9])\]")

BlankValue = str | dt.date | dt.time


@dataclass(frozen=True, slots=True)
class Blank:
    """A blank of a sentence: the placeholder it fills, what it asks for, and of which type its value is."""

    name: str
    label: str
    type: type[str] | type[dt.date] | type[dt.time] = str


@dataclass(frozen=True, slots=True)
class Sentence:
    """What notices of one kind say, as a message of the catalogues; its blanks are numbered from 1 in their order."""

    message: object
    blanks: tuple[Blank, ...] = ()


SENTENCES: Final[dict[NoticeKind, Sentence]] = {
    NoticeKind.MOVED: Sentence(
        _("The polling station %(old)s cannot be used. Please vote here instead: %(new)s"),
        (
            Blank("old", "Polling station that cannot be used"),
            Blank("new", "Name and address of the one to go to"),
        ),
    ),
    NoticeKind.HOURS: Sentence(
        _("New opening hours: %(where)s, %(day)s, %(opens)s–%(closes)s."),
        (
            Blank("where", "Which polling stations"),
            Blank("day", "Day", dt.date),
            Blank("opens", "Open from", dt.time),
            Blank("closes", "Open until", dt.time),
        ),
    ),
    NoticeKind.DISINFORMATION: Sentence(
        _(
            "False information about when, where or how to vote is being shared. Only what the electoral authority "
            "publishes counts. Please check there, and do not pass the false message on."
        )
    ),
}


def sentence_blanks(kind: NoticeKind) -> tuple[Blank, ...]:
    """The blanks of a kind's sentence, none where it has no sentence."""
    return SENTENCES[kind].blanks if kind in SENTENCES else ()


def sentence_in(kind: NoticeKind, language: str) -> str:
    """A kind's sentence with numbered blanks, as in "The polling station [1] cannot be used"; "" where it has none."""
    if kind not in SENTENCES:
        return ""
    sentence = SENTENCES[kind]
    numbers = {blank.name: f"[{number}]" for number, blank in enumerate(sentence.blanks, start=1)}
    with translation.override(language):
        return str(sentence.message) % numbers if numbers else str(sentence.message)


def sentence_filled(text: str, kind: NoticeKind, values: Mapping[str, BlankValue | None], language: str) -> str:
    """`text` with its numbered blanks replaced by `values`, as the language writes them; what is not given stays."""
    blanks = sentence_blanks(kind)

    def fill(match: re.Match[str]) -> str:
        number = int(match[1])
        value = values.get(blanks[number - 1].name) if number <= len(blanks) else None
        return match[0] if value in (None, "") else _written(value, language)

    return BLANK.sub(fill, text)


def other_languages(shown: Mapping[str, str], kind: NoticeKind) -> list[str]:
    """In which further languages a notice can be had: none once somebody changed the sentence (`shown`, unfilled)."""
    is_untouched = kind in SENTENCES and all(text == sentence_in(kind, code) for code, text in shown.items())
    return [code for code in LANGUAGE_CODES if code not in shown] if is_untouched else []


def _written(value: BlankValue | None, language: str) -> str:
    if isinstance(value, dt.date):
        return formats.date_full(value, language)
    if isinstance(value, dt.time):
        return formats.clock(value, language)
    return str(value)
