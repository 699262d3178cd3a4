"""Fictional claims that content repeats, and what fictional fact-checkers found of them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils import timezone

from accounts.models import Role, User
from centers.models import Jurisdiction, PollingDay
from factcheck.models import Assessment, Claim, FactCheckPartner, Origin
from factcheck.services.assessment_give import Finding, assessment_give, assessment_withdraw
from factcheck.services.claim_open import claim_open
from labeling.models import ClaimMatch, ContentItem, ReviewAction, ReviewDecision, ReviewTask
from labeling.services.claims_follow import claims_follow
from labeling.services.match_name import match_name
from labeling.services.policies_load import policies_load
from labeling.services.review_decide import Verdict, review_decide
from tests.factcheck.partners import given_checker, given_partner
from tests.factories import ElectionFactory, RoundFactory
from tests.members import given_member

SAID = "In Arkadien darf nur wählen, wer am Sonntag einen blauen Ausweis mitbringt."
POST = f"Achtung, weitersagen! {SAID} 🗳️ https://copy.example/9"
ARTICLE = "https://desk.example/blue-cards"


def given_claim(place: Jurisdiction, text: str = SAID, **more: Any) -> Claim:
    """A claim that spreads in a place."""
    policies_load()
    return claim_open(by=None, origin=Origin.MODERATOR, text=text, language="de", countries=[place.code], **more)


def given_desk(place: Jurisdiction, name: str = "Fablonia Fact Desk") -> FactCheckPartner:
    """A partner that checks facts in the place."""
    return given_partner(name, recorded=False, countries=[place.code])


def found(
    claim: Claim,
    partner: FactCheckPartner,
    rating: str = "false",
    article: str = ARTICLE,
    said: str = "Any card will do.",
) -> Assessment:
    """The partner's finding, in place of its former one."""
    held = claim.assessments.filter(partner=partner, ended_at=None).first()
    finding = Finding(rating, said, "de", article)
    checker = checker_of(partner)
    return assessment_give(claim=claim, partner=partner, by=checker, finding=finding, seen=held.pk if held else 0)


def took_back(assessment: Assessment, reason: str = "We were wrong.") -> None:
    """The partner stands by it no more."""
    assessment_withdraw(assessment=assessment, by=checker_of(assessment.partner), reason=reason)


def checker_of(partner: FactCheckPartner) -> User:
    """Somebody of the partner."""
    name = partner.organisation.key
    return User.objects.filter(email=f"{name}@checkers.example").first() or given_checker(partner, name=name)


def given_vote(place: Jurisdiction, days: int = 3) -> PollingDay:
    """A called election of the place with its polling day so many days from now."""
    day = timezone.now().date() + dt.timedelta(days=days)
    election = ElectionFactory.create(jurisdiction=place)
    RoundFactory.create(election=election, days=[day])
    return PollingDay.objects.get(round__election=election)


def given_match(claim: Claim, item: ContentItem) -> ClaimMatch:
    """A person named the content; moderators are asked."""
    namer = User.objects.filter(email="namer@fictional.example").first() or given_member(
        Role.OPERATOR, email="namer@fictional.example"
    )
    return match_name(claim=claim, item=item, by=namer)


def task_of(item: ContentItem) -> ReviewTask:
    """Its open task."""
    return ReviewTask.objects.get(item=item, state="open", is_blind=False)


def decided(item: ContentItem, by: User, said: str = "apply:rated-false", **more: Any) -> ReviewDecision:
    """The open task of the item, decided as it stands."""
    action, _, reason = said.partition(":")
    task = task_of(item)
    return review_decide(task=task, by=by, version=task.version, verdict=Verdict(ReviewAction(action), reason, **more))


def followed() -> None:
    """What beat does, until nothing is left."""
    while claims_follow():
        pass
