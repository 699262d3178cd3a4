"""Fictional claims with what fictional fact-checkers found."""

from __future__ import annotations

from typing import Any

from accounts.models import User
from factcheck.models import Assessment, Claim, FactCheckPartner, Origin
from factcheck.services.assessment_give import Finding, assessment_give
from factcheck.services.claim_open import claim_open
from tests.factcheck.partners import given_checker

ARTICLE = "https://fablonia-fact-desk.example/checks/register"


def given_claim(text: str = "Das Register ist geschlossen.", **values: Any) -> Claim:
    """One that spreads in Arcadia, in German."""
    fields: dict[str, Any] = {"language": "de", "countries": ["xa"]} | values
    return claim_open(by=None, origin=Origin.MODERATOR, text=text, **fields)


def given_finding(claim: Claim, partner: FactCheckPartner, by: User | None = None, **values: Any) -> Assessment:
    """What the partner found of it, in place of what it found before."""
    fields: dict[str, Any] = {
        "rating": "false", "explanation": "Das Register schloss erst eine Woche später.", "language": "de",
        "article_url": ARTICLE,
    } | values  # fmt: skip
    held = claim.assessments.filter(partner=partner, ended_at=None).first()
    by = by or User.objects.filter(memberships__organisation=partner.organisation).first()
    by = by or given_checker(partner, name=f"of-{partner.pk}")
    return assessment_give(claim=claim, partner=partner, by=by, finding=Finding(**fields), seen=held.pk if held else 0)
