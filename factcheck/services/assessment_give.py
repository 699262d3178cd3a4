"""Say, in a partner's name, what was found of a claim; or take it back."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from accounts.audit import acting
from accounts.models import User
from factcheck.followers import claim_changed
from factcheck.models import Assessment, Claim, FactCheckPartner, HeldEnd
from factcheck.services.assessment_stand import Finding, assessment_stand, held_end
from factcheck.services.checks_touch import checks_touch

ASSESS = "factcheck.assess_claim"

__all__ = [
    "ASSESS",
    "AssessmentChangedError",
    "Finding",
    "assessing_partners",
    "assessment_give",
    "assessment_held",
    "assessment_withdraw",
]


class AssessmentChangedError(Exception):
    """A colleague assessed the claim for the same partner since the author looked at it."""


@transaction.atomic
def assessment_give(*, claim: Claim, partner: FactCheckPartner, by: User, finding: Finding, seen: int) -> Assessment:
    """The partner's finding, in place of its former one, which stays in the history; other partners' are not touched.

    `seen` is the id of the partner's standing assessment the author saw (0 for none). Raises `PermissionDenied`,
    `AssessmentChangedError` and `ValidationError` by field.
    """
    _may(by, claim, partner)
    held = assessment_held(claim, partner)
    if seen != (held.pk if held else 0):
        raise AssessmentChangedError
    with acting(by=by, reason="Assessment"):
        return assessment_stand(claim=claim, partner=partner, by=by, finding=finding)


@transaction.atomic
def assessment_withdraw(*, assessment: Assessment, by: User | None, reason: str) -> None:
    """The partner stands by it no more; the reason is kept. One that has ended stays as it ended.

    What the partner said since and is held for its word is taken back, too. `by` is `None` for the partner's own key,
    which stands for the partner. Raises `PermissionDenied`, and `ValidationError` without a reason.
    """
    if by is not None:
        _may(by, assessment.claim, assessment.partner)
    if not reason.strip():
        raise ValidationError({"reason": "Say why: whoever relied on it will ask."})
    held = assessment_held(assessment.claim, assessment.partner)
    if held is None or held.pk != assessment.pk:
        return
    with acting(by=by, reason="Assessment withdrawn"):
        held.ended_at, held.ended_because = timezone.now(), reason.strip()
        held.clean_fields(exclude=["given_by", "claim", "partner"])
        held.save(update_fields=["ended_at", "ended_because"])
        held_end(claim=assessment.claim, partner=assessment.partner, as_=HeldEnd.WITHDRAWN)
    checks_touch(assessment.claim)
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


def assessment_held(claim: Claim, partner: FactCheckPartner) -> Assessment | None:
    """The partner's standing one; the claim's row is locked, so that of two at once the second sees the first."""
    Claim.objects.select_for_update().get(pk=claim.pk)
    return Assessment.objects.filter(claim=claim, partner=partner, ended_at=None).first()
