"""Say, in a partner's name, what was found of a claim; or take it back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from accounts.audit import acting
from accounts.models import User
from factcheck.followers import claim_changed
from factcheck.models import Assessment, Claim, FactCheckPartner

ASSESS = "factcheck.assess_claim"


class AssessmentChangedError(Exception):
    """A colleague assessed the claim for the same partner since the author looked at it."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What an assessment says."""

    rating: str
    explanation: str
    language: str
    article_url: str = ""
    evidence: Sequence[str] = ()


@transaction.atomic
def assessment_give(*, claim: Claim, partner: FactCheckPartner, by: User, finding: Finding, seen: int) -> Assessment:
    """The partner's finding, in place of its former one, which stays in the history; other partners' are not touched.

    `seen` is the id of the partner's standing assessment the author saw (0 for none). Raises `PermissionDenied`,
    `AssessmentChangedError` and `ValidationError` by field.
    """
    _may(by, claim, partner)
    held = _held(claim, partner)
    if seen != (held.pk if held else 0):
        raise AssessmentChangedError
    now = timezone.now()
    given = Assessment(
        claim=claim, partner=partner, rating=finding.rating, explanation=finding.explanation.strip(),
        language=finding.language, article_url=finding.article_url, evidence=list(finding.evidence), given_by=by,
        given_at=now,
    )  # fmt: skip
    given.full_clean(exclude=["given_by"], validate_constraints=False)
    if finding.rating not in ("unverifiable", "not_checkable") and not (finding.evidence or finding.article_url):
        raise ValidationError({"evidence": "A finding needs an article or evidence that anybody can look up."})
    with acting(by=by, reason="Assessment"):
        if held is not None:
            held.ended_at = now
            held.save(update_fields=["ended_at"])
        given.save()
    claim_changed(claim)
    return given


@transaction.atomic
def assessment_withdraw(*, assessment: Assessment, by: User, reason: str) -> None:
    """The partner stands by it no more; the reason is kept. One that has ended stays as it ended.

    Raises `PermissionDenied`, and `ValidationError` without a reason.
    """
    _may(by, assessment.claim, assessment.partner)
    if not reason.strip():
        raise ValidationError({"reason": "Say why: whoever relied on it will ask."})
    held = _held(assessment.claim, assessment.partner)
    if held is None or held.pk != assessment.pk:
        return
    with acting(by=by, reason="Assessment withdrawn"):
        held.ended_at, held.ended_because = timezone.now(), reason.strip()
        held.save(update_fields=["ended_at", "ended_because"])
    claim_changed(assessment.claim)


def assessing_partners(user: User, claim: Claim) -> list[FactCheckPartner]:
    """For which partners `user` may assess `claim`: their own that check facts where it spreads.

    For none, where it is a copy: the claim it is a copy of is assessed.
    """
    if claim.merged_into_id is not None or not user.has_perm(ASSESS, claim):
        return []
    own = FactCheckPartner.objects.named().filter(countries__overlap=claim.countries)
    return [partner for partner in own.of_member(user) if user.has_perm(ASSESS, partner)]


def _may(by: User, claim: Claim, partner: FactCheckPartner) -> None:
    if partner not in assessing_partners(by, claim):
        raise PermissionDenied


def _held(claim: Claim, partner: FactCheckPartner) -> Assessment | None:
    """The standing one; the claim's row is held meanwhile, so that of two at once the second sees the first."""
    Claim.objects.select_for_update().get(pk=claim.pk)
    return Assessment.objects.filter(claim=claim, partner=partner, ended_at=None).first()
