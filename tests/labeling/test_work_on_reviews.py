"""The moderators' pages, as a moderator uses them."""

from __future__ import annotations

import re
from http import HTTPStatus

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import Role
from centers.models import Jurisdiction
from labeling.models import Label, LabelState, ReviewDecision, ReviewerProfile, ReviewTask, SignalKind
from labeling.services.review_claim import task_claim
from labeling.services.review_join import Signal, signals_join
from tests.factories import ElectionFactory, JurisdictionFactory
from tests.labeling.tasks import given_moderator, given_task
from tests.members import client_of, given_member

pytestmark = pytest.mark.django_db
QUEUES = "/staff/labeling/reviews/"
HOSTILE = "<script>alert(1)</script>\u202e" + "ungültig " * 50


def page_of(client: Client, task: ReviewTask) -> str:
    return client.get(f"{QUEUES}{task.public_id}/").content.decode()


def decided(client: Client, task: ReviewTask, decision: str, **fields: str):  # type: ignore[no-untyped-def]
    given = {"decision": decision, "version": task.version} | fields
    return client.post(f"{QUEUES}{task.public_id}/decide/", given)


def test_queue_is_emptied_one_by_one(here: Jurisdiction) -> None:
    tasks = [given_task(here, str(number)) for number in range(3)]
    client = client_of(given_moderator(here))
    assert "Take the next task" in client.get(QUEUES).content.decode()
    answer = client.post(f"{QUEUES}next/", {"queue": "1"})
    for _ in tasks:
        task = ReviewTask.objects.get(public_id=answer["Location"].split("/")[-2])
        assert "Eine erfundene Wahl" in page_of(client, task)
        answer = decided(client, task, "apply:about-election")
    assert answer["Location"].startswith(QUEUES)
    assert "Nothing waits." in client.get(QUEUES).content.decode()
    assert set(Label.objects.values_list("state", flat=True)) == {"applied"}


def test_chosen_queue_is_kept_for_the_next_task(here: Jurisdiction) -> None:
    given_task(here, "de")
    french = given_task(here, "fr", lang="fr")
    client = client_of(given_moderator(here, "de", "fr"))
    answer = client.post(f"{QUEUES}next/", {"queue": "1", "language": "fr"})
    assert str(french.public_id) in answer["Location"]
    answer = decided(client, french, "reject:not-about-election")
    assert answer["Location"] == f"{QUEUES}?language=fr"


def test_hostile_text_is_only_text(here: Jurisdiction) -> None:
    task = given_task(here, text=HOSTILE)
    body = page_of(client_of(given_moderator(here)), task)
    assert "<script>alert" not in body
    assert "&lt;script&gt;alert(1)" in body


def test_evidence_is_marked_and_priority_explained(here: Jurisdiction) -> None:
    task = given_task(here, text="Eine erfundene Wahl", metrics={"views": 1234})
    Label.objects.update(evidence=[{"rule": "x", "kind": "phrase", "text": "Wahl", "start": 15, "end": 19}])
    body = page_of(client_of(given_moderator(here)), task)
    assert "<mark>Wahl</mark>" in body
    assert "1,234 views" in body
    assert "severity 2" in body


def test_sensitive_content_waits_behind_a_click(here: Jurisdiction) -> None:
    task = given_task(here)
    signal = Signal(task.uri, task.item_id, here.pk, "de", SignalKind.REPORT, "report:1", "incitement")
    signals_join(signals=[signal], now=timezone.now())
    moderator = given_moderator(here)
    client = client_of(moderator)
    assert '<details class="sensitive">' in page_of(client, task)
    assert "Eine erfundene" not in client.get(QUEUES).content.decode()
    ReviewerProfile.objects.update(hide_sensitive=False)
    assert '<details class="sensitive">' not in page_of(client, task)


def test_wrong_decision_is_said_beside_its_field(here: Jurisdiction) -> None:
    task, client = given_task(here), client_of(given_moderator(here))
    for decision in ("", "escalate:about-election", "apply:no-such-reason", "apply:not-about-election", "undo:x"):
        answer = decided(client, task, decision)
        assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY, decision
    assert "whoever comes next reads it" in decided(client, task, "escalate:about-election").content.decode()
    assert decided(client, task, "change:other-place", place="nowhere").status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert not ReviewDecision.objects.exists()


def test_version_that_is_none_is_not_found(here: Jurisdiction) -> None:
    task, client = given_task(here), client_of(given_moderator(here))
    assert decided(client, task, "apply:about-election", version="x").status_code == HTTPStatus.NOT_FOUND


def test_conflict_shows_what_happened_meanwhile(here: Jurisdiction) -> None:
    task = given_task(here)
    anna, ben = (client_of(given_moderator(here, name=name)) for name in ("anna", "ben"))
    decided(anna, task, "apply:about-election")
    answer = decided(ben, task, "reject:not-about-election")
    assert answer.status_code == HTTPStatus.CONFLICT
    assert "This has ended meanwhile. Labels applied" in answer.content.decode()
    # Pressed twice by the same person: said, and done once.
    assert decided(anna, task, "apply:about-election").status_code == HTTPStatus.CONFLICT
    assert ReviewDecision.objects.count() == 1


def test_task_in_work_shows_by_whom(here: Jurisdiction) -> None:
    task = given_task(here)
    anna = given_moderator(here, name="anna")
    task_claim(by=anna, task=task)
    body = page_of(client_of(given_moderator(here, name="ben")), task)
    assert "anna@fictional.example is working on it" in body
    assert 'value="apply:about-election"' not in body
    mine = client_of(anna)
    assert 'value="apply:about-election"' in page_of(mine, task)
    assert mine.post(f"{QUEUES}{task.public_id}/renew/").json() == {"held": True}
    mine.post(f"{QUEUES}{task.public_id}/release/", {"then": "leave"})
    task.refresh_from_db()
    assert task.claimed_by is None


def test_skipped_task_leads_to_the_next(here: Jurisdiction) -> None:
    first, second = given_task(here, "1", metrics={"views": 10}), given_task(here, "2")
    client = client_of(given_moderator(here))
    answer = client.post(f"{QUEUES}{first.public_id}/release/", {"then": "next"})
    assert str(second.public_id) in answer["Location"]


def test_label_is_led_to_another_election_from_the_page(here: Jurisdiction) -> None:
    election = ElectionFactory.create(jurisdiction=here)
    task, client = given_task(here), client_of(given_moderator(here))
    decided(client, task, "change:other-election", place="xa", election=election.key, add="ai_generated")
    assert set(Label.objects.values_list("kind", "election__key", "state")) == {
        ("election", None, "withdrawn"),
        ("election", election.key, "applied"),
        ("ai_generated", None, "applied"),
    }


def test_decision_is_taken_back_from_ones_own_list(here: Jurisdiction) -> None:
    task, client = given_task(here), client_of(given_moderator(here))
    decided(client, task, "apply:about-election")
    undo = re.search(r'href="([^"]+/undo/)"', client.get(f"{QUEUES}mine/").content.decode())
    assert undo
    assert "Take this decision back?" in client.get(undo[1]).content.decode()
    client.post(undo[1], {"reason": "Wrong key"})
    assert Label.objects.get().state == LabelState.REVIEW
    assert "taken back" in client.get(f"{QUEUES}mine/").content.decode()
    assert client.post(undo[1], {"reason": "Again"}).status_code == HTTPStatus.UNPROCESSABLE_ENTITY


def test_profile_says_what_one_reads(here: Jurisdiction) -> None:
    moderator = given_member(Role.MODERATOR, here)
    client = client_of(moderator)
    assert "You have named no languages yet" in client.get(QUEUES).content.decode()
    wrong = {"languages": ["xx"], "break_after": 50}
    assert client.post(f"{QUEUES}profile/", wrong).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    client.post(f"{QUEUES}profile/", {"languages": ["de", "mt"], "break_after": 50})
    assert ReviewerProfile.objects.get().languages == ["de", "mt"]


def test_auditor_reads_and_decides_nothing(here: Jurisdiction) -> None:
    task = given_task(here)
    client = client_of(given_member(Role.AUDITOR, here))
    assert "Somebody else decides this one" in page_of(client, task)
    assert decided(client, task, "apply:about-election").status_code == HTTPStatus.FORBIDDEN


def test_queues_of_other_places_are_not_shown(here: Jurisdiction) -> None:
    given_task(JurisdictionFactory.create(code="xb"), "foreign")
    assert "foreign" not in client_of(given_moderator(here)).get(QUEUES).content.decode()


def test_pages_take_few_queries_however_much_waits(
    here: Jurisdiction, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(30):
        task = given_task(here, str(number))
    client = client_of(given_moderator(here))
    client.get(QUEUES)
    # Five of them are the session, the member, the second factor and the notifications.
    with django_assert_max_num_queries(12):
        client.get(QUEUES)
    with django_assert_max_num_queries(24):
        page_of(client, task)
