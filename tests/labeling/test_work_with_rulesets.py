"""Sets of rules in the workspace: read, drafted, released after a page that says how much it changes, taken back."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import pytest
from django.test import Client

from accounts.models import Role, User
from labeling.models import IntakeBatch, RuleBrake, Ruleset, RulesetStatus
from tests.factories import JurisdictionFactory
from tests.labeling.sets import given_batch_set_aside, given_brake, given_rule, given_ruleset
from tests.members import client_of, given_member

pytestmark = pytest.mark.django_db

SETS = "/staff/labeling/rulesets/"


@pytest.fixture
def operator() -> User:
    return given_member(Role.OPERATOR)


@pytest.fixture
def desk(operator: User) -> Client:
    return client_of(operator)


@pytest.fixture
def live() -> Ruleset:
    return given_ruleset(RulesetStatus.LIVE)


def text_of(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def test_sets_are_listed_with_state_and_author(desk: Client, operator: User, live: Ruleset) -> None:
    draft = given_ruleset(author=operator, note="Words of the run-off", based_on=live)
    page = text_of(desk.get(SETS))
    assert page.index(f">{draft}<") < page.index(f">{live}<")
    assert "Words of the run-off" in page
    assert operator.email in page
    assert "tag-live" in page


def test_list_without_sets_says_what_to_do(desk: Client) -> None:
    assert "manage.py load_facts" in text_of(desk.get(SETS))
    refused = desk.post(SETS, {"note": ""})
    assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "No set is live" in text_of(refused)


def test_draft_begins_with_the_live_rules(desk: Client, operator: User, live: Ruleset) -> None:
    answer = desk.post(SETS, {"note": "Words of the run-off"})
    draft = Ruleset.objects.get(status=RulesetStatus.DRAFT)
    assert answer["Location"] == f"{SETS}{draft.version}/"
    assert (draft.author, draft.note, draft.rules.count()) == (operator, "Words of the run-off", live.rules.count())
    assert f"The rules are still those of {live}" in text_of(desk.get(answer["Location"]))


def test_page_tells_how_a_draft_differs(desk: Client, live: Ruleset) -> None:
    draft = given_ruleset(based_on=live)
    given_rule(draft, "neuwahl")
    draft.rules.filter(pattern="arkadienwahl").update(weight=0.5)
    page = text_of(desk.get(f"{SETS}{draft.version}/"))
    assert f"Against {live}: <strong>1</strong> new, <strong>1</strong> changed, <strong>0</strong> taken out." in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=NEUW", ["neuwahl"]),
        ("q=wahllokal", ["compound"]),
        ("place=xb", ["neuwahl"]),
        ("place=-", ["compound"]),
        ("language=ga", ["neuwahl"]),
        ("kind=compound", ["compound"]),
        ("q=xyzzy", []),
        ("place=zz", ["arkadienwahl", "compound", "neuwahl"]),
    ],
)
def test_rules_are_found(desk: Client, query: str, found: list[str]) -> None:
    draft = given_ruleset()
    given_rule(draft, "neuwahl", jurisdiction="xb", languages=["ga", "en"])
    terms = [{"kind": "phrase", "pattern": "Wahllokal", "key": "folded"}]
    given_rule(draft, "", key="test:compound", kind="compound", any_of=terms, jurisdiction="")
    answer = desk.get(f"{SETS}{draft.version}/?{query}")
    keys = [rule.key.removeprefix("test:") for rule in answer.context["page"]]
    assert keys == found
    if not found:
        assert "No rule fits." in text_of(answer)


def test_thousands_of_rules_are_read_page_by_page_with_few_queries(
    desk: Client, django_assert_max_num_queries: Any
) -> None:
    live = given_ruleset(RulesetStatus.LIVE, *(f"tag{number:03}" for number in range(120)))
    with django_assert_max_num_queries(14):
        page = desk.get(f"{SETS}{live.version}/")
    assert page.content.decode().count("data-row") == 50
    assert "Page 1 of 3" in text_of(page)
    with django_assert_max_num_queries(10):
        desk.get(SETS)


def test_thresholds_of_a_draft_are_changed_and_wrong_ones_named_beside_the_field(desk: Client, live: Ruleset) -> None:
    draft = given_ruleset()
    path = f"{SETS}{draft.version}/settings/"
    wrong = desk.post(path, {"note": "", "apply_from": "0.5", "review_from": "0.8"})
    assert wrong.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert 'id="id_review_from_error"' in wrong.content.decode()
    assert 'aria-describedby="id_review_from_helptext id_review_from_error"' in wrong.content.decode()

    seen = desk.get(path).context["form"]["seen"].value()
    desk.post(path, {"note": "stricter", "apply_from": "0.9", "review_from": "0.6", "seen": seen})
    draft.refresh_from_db()
    assert (draft.note, draft.apply_from, draft.review_from) == ("stricter", 0.9, 0.6)

    refused = desk.post(f"{SETS}{live.version}/settings/", {"note": "", "apply_from": "0.9", "review_from": "0.6"})
    assert "only a draft can be changed" in text_of(refused)


def test_set_is_released_step_by_step_and_taken_back(desk: Client, operator: User, live: Ruleset) -> None:
    # A set whose rules speak of a place there is not is no set to release.
    JurisdictionFactory(code="xa")
    draft = given_ruleset(based_on=live)
    given_rule(draft, "neuwahl")
    steps = f"{SETS}{draft.version}/step/"
    asked = text_of(desk.get(f"{steps}live/"))
    assert f"Rules of {draft} against {live}: <strong>1</strong> more" in asked
    draft.refresh_from_db()
    assert draft.status == RulesetStatus.DRAFT

    for step, more, status in (
        ("shadow", {}, RulesetStatus.SHADOW),
        ("ramp", {"share": "5"}, RulesetStatus.RAMPING),
        ("live", {}, RulesetStatus.LIVE),
    ):
        answer = desk.post(f"{steps}{step}/", {"reason": "tried"} | more)
        assert answer.status_code == HTTPStatus.FOUND, text_of(answer)
        draft.refresh_from_db()
        assert draft.status == status
    assert "the set before it labels again" in text_of(desk.get(f"{steps}back/")).lower()

    desk.post(f"{steps}back/", {"reason": "too many labels"})

    live.refresh_from_db()
    assert live.status == RulesetStatus.LIVE
    event = live.events.order_by("id").last()
    assert event is not None
    assert (event.user, event.reason) == (operator, "too many labels")


@pytest.mark.parametrize(
    ("step", "fields", "field"),
    [
        ("live", {"reason": ""}, "reason"),
        ("ramp", {"reason": "tried", "share": "0"}, "share"),
        ("ramp", {"reason": "tried", "share": "much"}, "share"),
    ],
)
def test_step_says_beside_the_field_what_is_missing(
    desk: Client, live: Ruleset, step: str, fields: dict[str, str], field: str
) -> None:
    draft = given_ruleset()
    answer = desk.post(f"{SETS}{draft.version}/step/{step}/", fields)
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert f'id="id_{field}_error"' in answer.content.decode()
    draft.refresh_from_db()
    assert draft.status == RulesetStatus.DRAFT


def test_step_that_cannot_be_taken_says_why(desk: Client, live: Ruleset) -> None:
    given_ruleset(RulesetStatus.SHADOW)
    draft = given_ruleset()
    answer = desk.post(f"{SETS}{draft.version}/step/shadow/", {"reason": "tried"})
    assert "one set is tried at a time" in text_of(answer)
    assert desk.get(f"{SETS}{draft.version}/step/sideways/").status_code == HTTPStatus.NOT_FOUND


def test_draft_is_given_up_after_asking(desk: Client, live: Ruleset) -> None:
    draft = given_ruleset()
    assert "Give" in text_of(desk.get(f"{SETS}{draft.version}/discard/"))
    desk.post(f"{SETS}{draft.version}/discard/", {"reason": "superseded"})
    draft.refresh_from_db()
    assert draft.status == RulesetStatus.RETIRED


def test_auditor_reads_and_is_offered_nothing_to_change(live: Ruleset) -> None:
    auditor = client_of(given_member(Role.AUDITOR))
    draft = given_ruleset()
    assert "Begin a draft" not in text_of(auditor.get(SETS))
    page = text_of(auditor.get(f"{SETS}{draft.version}/"))
    assert "/step/" not in page
    assert "/settings/" not in page


def test_rule_is_shown_with_all_it_says_and_hostile_words_stay_words(desk: Client) -> None:
    draft = given_ruleset()
    rule = given_rule(draft, "<script>alert(1)</script>", note="because", regions=["xa"])
    page = desk.get(f"{SETS}{draft.version}/rules/{rule.pk}/")
    assert "&lt;script&gt;alert(1)" in page.content.decode()
    assert "<script>alert" not in page.content.decode()
    assert desk.get(f"{SETS}{draft.version + 1}/rules/{rule.pk}/").status_code == HTTPStatus.NOT_FOUND


def test_brake_is_released_with_a_reason_once(desk: Client, operator: User, live: Ruleset) -> None:
    brake = given_brake(live)
    assert "900 of 10,000 items" in text_of(desk.get("/staff/labeling/brakes/"))
    path = f"/staff/labeling/brakes/{brake.pk}/release/"
    assert desk.post(path, {"reason": " "}).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    desk.post(path, {"reason": "polling day"})
    brake.refresh_from_db()
    assert (brake.released_by, brake.release_reason) == (operator, "polling day")
    assert "released before" in text_of(desk.post(path, {"reason": "again"}))
    assert "No rule is braked." in text_of(desk.get("/staff/labeling/brakes/"))
    assert "polling day" in text_of(desk.get("/staff/labeling/brakes/?all=yes"))
    assert RuleBrake.objects.count() == 1


def test_pipeline_shows_what_was_set_aside_and_tries_it_again(
    desk: Client, django_assert_max_num_queries: Any, monkeypatch: Any
) -> None:
    batch = given_batch_set_aside()
    with django_assert_max_num_queries(12):
        page = text_of(desk.get("/staff/labeling/pipeline/"))
    assert "ValueError: fictional" in page
    path = f"/staff/labeling/pipeline/batches/{batch.public_id}/"
    lines = desk.get(f"{path}download/")
    assert lines["Content-Type"] == "application/x-ndjson"
    assert [b'"external_id":"1"' in line for line in lines.content.splitlines()] == [True, False]

    assert desk.get(f"{path}replay/").status_code == HTTPStatus.OK
    desk.post(f"{path}replay/")

    assert IntakeBatch.objects.get().replay_count == 1
    assert desk.get(f"{path}replay/").status_code == HTTPStatus.NOT_FOUND
    assert "No batch is set aside." in text_of(desk.get("/staff/labeling/pipeline/"))
