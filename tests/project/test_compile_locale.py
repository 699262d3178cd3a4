"""Compiled catalogues: written when needed, and read by Django with the right plural in every language."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polib
import pytest
from babel import Locale
from django.utils import translation
from django.utils.translation import get_language_info, ngettext, npgettext, trans_real
from pytest_django import Settings

from electioncenters.i18n.catalogue import TARGET_LANGUAGES, catalogue_path, catalogue_save, catalogue_update
from electioncenters.i18n.compile import locale_compile
from electioncenters.i18n.messages import Message
from electioncenters.i18n.plurals import PLURAL_RULES
from electioncenters.languages import LANGUAGE_CODES

NUMBERS = (0, 1, 2, 3, 5, 11, 21, 100, 101, 1_000_000)
OURS = Message("%(count)s vote", "%(count)s votes", None, ("a.py",), ())
WITH_CONTEXT = Message("%(count)s vote", "%(count)s votes", "tally", ("a.py",), ())
#: A message Django has translations of, with plural rules that differ from ours in several languages.
DJANGOS = Message("%(num)d year", "%(num)d years", None, ("a.py",), ())


@pytest.fixture
def locale(tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Catalogues in all languages in which each plural form names itself, compiled and in use."""
    for language in TARGET_LANGUAGES:
        messages = [OURS, WITH_CONTEXT, DJANGOS]
        catalogue = catalogue_update(catalogue=polib.POFile(), language=language, messages=messages)
        for entry in catalogue:
            entry.msgstr_plural = {index: f"{entry.msgctxt or ''}{index}" for index in entry.msgstr_plural}
        catalogue_save(catalogue, catalogue_path(tmp_path, language))
    locale_compile(tmp_path)
    settings.LOCALE_PATHS = [tmp_path]
    monkeypatch.setattr(trans_real, "_translations", {})
    trans_real.translation_catalog_exists.cache_clear()
    yield tmp_path
    trans_real.translation_catalog_exists.cache_clear()


@pytest.mark.usefixtures("locale")
@pytest.mark.parametrize("language", TARGET_LANGUAGES)
def test_plural_is_the_languages_own_when_django_has_another_rule(language: str) -> None:
    rule = PLURAL_RULES[language]
    expected = [str(rule.index(number)) for number in NUMBERS]
    with translation.override(language):
        assert [ngettext(OURS.id, OURS.id_plural or "", number) for number in NUMBERS] == expected
        assert [ngettext(DJANGOS.id, DJANGOS.id_plural or "", number) for number in NUMBERS] == expected
        counted = [npgettext("tally", OURS.id, OURS.id_plural or "", number) for number in NUMBERS]
    assert counted == [f"tally{form}" for form in expected]


@pytest.mark.parametrize("language", LANGUAGE_CODES)
def test_plural_rule_agrees_with_cldr(language: str) -> None:
    """Except Maltese "two", left out on purpose; Portuguese is that of Portugal."""
    rule = PLURAL_RULES[language]
    cldr = Locale.parse("pt_PT" if language == "pt" else language).plural_form
    expected = ["few" if (language, cldr(n)) == ("mt", "two") else cldr(n) for n in range(1000)]
    assert [rule.categories[rule.index(n)] for n in range(1000)] == expected


@pytest.mark.usefixtures("locale")
def test_maltese_is_a_language_like_any_other_though_django_lacks_it() -> None:
    assert translation.check_for_language("mt")
    assert translation.to_locale("mt") == "mt"
    assert get_language_info("mt")["name_local"] == "Malti"
    with translation.override("mt"):
        assert translation.get_language() == "mt"
        assert not translation.get_language_bidi()


def test_catalogue_is_compiled_only_when_it_has_changed(locale: Path) -> None:
    assert locale_compile(locale) == []
    source = catalogue_path(locale, "sl")
    source.write_text(source.read_text(encoding="utf-8").replace("tally3", "tally four"), encoding="utf-8")
    assert locale_compile(locale) == ["sl"]
    assert b"tally four" in source.with_suffix(".mo").read_bytes()


def test_compiled_catalogue_leaves_out_what_is_fuzzy_or_half_translated(tmp_path: Path) -> None:
    catalogue = catalogue_update(catalogue=polib.POFile(), language="pl", messages=[OURS])
    catalogue[0].msgstr_plural = {0: "głos", 1: "", 2: ""}
    catalogue.append(polib.POEntry(msgid="Seat", msgstr="Mandat", flags=["fuzzy"]))
    catalogue.append(polib.POEntry(msgid="Voter", msgstr="Wyborca"))
    path = catalogue_path(tmp_path, "pl")
    catalogue_save(catalogue, path)
    locale_compile(tmp_path)
    assert [entry.msgid for entry in polib.mofile(str(path.with_suffix(".mo")))] == ["Voter"]
