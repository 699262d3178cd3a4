"""Bring a claim to the fact-checkers out of a moderator's task, and let go of addresses of what was erased."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from factcheck.models import Claim, Origin
from factcheck.services.claim_open import claim_open
from labeling.models import ClaimSource, ReviewTask, SignalKind
from labeling.services.review_claim import PERMISSION
from labeling.services.review_hashtags import is_hashtag

#: Of several reasons why a task is there, the one whose sender is known names where the claim came from.
_ORIGINS: Final = (
    ({SignalKind.RAPID_RESPONSE, SignalKind.TRUSTED_FLAGGER}, Origin.NOTICE),
    ({SignalKind.REPORT}, Origin.REPORT),
)
#: Claims of one run of beat.
_A_RUN: Final = 500


def can_bring(task: ReviewTask) -> bool:
    """Whether a claim can come out of this task: neither of a hashtag, nor of what was erased.

    A blind task offers it, too: what it lacked would tell that it is one.
    """
    return not (is_hashtag(task) or (task.item is not None and task.item.erased_at is not None))


@transaction.atomic
def claim_from_task(
    *, task: ReviewTask, by: User, text: str, language: str, countries: Sequence[str], seen_at: str = ""
) -> tuple[Claim, bool]:
    """The claim, and whether it is new: the same words out of the same content are one claim.

    Raises `PermissionDenied` unless `by` moderates where the task is and may bring claims in every country named, and
    `ValidationError` by field, or for a task no claim can come out of.
    """
    if not by.has_perm(PERMISSION, task):
        raise PermissionDenied
    held = ReviewTask.objects.select_for_update(of=("self",)).select_related("item").get(pk=task.pk)
    if not can_bring(held):
        raise ValidationError("No claim can be brought out of this task.")
    known = ClaimSource.objects.filter(uri=held.uri, claim__text=text.strip(), claim__language=language)
    if (source := known.select_related("claim").first()) is not None:
        return source.claim, False
    claim = claim_open(
        by=by, origin=origin_of(held), text=text, language=language, countries=countries, seen_at=seen_at
    )
    is_own_link = held.item is not None and seen_at == held.item.url
    ClaimSource.objects.create(
        claim=claim, task=held, item=held.item, uri=held.uri, link=seen_at if is_own_link else "", opened_by=by,
        opened_at=timezone.now(),
    )  # fmt: skip
    return claim, True


def origin_of(task: ReviewTask) -> Origin:
    """Where a claim out of this task comes from: a notice, a report, or else the moderator who saw it."""
    kinds = {SignalKind(kind) for kind in task.signals.values_list("kind", flat=True)}
    return next((origin for those, origin in _ORIGINS if those & kinds), Origin.MODERATOR)


def links_let_go() -> int:
    """Addresses of content that was erased go from claims, too; answers how many went. Again changes nothing."""
    gone = ClaimSource.objects.exclude(link="").filter(item__erased_at__isnull=False).select_related("claim")
    done = 0
    for source in gone.order_by("pk")[:_A_RUN]:
        with transaction.atomic():
            Claim.objects.filter(pk=source.claim_id, seen_at=source.link).update(seen_at="")
            ClaimSource.objects.filter(pk=source.pk).update(link="")
        done += 1
    return done
