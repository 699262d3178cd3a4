"""Two people at one record: the second is shown what the first saved, and overwrites nothing without knowing."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import pytest
from django.test import Client

from accounts.models import Role
from centers.models import Jurisdiction
from labeling.models import Reminder, Ruleset
from tests.factories import JurisdictionFactory
from tests.labeling.sets import given_ruleset
from tests.members import client_of, given_member

pytestmark = pytest.mark.django_db


@pytest.fixture
def place() -> Jurisdiction:
    return JurisdictionFactory.create(languages=["de", "en"])


@pytest.fixture
def anna(place: Jurisdiction) -> Client:
    return client_of(given_member(Role.OPERATOR))


@pytest.fixture
def ben(place: Jurisdiction) -> Client:
    return client_of(given_member(Role.OPERATOR, email="ben@fictional.example"))


@pytest.fixture
def draft() -> Ruleset:
    return given_ruleset()


def opened(client: Client, path: str) -> dict[str, Any]:
    """What a browser would send of the page's form, unchanged."""
    form = client.get(path).context["form"]
    shown = {name: form[name].value() for name in form.fields}
    return {name: value for name, value in shown.items() if value not in (None, False, "")}


def path_of(draft: Ruleset) -> str:
    return f"/staff/labeling/rulesets/{draft.version}/rules/{draft.rules.get().pk}/"


def test_rule_saved_by_somebody_else_is_not_overwritten(anna: Client, ben: Client, draft: Ruleset) -> None:
    path = path_of(draft)
    hers, his = opened(anna, path), opened(ben, path)
    assert ben.post(path, his | {"note": "for the run-off"}).status_code == HTTPStatus.FOUND

    answer = anna.post(path, hers | {"weight": "0.7", "note": "weaker"})

    assert answer.status_code == HTTPStatus.CONFLICT
    rule = draft.rules.get()
    assert (rule.weight, rule.note) == (0.9, "for the run-off")
    page = answer.content.decode()
    assert "Somebody else changed this" in page
    assert [tuple(one) for one in answer.context["conflict"]] == [
        ("Weight", "0.9", "0.7"),
        ("Note for colleagues", "for the run-off", "weaker"),
    ]
    # Her words are still in the fields; sent once more, they are meant.
    again = answer.context["form"]
    assert again["note"].value() == "weaker"
    sent = hers | {"weight": "0.7", "note": "for the run-off, weaker", "seen": again["seen"].value()}
    assert anna.post(path, sent).status_code == HTTPStatus.FOUND
    assert draft.rules.get().note == "for the run-off, weaker"


def test_rule_saved_twice_by_one_person_is_no_conflict(anna: Client, draft: Ruleset) -> None:
    path = path_of(draft)
    for note in ("one", "two"):
        assert anna.post(path, opened(anna, path) | {"note": note}).status_code == HTTPStatus.FOUND
    assert draft.rules.get().note == "two"


def test_form_that_does_not_say_what_it_saw_changes_nothing(anna: Client, draft: Ruleset) -> None:
    path = path_of(draft)
    sent = opened(anna, path) | {"note": "blindly"}
    del sent["seen"]
    assert anna.post(path, sent).status_code == HTTPStatus.CONFLICT
    assert draft.rules.get().note == ""


def test_terms_and_their_order_are_compared_as_terms(anna: Client, ben: Client, draft: Ruleset) -> None:
    path = path_of(draft)
    base = {"kind": "compound", "pattern": "", "all_of": "#wahl\r\nurne"}
    assert anna.post(path, opened(anna, path) | base).status_code == HTTPStatus.FOUND
    hers = opened(anna, path) | base
    ben.post(path, opened(ben, path) | base | {"note": "his"})
    answer = anna.post(path, hers)
    assert [one.label for one in answer.context["conflict"]] == ["Note for colleagues"]


def test_thresholds_changed_by_somebody_else_are_not_overwritten(anna: Client, ben: Client, draft: Ruleset) -> None:
    path = f"/staff/labeling/rulesets/{draft.version}/settings/"
    hers = opened(anna, path)
    assert ben.post(path, opened(ben, path) | {"apply_from": "0.95"}).status_code == HTTPStatus.FOUND
    answer = anna.post(path, hers | {"note": "hers"})
    assert answer.status_code == HTTPStatus.CONFLICT
    assert {one.label for one in answer.context["conflict"]} == {"What it is for", "Label from a confidence of"}
    draft.refresh_from_db()
    assert (draft.apply_from, draft.note) == (0.95, "")


def test_reminder_saved_by_somebody_else_is_not_overwritten(anna: Client, ben: Client, place: Jurisdiction) -> None:
    given = {"jurisdiction": place.pk, "text_de": "Erst prüfen.\r\nDann teilen.", "reason": "local words"}
    anna.post("/staff/labeling/reminders/add/", given)
    reminder = Reminder.objects.get()
    path = f"/staff/labeling/reminders/{reminder.pk}/"
    hers, his = opened(anna, path), opened(ben, path)
    answer = ben.post(path, his | {"text_en": "Check first.", "reason": "English"})
    assert answer.status_code == HTTPStatus.FOUND

    answer = anna.post(path, hers | {"text_de": "Zuerst prüfen.", "reason": "clearer"})

    assert answer.status_code == HTTPStatus.CONFLICT
    assert {one.label for one in answer.context["conflict"]} == {"Deutsch", "English"}
    texts = dict(reminder.texts.values_list("language", "text"))
    assert texts == {"de": "Erst prüfen.\nDann teilen.", "en": "Check first."}
    assert [change.reason for change in reminder.changes.order_by("id")] == ["local words", "English"]
