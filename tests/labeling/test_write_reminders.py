"""Writing reminders: who may, what may stand in them, and what is recorded."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from accounts.models import Role, User
from centers.models import Election, Jurisdiction
from labeling.models import Reminder, ReminderAction, ReminderChange, ReminderText
from labeling.services.reminder import ReminderDraft, TextDraft, reminder_confirm, reminder_retire, reminder_save
from tests.labeling.conftest import person

World = dict[str, Jurisdiction]
MAY = dt.datetime(2029, 5, 1, tzinfo=dt.UTC)
JUNE = dt.datetime(2029, 6, 1, tzinfo=dt.UTC)


def draft(place: Jurisdiction | None, **changes: Any) -> ReminderDraft:
    """A sound reminder in the place's first language, with changes."""
    language = place.languages[0] if place else "en"
    return ReminderDraft(place, None, None, None, {language: TextDraft("Bitte erst prüfen.")})._replace(**changes)


@pytest.fixture
def moderator(world: World) -> User:
    return person(Role.MODERATOR, world["de"])


@pytest.mark.parametrize(
    ("role", "where", "of", "allowed"),
    [
        (None, None, "de", False),
        (Role.CURATOR, "de", "de", False),
        (Role.AUDITOR, None, "de", False),
        (Role.MODERATOR, "fr", "de", False),
        (Role.MODERATOR, "de", "de", True),
        (Role.OPERATOR, "de", "de", True),
        (Role.OPERATOR, "eu", "de", True),
        (Role.MODERATOR, "de", "eu", False),
        (Role.OPERATOR, "eu", None, False),
        (Role.OPERATOR, None, None, True),
    ],
)
def test_only_moderators_and_operators_of_the_place_may_write(
    world: World, role: Role | None, where: str | None, of: str | None, allowed: bool
) -> None:
    user = person(role, world[where] if where else None)
    place = world[of] if of else None
    kept = Reminder.objects.create(jurisdiction=place)
    ReminderText.objects.create(reminder=kept, language="en", text="x", origin="machine")

    def attempt(action: Any, **arguments: Any) -> bool:
        try:
            action(by=user, reason="because", **arguments)
        except PermissionDenied:
            return False
        return True

    changed = draft(place, ends_at=JUNE)
    assert attempt(reminder_save, draft=changed, reminder=kept) is allowed
    assert attempt(reminder_confirm, reminder=kept, language=next(iter(changed.texts)) if allowed else "en") is allowed
    assert attempt(reminder_retire, reminder=kept) is allowed
    assert attempt(reminder_save, draft=draft(place)) is allowed
    assert Reminder.objects.count() == (2 if allowed else 1)


def test_a_reminder_cannot_be_moved_out_of_reach_or_taken_from_others(world: World, moderator: User) -> None:
    own = reminder_save(by=moderator, draft=draft(world["de"]), reason="new")
    foreign = Reminder.objects.create(jurisdiction=world["fr"])

    with pytest.raises(PermissionDenied):
        reminder_save(by=moderator, draft=draft(world["fr"]), reason="move", reminder=own)
    with pytest.raises(PermissionDenied):
        reminder_save(by=moderator, draft=draft(world["de"]), reason="take", reminder=foreign)
    own.refresh_from_db()
    assert own.jurisdiction == world["de"]


def test_every_change_is_recorded_with_who_and_why(world: World, moderator: User) -> None:
    texts = {"de": TextDraft("Eins.\nZwei."), "fr": TextDraft("Un.", is_machine=True)}
    saved = reminder_save(by=moderator, draft=draft(world["de"], starts_at=MAY, texts=texts), reason="campaign begins")
    reminder_confirm(by=moderator, reminder=saved, language="fr", reason="read by a French speaker")
    reminder_confirm(by=moderator, reminder=saved, language="fr", reason="again")
    reminder_retire(by=moderator, reminder=saved, reason="over")

    saved_line, confirmed, retired = ReminderChange.objects.order_by("id")
    assert [line.action for line in (saved_line, confirmed, retired)] == list(ReminderAction)
    assert {line.user for line in (saved_line, confirmed, retired)} == {moderator}
    assert saved_line.reason == "campaign begins"
    assert saved_line.content == {
        "jurisdiction": "de",
        "election": None,
        "starts_at": "2029-05-01T00:00:00+00:00",
        "ends_at": None,
        "active": True,
        "texts": {
            "de": {"text": "Eins.\nZwei.", "origin": "person", "confirmed": False},
            "fr": {"text": "Un.", "origin": "machine", "confirmed": False},
        },
    }
    assert confirmed.content["texts"]["fr"]["confirmed"]
    assert not retired.content["active"]


def test_texts_that_stay_keep_their_author_and_changed_ones_lose_their_confirmation(
    world: World, moderator: User
) -> None:
    texts = {"de": TextDraft("Eins."), "fr": TextDraft("Un."), "mt": TextDraft("Wieħed.")}
    saved = reminder_save(by=moderator, draft=draft(world["de"], texts=texts), reason="new")
    for language in texts:
        reminder_confirm(by=moderator, reminder=saved, language=language, reason="read")
    colleague = person(Role.OPERATOR, world["de"])

    changed = {"de": TextDraft(" Eins. \n"), "fr": TextDraft("Deux.")}
    reminder_save(by=colleague, draft=draft(world["de"], texts=changed), reason="shorter", reminder=saved)

    german, french = saved.texts.order_by("language")
    assert (german.text, german.written_by, german.confirmed_by) == ("Eins.", moderator, moderator)
    assert (french.text, french.written_by, french.confirmed_by) == ("Deux.", colleague, None)


def test_what_was_retired_stays_retired(world: World, moderator: User) -> None:
    saved = reminder_save(by=moderator, draft=draft(world["de"]), reason="new")
    reminder_retire(by=moderator, reminder=saved, reason="over")

    for attempt in (
        lambda: reminder_save(by=moderator, draft=draft(world["de"]), reason="back", reminder=saved),
        lambda: reminder_confirm(by=moderator, reminder=saved, language="de", reason="read"),
        lambda: reminder_retire(by=moderator, reminder=saved, reason="again"),
    ):
        with pytest.raises(ValidationError, match="retired"):
            attempt()
    assert reminder_save(by=moderator, draft=draft(world["de"]), reason="anew").pk != saved.pk


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "says nothing"),
        (" \n ", "says nothing"),
        ("x" * 601, "longer than 600"),
        ("1\n2\n3\n4\n5\n6", "more than 5 lines"),
        ("<b>fett</b>", "markup"),
        ("a &amp; b", "markup"),
        ("a &#60; b", "markup"),
        ("[hier](x)", "markup"),
        ("https://example.org", "markup or an address"),
        ("Siehe WWW.example.org", "markup or an address"),
        ("nul\0", "U+0000"),
        ("tab\t", "U+0009"),
        ("\u202eumgedreht", "U+202E"),
        ("\u2066isoliert\u2069", "U+2066"),
        ("weich\u00adtrennen", "U+00AD"),
        ("zeile\u2028zeile", "U+2028"),
        ("privat\ue000", "U+E000"),
        ("halb\ud800", "U+D800"),
    ],
)
def test_a_text_that_is_not_plain_is_refused_by_name(world: World, moderator: User, text: str, reason: str) -> None:
    with pytest.raises(ValidationError) as caught:
        reminder_save(by=moderator, draft=draft(world["de"], texts={"de": TextDraft(text)}), reason="new")

    (message,) = caught.value.message_dict["texts.de"]
    assert reason in message
    assert not Reminder.objects.exists()


@pytest.mark.parametrize(
    "text", ["Größe? 50 % – ja!", "می\u200cخواهم \u200fدرست", "Prüfen & teilen", "«Vérifiez» d’abord…", "x" * 600]
)
def test_plain_words_of_any_script_are_taken(world: World, moderator: User, text: str) -> None:
    saved = reminder_save(by=moderator, draft=draft(world["de"], texts={"de": TextDraft(text)}), reason="new")

    assert saved.texts.get().text == text


def test_every_problem_is_named(world: World, moderator: User) -> None:
    wrong = draft(
        world["de"], election=Election.objects.get(key="fr.president.2027"), starts_at=JUNE, ends_at=MAY,
        texts={"fr": TextDraft("<i>"), "tlh": TextDraft("nuqneH")},
    )  # fmt: skip

    with pytest.raises(ValidationError) as caught:
        reminder_save(by=moderator, draft=wrong, reason="new")

    assert caught.value.message_dict.keys() == {"election", "period", "texts", "texts.fr", "texts.tlh"}


def test_a_reason_and_a_time_zone_are_needed(world: World, moderator: User) -> None:
    for reason in ("", "  ", "x" * 1001):
        with pytest.raises(ValidationError, match="say why"):
            reminder_save(by=moderator, draft=draft(world["de"]), reason=reason)
    with pytest.raises(ValidationError, match="time zone"):
        reminder_save(by=moderator, draft=draft(world["de"], starts_at=dt.datetime(2029, 5, 1)), reason="new")  # noqa: DTZ001 -- what is refused


def test_an_election_of_the_union_may_be_spoken_of_in_its_states(world: World, moderator: User) -> None:
    ep = Election.objects.get(key="eu.ep.2029")

    saved = reminder_save(by=moderator, draft=draft(world["de"], election=ep), reason="new")

    assert saved.election == ep


def test_a_second_reminder_for_the_same_time_is_refused_and_nothing_changes(world: World, moderator: User) -> None:
    kept = reminder_save(by=moderator, draft=draft(world["de"], starts_at=MAY, ends_at=JUNE), reason="new")
    later = reminder_save(by=moderator, draft=draft(world["de"], starts_at=JUNE), reason="new")

    with pytest.raises(ValidationError, match="another active reminder"):
        reminder_save(by=moderator, draft=draft(world["de"], ends_at=JUNE), reason="too early")
    moved = draft(world["de"], starts_at=MAY, texts={"de": TextDraft("Anders.")})
    with pytest.raises(ValidationError, match="another active reminder"):
        reminder_save(by=moderator, draft=moved, reason="moved", reminder=later)

    assert set(Reminder.objects.all()) == {kept, later}
    later.refresh_from_db()
    assert later.starts_at == JUNE
    assert later.texts.get().text == "Bitte erst prüfen."
    assert ReminderChange.objects.count() == 2
