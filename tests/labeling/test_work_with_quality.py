"""Quality in the workspace: what is blind stays blind, who sees what, and each rule's measured precision."""

from __future__ import annotations

from http import HTTPStatus

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import Role, User
from centers.models import Jurisdiction
from labeling.models import ContentItem, GoldenItem, Label, LabelDecision, QualityCheck, ReviewTask, RulesetStatus
from labeling.rule_precision import precision_of
from labeling.services.brake_engage import brakes_engage_by_overturns
from labeling.services.quality_golden import golden_mark
from labeling.services.review_decide import UNDO_WITHIN, review_decide, review_undo
from tests.labeling.sets import given_ruleset
from tests.labeling.tasks import APPLY, REJECT, given_moderator, given_task
from tests.labeling.test_check_reviews import blind_of, decide, given_differed
from tests.members import client_of, given_member

pytestmark = pytest.mark.django_db
QUALITY, REVIEWS = "/staff/labeling/quality/", "/staff/labeling/reviews/"


@pytest.fixture(autouse=True)
def _everything_is_drawn(settings: Settings) -> None:
    settings.REVIEW_SECOND_SHARE = 100
    settings.REVIEW_GOLDEN_SHARE = 0


@pytest.fixture
def anna(here: Jurisdiction) -> User:
    return given_moderator(here, name="anna")


@pytest.fixture
def ben(here: Jurisdiction) -> User:
    return given_moderator(here, name="ben")


@pytest.fixture
def lead(here: Jurisdiction) -> User:
    return given_member(Role.OPERATOR, here, email="lead@fictional.example")


def test_blind_task_looks_like_the_first_one_did(here: Jurisdiction, anna: User, ben: User) -> None:
    task = given_task(here)
    before = client_of(ben).get(f"{REVIEWS}{task.public_id}/").content.decode()
    decide(task, anna)
    blind = blind_of(task)
    page = client_of(ben).get(f"{REVIEWS}{blind.public_id}/").content.decode()

    def told(body: str) -> list[str]:
        """The page without what differs for every task: ids, tokens, and the moment of opening."""
        lines = body.replace(str(task.public_id), "id").replace(str(blind.public_id), "id").splitlines()
        return [line for line in lines if "csrfmiddlewaretoken" not in line and 'name="seen"' not in line]

    assert told(page) == told(before)
    assert "anna@" not in page
    assert "Decided before" not in page
    assert "Shown to viewers" not in page
    body = client_of(ben).get(REVIEWS).content.decode()
    assert "Quality control" not in body.replace('<option value="quality">Quality control</option>', "")


def test_pairs_are_told_to_leads_and_once_settled_to_who_took_part(
    here: Jurisdiction, elsewhere: Jurisdiction, anna: User, ben: User, lead: User
) -> None:
    cleo, zoe = (given_moderator(here, name=name) for name in ("cleo", "zoe"))
    _, check = given_differed(here, anna, ben)
    name = f'id="pair-{check.pk}"'

    def body(user: User) -> str:
        return client_of(user).get(QUALITY).content.decode()

    assert name in body(lead)
    assert "waits for a third person" in body(lead)
    assert name not in body(anna)
    decide(ReviewTask.objects.open().get(), cleo, REJECT)
    for user in (anna, ben, cleo, lead):
        assert name in body(user)
    assert "First, by you" in body(anna)
    assert "ben@" not in body(anna)
    assert "ben@" in body(lead)
    auditor = given_member(Role.AUDITOR, here, email="auditor@fictional.example")
    stranger = given_member(Role.OPERATOR, elsewhere, email="stranger@fictional.example")
    for user in (zoe, auditor, stranger):
        assert name not in body(user)
    assert "Eine erfundene Wahl" in body(anna)
    ContentItem.objects.update(text="", erased_at=timezone.now())
    assert "The words are not kept any more." in body(anna)


def test_agreement_is_shown_with_its_interval_or_as_too_few(here: Jurisdiction, anna: User, ben: User) -> None:
    for number in range(30):
        task = given_task(here, str(number))
        verdict = REJECT if number % 3 else APPLY
        decide(task, anna, verdict)
        decide(blind_of(task), ben, verdict if number else REJECT)
        if number == 28:
            assert "too few: fewer than 30" in client_of(anna).get(QUALITY).content.decode()
    body = client_of(anna).get(QUALITY).content.decode()
    assert "The machine is not sure, xa" in body
    assert "0.92" in body
    assert "0.78 to 1.00" in body


def test_golden_items_are_made_and_taken_out_by_leads(here: Jurisdiction, anna: User, ben: User, lead: User) -> None:
    task = given_task(here)
    first = decide(task, anna)
    decide(blind_of(task), ben)
    client = client_of(lead)
    add = f"{QUALITY}golden/add/{first.pk}/"
    assert add in client.get(f"{QUALITY}golden/").content.decode()
    assert client.post(add, {"reason": ""}).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert client.post(add, {"reason": "It names the ballot. <b>"})["Location"] == f"{QUALITY}golden/"
    golden = GoldenItem.objects.get()
    page = client.get(f"{QUALITY}golden/").content.decode()
    assert "It names the ballot. &lt;b&gt;" in page
    assert add not in page
    assert client.post(add, {"reason": "again"}).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    client.post(f"{QUALITY}golden/{golden.public_id}/retire/", {"reason": "Not clear after all."})
    assert "Not clear after all." in client.get(f"{QUALITY}golden/?all=yes").content.decode()
    assert "The pool is empty." in client.get(f"{QUALITY}golden/").content.decode()


def test_answers_are_told_to_their_moderator_and_to_leads_only(
    here: Jurisdiction, elsewhere: Jurisdiction, ben: User, lead: User, settings: Settings
) -> None:
    settings.REVIEW_SECOND_SHARE = 0
    anna = given_moderator(here, name="anna")
    golden_mark(decision=decide(given_task(here, "golden"), anna), by=lead, why="It names the ballot.")
    settings.REVIEW_GOLDEN_SHARE = 100
    decide(given_task(here, "everyday"), ben)
    answer = decide(ReviewTask.objects.open().get(), ben, REJECT)
    # While it can be taken back the agreed answer is not told: it could be given anew.
    assert "You met no golden item" in client_of(ben).get(f"{QUALITY}mine/").content.decode()
    QualityCheck.objects.filter(second=answer).update(compared_at=timezone.now() - UNDO_WITHIN)
    mine = client_of(ben).get(f"{QUALITY}mine/").content.decode()
    assert "It names the ballot." in mine
    assert "Golden items answered</dt><dd>1" in mine
    assert "You met no golden item" in client_of(anna).get(f"{QUALITY}mine/").content.decode()
    assert client_of(anna).get(f"{QUALITY}moderators/").status_code == HTTPStatus.FORBIDDEN
    assert "ben@" in client_of(lead).get(f"{QUALITY}moderators/").content.decode()
    stranger = given_member(Role.OPERATOR, elsewhere, email="stranger@fictional.example")
    assert "ben@" not in client_of(stranger).get(f"{QUALITY}moderators/").content.decode()


def test_quality_page_takes_few_queries(
    here: Jurisdiction, anna: User, ben: User, lead: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(5):
        task = given_task(here, str(number))
        decide(task, anna)
        decide(blind_of(task), ben, REJECT)
    client = client_of(lead)
    client.get(QUALITY)
    with django_assert_max_num_queries(14):
        assert client.get(QUALITY).content.decode().count("waits for a third person") == 5


# --- rules


def given_shown(here: Jurisdiction, name: str, ruleset) -> Label:  # type: ignore[no-untyped-def]
    """A label the machine showed, by the set's rule, which comes to a person."""
    task = given_task(here, name)
    label = Label.objects.get(item=task.item_id)
    now = timezone.now()
    Label.objects.filter(pk=label.pk).update(
        ruleset=ruleset, evidence=[{"rule": "test:arkadienwahl", "kind": "hashtag", "text": "x"}]
    )
    LabelDecision.objects.create(label=label, action="applied", decided_by="machine", reason="matched", decided_at=now)
    return label


def test_precision_counts_last_words_and_nothing_that_was_taken_back(
    here: Jurisdiction, anna: User, ben: User, settings: Settings
) -> None:
    ruleset = given_ruleset(RulesetStatus.LIVE)
    cleo = given_moderator(here, name="cleo")
    for name in ("kept", "overturned", "undone", "settled"):
        given_shown(here, name, ruleset)
    tasks = {task.item.external_id: task for task in ReviewTask.objects.select_related("item")}  # type: ignore[union-attr]
    settings.REVIEW_SECOND_SHARE = 0
    decide(tasks["kept"], anna, APPLY)
    decide(tasks["overturned"], anna, REJECT)
    review_undo(decision=decide(tasks["undone"], anna, REJECT), by=anna, reason="wrong key")
    settings.REVIEW_SECOND_SHARE = 100
    # Overturned first, blindly contradicted, and confirmed by the third person: one confirmed label.
    decide(tasks["settled"], anna, REJECT)
    decide(blind_of(tasks["settled"]), ben, APPLY)
    settling = QualityCheck.objects.get().settling
    assert settling is not None
    decide(settling, cleo, APPLY)
    found = precision_of(ruleset=ruleset, rules=["test:arkadienwahl"])["test:arkadienwahl"]
    assert (found.shown.hits, found.shown.n, found.asked.n, found.overturned) == (2, 3, 0, 1)


def test_brakes_do_not_count_what_was_taken_back(here: Jurisdiction, anna: User, settings: Settings) -> None:
    settings.RULE_BRAKE_DECISIONS = 5
    settings.REVIEW_SECOND_SHARE = 0
    ruleset = given_ruleset(RulesetStatus.LIVE)
    decisions = []
    for number in range(12):
        given_shown(here, str(number), ruleset)
        task = ReviewTask.objects.get(item__external_id=str(number))
        decisions.append(review_decide(task=task, by=anna, version=task.version, verdict=REJECT))
    for decision in decisions:
        review_undo(decision=decision, by=anna, reason="wrong key")
    # As if people had confirmed all of them, had undoing counted as a judgement; as if overturned, had the first.
    assert brakes_engage_by_overturns() == []
    for decision in decisions:
        decision.task.refresh_from_db()
        review_decide(task=decision.task, by=anna, version=decision.task.version, verdict=REJECT)
    (brake,) = brakes_engage_by_overturns()
    assert (brake.figures["decided"], brake.figures["overturned"]) == (12, 12)


def test_rule_and_list_of_rules_show_measured_precision(here: Jurisdiction, anna: User, settings: Settings) -> None:
    settings.REVIEW_SECOND_SHARE = 0
    ruleset = given_ruleset(RulesetStatus.LIVE)
    for number in range(5):
        given_shown(here, str(number), ruleset)
        decide(ReviewTask.objects.get(item__external_id=str(number)), anna, APPLY if number else REJECT)
    client = client_of(anna)
    rule = ruleset.rules.get()
    for page in (f"{ruleset.version}/rules/{rule.pk}/", f"{ruleset.version}/"):
        body = client.get(f"/staff/labeling/rulesets/{page}").content.decode()
        assert '80 % <span class="meta">(38 to 96 %) of 5</span>' in body
    assert "test:arkadienwahl" in client.get(QUALITY).content.decode()
    # A draft has labelled nothing: it shows what the set it began from came to.
    draft = given_ruleset(based_on=ruleset)
    body = client.get(f"/staff/labeling/rulesets/{draft.version}/rules/{draft.rules.get().pk}/").content.decode()
    assert f"labels of set {ruleset}" in body
    assert "80 %" in body
