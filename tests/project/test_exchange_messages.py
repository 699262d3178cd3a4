"""Messages go out to translators and come back only when sound."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polib
import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from electioncenters.i18n.catalogue import catalogue_load, catalogue_path, catalogue_save, catalogue_update
from electioncenters.i18n.messages import Message

MESSAGES = [
    Message("%(count)s day", "%(count)s days", "countdown", ("a.py",), ("Translators: on a badge",)),
    Message("Vote", None, None, ("a.py", "b.py"), ()),
]


@pytest.fixture
def locale(tmp_path: Path, settings: Settings) -> Path:
    """A Polish catalogue, untranslated but for one message."""
    folder = tmp_path / "locale"
    settings.LOCALE_PATHS = [folder]
    catalogue = catalogue_update(catalogue=polib.POFile(), language="pl", messages=MESSAGES)
    catalogue[1].msgstr = "Głosuj"
    catalogue_save(catalogue, catalogue_path(folder, "pl"))
    return folder


def _exported(capsys: pytest.CaptureFixture[str], *options: str) -> list[dict[str, Any]]:
    call_command("export_messages", "--language", "pl", *options)
    exported: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
    return exported


@pytest.mark.usefixtures("locale")
def test_export_tells_the_numbers_of_each_form_when_a_message_has_a_plural(capsys: pytest.CaptureFixture[str]) -> None:
    assert _exported(capsys, "--missing") == [
        {
            "context": "countdown",
            "id": "%(count)s day",
            "id_plural": "%(count)s days",
            "forms": ["one: 1", "few: 2–4, 22–24, 32–34, 42–44, …", "many: 0, 5–21, 25–31, 35–41, …"],
            "strings": ["", "", ""],
            "comment": "Translators: on a badge",
            "files": ["a.py"],
        }
    ]


@pytest.mark.usefixtures("locale")
def test_export_holds_every_message_when_not_only_missing_ones_are_wanted(capsys: pytest.CaptureFixture[str]) -> None:
    assert [(one["id"], one["files"]) for one in _exported(capsys)] == [
        ("%(count)s day", ["a.py"]),
        ("Vote", ["a.py", "b.py"]),
    ]


def given_translations(folder: Path, *messages: dict[str, Any], name: str = "pl.json") -> str:
    """The file a translator sends back."""
    path = folder / name
    path.write_text(json.dumps(messages), encoding="utf-8")
    return str(path)


def _strings(locale: Path) -> dict[str, list[str]]:
    catalogue = catalogue_load(catalogue_path(locale, "pl"))
    return {entry.msgid: [*entry.msgstr_plural.values()] or [entry.msgstr] for entry in catalogue}


DAYS = {"context": "countdown", "id": "%(count)s day", "strings": ["%(count)s dzień", "%(count)s dni", "%(count)s dni"]}


def test_import_fills_the_catalogue_when_translations_are_sound(
    locale: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = given_translations(tmp_path, DAYS, {"id": "Vote", "strings": ["Głosuj"]})
    call_command("import_messages", file)
    assert _strings(locale)["%(count)s day"] == DAYS["strings"]
    assert "1 changed, 1 already there" in capsys.readouterr().out


def test_import_names_bad_translations_and_takes_the_good_ones(locale: Path, tmp_path: Path) -> None:
    file = given_translations(
        tmp_path,
        DAYS | {"strings": ["%(liczba)s dzień", "%(count)s dni", "%(count)s dni"]},
        {"id": "Vote", "strings": ["Zagłosuj"]},
        {"id": "Unknown", "strings": ["Nieznane"]},
    )
    with pytest.raises(CommandError) as caught:
        call_command("import_messages", file)
    assert "2 refused" in str(caught.value)
    assert "%(count)s is missing in form 0 (1); %(liczba)s is not in the English text in form 0 (1)" in str(
        caught.value
    )
    assert "'Unknown': no such message" in str(caught.value)
    assert _strings(locale) == {"%(count)s day": ["", "", ""], "Vote": ["Zagłosuj"]}


def test_import_refuses_a_plural_when_forms_are_missing(locale: Path, tmp_path: Path) -> None:
    file = given_translations(tmp_path, DAYS | {"strings": ["%(count)s dzień", "%(count)s dni"]})
    with pytest.raises(CommandError, match="3 forms needed, 2 given"):
        call_command("import_messages", file)


@pytest.mark.usefixtures("locale")
def test_import_passes_over_messages_when_they_are_still_empty(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("import_messages", given_translations(tmp_path, DAYS | {"strings": ["", "", ""]}))
    assert "0 changed" in capsys.readouterr().out


@pytest.mark.usefixtures("locale")
def test_import_says_where_when_the_file_is_no_list_of_messages(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"\$\[0\]\.strings"):
        call_command("import_messages", given_translations(tmp_path, {"id": "Vote", "strings": "Głosuj"}))


@pytest.mark.usefixtures("locale")
def test_import_asks_for_the_language_when_the_file_name_is_none(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="--language"):
        call_command("import_messages", given_translations(tmp_path, name="translations.json"))
