"""A finding that changes or is withdrawn reaches every label that rests on it, whoever dies on the way."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest
from celery.exceptions import OperationalError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from centers.models import Jurisdiction, PollingDay
from factcheck.models import Claim, FactCheckPartner
from factcheck.services.claim_merge import claim_merge, claim_part
from labeling import tasks
from labeling.models import (
    ClaimMatch,
    ContentItem,
    Decider,
    Label,
    LabelDecision,
    LabelState,
    MatchState,
    ReviewTask,
    StatementOfReasons,
    WebhookDelivery,
)
from labeling.services import claims_follow as following
from labeling.services.api_key import api_key_create
from labeling.services.claims_follow import claims_follow, claims_nudge
from labeling.services.review_decide import review_undo
from tests.labeling.claims import (
    POST,
    decided,
    followed,
    found,
    given_claim,
    given_desk,
    given_match,
    given_vote,
    task_of,
    took_back,
)
from tests.labeling.outside import given_item
from tests.labeling.tasks import given_moderator
from tests.labeling.webhooks import given_endpoint

pytestmark = pytest.mark.django_db


@pytest.fixture
def moderator(here: Jurisdiction) -> User:
    """Who decides here."""
    return given_moderator(here)


@pytest.fixture
def desk(here: Jurisdiction) -> FactCheckPartner:
    """Who found it."""
    return given_desk(here)


@pytest.fixture
def claim(here: Jurisdiction) -> Claim:
    """What is said."""
    return given_claim(here)


def given_labelled(claim: Claim, by: User, copies: int = 2, said: str = "apply:rated-false") -> list[ContentItem]:
    """Copies that carry the label, by decisions of `by`; all of it was followed."""
    items = [given_item(f"copy-{number}", text=POST) for number in range(copies)]
    for item in items:
        given_match(claim, item)
        decided(item, by, said)
    followed()
    return items


def changes(client: Client, after: str = "0") -> list[dict[str, Any]]:
    item = ContentItem.objects.first()
    assert item is not None
    key = api_key_create(platform=item.platform, name="test")
    answer = client.get(f"/api/v1/labels/changes/?cursor={after}&lang=en", headers={"Authorization": f"Api-Key {key}"})
    assert answer.status_code == 200, answer.content
    return answer.json()["changes"]  # type: ignore[no-any-return]


def cursor(client: Client) -> str:
    return str(changes(client)[-1]["cursor"])


def test_withdrawn_finding_is_shown_to_nobody_and_asked_about(
    client: Client, claim: Claim, desk: FactCheckPartner, moderator: User
) -> None:
    given_endpoint()
    assessment = found(claim, desk)
    items = given_labelled(claim, moderator)
    before = cursor(client)
    took_back(assessment)

    followed()

    assert set(Label.objects.values_list("state", "decided_by")) == {(LabelState.REVIEW, Decider.MACHINE)}
    told = changes(client, before)
    assert [(one["action"], one["uri"]) for one in told] == [
        ("withdrawn", "fictional:copy-0"), ("withdrawn", "fictional:copy-1"),
    ]  # fmt: skip
    for name in ("text", "link", "distribution", "share_prompt", "note", "links"):
        assert told[0]["label"][name] is None
    line = LabelDecision.objects.filter(label__item=items[0]).latest("pk")
    assert line.reason == f"finding_changed: assessment {assessment.pk} of {desk.organisation.name} was withdrawn"
    assert (line.decided_by, line.action) == (Decider.MACHINE, "sent_to_review")
    assert set(StatementOfReasons.objects.values_list("withdrawn_because", flat=True)) == {"overturned"}
    messages = WebhookDelivery.objects.filter(event_type="actions.changed").order_by("pk")
    last = json.loads(messages.last().payload)["data"]["actions"][0]  # type: ignore[union-attr]
    assert (last["state"], last["withdrawn_because"]) == ("withdrawn", "finding_changed")
    task = task_of(items[0])
    assert task.severity == 5
    assert task.signals.get().label == Label.objects.get(item=items[0])

    decided(items[0], moderator, "reject:confirmed")
    assert Label.objects.get(item=items[0]).state == LabelState.WITHDRAWN


def test_label_of_erased_content_is_gone_for_good(claim: Claim, desk: FactCheckPartner, moderator: User) -> None:
    assessment = found(claim, desk)
    (item,) = given_labelled(claim, moderator, copies=1)
    ContentItem.objects.filter(pk=item.pk).update(text="", media=[], hashtags=[], url="", erased_at=timezone.now())
    took_back(assessment)
    followed()
    assert Label.objects.get().state == LabelState.WITHDRAWN
    assert LabelDecision.objects.latest("pk").action == "withdrawn"
    assert not ReviewTask.objects.open().exists()


def test_changed_finding_waits_for_a_person_and_then_says_the_new_one(
    client: Client, claim: Claim, desk: FactCheckPartner, moderator: User
) -> None:
    found(claim, desk)
    (item,) = given_labelled(claim, moderator, copies=1)
    found(claim, desk, "partly_false", said="It is so in one hall.")
    followed()
    assert Label.objects.get().state == LabelState.REVIEW

    decided(item, moderator, "apply:partly-false")
    assert Label.objects.get().state == LabelState.APPLIED
    (label,) = client.get("/api/v1/labels/?uri=fictional:copy-0").json()["items"][0]["labels"]
    assert label["text"] == "Part of what this video says is false, according to Fablonia Fact Desk."
    assert label["note"]["text"] == "It is so in one hall."
    assert label["distribution"] is None
    assert StatementOfReasons.objects.filter(withdrawn_at=None).get().document["decision_visibility"] == [
        "DECISION_VISIBILITY_CONTENT_LABELLED"
    ]


def test_better_article_is_linked_without_asking_anybody(
    client: Client, claim: Claim, desk: FactCheckPartner, moderator: User
) -> None:
    found(claim, desk)
    given_labelled(claim, moderator)
    before = cursor(client)
    found(claim, desk, article="https://desk.example/corrected")
    followed()
    told = changes(client, before)
    assert [one["action"] for one in told] == ["changed", "changed"]
    assert told[0]["label"]["links"][0]["url"] == "https://desk.example/corrected"
    assert not ReviewTask.objects.open().exists()
    assert set(Label.objects.values_list("decided_by", flat=True)) == {Decider.PERSON}
    assert LabelDecision.objects.filter(reason__startswith="finding_changed: assessment").count() == 2


def test_second_partner_who_agrees_is_named_and_one_who_leaves_is_not(
    client: Client, here: Jurisdiction, claim: Claim, desk: FactCheckPartner, moderator: User
) -> None:
    first = found(claim, desk)
    given_labelled(claim, moderator, copies=1)
    found(claim, given_desk(here, "Other Desk"))
    followed()
    assert [one["partner"] for one in Label.objects.get().finding["sources"]] == ["Other Desk", "Fablonia Fact Desk"]
    took_back(first)
    followed()
    label = Label.objects.get()
    assert (label.state, [one["partner"] for one in label.finding["sources"]]) == ("applied", ["Other Desk"])
    assert not ReviewTask.objects.open().exists()


def test_partner_who_disagrees_is_shown_at_once_and_a_person_looks(
    client: Client, here: Jurisdiction, claim: Claim, desk: FactCheckPartner, moderator: User
) -> None:
    found(claim, desk)
    (item,) = given_labelled(claim, moderator, copies=1)
    found(claim, given_desk(here, "Other Desk"), "true", "https://other.example/true")
    followed()
    (label,) = client.get("/api/v1/labels/?uri=fictional:copy-0").json()["items"][0]["labels"]
    assert label["text"] == "Fact-checkers disagree about what this video says."
    assert {link["url"] for link in label["links"][:-1]} == {
        "https://desk.example/blue-cards", "https://other.example/true",
    }  # fmt: skip
    assert task_of(item).severity == 5
    decided(item, moderator, "reject:confirmed")
    assert client.get("/api/v1/labels/?uri=fictional:copy-0").json()["items"][0]["labels"] == []


def test_claim_found_true_takes_the_unconfirmed_label_away(
    here: Jurisdiction, claim: Claim, desk: FactCheckPartner, moderator: User
) -> None:
    given_vote(here)
    (item,) = given_labelled(claim, moderator, copies=1, said="apply:inconclusive")
    found(claim, desk, "true")
    followed()
    assert Label.objects.get().state == LabelState.REVIEW
    decided(item, moderator, "reject:confirmed")
    assert Label.objects.get().state == LabelState.WITHDRAWN
    followed()
    assert not ReviewTask.objects.open().exists()


def test_claim_found_false_goes_from_unconfirmed_to_whoever_found_it(
    client: Client, here: Jurisdiction, claim: Claim, desk: FactCheckPartner, moderator: User
) -> None:
    given_vote(here)
    (item,) = given_labelled(claim, moderator, copies=1, said="apply:inconclusive")
    found(claim, desk)
    followed()
    decided(item, moderator)
    (label,) = client.get("/api/v1/labels/?uri=fictional:copy-0").json()["items"][0]["labels"]
    assert "false, according to Fablonia Fact Desk" in label["text"]


def test_vote_that_is_over_takes_nothing_away_by_itself(here: Jurisdiction, claim: Claim, moderator: User) -> None:
    given_vote(here)
    (item,) = given_labelled(claim, moderator, copies=1, said="apply:inconclusive")
    day = PollingDay.objects.get()
    PollingDay.objects.filter(pk=day.pk).update(date=day.date.replace(year=day.date.year - 1))
    followed()
    assert Label.objects.get().state == LabelState.APPLIED
    assert task_of(item).severity == 3, "somebody looks, in time"


def test_confirmed_copy_is_asked_about_when_something_is_found(
    here: Jurisdiction, claim: Claim, desk: FactCheckPartner, moderator: User
) -> None:
    given_vote(here)
    item = given_item(text=POST)
    given_match(claim, item)
    decided(item, moderator, "reject:not-checkable")
    assert ClaimMatch.objects.get().state == MatchState.CONFIRMED
    found(claim, desk)
    followed()
    decided(item, moderator)
    assert Label.objects.get().state == LabelState.APPLIED


def test_what_is_found_of_a_claim_follows_its_copies(
    here: Jurisdiction, claim: Claim, desk: FactCheckPartner, moderator: User
) -> None:
    copy = given_claim(here, f"{claim.text} Wirklich!")
    found(claim, desk)
    claim_merge(claim=copy, into=claim, by=None)
    (item,) = given_labelled(copy, moderator, copies=1)
    assert Label.objects.get().finding["claim"] == str(claim.public_id)
    claim_part(claim=copy, by=None)
    followed()
    assert Label.objects.get().state == LabelState.REVIEW
    assert task_of(item).severity == 5


def test_following_twice_changes_nothing(claim: Claim, desk: FactCheckPartner, moderator: User) -> None:
    assessment = found(claim, desk)
    given_labelled(claim, moderator)
    took_back(assessment)
    followed()
    before = (LabelDecision.objects.count(), list(ReviewTask.objects.values_list("pk", "version")))
    followed()
    assert (LabelDecision.objects.count(), list(ReviewTask.objects.values_list("pk", "version"))) == before


def test_nothing_changed_costs_a_handful_of_queries(claim: Claim, desk: FactCheckPartner, moderator: User) -> None:
    found(claim, desk)
    given_labelled(claim, moderator, copies=5)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert not claims_follow()
    assert len(queries) <= 7


@pytest.fixture
def one_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """A step is one match."""
    monkeypatch.setattr(following, "AT_ONCE", 1)


@pytest.mark.usefixtures("one_at_a_time")
def test_slice_leaves_the_rest_to_the_next(claim: Claim, desk: FactCheckPartner, moderator: User) -> None:
    assessment = found(claim, desk)
    given_labelled(claim, moderator, copies=3)
    took_back(assessment)
    assert claims_follow(seconds=0), "something is left"
    assert Label.objects.filter(state=LabelState.REVIEW).count() == 3, "nothing wrong is shown meanwhile"
    assert ReviewTask.objects.open().count() == StatementOfReasons.objects.exclude(withdrawn_at=None).count() == 1
    followed()
    assert ReviewTask.objects.open().count() == StatementOfReasons.objects.exclude(withdrawn_at=None).count() == 3


@pytest.mark.parametrize("at_once", [1, 2])
def test_labels_are_hidden_in_bulk_and_what_another_claim_bears_stays(
    claim: Claim, desk: FactCheckPartner, moderator: User, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(following, "HIDDEN_AT_ONCE", at_once)
    assessment = found(claim, desk)
    items = given_labelled(claim, moderator, copies=3)
    other = given_claim(
        claim.jurisdictions[0], "In Arkadien schließen die Wahllokale am Sonntag schon um drei Uhr nachmittags."
    )
    found(other, desk, article="https://desk.example/three")
    given_match(other, items[0])
    decided(items[0], moderator)
    took_back(assessment)
    followed()
    kept = Label.objects.get(state=LabelState.APPLIED)
    assert (kept.item, kept.finding["sources"][0]["url"]) == (items[0], "https://desk.example/three")
    assert Label.objects.filter(state=LabelState.REVIEW).count() == 2
    assert LabelDecision.objects.filter(reason__startswith="finding_changed").count() == 3


@pytest.mark.usefixtures("one_at_a_time")
def test_worker_that_dies_in_the_middle_loses_one_step_and_tells_nothing_twice(
    client: Client, claim: Claim, desk: FactCheckPartner, moderator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    assessment = found(claim, desk)
    given_labelled(claim, moderator, copies=3)
    before = cursor(client)
    took_back(assessment)
    real, done = following.matches_ask, []

    def dying(**given: Any) -> int:
        done.append(1)
        if len(done) == 2:
            # What a killed process leaves: nothing of its transaction. The statement has been lifted in it already.
            raise SystemExit
        return real(**given)

    monkeypatch.setattr(following, "matches_ask", dying)
    with pytest.raises(SystemExit):
        claims_follow()
    assert ReviewTask.objects.open().count() == StatementOfReasons.objects.exclude(withdrawn_at=None).count() == 1
    monkeypatch.setattr(following, "matches_ask", real)
    followed()
    assert [one["action"] for one in changes(client, before)] == ["withdrawn"] * 3
    assert LabelDecision.objects.filter(reason__startswith="finding_changed").count() == 3
    assert ReviewTask.objects.open().count() == StatementOfReasons.objects.exclude(withdrawn_at=None).count() == 3


def test_undo_after_the_finding_changed_is_looked_at_again(
    claim: Claim, desk: FactCheckPartner, moderator: User
) -> None:
    found(claim, desk)
    item = given_item(text=POST)
    given_match(claim, item)
    first = decided(item, moderator)
    found(claim, desk, article="https://desk.example/corrected")
    followed()
    review_undo(decision=first, by=moderator, reason="Wrong key")
    followed()
    assert Label.objects.get().state == LabelState.WITHDRAWN
    assert task_of(item).state == "open"


def test_network_is_not_told_of_a_note_whose_words_it_cannot_have(
    claim: Claim, desk: FactCheckPartner, moderator: User
) -> None:
    from labeling.services.atproto_tell import _shown

    uri = "at://did:plc:fictional/app.bsky.feed.post/1"
    found(claim, desk)
    item = given_item(uri, text=POST)
    given_match(claim, item)
    decided(item, moderator)
    assert [one.val for one in _shown([uri])] == ["unverified"]
    found(claim, desk, "missing_context")
    followed()
    decided(item, moderator, "apply:missing-context")
    assert _shown([uri]) == set()


def test_worker_is_woken_after_the_commit_and_beat_makes_up_for_a_broker_that_is_away(
    claim: Claim,
    desk: FactCheckPartner,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Any,
    caplog: pytest.LogCaptureFixture,
) -> None:
    sent: list[dict[str, Any]] = []
    monkeypatch.setattr(tasks.claims_follow, "apply_async", lambda **given: sent.append(given))
    with django_capture_on_commit_callbacks(execute=True):
        found(claim, desk)
        assert sent == []
    assert len(sent) == 1

    def away(**given: Any) -> None:
        raise OperationalError("gone")

    monkeypatch.setattr(tasks.claims_follow, "apply_async", away)
    with caplog.at_level(logging.WARNING):
        claims_nudge(claim.pk)
    assert "followed by beat" in caplog.text
    tasks.claims_follow()
