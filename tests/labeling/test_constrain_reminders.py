"""What the database itself refuses of reminders, their history and emerging hashtags."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts.models import User
from centers.models import Election, Jurisdiction
from labeling.models import (
    EmergingHashtag,
    HashtagHour,
    Reminder,
    ReminderAction,
    ReminderChange,
    ReminderOrigin,
    ReminderText,
)

World = dict[str, Jurisdiction]
JUNE = dt.datetime(2029, 6, 1, tzinfo=dt.UTC)
JULY = dt.datetime(2029, 7, 1, tzinfo=dt.UTC)
AUGUST = dt.datetime(2029, 8, 1, tzinfo=dt.UTC)


@pytest.fixture
def user(db: None) -> User:
    return User.objects.create_user("anna@fictional.example", "a long fictional password")


def refused(model: Any, **fields: Any) -> str:
    """The name of the constraint that refuses a row."""
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        model.objects.create(**fields)
    diagnosed: str = caught.value.__cause__.diag.constraint_name  # type: ignore[union-attr]  # psycopg's error
    return diagnosed


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ((None, None), (None, None)),
        ((JUNE, AUGUST), (JULY, None)),
        ((JUNE, AUGUST), (None, JULY)),
        ((JUNE, None), (JULY, AUGUST)),
    ],
)
@pytest.mark.parametrize("code", ["de", None])
@pytest.mark.parametrize("key", ["eu.ep.2029", None])
def test_two_active_reminders_of_one_place_and_time_are_refused(
    world: World, code: str | None, key: str | None, first: Any, second: Any
) -> None:
    place = world[code] if code else None
    about = Election.objects.get(key=key) if key else None
    Reminder.objects.create(jurisdiction=place, election=about, starts_at=first[0], ends_at=first[1])

    name = refused(Reminder, jurisdiction=place, election=about, starts_at=second[0], ends_at=second[1])

    assert name == "reminder_is_the_only_one_of_its_time"


def test_reminders_of_other_places_elections_and_times_stand_side_by_side(world: World) -> None:
    ep = Election.objects.get(key="eu.ep.2029")
    Reminder.objects.create(jurisdiction=world["de"], starts_at=JUNE, ends_at=JULY)

    Reminder.objects.create(jurisdiction=world["fr"], starts_at=JUNE, ends_at=JULY)
    Reminder.objects.create(starts_at=JUNE, ends_at=JULY)
    Reminder.objects.create(jurisdiction=world["de"], election=ep, starts_at=JUNE, ends_at=JULY)
    Reminder.objects.create(jurisdiction=world["de"], starts_at=JULY, ends_at=AUGUST)
    Reminder.objects.create(jurisdiction=world["de"], starts_at=JUNE, ends_at=AUGUST, active=False)

    assert Reminder.objects.count() == 6


@pytest.mark.parametrize(("starts", "ends"), [(JULY, JUNE), (JUNE, JUNE)])
def test_a_period_that_ends_before_it_begins_is_refused(world: World, starts: dt.datetime, ends: dt.datetime) -> None:
    # PostgreSQL makes no range of a period in disorder, so the row may be refused before the constraint is looked at.
    with pytest.raises(Exception, match=r"reminder_period_is_in_order|range lower bound"), transaction.atomic():
        Reminder.objects.create(jurisdiction=world["de"], starts_at=starts, ends_at=ends)


def test_texts_say_who_wrote_and_confirmed_them(world: World, user: User) -> None:
    reminder = Reminder.objects.create(jurisdiction=world["de"])
    of = {"reminder": reminder, "language": "de", "text": "Bitte prüfen."}

    assert refused(ReminderText, **of, origin=ReminderOrigin.PERSON) == "reminder_text_of_a_person_names_them"
    assert (
        refused(ReminderText, **of, origin=ReminderOrigin.MACHINE, confirmed_by=user)
        == "reminder_text_confirmation_names_who_and_when"
    )
    ReminderText.objects.create(**of, origin=ReminderOrigin.MACHINE)
    assert refused(ReminderText, **of, origin=ReminderOrigin.MACHINE) == "reminder_has_one_text_per_language"
    other = of | {"language": "tlh", "origin": ReminderOrigin.MACHINE}
    assert refused(ReminderText, **other) == "reminder_text_language_is_known"
    empty = of | {"language": "fr", "text": "", "origin": ReminderOrigin.MACHINE}
    assert refused(ReminderText, **empty) == "reminder_text_says_something"


def test_the_history_of_a_reminder_can_only_grow(world: World, user: User) -> None:
    change = ReminderChange.objects.create(
        reminder=Reminder.objects.create(jurisdiction=world["de"]),
        action=ReminderAction.SAVED, user=user, reason="first", content={}, changed_at=timezone.now(),
    )  # fmt: skip

    for statement in ("UPDATE labeling_reminderchange SET reason = 'x'", "DELETE FROM labeling_reminderchange"):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    change.refresh_from_db()
    assert change.reason == "first"


def test_a_tag_is_counted_and_proposed_once(world: World, user: User) -> None:
    hour = {"jurisdiction": world["de"], "tag": "wahlhilfe", "written": "Wahlhilfe", "hour": JUNE}
    seen = {"observed": 5, "expected": 1.0, "score": 16.0, "proposed_at": JUNE}
    HashtagHour.objects.create(**hour, count=5)
    EmergingHashtag.objects.create(**hour, **seen)

    assert refused(HashtagHour, **hour, count=1) == "hashtag_is_counted_once_an_hour"
    assert refused(EmergingHashtag, **hour, **seen) == "emerging_hashtag_is_proposed_once"
    decided = {"state": "dismissed", "decided_by": user, "decided_at": JULY}
    assert refused(EmergingHashtag, **hour, **seen, **decided) == "emerging_hashtag_decision_names_who_when_why"
    EmergingHashtag.objects.create(**hour, **seen, **decided, reason="a song")
