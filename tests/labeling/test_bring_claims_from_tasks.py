"""From a moderator's task to the fact-checkers: prefilled, once, with the way back."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import Role, User
from centers.models import Jurisdiction
from factcheck.models import Claim, Origin
from factcheck.services.assessment_give import Finding, assessment_give
from labeling.models import ClaimSource, ContentItem, ReviewTask, SignalKind
from labeling.services.claim_source import can_bring, claim_from_task, links_let_go
from labeling.services.review_join import Signal, signals_join
from labeling.services.review_notice import notice_receive
from tests.factcheck.partners import given_checker, given_desk
from tests.factories import JurisdictionFactory
from tests.labeling.tasks import given_moderator, given_task
from tests.members import client_of, given_member

pytestmark = pytest.mark.django_db
SAID = "In Arkadien darf nur wählen, wer am Sonntag einen <b>blauen</b> Ausweis mitbringt."
LINK = "https://clips.example/@fictional/7312"


@pytest.fixture
def task(here: Jurisdiction) -> ReviewTask:
    here.parent = JurisdictionFactory.create(code="eu", ocd_id="ocd-division/region:eu", level="union", parent=None)
    here.save()
    found = given_task(here, "video", text=SAID, url=LINK)
    assert found.item is not None
    return found


@pytest.fixture
def moderator(here: Jurisdiction) -> User:
    return given_moderator(here)


def page_of(task: ReviewTask) -> str:
    return f"/staff/labeling/reviews/{task.public_id}/"


def bring(task: ReviewTask, by: User, **more: Any) -> tuple[Claim, bool]:
    sent = {"text": SAID, "language": "de", "countries": [task.jurisdiction.code], "seen_at": LINK} | more
    return claim_from_task(task=task, by=by, **sent)


def test_claim_is_filled_in_and_brought_in_one_step(here: Jurisdiction, task: ReviewTask, moderator: User) -> None:
    partner = given_desk("Fablonia Fact Desk", countries=[here.code], recorded=False)
    client = client_of(moderator)
    assert f'{page_of(task)}to-checkers/"' in client.get(page_of(task)).content.decode()
    form = client.get(f"{page_of(task)}to-checkers/").content.decode()
    assert "einen &lt;b&gt;blauen&lt;/b&gt; Ausweis mitbringt." in form
    assert f'value="{LINK}"' in form
    assert '<option value="de" selected>' in form
    assert f'value="{here.code}"' in form
    assert form.count("checked") == 1
    sent = {"text": SAID, "language": "de", "countries": [here.code], "seen_at": LINK}
    answer = client.post(f"{page_of(task)}to-checkers/", sent, follow=True).content.decode()
    assert "The fact-checkers have it." in answer
    claim = Claim.objects.get()
    assert (claim.text, claim.origin, claim.opened_by, claim.seen_at) == (SAID, "moderator", moderator, LINK)
    assert "Brought to the fact-checkers:" in answer
    assert "Fablonia Fact Desk" in answer
    assert "It says what a claim says" not in answer, "it is told once"
    assert "have it already" in client.post(f"{page_of(task)}to-checkers/", sent, follow=True).content.decode()
    assert Claim.objects.count() == 1
    finding = Finding("false", "Any card will do.", "de", "https://desk.example/blue")
    assessment_give(claim=claim, partner=partner, by=given_checker(partner), finding=finding, seen=0)
    assert '<span class="tag tag-live">False</span>' in client.get(page_of(task)).content.decode()


def test_claim_page_leads_back_for_whoever_may_go_there(here: Jurisdiction, task: ReviewTask, moderator: User) -> None:
    claim, _ = bring(task, moderator)
    path = f"/staff/factcheck/claims/{claim.public_id}/"
    assert f'href="{page_of(task)}"' in client_of(moderator).get(path).content.decode()
    partner = given_desk(countries=[here.code], recorded=False)
    checker = client_of(given_checker(partner)).get(path).content.decode()
    assert f"Brought out of a moderators’ task on {timezone.now():%-d %b %Y}: {task.uri}" in checker
    assert page_of(task) not in checker


@pytest.mark.parametrize(
    ("kinds", "origin"),
    [
        ([], Origin.MODERATOR),
        ([SignalKind.REPORT], Origin.REPORT),
        ([SignalKind.TRUSTED_FLAGGER], Origin.NOTICE),
        ([SignalKind.REPORT, SignalKind.RAPID_RESPONSE], Origin.NOTICE),
        ([SignalKind.APPEAL], Origin.MODERATOR),
    ],
)
def test_origin_says_who_made_it_known(
    here: Jurisdiction, task: ReviewTask, moderator: User, kinds: list[SignalKind], origin: Origin
) -> None:
    for kind in kinds:
        signal = Signal(task.uri, task.item_id, here.pk, "de", kind, f"given:{kind}")
        signals_join(signals=[signal], now=timezone.now())
    assert bring(task, moderator)[0].origin == origin


def test_notice_on_content_nobody_handed_in_becomes_a_claim(
    here: Jurisdiction, moderator: User, task: ReviewTask
) -> None:
    operator = given_member(Role.OPERATOR, here, email="operator@fictional.example")
    assert task.item is not None
    notice = notice_receive(
        by=operator, kind=SignalKind.RAPID_RESPONSE, uri=f"{task.item.platform.key}:unknown-1", place=here,
        policy="voting-information", said="Says that the vote is on Tuesday.", language="de",
    )  # fmt: skip
    form = client_of(moderator).get(f"{page_of(notice)}to-checkers/").content.decode()
    assert '<option value="de" selected>' in form
    claim, is_new = bring(notice, moderator, text="Die Wahl ist am Dienstag.", seen_at="")
    assert (is_new, claim.origin) == (True, Origin.NOTICE)
    source = ClaimSource.objects.get()
    assert (source.item, source.uri, source.link) == (None, notice.uri, "")


def test_two_claims_of_one_item_are_two(task: ReviewTask, moderator: User) -> None:
    bring(task, moderator)
    _, is_new = bring(task, moderator, text="Der Ausweis muss blau sein.")
    assert is_new
    assert client_of(moderator).get(page_of(task)).content.decode().count("Brought to the fact-checkers:") == 2


def test_only_moderators_of_the_place_bring_it(here: Jurisdiction, task: ReviewTask) -> None:
    elsewhere = given_moderator(None, name="all")
    assert bring(task, elsewhere)[1], "of all places"
    for role in (Role.AUDITOR, Role.FACT_CHECKER, Role.OPERATOR):
        user = given_member(role, here, email=f"{role}@fictional.example")
        with pytest.raises(PermissionDenied):
            bring(task, user, text=f"By {role}.")
    with pytest.raises(ValidationError):
        bring(task, elsewhere, text="Nowhere.", countries=["zz"])
    assert Claim.objects.count() == 1


def test_blind_task_brings_a_claim_like_any_other_one(task: ReviewTask, moderator: User) -> None:
    bring(task, moderator)
    ReviewTask.objects.filter(pk=task.pk).update(is_blind=True)
    task.refresh_from_db()
    assert can_bring(task)
    bring(task, moderator)
    assert Claim.objects.count() == 1, "the same words out of the same content are one claim"


def test_erased_content_brings_nothing(task: ReviewTask, moderator: User) -> None:
    ContentItem.objects.filter(pk=task.item_id).update(
        erased_at=timezone.now(), text="", author=None, url="", media=[], hashtags=[]
    )
    assert client_of(moderator).get(f"{page_of(task)}to-checkers/").status_code == HTTPStatus.NOT_FOUND
    assert not Claim.objects.exists()


def test_hidden_words_are_not_shown_by_the_form(task: ReviewTask, moderator: User) -> None:
    ReviewTask.objects.filter(pk=task.pk).update(is_sensitive=True)
    client = client_of(moderator)
    answer = client.get(f"{page_of(task)}to-checkers/", follow=True).content.decode()
    assert "Its words are hidden: ask for them first" in answer
    assert "Ausweis mitbringt" not in answer
    client.post(f"{page_of(task)}reveal/")
    assert "Ausweis mitbringt" in client.get(f"{page_of(task)}to-checkers/").content.decode()


def test_address_goes_with_the_content_and_the_claim_stays(task: ReviewTask, moderator: User) -> None:
    claim, _ = bring(task, moderator)
    other, _ = bring(task, moderator, text="Der Ausweis muss blau sein.", seen_at="https://other.example/")
    assert links_let_go() == 0
    ContentItem.objects.filter(pk=task.item_id).update(
        erased_at=timezone.now(), text="", author=None, url="", media=[], hashtags=[]
    )
    assert links_let_go() == 1
    assert links_let_go() == 0
    claim.refresh_from_db()
    other.refresh_from_db()
    assert (claim.text, claim.seen_at) == (SAID, "")
    assert other.seen_at == "https://other.example/", "a person found that one elsewhere"


def test_source_names_its_content_and_a_claim_has_one(task: ReviewTask, moderator: User) -> None:
    claim, _ = bring(task, moderator)
    for broken, constraint in (({"uri": ""}, "claim_source_names_its_content"), ({"claim": claim}, "claim_id")):
        other, _ = bring(task, moderator, text=f"Another: {constraint}.")
        values = {"claim": other, "uri": task.uri, "opened_at": timezone.now()} | broken
        if "claim" not in broken:
            ClaimSource.objects.filter(claim=other).delete()
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            ClaimSource.objects.create(**values)
