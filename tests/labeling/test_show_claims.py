"""What fact-checkers found stands beside the content that repeats it, for whoever decides."""

from __future__ import annotations

import pytest
from pytest_django import DjangoAssertNumQueries

from centers.models import Jurisdiction
from factcheck.matching import claims_found
from factcheck.models import Claim, Origin
from factcheck.services.assessment_give import Finding, assessment_give
from factcheck.services.claim_open import claim_open
from tests.factcheck.partners import given_checker, given_partner
from tests.factories import CenterFactory
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
