"""Official accounts: proposed by one, verified by another; what they post is marked, and nobody acts alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from accounts.audit import EVENTS
from centers.models import Election, Jurisdiction
from labeling.models import (
    AccountCategory,
    Label,
    LabelDecision,
    OfficialAccount,
    OfficialState,
    OfficialStep,
    Platform,
    ReviewAction,
    ReviewTask,
)
from labeling.services import official_follow as follow
from labeling.services.api_key import api_key_create
from labeling.services.official_account import (
    OfficialConflict,
    account_end,
    account_propose,
    account_refuse,
    account_verify,
)
from labeling.services.official_follow import official_follow
from labeling.services.review_close import review_sweep
from labeling.services.review_decide import Verdict, review_decide, review_decide_together, review_undo
from labeling.services.review_official import SecondPersonError
from tests.labeling.conftest import Post, item
from tests.labeling.officials import draft, given_official, proposer, verifier
from tests.labeling.tasks import given_moderator
from tests.members import client_of

pytestmark = pytest.mark.django_db
Work = Callable[[], None]


@pytest.fixture
def here(world: dict[str, Jurisdiction]) -> Jurisdiction:
    return world["de"]


def account_labels() -> list[tuple[str, str]]:
    found = Label.objects.filter(kind="official_account").order_by("item__external_id")
    return list(found.values_list("item__external_id", "state"))


def ask(client: Client, key: str, uri: str = "clips:author-7312") -> HttpResponse:
    return client.get(f"/api/v1/accounts/{uri}/", headers={"Authorization": f"Api-Key {key}"})  # type: ignore[return-value]


def test_two_people_make_an_account_official(platform: Platform, here: Jurisdiction) -> None:
    by, other = proposer(here), verifier(here)
    account = account_propose(draft=draft(platform, here), by=by, reason="Its own site links to it.")
    assert account.state == OfficialState.PROPOSED
    account = account_verify(account=account, by=other, reason="Seen on its site.")
    assert (account.state, account.decided_by) == (OfficialState.VERIFIED, other)
    said = list(OfficialStep.objects.values_list("state", "user__email", "reason"))
    assert said == [
        ("proposed", by.email, "Its own site links to it."), ("verified", other.email, "Seen on its site."),
    ]  # fmt: skip
    audited = EVENTS[OfficialAccount].objects.order_by("pk")
    assert [(row.pgh_label, row.pgh_context["user"]) for row in audited] == [("added", by.pk), ("changed", other.pk)]


def test_nobody_verifies_alone(platform: Platform, here: Jurisdiction) -> None:
    both = verifier(here)
    account = account_propose(draft=draft(platform, here), by=both, reason="Its own site.")
    with pytest.raises(PermissionDenied, match="Somebody else"):
        account_verify(account=account, by=both, reason="Again.")
    # But who proposed it may take that back.
    assert account_refuse(account=account, by=both, reason="Wrong id.").state == OfficialState.REFUSED
    with pytest.raises(OfficialConflict, match="refused by now"):
        account_verify(account=account, by=verifier(here, "late"), reason="Fine.")


def test_other_places_staff_neither_propose_nor_verify(
    platform: Platform, here: Jurisdiction, world: dict[str, Jurisdiction]
) -> None:
    with pytest.raises(PermissionDenied):
        account_propose(draft=draft(platform, here), by=proposer(world["fr"]), reason="Its own site.")
    account = account_propose(draft=draft(platform, here), by=proposer(here, "own"), reason="Its own site.")
    with pytest.raises(PermissionDenied):
        account_verify(account=account, by=verifier(world["fr"]), reason="Fine.")
    with pytest.raises(PermissionDenied):
        account_verify(account=account, by=proposer(here, "another"), reason="Moderators only propose.")


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"source_url": "javascript:alert(1)"}, "source_url"),
        ({"source_url": "the party told me"}, "source_url"),
        ({"external_id": "two words"}, "external_id"),
        ({"name": "  "}, "name"),
        ({"name": "Nice\u202ename"}, "name"),
        ({"reason": " "}, "reason"),
        ({"reason": "x" * 1001}, "reason"),
    ],
)
def test_a_proposal_says_what_it_rests_on(
    platform: Platform, here: Jurisdiction, more: dict[str, str], field: str
) -> None:
    fields = {"reason": "Its own site links to it."} | more
    reason = fields.pop("reason")
    with pytest.raises(ValidationError) as error:
        account_propose(draft=draft(platform, here, **fields), by=proposer(here), reason=reason)
    assert set(error.value.message_dict) == {field}


def test_an_account_stands_once(platform: Platform, here: Jurisdiction, world: dict[str, Jurisdiction]) -> None:
    given_official(platform, here)
    with pytest.raises(ValidationError, match="already"):
        account_propose(draft=draft(platform, here), by=proposer(here, "again"), reason="Its own site.")
    fr = Election.objects.get(key="fr.president.2027")
    with pytest.raises(ValidationError, match="another place"):
        account_propose(draft=draft(platform, here, "b", election=fr), by=proposer(here, "third"), reason="Site.")


def test_what_it_posts_is_marked(
    platform: Platform, here: Jurisdiction, post: Post, label_all: Work, client: Client
) -> None:
    given_official(platform, here)
    post([item(), item("8000")])
    label_all()
    assert account_labels() == [("7312", "applied")]
    label = Label.objects.get(kind="official_account")
    assert (label.jurisdiction, label.decided_by) == (here, "machine")
    assert label.evidence == [{"kind": "account", "basis": "party", "text": "Fictional Party of Arcadia"}]
    shown = client.get("/api/v1/labels/?uri=clips:7312").json()["items"][0]["labels"]
    assert [(one["kind"], one["rests_on"]) for one in shown] == [("election", []), ("official_account", ["party"])]


def test_a_proposed_account_marks_nothing(platform: Platform, here: Jurisdiction, post: Post, label_all: Work) -> None:
    account_propose(draft=draft(platform, here), by=proposer(here), reason="Its own site.")
    post([item()])
    label_all()
    assert account_labels() == []


def test_look_ups_take_as_many_queries_as_before(
    official_posts: None, client: Client, django_assert_max_num_queries: Any
) -> None:
    asked = "&".join(f"uri=clips:{number}" for number in range(20))
    with django_assert_max_num_queries(3):
        assert len(client.get(f"/api/v1/labels/?{asked}").json()["items"][0]["labels"]) == 2


@pytest.fixture
def official_posts(platform: Platform, here: Jurisdiction, post: Post, label_all: Work) -> None:
    """Twenty posts of one official account."""
    given_official(platform, here)
    post([item(str(number), author={"id": "author-7312"}) for number in range(20)])
    label_all()


def test_kept_content_follows_in_slices(
    platform: Platform, here: Jurisdiction, post: Post, label_all: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow, "SLICE", 2)
    post([item(str(number), author={"id": "author-7312"}) for number in range(5)] + [item("other")])
    label_all()
    account = given_official(platform, here)
    assert official_follow() == 5
    assert account_labels() == [(str(number), "applied") for number in range(5)]
    assert official_follow() == 0
    account_end(account=account, by=verifier(here, "later"), reason="The party was dissolved.")
    assert official_follow() == 5
    assert account_labels() == [(str(number), "withdrawn") for number in range(5)]
    said = set(LabelDecision.objects.filter(label__kind="official_account").values_list("action", "reason"))
    assert said == {("applied", "official_account"), ("withdrawn", "official_account_ended")}
    # Verified anew, marks come back.
    again = account_propose(draft=draft(platform, here), by=proposer(here, "anew"), reason="Founded again.")
    account_verify(account=again, by=verifier(here, "anew2"), reason="Seen.")
    assert official_follow() == 5
    assert {state for _, state in account_labels()} == {"applied"}


def test_platforms_read_what_to_do(
    platform: Platform, here: Jurisdiction, client: Client, key: str, django_assert_max_num_queries: Any
) -> None:
    assert ask(client, key).status_code == 404
    account = given_official(platform, here)
    with django_assert_max_num_queries(4):
        answer = ask(client, key)
    assert answer.json() == {
        "uri": "clips:author-7312",
        "name": "Fictional Party of Arcadia",
        "category": "party",
        "jurisdiction": "de",
        "election": None,
        "source_url": "https://party.example.org/contact",
        "verified_at": account.decided_at.isoformat().replace("+00:00", "Z") if account.decided_at else None,
        "policy": {
            "no_paid_political_advertising": True,
            "no_monetisation": True,
            "verified_badge": "recommended",
            "enforcement": "nuanced",
        },
    }
    assert client.get("/api/v1/accounts/clips:author-7312/").status_code == 401
    other = api_key_create(platform=Platform.objects.create(key="others", name="Others"), name="test")
    assert ask(client, other).status_code == 404


@pytest.mark.parametrize("category", [AccountCategory.PARTY, AccountCategory.NEWS])
def test_what_politicians_pay_for_comes_to_moderators(
    platform: Platform, here: Jurisdiction, post: Post, label_all: Work, category: AccountCategory
) -> None:
    given_official(platform, here, category=category)
    post([item(paid=True), item("free", author={"id": "author-7312"}), item("stranger", paid=True)])
    label_all()
    tasks = list(ReviewTask.objects.open().select_related("policy"))
    if category == AccountCategory.NEWS:
        assert tasks == []
        return
    assert [(task.uri, task.policy.key, task.jurisdiction) for task in tasks] == [
        ("clips:7312", "paid-political", here)
    ]
    review_sweep()
    assert ReviewTask.objects.open().count() == 1
    # It stays decided through an edit.
    by, second = given_moderator(here), given_moderator(here, name="second")
    tasks[0].refresh_from_db()
    review_decide(task=tasks[0], by=by, version=tasks[0].version, verdict=Verdict(ReviewAction.REJECT, "disclosed"))
    post([item(paid=True, revision=2)])
    label_all()
    assert not ReviewTask.objects.open().exists()
    assert second.pk


@pytest.fixture
def task(platform: Platform, here: Jurisdiction, post: Post, label_all: Work) -> ReviewTask:
    """What a nuanced account paid for."""
    given_official(platform, here)
    post([item(paid=True)])
    label_all()
    return ReviewTask.objects.open().get()


ACT = Verdict(ReviewAction.APPLY, "paid-undisclosed")


def test_nobody_acts_alone_against_an_official_account(task: ReviewTask, here: Jurisdiction) -> None:
    first, second = given_moderator(here), given_moderator(here, name="second")
    with pytest.raises(SecondPersonError, match="escalate"):
        review_decide(task=task, by=first, version=task.version, verdict=ACT)
    escalated = review_decide(
        task=task, by=first, version=task.version, verdict=Verdict(ReviewAction.ESCALATE, "paid-undisclosed", "Paid.")
    )
    task.refresh_from_db()
    with pytest.raises(SecondPersonError):
        review_decide(task=task, by=first, version=task.version, verdict=ACT)
    review_undo(decision=escalated, by=first, reason="Too early.")
    task.refresh_from_db()
    with pytest.raises(SecondPersonError):
        review_decide(task=task, by=second, version=task.version, verdict=ACT)
    review_decide(
        task=task, by=first, version=task.version, verdict=Verdict(ReviewAction.ESCALATE, "paid-undisclosed", "Paid.")
    )
    task.refresh_from_db()
    assert review_decide(task=task, by=second, version=task.version, verdict=ACT).action == ReviewAction.APPLY


def test_leaving_it_as_it_is_takes_one_person(task: ReviewTask, here: Jurisdiction) -> None:
    decision = review_decide(
        task=task, by=given_moderator(here), version=task.version, verdict=Verdict(ReviewAction.REJECT, "disclosed")
    )
    assert decision.action == ReviewAction.REJECT


def test_together_they_are_refused_too(task: ReviewTask, here: Jurisdiction) -> None:
    with pytest.raises(ValidationError, match="nobody acts alone"):
        review_decide_together(tasks=[(task, task.version)], by=given_moderator(here), verdict=ACT)


def test_the_moderator_is_told_before_they_try(task: ReviewTask, here: Jurisdiction) -> None:
    browser = client_of(given_moderator(here))
    page = browser.get(f"/staff/labeling/reviews/{task.public_id}/").content.decode()
    assert "Fictional Party of Arcadia" in page
    assert "nobody acts alone" in page
    assert "somebody paid for it" in page
    answer = browser.post(
        f"/staff/labeling/reviews/{task.public_id}/decide/",
        {"decision": "apply:paid-undisclosed", "version": task.version, "seen": timezone.now().isoformat()},
    )
    assert answer.status_code == 409
    assert "escalate it" in answer.content.decode()


@pytest.mark.parametrize(
    ("changed", "constraint"),
    [
        ({"category": "friend"}, "official_account_category_is_known"),
        ({"state": "maybe"}, "official_account_state_is_known"),
        ({"verified_badge": "golden"}, "official_account_badge_is_known"),
        ({"source_url": "ftp://party.example.org/"}, "official_account_has_a_source"),
        ({"decided_by": None}, "official_account_decided_says_who"),
        ({"state": "proposed"}, "official_account_decided_says_who"),
        ({"state": "ended"}, "official_account_ended_says_when"),
        ({"ended_at": timezone.now()}, "official_account_ended_says_when"),
    ],
)
def test_account_is_refused(platform: Platform, here: Jurisdiction, changed: dict[str, Any], constraint: str) -> None:
    account = given_official(platform, here)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        OfficialAccount.objects.update(**changed)
    with pytest.raises(IntegrityError, match="official_account_is_verified_by_another"), transaction.atomic():
        OfficialAccount.objects.update(decided_by=account.proposed_by)
    with pytest.raises(IntegrityError, match="official_account_stands_once"), transaction.atomic():
        OfficialAccount.objects.create(
            platform=platform, external_id="author-7312", name="Twice", category="party", jurisdiction=here,
            source_url="https://party.example.org/", proposed_by=account.proposed_by, proposed_at=timezone.now(),
        )  # fmt: skip


def test_history_is_append_only(platform: Platform, here: Jurisdiction) -> None:
    given_official(platform, here)
    for act in (lambda: OfficialStep.objects.update(reason="Other."), lambda: OfficialStep.objects.all().delete()):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            act()
    step = OfficialStep.objects.first()
    assert step is not None
    for fields, constraint in (({"reason": ""}, "official_step_has_a_reason"), ({"state": "x"}, "official_step_state")):
        line = {"account": step.account, "user": step.user, "state": "ended", "reason": "Why.", "at": step.at} | fields
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            OfficialStep.objects.create(**line)
