"""Speaks one language: messages from its catalogue, dates and numbers by CLDR, and never English in disguise."""

from __future__ import annotations

import datetime as dt
import gettext
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Final

from django.conf import settings

from centers import formats
from electioncenters.languages import LANGUAGE_CODES

SOURCE_LANGUAGE: Final = "en"


class UntranslatedError(LookupError):
    """The catalogue of a language has no translation of a message."""


class _NotEnglish(gettext.NullTranslations):
    """Stands behind a catalogue, where gettext would answer with the English message."""

    def gettext(self, message: str) -> str:
        raise UntranslatedError(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        raise UntranslatedError(msgid1)

    def pgettext(self, context: str, message: str) -> str:
        raise UntranslatedError(message)


class Voice:
    """One language. Its message methods raise `UntranslatedError` instead of answering in English.

    They are named as gettext's are, so that whoever extracts messages from sources finds them.
    """

    def __init__(self, language: str, messages: gettext.NullTranslations) -> None:
        self.language = language
        self._messages = messages

    def gettext(self, message: str) -> str:
        """The message in this language."""
        return _there(self._messages.gettext(message), message)

    def pgettext(self, context: str, message: str) -> str:
        """The message in this language, told from others of the same wording by its context."""
        return _there(self._messages.pgettext(context, message), message)

    def ngettext(self, singular: str, plural: str, number: int) -> str:
        """The message in the form the language uses with `number`."""
        return _there(self._messages.ngettext(singular, plural, number), singular)

    def date(self, day: dt.date) -> str:
        """`9 June 2024`."""
        return formats.date_long(day, self.language)

    def number(self, value: int) -> str:
        """A whole number."""
        return formats.number(value, self.language)

    def percent(self, value: Decimal) -> str:
        """`value` percent."""
        return formats.percent(value, self.language)

    def listed(self, items: Iterable[str]) -> str:
        """`a, b and c`."""
        return formats.joined(list(items), self.language)


def _there(text: str, message: str) -> str:
    if not text:
        raise UntranslatedError(message)
    return text


def voices_read(folders: Sequence[Path] | None = None) -> Mapping[str, Voice]:
    """A voice for every language of the portal, from the compiled catalogues (`compile_locale`) as they are now.

    A language without a catalogue gets a voice that has no words.
    """
    places = [Path(folder) for folder in (settings.LOCALE_PATHS if folders is None else folders)]
    return {language: Voice(language, _messages(language, places)) for language in LANGUAGE_CODES}


def _messages(language: str, folders: Iterable[Path]) -> gettext.NullTranslations:
    if language == SOURCE_LANGUAGE:
        return gettext.NullTranslations()
    messages: gettext.NullTranslations = _NotEnglish()
    for folder in folders:
        path = folder / language / "LC_MESSAGES" / "django.mo"
        if path.is_file():
            with path.open("rb") as file:
                found = gettext.GNUTranslations(file)
            found.add_fallback(messages)
            messages = found
    return messages
