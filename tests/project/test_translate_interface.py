"""The catalogues the portal ships: complete in every language, with every plural form reachable."""

from __future__ import annotations

from pathlib import Path

import polib
import pytest
from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext, ngettext, npgettext, pgettext

from electioncenters.i18n.catalogue import TARGET_LANGUAGES, catalogue_load, catalogue_path, entry_strings
from electioncenters.i18n.check import locale_problems
from electioncenters.i18n.compile import locale_compile
from electioncenters.i18n.plurals import PLURAL_RULES
from electioncenters.i18n.sources import sources_messages

NUMBERS = (0, 1, 2, 3, 5, 11, 21, 100)


@pytest.fixture(scope="module", autouse=True)
def _compiled() -> None:
    locale_compile()


def test_every_catalogue_is_complete_and_sound() -> None:
    problems = locale_problems(
        locale=Path(settings.LOCALE_PATHS[0]), messages=sources_messages(Path(settings.BASE_DIR))
    )
    assert [str(problem) for problem in problems] == []


@pytest.mark.parametrize("language", TARGET_LANGUAGES)
def test_every_message_shows_its_translation(language: str) -> None:
    catalogue = catalogue_load(catalogue_path(Path(settings.LOCALE_PATHS[0]), language))
    with translation.override(language):
        shown = {(entry.msgctxt, entry.msgid): _shown(entry) for entry in catalogue.translated_entries()}
    expected = {(entry.msgctxt, entry.msgid): _expected(entry, language) for entry in catalogue.translated_entries()}
    assert shown == expected
    assert any(entry.msgid_plural for entry in catalogue.translated_entries())


def _shown(entry: polib.POEntry) -> list[str]:
    """What Django shows: one text, or one per number."""
    one, many, context = entry.msgid, entry.msgid_plural, entry.msgctxt
    if not many:
        return [pgettext(context, one) if context else gettext(one)]
    return [npgettext(context, one, many, n) if context else ngettext(one, many, n) for n in NUMBERS]


def _expected(entry: polib.POEntry, language: str) -> list[str]:
    strings = entry_strings(entry)
    if not entry.msgid_plural:
        return strings
    return [strings[PLURAL_RULES[language].index(number)] for number in NUMBERS]
