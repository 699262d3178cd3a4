"""What fact-checkers found stands beside the content that repeats it, for whoever decides."""

from __future__ import annotations

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import User
from centers.models import Jurisdiction
from factcheck.matching import claims_found
from factcheck.models import Claim, Origin
from factcheck.services.assessment_give import Finding, assessment_give
from factcheck.services.claim_open import claim_open
from labeling.models import ClaimMatch, Label, ReviewTask
from tests.factcheck.partners import given_checker, given_partner
from tests.factories import CenterFactory
from tests.labeling.claims import POST as REPEATED
from tests.labeling.claims import decided, followed, found, given_desk, given_match, task_of, took_back
from tests.labeling.claims import given_claim as known_claim
from tests.labeling.outside import given_item
from tests.labeling.tasks import given_moderator, given_task
from tests.members import client_of

pytestmark = pytest.mark.django_db
SAID = "In Arkadien darf nur wählen, wer am Sonntag einen blauen Ausweis mitbringt."
POST = f"Achtung, weitersagen! {SAID} 🗳️ https://copy.example/9"
OTHER = "Der Schulchor von Arkadien singt am Dienstag im großen Saal, Eintritt frei für alle."
FALSE = Finding("false", "Any identity card will do.", "de", "https://desk.example/blue")
CONTEXT = Finding("missing_context", "In one hall they were blue.", "de", "https://other.example/blue")


def given_claim(here: Jurisdiction, text: str = SAID) -> Claim:
    return claim_open(by=None, origin=Origin.MODERATOR, text=text, language="de", countries=[here.code])


def page_of(here: Jurisdiction, text: str) -> str:
    task = given_task(here, "video", text=text)
    return client_of(given_moderator(here)).get(f"/staff/labeling/reviews/{task.public_id}/").content.decode()


def test_finding_is_shown_with_who_found_it(here: Jurisdiction) -> None:
    CenterFactory.create(jurisdiction=here)
    partner = given_partner()
    assessment_give(claim=given_claim(here), partner=partner, by=given_checker(partner), finding=FALSE, seen=0)
    given_claim(here, OTHER)
    html = page_of(here, POST)
    assert f"{partner.organisation.name} found it <strong>false</strong>" in html
    assert 'href="https://desk.example/blue"' in html
    assert "Schulchor" not in html


def test_findings_that_differ_stand_side_by_side(here: Jurisdiction) -> None:
    CenterFactory.create(jurisdiction=here)
    claim, one, other = given_claim(here), given_partner(), given_partner("Other Desk")
    assessment_give(claim=claim, partner=one, by=given_checker(one), finding=FALSE, seen=0)
    assessment_give(claim=claim, partner=other, by=given_checker(other, name="otto"), finding=CONTEXT, seen=0)
    html = page_of(here, POST)
    assert "found it <strong>false</strong>" in html
    assert "found it <strong>missing context</strong>" in html
    assert "They disagree." in html


def test_claim_nobody_checked_is_told_as_such(here: Jurisdiction) -> None:
    given_claim(here)
    assert "nobody has checked it yet" in page_of(here, POST)


def test_claims_are_found_in_two_queries(here: Jurisdiction, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    for number in range(3):
        given_claim(here, f"{SAID} Teil {number}.")
    with django_assert_num_queries(2):
        found = claims_found(POST)
    assert len(found) == 3
    assert claims_found("") == claims_found("🗳️") == []


def test_task_shows_what_is_proposed_and_a_press_decides(here: Jurisdiction) -> None:
    CenterFactory.create(jurisdiction=here)
    moderator = given_moderator(here)
    claim, partner = known_claim(here), given_desk(here)
    found(claim, partner)
    item = given_item(text=REPEATED)
    evidence, now = [{"likeness": 0.83}], timezone.now()
    ClaimMatch.objects.create(claim=claim, item=item, how="text", evidence=evidence, found_at=now)
    followed()
    task = task_of(item)
    client = client_of(moderator)
    address = f"/staff/labeling/reviews/{task.public_id}/"
    html = client.get(address).content.decode()
    assert "Repeats a claim</strong>: you decide on this one" in html
    assert "83% of the claim’s words stand in it" in html
    assert "The policy proposes: A named fact-checker found it to be false." in html
    assert "the platform is asked to act, with a statement of reasons" in html
    assert html.count('<span class="tag">proposed</span>') == 1
    assert "It repeats this claim" not in html, "it is asked about already"
    pressed = {"version": task.version, "decision": "apply:missing-context"}
    refused = client.post(f"{address}decide/", pressed)
    assert refused.status_code == 422
    assert "No fact-checker has found this of the claim" in refused.content.decode()
    client.post(f"{address}decide/", pressed | {"decision": "apply:rated-false"})
    assert Label.objects.get().finding["sources"][0]["partner"] == "Fablonia Fact Desk"
    took_back(claim.assessments.get())
    followed()
    html = client.get(f"/staff/labeling/reviews/{task_of(item).public_id}/").content.decode()
    assert "What changed: assessment" in html
    assert "confirmed before" in html
    assert "Nobody has checked it yet." in html


def test_moderator_says_that_content_repeats_a_claim(here: Jurisdiction) -> None:
    CenterFactory.create(jurisdiction=here)
    moderator = given_moderator(here)
    claim = known_claim(here)
    found(claim, given_desk(here))
    task = given_task(here, text=REPEATED)
    client = client_of(moderator)
    address = f"/staff/labeling/reviews/{task.public_id}/"
    assert "It repeats this claim" in client.get(address).content.decode()
    for named in ("nonsense", ""):
        assert client.post(f"{address}name/", {"claim": named}).status_code == 302
    assert not ClaimMatch.objects.exists()
    client.post(f"{address}name/", {"claim": str(claim.public_id)})
    html = client.get(address).content.decode()
    assert "Why: named by a person" in html
    assert "<h1" in html
    task.refresh_from_db()
    assert task.policy.key == "unverified"


def test_blind_task_tells_nothing_of_what_was_decided(here: Jurisdiction, settings: Settings) -> None:
    settings.REVIEW_SECOND_SHARE = 100
    CenterFactory.create(jurisdiction=here)
    item, claim = given_item(text=REPEATED), known_claim(here)
    found(claim, given_desk(here))
    given_match(claim, item)
    first = client_of(given_moderator(here))
    asked = first.get(f"/staff/labeling/reviews/{task_of(item).public_id}/").content.decode()
    decided(item, User.objects.get(email="mod@fictional.example"))
    blind = ReviewTask.objects.get(is_blind=True)
    second = client_of(given_moderator(here, name="second"))
    html = second.get(f"/staff/labeling/reviews/{blind.public_id}/").content.decode()
    assert "confirmed before" not in html
    for words in ("you decide on this one", "The policy proposes: A named fact-checker", ">proposed<"):
        assert words in html
        assert words in asked
