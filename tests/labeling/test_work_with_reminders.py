"""Reminders in the workspace: written in several languages, previewed, wrong words named beside their field, ended."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import pytest
from django.test import Client

from accounts.models import Role
from centers.models import Jurisdiction
from labeling.models import Reminder
from tests.factories import JurisdictionFactory
from tests.members import client_of, given_member

pytestmark = pytest.mark.django_db

PATH = "/staff/labeling/reminders/"


@pytest.fixture
def place() -> Jurisdiction:
    return JurisdictionFactory.create(languages=["de", "en"])


@pytest.fixture
def desk(place: Jurisdiction) -> Client:
    return client_of(given_member(Role.MODERATOR, place))


def fields(place: Jurisdiction, **more: Any) -> dict[str, Any]:
    return {"jurisdiction": place.pk, "text_de": "Erst prüfen.\nDann teilen.", "reason": "local words"} | more


def test_reminder_is_written_and_changed(desk: Client, place: Jurisdiction) -> None:
    form = desk.get(f"{PATH}add/?place=xa").content.decode()
    assert 'name="text_de"' in form
    assert 'name="text_en"' in form
    answer = desk.post(f"{PATH}add/", fields(place))
    assert answer.status_code == HTTPStatus.FOUND, answer.content.decode()
    reminder = Reminder.objects.get()
    assert [text.text for text in reminder.texts.all()] == ["Erst prüfen.\nDann teilen."]

    page = desk.get(f"{PATH}{reminder.pk}/")
    assert "<li>Dann teilen.</li>" in page.content.decode()
    seen = page.context["form"]["seen"].value()
    desk.post(f"{PATH}{reminder.pk}/", fields(place, text_en="Check first.", seen=seen))
    assert set(reminder.texts.values_list("language", flat=True)) == {"de", "en"}
    assert "local words" in [change.reason for change in reminder.changes.all()]


def test_preview_shows_the_card_and_saves_nothing(desk: Client, place: Jurisdiction) -> None:
    page = desk.post(f"{PATH}add/", fields(place, text_de="Nur ein Versuch.", preview="yes"))
    assert page.status_code == HTTPStatus.OK
    assert "<li>Nur ein Versuch.</li>" in page.content.decode()
    assert not Reminder.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"text_de": "Siehe https://evil.example"}, "text_de"),
        ({"text_de": "<b>laut</b>"}, "text_de"),
        ({"reason": ""}, "reason"),
        ({"starts_at": "2031-03-02T00:00", "ends_at": "2031-03-01T00:00"}, "ends_at"),
        ({"jurisdiction": ""}, "jurisdiction"),
    ],
)
def test_wrong_words_are_named_beside_their_field(
    desk: Client, place: Jurisdiction, wrong: dict[str, str], field: str
) -> None:
    answer = desk.post(f"{PATH}add/", fields(place, **wrong))
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert f'id="id_{field}_error"' in answer.content.decode()
    assert not Reminder.objects.exists()


def test_reminder_is_ended_with_a_reason(desk: Client, place: Jurisdiction) -> None:
    desk.post(f"{PATH}add/", fields(place))
    reminder = Reminder.objects.get()
    desk.post(f"{PATH}{reminder.pk}/end/", {"reason": "the election is over"})
    reminder.refresh_from_db()
    assert not reminder.active
    assert "ended" in desk.get(PATH).content.decode()


def test_list_shows_the_members_places_with_few_queries(
    desk: Client, place: Jurisdiction, django_assert_max_num_queries: Any
) -> None:
    desk.post(f"{PATH}add/", fields(place))
    Reminder.objects.create(jurisdiction=JurisdictionFactory.create(code="xb", name="Elsewhere"))
    with django_assert_max_num_queries(11):
        page = desk.get(PATH).content.decode()
    assert "Arcadia" in page
    assert "Elsewhere" not in page
