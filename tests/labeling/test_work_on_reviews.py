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
from labeling.models import ContentItem, Label, LabelState, ReviewDecision, ReviewerProfile, ReviewTask, SignalKind
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
    assert "seen 1,234 times" in body
    assert "severity 2 of 5" in body


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
    assert ReviewDecision.objects.count() == 1


def test_form_sent_twice_decides_once_and_goes_on(here: Jurisdiction) -> None:
    task, other = given_task(here, metrics={"views": 9}), given_task(here, "2")
    client = client_of(given_moderator(here))
    first = decided(client, task, "apply:about-election")
    second = decided(client, task, "apply:about-election")
    # Not to a third task: the one in hand stays in hand.
    assert first["Location"] == second["Location"] == f"{QUEUES}{other.public_id}/"
    assert "Labels applied, once" in client.get(second["Location"]).content.decode()
    assert ReviewDecision.objects.count() == 1


def test_conflict_keeps_what_was_typed_and_tells_what_came_in(here: Jurisdiction) -> None:
    task, client = given_task(here), client_of(given_moderator(here))
    seen = re.search(r'name="seen" value="([^"]+)"', page_of(client, task))
    assert seen
    signal = Signal(task.uri, task.item_id, here.pk, "de", SignalKind.REPORT, "report:1", "other")
    signals_join(signals=[signal], now=timezone.now())
    answer = decided(client, task, "escalate:about-election", note="My long thought", seen=seen[1])
    assert answer.status_code == HTTPStatus.CONFLICT
    body = answer.content.decode()
    assert "Something came in meanwhile" in body
    assert '<li dir="auto">Reported at' in body
    assert "My long thought" in body
    # Once more, now that they have seen it.
    task.refresh_from_db()
    assert f'name="version" value="{task.version}"' in body
    for nonsense in ("yesterday", "2031-02-30T00:00", "x" * 500):
        assert (
            decided(client, task, "apply:about-election", version="1", seen=nonsense).status_code == HTTPStatus.CONFLICT
        )


def test_lease_that_ran_out_mid_decision_harms_nothing_unless_somebody_took_over(here: Jurisdiction) -> None:
    task = given_task(here)
    anna, ben = given_moderator(here, name="anna"), given_moderator(here, name="ben")
    task_claim(by=anna, task=task)
    ReviewTask.objects.update(claimed_until=timezone.now())
    task_claim(by=ben, task=task)
    refused = decided(client_of(anna), task, "apply:about-election", note="Kept")
    assert refused.status_code == HTTPStatus.CONFLICT
    assert "Somebody else has taken it up meanwhile" in refused.content.decode()
    ReviewTask.objects.update(claimed_until=timezone.now())
    assert decided(client_of(anna), task, "apply:about-election").status_code == HTTPStatus.FOUND


def test_content_withdrawn_meanwhile_is_closed_not_labelled(here: Jurisdiction) -> None:
    task, client = given_task(here), client_of(given_moderator(here))
    ContentItem.objects.update(text="", erased_at=timezone.now())
    refused = decided(client, task, "apply:about-election")
    assert refused.status_code == HTTPStatus.CONFLICT
    assert "The content is gone: close the task" in refused.content.decode()
    assert Label.objects.get().state == LabelState.REVIEW
    assert decided(client, task, "close:about-election", note="Deleted by its author").status_code == HTTPStatus.FOUND


def test_note_of_a_megabyte_is_refused_beside_its_field(here: Jurisdiction) -> None:
    task, client = given_task(here), client_of(given_moderator(here))
    answer = decided(client, task, "escalate:about-election", note="\u202e<b>" * 200_000)
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "at most 2000 characters" in answer.content.decode()
    assert not ReviewDecision.objects.exists()


def test_hidden_signs_are_shown_by_name_and_turn_no_line(here: Jurisdiction) -> None:
    task = given_task(here, text="vote \u202eeht no\u2066 \u200b x", hashtags=["\u202etag"])
    body = page_of(client_of(given_moderator(here)), task)
    assert '<span class="hidden-sign">right-to-left override</span>' in body
    assert '<span class="hidden-sign">zero width space</span>' in body
    assert "<bdi>#\u202etag</bdi>" in body
    assert "\u202eeht" not in body


def test_longest_text_is_cut_on_the_page(here: Jurisdiction) -> None:
    task = given_task(here, text="w" * 20_000)
    body = page_of(client_of(given_moderator(here)), task)
    assert "14,000 more characters are not shown here" in body
    assert "w" * 6_001 not in body


def test_content_is_judged_by_another_policy(here: Jurisdiction) -> None:
    task, client = given_task(here), client_of(given_moderator(here))
    body = client.get(f"{QUEUES}{task.public_id}/?policy=unverified").content.decode()
    assert 'value="apply:inconclusive"' in body
    assert '<input type="hidden" name="policy" value="unverified">' in body
    decided(client, task, "apply:inconclusive", policy="unverified")
    assert ReviewDecision.objects.get().policy.key == "unverified"
    # What the task came with still waits, by its own policy.
    assert set(Label.objects.values_list("kind", "state")) == {("unverified", "applied"), ("election", "review")}
    task.refresh_from_db()
    assert (task.state, task.policy.key) == ("open", "election-label")


def test_next_gives_the_task_back_and_skips_nothing(here: Jurisdiction) -> None:
    first, second = given_task(here, "1", metrics={"views": 10}), given_task(here, "2")
    client = client_of(given_moderator(here))
    client.post(f"{QUEUES}next/", {"queue": "1"})
    answer = client.post(f"{QUEUES}next/", {"leave": str(first.public_id)})
    assert str(second.public_id) in answer["Location"]
    first.refresh_from_db()
    assert (first.claimed_by, first.skipped_by) == (None, [])
    assert client.post(f"{QUEUES}next/", {"leave": "nonsense"}).status_code == HTTPStatus.NOT_FOUND


def test_page_that_is_left_gives_the_task_back(here: Jurisdiction) -> None:
    task = given_task(here)
    client = client_of(given_moderator(here))
    client.post(f"{QUEUES}{task.public_id}/claim/")
    assert client.post(f"{QUEUES}{task.public_id}/release/", {"then": "leave"}).status_code == HTTPStatus.NO_CONTENT
    task.refresh_from_db()
    assert task.claimed_by is None


def test_last_decisions_are_taken_back_from_the_next_task(here: Jurisdiction) -> None:
    task, other = given_task(here, "1", metrics={"views": 9}), given_task(here, "2")
    client = client_of(given_moderator(here))
    decided(client, task, "reject:not-about-election")
    body = page_of(client, other)
    assert 'data-press-page="z"' in body
    undo = re.search(r'action="([^"]+/undo/)"', body)
    assert undo
    answer = client.post(undo[1], {"reason": "Pressed the wrong key."})
    # Back on that task, in hand again; the other one is free for colleagues.
    assert answer["Location"] == f"{QUEUES}{task.public_id}/"
    held = ReviewTask.objects.filter(claimed_until__gt=timezone.now())
    assert [one.pk for one in held] == [task.pk]


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
    mine.post(f"{QUEUES}{task.public_id}/release/", {"then": "stop"})
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
    # Six of them are the session, the member and the second factor.
    with django_assert_max_num_queries(12):
        client.get(QUEUES)
    with django_assert_max_num_queries(16):
        client.get(f"{QUEUES}overview/")
    with django_assert_max_num_queries(27):
        page_of(client, task)
