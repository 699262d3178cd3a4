"""Say that a claim is the same as another one, or that it is not after all."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from accounts.audit import acting
from accounts.models import User
from factcheck.embedding import cosine
from factcheck.followers import claim_changed
from factcheck.models import Claim, ClaimVector
from factcheck.services.checks_touch import checks_touch
from factcheck.services.claim_embed import COMPARED
from factcheck.services.offers_close import offers_close
from factcheck.similar import PROPOSE_FROM, likeness

OPEN = "factcheck.open_claim"
#: So many are proposed, and so many compared: bands of very common words may match many.
_MOST, _COMPARED = 5, 200


@dataclass(frozen=True, slots=True)
class Alike:
    """A claim that may be the same, and how alike they are, from 0 to 100: the texts, or what a model makes of them."""

    claim: Claim
    percent: int
    by_meaning: bool = False


def claims_alike(claim: Claim) -> list[Alike]:
    """Claims that may be the same as this one, the likest first; nothing is merged by itself.

    Found by their words, and by a model, if one is switched on; who is found by both is named by the words.
    """
    by_words = _alike_by_words(claim)
    known = {one.claim.pk for one in by_words}
    return [*by_words, *(one for one in _alike_by_meaning(claim) if one.claim.pk not in known)][:_MOST]


def _alike_by_meaning(claim: Claim) -> list[Alike]:
    """Among the newest open claims with a vector of the model that made this one's, in two queries."""
    if not settings.CLAIM_EMBEDDER:
        return []
    own = ClaimVector.objects.filter(claim=claim).first()
    if own is None:
        return []
    others = ClaimVector.objects.filter(model=own.model, claim__merged_into=None).exclude(claim=claim)
    newest = others.order_by("-claim_id").values_list("claim_id", "values")[:COMPARED]
    scored = [(cosine(own.values, values), pk) for pk, values in newest]
    likely = sorted((pair for pair in scored if 100 * pair[0] >= settings.CLAIM_EMBEDDER_PERCENT), reverse=True)[:_MOST]
    claims = Claim.objects.in_bulk([pk for _, pk in likely])
    return [Alike(claims[pk], min(100, round(100 * score)), by_meaning=True) for score, pk in likely if pk in claims]


def _alike_by_words(claim: Claim) -> list[Alike]:
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
        offers_close(claim=copy)
        target.countries = sorted({*target.countries, *copy.countries})
        if copy.due_at > target.opened_at:
            target.due_at = min(target.due_at, copy.due_at)
        target.save(update_fields=["countries", "due_at"])
    checks_touch(target)
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
    checks_touch(claim)
    claim_changed(claim)
