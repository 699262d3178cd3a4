"""Every kind of broken catalogue is noticed, and sound ones pass."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polib
import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from electioncenters.i18n.allowed import AllowedError, allowed_load
from electioncenters.i18n.catalogue import TARGET_LANGUAGES, catalogue_path, catalogue_save, catalogue_update
from electioncenters.i18n.check import locale_problems
from electioncenters.i18n.flaws import translation_flaws
from electioncenters.i18n.messages import Message

CLOSES = Message("The register closes on %(date)s.", None, None, ("centers/views.py",), ())
DAYS = Message("%(count)s day left", "%(count)s days left", None, ("templates/a.html",), ())
MESSAGES = [CLOSES, DAYS]

Breaking = Callable[[polib.POFile], None]


def given_catalogue(locale: Path, breaking: Breaking | None = None) -> None:
    """A sound Polish catalogue of MESSAGES, then broken as asked."""
    catalogue = catalogue_update(catalogue=polib.POFile(), language="pl", messages=MESSAGES)
    catalogue[0].msgstr = "Rejestr zostanie zamknięty %(date)s."
    catalogue[1].msgstr_plural = {
        0: "Pozostał %(count)s dzień",
        1: "Pozostały %(count)s dni",
        2: "Pozostało %(count)s dni",
    }
    if breaking:
        breaking(catalogue)
    catalogue_save(catalogue, catalogue_path(locale, "pl"))


def _problems(locale: Path) -> list[tuple[str, str]]:
    return [(one.check, one.reason) for one in locale_problems(locale=locale, messages=MESSAGES, languages=["pl"])]


def test_catalogue_passes_when_complete(tmp_path: Path) -> None:
    given_catalogue(tmp_path)
    assert _problems(tmp_path) == []


def _fuzzy(catalogue: polib.POFile) -> None:
    catalogue[0].flags.append("fuzzy")


def _empty(catalogue: polib.POFile) -> None:
    catalogue[0].msgstr = " "


def _half(catalogue: polib.POFile) -> None:
    catalogue[1].msgstr_plural[2] = ""


def _two_forms(catalogue: polib.POFile) -> None:
    del catalogue[1].msgstr_plural[2]


def _missing(catalogue: polib.POFile) -> None:
    del catalogue[0]


def _extra(catalogue: polib.POFile) -> None:
    catalogue.append(polib.POEntry(msgid="Gone", msgstr="Nie ma"))


def _commented(catalogue: polib.POFile) -> None:
    catalogue.append(polib.POEntry(msgid="Gone", msgstr="Nie ma", obsolete=True))


def _twice(catalogue: polib.POFile) -> None:
    catalogue.append(catalogue[0])


def _other_plural(catalogue: polib.POFile) -> None:
    catalogue[1].msgid_plural = "%(count)s days remain"


def _other_rule(catalogue: polib.POFile) -> None:
    catalogue.metadata["Plural-Forms"] = "nplurals=2; plural=(n != 1);"


def _no_state(catalogue: polib.POFile) -> None:
    catalogue.metadata["X-Translation-State"] = "perhaps"


@pytest.mark.parametrize(
    ("breaking", "check", "reason"),
    [
        (_fuzzy, "fuzzy", "marked fuzzy"),
        (_empty, "empty", "not translated"),
        (_half, "empty", "in form 2 (0, 5–21, 25–31, 35–41, …)"),
        (_two_forms, "forms", "3 forms needed, 2 given"),
        (_missing, "missing", "not in the catalogue"),
        (_extra, "obsolete", "no longer in the sources"),
        (_commented, "obsolete", "commented out"),
        (_twice, "duplicate", "2 times"),
        (_other_plural, "missing", "its plural has changed"),
        (_other_rule, "header", "Plural-Forms must be 'nplurals=3"),
        (_no_state, "header", "machine-drafted, confirmed"),
    ],
)
def test_catalogue_fails_when_broken(tmp_path: Path, breaking: Breaking, check: str, reason: str) -> None:
    given_catalogue(tmp_path, breaking)
    [problem] = _problems(tmp_path)
    assert problem[0] == check
    assert reason in problem[1]


def test_catalogue_fails_when_there_is_none(tmp_path: Path) -> None:
    [(check, reason)] = _problems(tmp_path)
    assert check == "missing"
    assert "extract_messages" in reason


def _checks(language: str, source: str, *strings: str, plural: str | None = None) -> list[str]:
    flaws = translation_flaws(language=language, source=source, plural=plural, strings=list(strings))
    return [flaw.check for flaw in flaws]


@pytest.mark.parametrize(
    ("language", "source", "translation"),
    [
        ("fr", "Who can vote?", "Qui peut voter ?"),
        ("el", "Who can vote?", "Ποιος μπορεί να ψηφίσει;"),
        ("ur", "Who can vote?", "کون ووٹ ڈال سکتا ہے؟"),
        ("ur", "Nothing is known yet.", "ابھی کچھ معلوم نہیں۔"),
        ("de", "Read “%(title)s”.", "Lesen Sie „%(title)s“."),
        ("pl", 'See <a href="%(url)s">this page</a>.', 'Zobacz <a href="%(url)s">tę stronę</a>.'),
        ("de", "Loading…", "Wird geladen..."),
        ("bg", "API", "API"),
        ("bg", "%(name)s", "%(name)s"),
        ("bg", "Open %(url)s in RSS", "Отворете %(url)s в RSS"),
        ("tr", "Turnout: %(share)s%%", "Katılım: %%%(share)s"),
        ("de", "Status", "Status"),
        ("pt", "1st round", "1.ª volta"),
        ("it", "%(name)s is closed", "%(name)s è chiuso"),
    ],
)
def test_translation_passes_when_sound(language: str, source: str, translation: str) -> None:
    assert _checks(language, source, translation) == []


@pytest.mark.parametrize(
    ("language", "source", "translation", "check"),
    [
        ("fr", "Hello %(name)s", "Bonjour %(nom)s", "placeholders"),
        ("fr", "Hello %(name)s", "Bonjour", "placeholders"),
        ("fr", "Hello {name}", "Bonjour {nom}", "placeholders"),
        ("fr", "Hello %(name)s", "Bonjour %(name)d", "placeholders"),
        ("fr", "<b>Now</b> or later", "<b>Maintenant ou plus tard", "tags"),
        ("fr", "<b>Now</b> or later", "<i>Maintenant</i> ou plus tard", "tags"),
        ("fr", "%(share)s%% voted", "%(share)s % ont voté", "percent"),
        ("fr", "half voted", "50 % ont voté", "percent"),
        ("fr", "Vote: ", "Vote :", "whitespace"),
        ("fr", "two\nlines", "une ligne", "whitespace"),
        ("fr", "Who can vote?", "Qui peut voter", "punctuation"),
        ("fr", "Who can vote", "Qui peut voter.", "punctuation"),
        ("fr", "Who can vote?", "Qui peut voter;", "punctuation"),
        ("nl", "Read what the authority says", "Read what the authority says", "same"),
        ("el", "polling station", "polling station", "script"),
        ("bg", "Election", "Election results", "script"),
        ("bg", "vote", "глaс", "script"),
        ("pl", "vote", "голос", "script"),
        ("ur", "vote", "vote", "script"),
    ],
)
def test_translation_fails_when_flawed(language: str, source: str, translation: str, check: str) -> None:
    assert check in _checks(language, source, translation)


def test_plural_form_fails_when_it_hides_a_number_it_serves() -> None:
    """In Croatian the first form is for 1, 21, 31 …, so "one day" would be wrong; in Polish it is for 1 alone."""
    plural = "%(count)s days"
    assert _checks("hr", "One day", "Jedan dan", "%(count)s dana", "%(count)s dana", plural=plural) == ["placeholders"]
    assert _checks("pl", "One day", "Jeden dzień", "%(count)s dni", "%(count)s dni", plural=plural) == []


def test_plural_form_fails_when_another_placeholder_is_gone() -> None:
    checks = _checks(
        "de", "One day for %(who)s", "Ein Tag", "%(count)s Tage für %(who)s", plural="%(count)s days for %(who)s"
    )
    assert checks == ["placeholders"]


ALLOWED = """
[[allowed]]
check = "{check}"
languages = ["pl"]
id = "{id}"
reason = "A test needs it."
"""


def test_problem_is_allowed_when_an_exception_covers_it(tmp_path: Path) -> None:
    given_catalogue(tmp_path, _full_stop)
    assert [check for check, _ in _problems(tmp_path)] == ["punctuation"]
    (tmp_path / "allowed.toml").write_text(ALLOWED.format(check="punctuation", id=CLOSES.id))
    assert _problems(tmp_path) == []


def _full_stop(catalogue: polib.POFile) -> None:
    catalogue[0].msgstr = catalogue[0].msgstr.rstrip(".")


def test_exception_is_a_problem_when_nothing_needs_it(tmp_path: Path) -> None:
    (tmp_path / "allowed.toml").write_text(ALLOWED.format(check="same", id="Gone"))
    problems = locale_problems(locale=tmp_path, messages=[])
    assert [(one.check, one.id) for one in problems if one.check != "missing"] == [("allowed", "Gone")]


@pytest.mark.parametrize(
    "text",
    [
        ALLOWED.format(check="weather", id="x"),
        ALLOWED.format(check="same", id="x").replace("A test needs it.", " "),
        ALLOWED.format(check="same", id="x").replace('"pl"', '"xx"'),
        "[[allowed]]\ncheck = 1",
        "not toml",
    ],
)
def test_exceptions_are_refused_when_malformed(tmp_path: Path, text: str) -> None:
    (tmp_path / "allowed.toml").write_text(text)
    with pytest.raises(AllowedError, match=r"allowed\.toml"):
        allowed_load(tmp_path)


def test_command_lists_everything_and_fails_when_a_catalogue_is_broken(
    tmp_path: Path, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    root, locale = tmp_path / "root", tmp_path / "locale"
    root.mkdir()
    settings.BASE_DIR, settings.LOCALE_PATHS = root, [locale]
    (root / "views.py").write_text('from django.utils.translation import gettext as _\n_("Vote")\n_("Seat")')
    call_command("extract_messages")
    with pytest.raises(CommandError, match=f"{2 * len(TARGET_LANGUAGES)} problems") as caught:
        call_command("check_locale")
    printed = capsys.readouterr().out
    assert "locale/fr/LC_MESSAGES/django.po:" in printed
    assert "'Seat': not translated [empty]" in printed
    assert "fr: 2 empty" in str(caught.value)
