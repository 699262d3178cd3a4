"""Claims and what partners find of them: services and pages."""

from __future__ import annotations

import datetime as dt
import re
from http import HTTPStatus
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from accounts.models import Membership, Role, User
from centers.models import ElectionCenter
from factcheck.models import Assessment, Claim, Origin, Rating, Urgency
from factcheck.services.assessment_give import (
    AssessmentChangedError,
    Finding,
    assessing_partners,
    assessment_give,
    assessment_withdraw,
)
from factcheck.services.claim_open import claim_open
from factcheck.verdict import verdict_of
from tests.factcheck.partners import given_checker, given_partner
from tests.factories import ElectionFactory, JurisdictionFactory, RoundFactory
from tests.members import client_of, given_member

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2031, 6, 1, 12, tzinfo=dt.UTC)
FALSE = Finding("false", "The register closed a week later.", "de", "https://desk.example/a")
TRUE = Finding("true", "It did close that day.", "de", "", ["https://register.example/"])


@pytest.fixture(autouse=True)
def _noon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: NOW)


def given_claim(**values: Any) -> Claim:
    fields = {"text": "Das Register ist geschlossen.", "language": "de", "countries": ["xa"]} | values
    return claim_open(by=None, origin=Origin.MODERATOR, **fields)


@pytest.mark.parametrize(
    ("days", "status", "urgency", "hours"),
    [
        (0, "scheduled", Urgency.POLLING_DAY, 2),
        (1, "scheduled", Urgency.ELECTION_NEAR, 12),
        (14, "open", Urgency.ELECTION_NEAR, 12),
        (15, "scheduled", Urgency.ROUTINE, 48),
        (-1, "scheduled", Urgency.ROUTINE, 48),
        (1, "cancelled", Urgency.ROUTINE, 48),
    ],
)
def test_claim_is_due_the_sooner_the_nearer_the_vote(
    arcadia: ElectionCenter, days: int, status: str, urgency: Urgency, hours: int
) -> None:
    election = ElectionFactory(jurisdiction=arcadia.jurisdiction, status=status)
    RoundFactory(election=election, status=status, days=[NOW.date() + dt.timedelta(days=days)])
    claim = given_claim()
    assert (claim.urgency, claim.due_at - claim.opened_at) == (urgency, dt.timedelta(hours=hours))


@pytest.mark.parametrize("bad", [{"text": " "}, {"countries": []}, {"countries": ["zz"]}, {"seen_at": "nowhere"}])
def test_claim_is_refused_when_it_says_nothing_or_spreads_nowhere(arcadia: ElectionCenter, bad: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        given_claim(**bad)
    assert not Claim.objects.exists()


def test_claim_is_brought_by_those_who_may_everywhere_it_spreads(arcadia: ElectionCenter) -> None:
    JurisdictionFactory(code="xb")
    here = given_member(Role.MODERATOR, arcadia.jurisdiction)
    claim_open(by=here, origin=Origin.MODERATOR, text="X", language="de", countries=["xa"])
    with pytest.raises(PermissionDenied):
        claim_open(by=here, origin=Origin.MODERATOR, text="X", language="de", countries=["xa", "xb"])
    auditor = given_member(Role.AUDITOR, email="auditor@fictional.example")
    with pytest.raises(PermissionDenied):
        claim_open(by=auditor, origin=Origin.MODERATOR, text="X", language="de", countries=["xa"])


def test_partners_who_disagree_stand_side_by_side(arcadia: ElectionCenter) -> None:
    claim = given_claim()
    one, other = given_partner(), given_partner("Other Desk")
    assessment_give(claim=claim, partner=one, by=given_checker(one), finding=FALSE, seen=0)
    assert verdict_of(claim).rating == Rating.FALSE
    assessment_give(claim=claim, partner=other, by=given_checker(other, name="otto"), finding=TRUE, seen=0)
    verdict = verdict_of(claim)
    assert verdict.is_disputed
    assert verdict.rating is None
    assert {one.rating for one in verdict.standing} == {"false", "true"}


def test_new_finding_ends_the_former_and_keeps_it(arcadia: ElectionCenter) -> None:
    claim, partner = given_claim(), given_partner()
    user = given_checker(partner)
    first = assessment_give(claim=claim, partner=partner, by=user, finding=FALSE, seen=0)
    with pytest.raises(AssessmentChangedError):
        assessment_give(claim=claim, partner=partner, by=user, finding=TRUE, seen=0)
    second = assessment_give(claim=claim, partner=partner, by=user, finding=TRUE, seen=first.pk)
    verdict = verdict_of(claim)
    assert (verdict.standing, verdict.ended) == ((second,), (first,))
    assert not Claim.objects.waiting().exists()


def test_withdrawn_finding_keeps_its_reason_and_the_claim_waits_again(arcadia: ElectionCenter) -> None:
    claim, partner = given_claim(), given_partner()
    user = given_checker(partner)
    given = assessment_give(claim=claim, partner=partner, by=user, finding=FALSE, seen=0)
    with pytest.raises(ValidationError):
        assessment_withdraw(assessment=given, by=user, reason=" ")
    assessment_withdraw(assessment=given, by=user, reason="Our source was wrong.")
    assessment_withdraw(assessment=given, by=user, reason="Once more.")
    given.refresh_from_db()
    assert given.ended_because == "Our source was wrong."
    assert list(Claim.objects.waiting()) == [claim]


@pytest.mark.parametrize(
    "finding",
    [
        Finding("false", "Because.", "de"),
        Finding("mostly_false", "Because.", "de", "https://desk.example/a"),
        Finding("false", " ", "de", "https://desk.example/a"),
        Finding("false", "Because.", "de", "javascript:alert(1)"),
        Finding("false", "Because.", "de", "", ["not an address"]),
    ],
)
def test_nobody_is_called_false_without_explanation_and_evidence(arcadia: ElectionCenter, finding: Finding) -> None:
    claim, partner = given_claim(), given_partner()
    with pytest.raises(ValidationError):
        assessment_give(claim=claim, partner=partner, by=given_checker(partner), finding=finding, seen=0)
    assert not Assessment.objects.exists()


def test_what_cannot_be_checked_needs_no_evidence(arcadia: ElectionCenter) -> None:
    claim, partner = given_claim(), given_partner()
    finding = Finding("not_checkable", "It is an opinion.", "de")
    assessment_give(claim=claim, partner=partner, by=given_checker(partner), finding=finding, seen=0)
    assert verdict_of(claim).rating == Rating.NOT_CHECKABLE


def test_finding_is_given_in_the_name_of_ones_own_partner_only(arcadia: ElectionCenter) -> None:
    claim = given_claim()
    own, other = given_partner(), given_partner("Other Desk")
    abroad = given_partner("Desk Abroad", countries=["xb"])
    JurisdictionFactory(code="xb")
    refused: list[tuple[User, Any]] = [
        (given_checker(other, name="otto"), own),
        (given_checker(abroad, name="abel"), abroad),
        (given_member(Role.OPERATOR, email="operator@fictional.example"), own),
        (given_member(Role.MODERATOR, email="moderator@fictional.example"), own),
    ]
    for user, partner in refused:
        with pytest.raises(PermissionDenied):
            assessment_give(claim=claim, partner=partner, by=user, finding=FALSE, seen=0)
    assert assessing_partners(given_checker(own), claim) == [own]


def test_queue_shows_what_waits_for_ones_partners_the_first_due_first(arcadia: ElectionCenter) -> None:
    partner = given_partner()
    given_claim(text="Routine matter")
    late = given_claim(text="Overdue matter")
    Claim.objects.filter(pk=late.pk).update(opened_at=NOW - dt.timedelta(days=3), due_at=NOW - dt.timedelta(days=1))
    given_claim(text="Other language", language="en")
    user = given_checker(partner)
    client = client_of(user)
    page = client.get("/staff/factcheck/claims/").content.decode()
    assert page.index("Overdue matter") < page.index("Routine matter")
    assert "Other language" not in page
    overdue = client.get("/staff/factcheck/claims/?show=overdue").content.decode()
    assert "Overdue matter" in overdue
    assert "Routine matter" not in overdue
    assert "Other language" in client.get("/staff/factcheck/claims/?show=all").content.decode()
    assessment_give(claim=late, partner=partner, by=user, finding=FALSE, seen=0)
    assert "Overdue matter" not in client.get("/staff/factcheck/claims/").content.decode()


def test_claim_goes_from_moderator_to_finding_to_withdrawal_in_the_browser(arcadia: ElectionCenter) -> None:
    partner = given_partner()
    moderator, checker = client_of(given_member(Role.MODERATOR)), client_of(given_checker(partner))
    brought = {"text": "Das <b>Register</b> ist zu.", "language": "de", "countries": ["xa"], "seen_at": ""}
    claim = moderator.post("/staff/factcheck/claims/new/", brought)["Location"]
    page = moderator.get(claim).content.decode()
    assert "Das &lt;b&gt;Register&lt;/b&gt; ist zu." in page
    assert "Say what" not in page
    assert "Say what Fablonia Fact Desk found" in checker.get(claim).content.decode()
    assess, withdraw = f"{claim}assess/{partner.pk}/", f"{claim}withdraw/{partner.pk}/"
    finding = {
        "seen": "0", "rating": "false", "explanation": "It is open.", "language": "de",
        "article_url": "", "evidence": "https://register.example/\nhttps://law.example/",
    }  # fmt: skip
    assert checker.post(assess, {**finding, "evidence": "ftp//x"}).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert checker.post(assess, {**finding, "evidence": ""}).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert checker.post(assess, finding)["Location"] == claim
    again = checker.post(assess, {**finding, "rating": "true"})
    assert again.status_code == HTTPStatus.CONFLICT
    assert "“False: It is open.”" in again.content.decode()
    assert re.search(r'name="seen" value="\d{1,}"', again.content.decode())
    assert "https://law.example/" in moderator.get(claim).content.decode()
    assert checker.post(withdraw, {"reason": ""}).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    checker.post(withdraw, {"reason": "Our source was wrong."})
    page = moderator.get(claim).content.decode()
    assert "Our source was wrong." in page
    assert "not assessed" in page
    assert checker.post(withdraw, {"reason": "Again"})["Location"] == claim


def test_claim_without_place_is_refused_beside_its_field(arcadia: ElectionCenter) -> None:
    client = client_of(given_member(Role.MODERATOR))
    answer = client.post("/staff/factcheck/claims/new/", {"text": "", "language": "xx", "countries": ["zz"]})
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert not Claim.objects.exists()


def test_member_of_two_partners_speaks_for_each_by_itself(arcadia: ElectionCenter) -> None:
    claim, one, other = given_claim(), given_partner(), given_partner("Other Desk")
    user = given_checker(one)
    Membership.objects.create(user=user, organisation=other.organisation, role=Role.FACT_CHECKER)
    client, url = client_of(user), f"/staff/factcheck/claims/{claim.public_id}/"
    finding = {
        "seen": "0", "rating": "false", "explanation": "It is open.", "language": "de", "article_url": "",
        "evidence": "https://register.example/",
    }  # fmt: skip
    client.post(f"{url}assess/{one.pk}/", finding)
    client.post(f"{url}assess/{other.pk}/", {**finding, "rating": "true"})
    assert verdict_of(claim).is_disputed
    client.post(f"{url}withdraw/{other.pk}/", {"reason": "Mistaken."})
    assert [str(found.partner) for found in verdict_of(claim).standing] == ["Fablonia Fact Desk"]
    stranger = given_partner("Third Desk")
    assert client.get(f"{url}assess/{stranger.pk}/").status_code == HTTPStatus.FORBIDDEN
    assert client.get(f"{url}assess/0/").status_code == HTTPStatus.NOT_FOUND
