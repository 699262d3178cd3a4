"""`manage.py reminders`: the staff's reminders on the command line."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Role, User
from centers.models import Jurisdiction
from labeling.models import Reminder
from tests.labeling.conftest import person

World = dict[str, Jurisdiction]
SOUND = {
    "jurisdiction": "de",
    "election": "eu.ep.2029",
    "starts_at": "2029-05-01T00:00:00+02:00",
    "texts": {"de": {"text": "Eins.\nZwei."}, "fr": {"text": "Un.", "origin": "machine"}},
}


@pytest.fixture
def moderator(world: World) -> User:
    return person(Role.MODERATOR, world["de"])


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "reminder.json"


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("reminders", *arguments, stdout=out)
    return out.getvalue()


def refused(*arguments: str) -> str:
    with pytest.raises(CommandError) as caught:
        run(*arguments)
    return str(caught.value)


def listed(*arguments: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(run("list", "--json", *arguments))
    return found


def test_a_reminder_is_saved_changed_confirmed_and_retired(moderator: User, file: Path) -> None:
    by = ("--by", moderator.email, "--reason", "campaign begins")
    assert "own words hold" in run("list")
    file.write_text(json.dumps(SOUND), encoding="utf-8")

    assert "was saved" in run("save", str(file), *by)
    reminder = Reminder.objects.get()
    assert reminder.texts.get(language="de").text == "Eins.\nZwei."
    assert run("list") == f"{reminder.pk}: de, eu.ep.2029, 2029-04-30T22:00:00+00:00 to …, in de, fr\n"

    # What is listed can be changed and saved again.
    (row,) = listed()
    file.write_text(json.dumps(row | {"ends_at": "2029-07-01T00:00:00Z"}), encoding="utf-8")
    run("save", str(file), "--id", str(reminder.pk), *by)
    run("confirm", str(reminder.pk), "fr", *by)
    (row,) = listed()
    assert row["ends_at"] == "2029-07-01T00:00:00+00:00"
    assert row["texts"]["fr"] == {"text": "Un.", "origin": "machine", "confirmed": True}

    run("retire", str(reminder.pk), *by)
    assert listed() == []
    assert [row["active"] for row in listed("--all")] == [False]
    assert [change.reason for change in reminder.changes.all()] == ["campaign begins"] * 4


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("{", "truncated"),
        ("[]", "Expected `object`"),
        ("{}", "missing required field `texts`"),
        (SOUND | {"text": "x"}, "unknown field `text`"),
        (SOUND | {"starts_at": "soon"}, "$.starts_at"),
        (SOUND | {"starts_at": "2029-05-01T00:00:00"}, "period: needs a time zone"),
        (SOUND | {"jurisdiction": "atlantis"}, "no place atlantis"),
        (SOUND | {"election": "de.king.2029"}, "no election de.king.2029"),
        (SOUND | {"election": "fr.president.2027"}, "election: fr.president.2027 is not held in de"),
        (SOUND | {"texts": {"de": {"text": "<b>"}}}, "texts.de: holds markup"),
        (SOUND | {"texts": {}}, "texts: at least one text in de"),
        (SOUND | {"jurisdiction": None, "election": None, "texts": {"en": {"text": "x"}}}, "everywhere"),
    ],
)
def test_what_is_wrong_with_a_file_is_said_and_nothing_saved(
    moderator: User, file: Path, content: Any, reason: str
) -> None:
    file.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")

    assert reason in refused("save", str(file), "--by", moderator.email, "--reason", "new")
    assert not Reminder.objects.exists()


def test_what_is_not_there_is_named(moderator: User, file: Path) -> None:
    by = ("--by", moderator.email, "--reason", "x")

    assert "cannot be read" in refused("save", str(file), *by)
    assert "no reminder 999999" in refused("retire", "999999", *by)
    kept = Reminder.objects.create(jurisdiction=Jurisdiction.objects.get(code="de"))
    assert "no text in fr" in refused("confirm", str(kept.pk), "fr", *by)
    assert "Nobody signs in" in refused("retire", str(kept.pk), "--by", "nobody@nowhere.example", "--reason", "x")
