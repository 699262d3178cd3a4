"""Say that a claim is the same as another one, or that it is not after all."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from accounts.audit import acting
from accounts.models import User
from factcheck.followers import claim_changed
from factcheck.models import Claim
from factcheck.similar import PROPOSE_FROM, likeness

OPEN = "factcheck.open_claim"
#: So many are proposed, and so many compared: bands of very common words may match many.
_MOST, _COMPARED = 5, 200


@dataclass(frozen=True, slots=True)
class Alike:
    """A claim that may be the same, and how alike the texts are, from 0 to 100."""

    claim: Claim
    percent: int


def claims_alike(claim: Claim) -> list[Alike]:
    """Claims that may be the same as this one, the likest first; nothing is merged by itself."""
    found = Claim.objects.filter(bands__overlap=claim.bands, merged_into=None).exclude(pk=claim.pk)
    scored = [
        Alike(other, round(100 * likeness(claim.text, other.text))) for other in found.order_by("-id")[:_COMPARED]
    ]
    likely = [one for one in scored if one.percent >= 100 * PROPOSE_FROM]
    return sorted(likely, key=lambda one: (-one.percent, one.claim.pk))[:_MOST]


@transaction.atomic
def claim_merge(*, claim: Claim, into: Claim, by: User | None) -> None:
    """`claim` is a copy of `into`, which from now on is asked for in the copy's countries, too, and as soon.

    What was found of `into` holds for the copy. Copies of the copy follow it. Raises `PermissionDenied` unless `by` may
    bring claims in the countries of both, and `ValidationError` where somebody has assessed the copy, or one of them
    is a copy already.
    """
    if by is not None and not (by.has_perm(OPEN, claim) and by.has_perm(OPEN, into)):
        raise PermissionDenied
    # In the order of their numbers, so that two merges the other way round wait and do not block each other.
    held = {one.pk: one for one in Claim.objects.select_for_update().filter(pk__in=(claim.pk, into.pk)).order_by("pk")}
    copy, target = held[claim.pk], held[into.pk]
    if copy == target or copy.merged_into_id is not None or target.merged_into_id is not None:
        raise ValidationError("One of the two is a copy of another claim already.")
    if copy.assessments.filter(ended_at=None).exists():
        raise ValidationError("Somebody has assessed this claim: merge the other one into it.")
    with acting(by=by, reason="Claims merged"):
        Claim.objects.filter(merged_into=copy).update(merged_into=target)
        copy.merged_into = target
        copy.save(update_fields=["merged_into"])
        target.countries = sorted({*target.countries, *copy.countries})
        if copy.due_at > target.opened_at:
            target.due_at = min(target.due_at, copy.due_at)
        target.save(update_fields=["countries", "due_at"])
    claim_changed(copy)


@transaction.atomic
def claim_part(*, claim: Claim, by: User | None) -> None:
    """It is not the same after all, and waits by itself again; the other one keeps the countries it was given.

    Raises `PermissionDenied`. One that is no copy stays as it is.
    """
    if by is not None and not by.has_perm(OPEN, claim):
        raise PermissionDenied
    with acting(by=by, reason="Claims parted"):
        Claim.objects.filter(pk=claim.pk).update(merged_into=None)
    claim_changed(claim)
