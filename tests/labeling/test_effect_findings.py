"""What fact-checkers found of a claim leads to labels on content that repeats it: by policies, and by people."""

from __future__ import annotations

import json
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.models import Role, User
from centers.models import Jurisdiction
from factcheck.slugs import claim_path
from labeling.models import (
    ClaimMatch,
    Label,
    LabelBasis,
    LabelState,
    MatchState,
    ReviewAction,
    ReviewTask,
    SignalKind,
    StatementOfReasons,
    TaskState,
    WebhookDelivery,
)
from labeling.services.match_name import match_name
from labeling.services.policies_load import SHIPPED, PolicyError, policies_load
from labeling.services.review_claim import ReviewConflict
from labeling.services.review_decide import Verdict, review_decide_together, review_undo
from labeling.statements import statement_problems
from tests.factories import CenterFactory
from tests.labeling.claims import (
    ARTICLE,
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
from tests.labeling.outside import given_item, given_label
from tests.labeling.tasks import given_moderator, given_task
from tests.labeling.webhooks import given_endpoint
from tests.members import given_member

pytestmark = pytest.mark.django_db
OTHER = "Der Schulchor von Arkadien singt am Dienstag im großen Saal, Eintritt frei für alle."


@pytest.fixture
def moderator(here: Jurisdiction) -> User:
    """Who decides here."""
    return given_moderator(here)


def looked_up(client: Client, external_id: str = "7312", lang: str = "en") -> list[dict[str, Any]]:
    answer = client.get(f"/api/v1/labels/?uri=fictional:{external_id}&lang={lang}")
    assert answer.status_code == 200
    return answer.json()["items"][0]["labels"]  # type: ignore[no-any-return]


def actions() -> list[dict[str, Any]]:
    messages = WebhookDelivery.objects.filter(event_type="actions.changed").order_by("pk")
    return [action for message in messages for action in json.loads(message.payload)["data"]["actions"]]


def test_false_claim_is_labelled_with_who_says_so_and_the_platform_is_asked_to_act(
    client: Client, here: Jurisdiction, moderator: User
) -> None:
    given_endpoint()
    item = given_item(text=POST, media=[{"type": "video"}])
    claim = given_claim(here)
    found(claim, given_desk(here))
    match = given_match(claim, item)
    task = task_of(item)
    assert (task.kind, task.policy.key, task.jurisdiction) == (SignalKind.FACT_CHECK, "unverified", here)
    assert looked_up(client) == [], "nothing happens before a person decides"

    decision = decided(item, moderator)

    (label,) = looked_up(client)
    assert label["kind"] == "unverified"
    assert label["text"] == "What this video says is false, according to Fablonia Fact Desk."
    assert label["distribution"] == "limited"
    assert label["share_prompt"].startswith("Fact-checkers have looked at this video.")
    assert label["note"] is None
    article, page = label["links"]
    assert article == {"url": ARTICLE, "text": "Fact-check by Fablonia Fact Desk"}
    assert page["text"] == "What fact-checkers found"
    led_on = client.get(page["url"].removeprefix(settings.PUBLIC_URL), follow=True)
    assert led_on.status_code == HTTPStatus.OK
    assert unquote(led_on.redirect_chain[-1][0]) == claim_path(claim, "en")
    match.refresh_from_db()
    assert (match.state, match.decision) == (MatchState.CONFIRMED, decision)
    task.refresh_from_db()
    assert task.state == TaskState.DECIDED

    statement = StatementOfReasons.objects.get()
    assert statement_problems(statement.document) == []
    assert (
        "Fablonia Fact Desk rated it “false”, to be read at desk.example/blue-cards."
        in (statement.document["decision_facts"])
    )
    assert claim.text in statement.document["decision_facts"]
    assert "DECISION_VISIBILITY_CONTENT_DEMOTED" in statement.document["decision_visibility"]
    assert statement.document["automated_detection"] == "No", "a person named it"
    (action,) = actions()
    assert (action["id"], action["state"], action["uri"]) == (statement.puid, "proposed", "fictional:7312")
    assert action["claim"] == {"id": str(claim.public_id), "text": claim.text, "language": "de"}
    assert action["findings"] == [
        {"partner": "Fablonia Fact Desk", "rating": "false", "article": ARTICLE, "evidence": []}
    ]
    assert statement.basis["findings"] == action["findings"]


def test_nothing_is_called_false_without_a_named_source(here: Jurisdiction, moderator: User) -> None:
    given_claim(here)
    task = given_task(here)
    for reason in ("rated-false", "altered", "partly-false", "missing-context"):
        with pytest.raises(ValidationError, match="Name the claim"):
            decided(task.item, moderator, f"apply:{reason}", policy=_policy())
    with pytest.raises(ValidationError, match="Nobody has named a claim"):
        decided(task.item, moderator, "reject:not-the-claim", policy=_policy())
    assert not Label.objects.filter(kind="unverified").exists()


def _policy() -> Any:
    from labeling.claims.effects import claims_policy

    return claims_policy()


@pytest.mark.parametrize("rating", ["altered", "partly_false", "missing_context", "unverifiable"])
def test_reason_that_nobody_found_is_refused(here: Jurisdiction, moderator: User, rating: str) -> None:
    given_vote(here)
    item, claim = given_item(text=POST), given_claim(here)
    found(claim, given_desk(here), rating)
    given_match(claim, item)
    with pytest.raises(ValidationError, match="No fact-checker has found this"):
        decided(item, moderator, "apply:rated-false")
    assert not Label.objects.exists()
    assert ClaimMatch.objects.get().state == MatchState.PROPOSED


@pytest.mark.parametrize("rating", ["", "unverifiable"])
def test_claim_nobody_could_confirm_is_limited_while_a_vote_is_near(
    client: Client, here: Jurisdiction, moderator: User, rating: str
) -> None:
    given_vote(here)
    item, claim = given_item(text=POST), given_claim(here)
    if rating:
        found(claim, given_desk(here), rating, article="")
    given_match(claim, item)
    decided(item, moderator, "apply:inconclusive")
    (label,) = looked_up(client)
    assert label["text"] == "Fact-checkers could not confirm what this video says."
    assert label["distribution"] == "limited"
    assert label["share_prompt"] == "What this video says is not confirmed. Do you want to share it all the same?"
    assert [link["text"] for link in label["links"]] == (["What fact-checkers found"] if rating else [])
    assert not WebhookDelivery.objects.filter(event_type="actions.changed").exists()
    assert StatementOfReasons.objects.get().basis["proposes_action"] is False


@pytest.mark.parametrize("rating", ["", "unverifiable", "true", "satire", "not_checkable"])
def test_nothing_is_proposed_while_no_vote_is_near_or_nothing_is_wrong(here: Jurisdiction, rating: str) -> None:
    item, claim = given_item(text=POST), given_claim(here)
    if rating:
        found(claim, given_desk(here), rating)
    with pytest.raises(ValidationError, match="Nothing follows"):
        given_match(claim, item)
    assert not ReviewTask.objects.exists()


@pytest.mark.parametrize(
    ("rating", "reason", "text"),
    [
        ("missing_context", "missing-context", "This video leaves out important context, according to Fablonia"),
        ("partly_false", "partly-false", "Part of what this video says is false, according to Fablonia"),
    ],
)
def test_missing_context_is_a_note_that_limits_nothing(
    client: Client, here: Jurisdiction, rating: str, reason: str, text: str
) -> None:
    item, claim = given_item(text=POST), given_claim(here)
    found(claim, given_desk(here), rating, said="Blue cards were used in one hall, in 2019.")
    given_match(claim, item)
    decided(item, given_moderator(here), f"apply:{reason}")
    (label,) = looked_up(client)
    assert label["text"].startswith(text)
    assert (label["distribution"], label["share_prompt"]) == (None, None)
    assert label["note"] == {
        "text": "Blue cards were used in one hall, in 2019.", "lang": "de", "by": "Fablonia Fact Desk",
    }  # fmt: skip
    assert label["links"][0]["url"] == ARTICLE
    statement = StatementOfReasons.objects.get().document
    assert statement["decision_visibility"] == ["DECISION_VISIBILITY_CONTENT_LABELLED"]
    assert actions() == []


def test_altered_says_altered(client: Client, here: Jurisdiction, moderator: User) -> None:
    item, claim = given_item(text=POST), given_claim(here)
    found(claim, given_desk(here), "altered")
    given_match(claim, item)
    decided(item, moderator, "apply:altered")
    (label,) = looked_up(client)
    assert label["text"] == "This video was altered in a misleading way, according to Fablonia Fact Desk."


def test_partners_who_disagree_are_shown_as_such_and_a_person_decides(
    client: Client, here: Jurisdiction, moderator: User
) -> None:
    item, claim = given_item(text=POST), given_claim(here)
    one, other = given_desk(here), given_desk(here, "Other Desk")
    found(claim, one)
    found(claim, other, "missing_context", "https://other.example/blue")
    given_match(claim, item)
    decided(item, moderator, "apply:rated-false")
    (label,) = looked_up(client)
    assert label["text"] == "Fact-checkers disagree about what this video says."
    assert [link["text"] for link in label["links"][:-1]] == [
        "Fact-check by Other Desk", "Fact-check by Fablonia Fact Desk",
    ]  # fmt: skip
    findings = StatementOfReasons.objects.get().basis["findings"]
    assert {(one["partner"], one["rating"]) for one in findings} == {
        ("Fablonia Fact Desk", "false"), ("Other Desk", "missing_context"),
    }  # fmt: skip


def test_two_who_agree_are_both_named(client: Client, here: Jurisdiction, moderator: User) -> None:
    item, claim = given_item(text=POST), given_claim(here)
    found(claim, given_desk(here))
    found(claim, given_desk(here, "Other Desk"), article="https://other.example/blue")
    given_match(claim, item)
    decided(item, moderator)
    (english,), (german,) = looked_up(client), looked_up(client, lang="de")
    assert english["text"].endswith("according to Other Desk and Fablonia Fact Desk.")
    assert "Other Desk und Fablonia Fact Desk" in german["text"]


def test_content_that_does_not_say_it_is_refused(client: Client, here: Jurisdiction, moderator: User) -> None:
    item, claim = given_item(text=OTHER), given_claim(here)
    found(claim, given_desk(here))
    match = given_match(claim, item)
    decided(item, moderator, "reject:not-the-claim")
    match.refresh_from_db()
    assert match.state == MatchState.REFUSED
    assert looked_up(client) == []
    followed()
    assert not ReviewTask.objects.open().exists()


def test_undo_takes_all_of_it_back(client: Client, here: Jurisdiction, moderator: User) -> None:
    given_endpoint()
    item, claim = given_item(text=POST), given_claim(here)
    found(claim, given_desk(here))
    match = given_match(claim, item)
    decision = decided(item, moderator)
    review_undo(decision=decision, by=moderator, reason="Wrong key")
    match.refresh_from_db()
    assert (match.state, match.decision) == (MatchState.PROPOSED, None)
    assert looked_up(client) == []
    assert [one["state"] for one in actions()] == ["proposed", "withdrawn"]
    assert actions()[1]["withdrawn_because"] == "undone"
    assert StatementOfReasons.objects.get().withdrawn_because == "undone"
    assert not LabelBasis.objects.filter(ended_at=None).exists()
    followed()
    decided(item, moderator)
    assert looked_up(client)[0]["distribution"] == "limited"
    assert [one["state"] for one in actions()] == ["proposed", "withdrawn", "proposed"]


def test_decision_about_something_else_leaves_the_claim_waiting(here: Jurisdiction, moderator: User) -> None:
    task = given_task(here, text=POST)
    claim = given_claim(here)
    found(claim, given_desk(here))
    given_match(claim, task.item)
    task.refresh_from_db()
    assert (task.kind, task.policy.key) == (SignalKind.FACT_CHECK, "unverified")
    decided(task.item, moderator)
    task.refresh_from_db()
    assert (task.state, task.policy.key) == (TaskState.OPEN, "election-label"), "the label of a rule waits still"
    decided(task.item, moderator, "apply:about-election")
    assert set(Label.objects.values_list("kind", "state")) == {("unverified", "applied"), ("election", "applied")}


def test_second_claim_waits_and_rejecting_it_leaves_what_the_first_bears(
    client: Client, here: Jurisdiction, moderator: User
) -> None:
    item = given_item(text=f"{POST} {OTHER}")
    desk = given_desk(here)
    first, second = given_claim(here), given_claim(here, OTHER)
    found(first, desk)
    found(second, desk, "missing_context", "https://desk.example/choir")
    given_match(first, item)
    given_match(second, item)
    decided(item, moderator, "apply:rated-false")
    assert task_of(item).kind == SignalKind.FACT_CHECK
    noted = decided(item, moderator, "apply:missing-context")
    (label,) = looked_up(client)
    assert label["text"].startswith("What this video says is false"), "the weightier claim gives the words"
    assert [link["url"] for link in label["links"][:-2]] == [ARTICLE, "https://desk.example/choir"]
    review_undo(decision=noted, by=moderator, reason="It is another choir")
    decided(item, moderator, "reject:not-the-claim")
    (label,) = looked_up(client)
    assert [link["url"] for link in label["links"][:-1]] == [ARTICLE]
    assert not ReviewTask.objects.open().exists()


def test_finding_that_changed_since_moderators_were_asked_is_a_conflict(here: Jurisdiction, moderator: User) -> None:
    item, claim = given_item(text=POST), given_claim(here)
    desk = given_desk(here)
    found(claim, desk)
    given_match(claim, item)
    found(claim, desk, article="https://desk.example/better")
    with pytest.raises(ReviewConflict, match="changed meanwhile"):
        decided(item, moderator)
    followed()
    decided(item, moderator)
    assert Label.objects.get().finding["sources"][0]["url"] == "https://desk.example/better"


def test_copies_are_decided_together_and_another_claim_is_left(here: Jurisdiction, moderator: User) -> None:
    desk = given_desk(here)
    claim, other = given_claim(here), given_claim(here, OTHER)
    found(claim, desk)
    found(other, desk)
    items = [given_item(str(number), text=POST) for number in range(3)]
    for number, item in enumerate(items):
        given_match(other if number == 2 else claim, item)
    plain = given_task(here, "plain")
    tasks = [(task, task.version) for task in [*(task_of(item) for item in items), plain]]
    verdict = Verdict(ReviewAction.APPLY, "rated-false", policy=_policy())
    bulk, refused = review_decide_together(tasks=tasks, by=moderator, verdict=verdict)
    assert (bulk.count, len(refused)) == (2, 2)
    assert "another claim" in refused[tasks[2][0].pk]
    assert "Name the claim" in refused[plain.pk]
    assert Label.objects.filter(kind="unverified", state=LabelState.APPLIED).count() == 2


def test_closed_task_asks_nobody_until_findings_change(here: Jurisdiction, moderator: User) -> None:
    item, claim = given_item(text=POST), given_claim(here)
    desk = given_desk(here)
    assessment = found(claim, desk)
    given_match(claim, item)
    decided(item, moderator, "close:rated-false", note="Not now")
    followed()
    assert not ReviewTask.objects.open().exists()
    found(claim, desk, "altered")
    followed()
    assert task_of(item).kind == SignalKind.FACT_CHECK
    assessment.refresh_from_db()
    assert assessment.ended_at is not None


def test_policy_says_what_a_rating_leads_to(
    client: Client, here: Jurisdiction, moderator: User, tmp_path: Path
) -> None:
    item, claim = given_item(text=POST), given_claim(here)
    found(claim, given_desk(here))
    policy = json.loads((SHIPPED / "unverified.json").read_text(encoding="utf-8")) | {"version": 3}
    policy["effects"]["rated-false"] = {"needs_source": True, "note": True}
    (tmp_path / "unverified.json").write_text(json.dumps(policy), encoding="utf-8")
    policies_load(folder=tmp_path)
    given_match(claim, item)
    decided(item, moderator)
    (label,) = looked_up(client)
    assert (label["distribution"], label["note"]["by"]) == (None, "Fablonia Fact Desk")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"ratings": {"rumour": {"reason": "confirmed"}}}, "rumour, which is no rating"),
        ({"ratings": {"false": {"reason": "dreamt"}}}, "dreamt, which is no reason"),
        ({"effects": {"dreamt": {}}}, "dreamt, which is no reason"),
        ({"ratings": {"none": {"reason": "rated-false"}}}, "nobody has found anything"),
        ({"effects": {"rated-false": {"punish": True}}}, "punish"),
    ],
)
def test_policy_that_leads_nowhere_is_refused(tmp_path: Path, changes: dict[str, Any], said: str) -> None:
    policy = json.loads((SHIPPED / "unverified.json").read_text(encoding="utf-8")) | {"version": 3} | changes
    (tmp_path / "unverified.json").write_text(json.dumps(policy), encoding="utf-8")
    with pytest.raises(PolicyError, match=said):
        policies_load(folder=tmp_path)


def test_label_given_by_hand_names_nobody(client: Client, here: Jurisdiction) -> None:
    given_label(here, kind="unverified")
    (label,) = looked_up(client)
    assert label["text"] == "Fact-checkers could not confirm what this video says."
    assert (label["distribution"], label["note"], label["links"]) == ("limited", None, [])


def test_election_label_says_nothing_of_it(client: Client, here: Jurisdiction) -> None:
    given_label(here)
    (label,) = looked_up(client)
    assert not {"distribution", "share_prompt", "note", "links"} & set(label)


def test_only_who_may_bring_claims_names_content(here: Jurisdiction, elsewhere: Jurisdiction) -> None:
    given_vote(here)
    item, claim = given_item(text=POST), given_claim(here)
    for stranger in (given_member(Role.CURATOR, here), given_moderator(elsewhere)):
        with pytest.raises(PermissionDenied):
            match_name(claim=claim, item=item, by=stranger)
    assert match_name(claim=claim, item=item, by=given_moderator(here, name="namer")).evidence[0]["by"]


def test_blind_answer_is_asked_nothing_of_claims(here: Jurisdiction, moderator: User, settings: Any) -> None:
    settings.REVIEW_SECOND_SHARE = 100
    item, claim = given_item(text=POST), given_claim(here)
    assessment = found(claim, given_desk(here))
    given_match(claim, item)
    decided(item, moderator)
    blind = ReviewTask.objects.get(is_blind=True)
    took_back(assessment)
    second = given_moderator(here, name="second")
    from labeling.services.review_decide import review_decide

    review_decide(task=blind, by=second, version=blind.version, verdict=Verdict(ReviewAction.APPLY, "rated-false"))
    assert ClaimMatch.objects.get().decision.user == moderator


def test_voters_read_what_was_found_and_by_whom(client: Client, here: Jurisdiction, moderator: User) -> None:
    CenterFactory.create(jurisdiction=here)
    false, partly = given_item("false", text=POST), given_item("partly", text=OTHER)
    claim, other, desk = given_claim(here), given_claim(here, OTHER), given_desk(here)
    found(claim, desk)
    found(other, desk, "partly_false", said="Der Eintritt kostet <b>5 Taler</b>.")
    for one, item, said in ((claim, false, "apply:rated-false"), (other, partly, "apply:partly-false")):
        given_match(one, item)
        decided(item, moderator, said)
    limited = client.get(f"/en/labels/{Label.objects.get(item=false).public_id}/").content.decode()
    assert "What this video says is false, according to Fablonia Fact Desk." in limited
    assert (
        f'<a class="banner-check" href="{ARTICLE}" rel="noreferrer noopener">Fact-check by Fablonia Fact Desk</a>'
        in (limited)
    )
    assert "Platforms may show this content to fewer people." in limited
    assert "could not be confirmed. Platforms" not in limited
    noted = client.get("/en/watch/fictional/partly/").content.decode()
    assert '<blockquote class="banner-note" lang="de" dir="auto">Der Eintritt kostet &lt;b&gt;5 Taler' in noted
    page = client.get(f"/en/labels/{Label.objects.get(item=partly).public_id}/").content.decode()
    assert "Platforms may show this content to fewer people." not in page


def test_looking_up_costs_nothing_beside_its_own_statement(
    client: Client, here: Jurisdiction, moderator: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    claim = given_claim(here)
    found(claim, given_desk(here))
    for number in range(3):
        item = given_item(str(number), text=POST)
        given_match(claim, item)
        decided(item, moderator)
    # Its one statement goes past Django (`plain_cursor`), and is not counted.
    with django_assert_num_queries(0):
        answer = client.get("/api/v1/labels/?" + "&".join(f"uri=fictional:{number}" for number in range(3)))
    assert [len(one["labels"]) for one in answer.json()["items"]] == [1, 1, 1]
