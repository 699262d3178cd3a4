"""Propose what an uploaded file asks for, once its sender has seen it all."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Final, NamedTuple

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from centers.curation import CurationError
from centers.exchange.effects import Effect, Plan, grouped
from centers.models import HeldUpload, Proposal, Translator, UploadKind
from centers.services.proposal_submit import MOST_PARTS, Because, proposal_submit
from centers.services.upload_hold import plan_of

#: Proposals one file may become: more are for nobody to decide on in one go.
MOST_PROPOSALS: Final = 12


class Asked(NamedTuple):
    """What the sender answers to the preview.

    `stamp` is that of the plan shown; `leaves_out` says that entries with errors are not to hold up the others;
    `source` and `verified_on` hold for all entries that name none of their own.
    """

    stamp: str
    reason: str
    source: str
    verified_on: dt.date | None = None
    leaves_out: bool = False
    translated_by: str = ""


@transaction.atomic
def upload_apply(*, upload: HeldUpload, by: User, asked: Asked) -> list[Proposal]:
    """All proposals of a file, or none. The same file confirmed twice answers with the ones it made.

    Raises `PermissionDenied` for another person's file, and `CurationError` when the file would do something else by
    now than it did when it was shown, has errors that were not left out, or asks for too much.
    """
    locked = HeldUpload.objects.select_for_update(of=("self",)).select_related("jurisdiction__parent").get(pk=upload.pk)
    if locked.user_id != by.pk:
        raise PermissionDenied("Only whoever sent a file confirms it.")
    if locked.applied_at is not None:
        return list(Proposal.objects.filter(pk__in=locked.proposals).order_by("pk"))
    plan = plan_of(locked.kind, bytes(locked.content), locked.jurisdiction)
    _check(plan, asked)
    groups = _groups(plan.wished, asked)
    proposals = [
        proposal_submit(
            author=by,
            wishes=[one.wish for one in group if one.wish],
            because=Because(_reason(asked.reason, number, len(groups)), group[0].source, group[0].verified_on),
            translated_by=asked.translated_by if locked.kind == UploadKind.XLIFF else "",
        )
        for number, group in enumerate(groups, start=1)
    ]
    locked.applied_at, locked.content = timezone.now(), b""
    locked.proposals = [proposal.pk for proposal in proposals]
    locked.save(update_fields=["applied_at", "content", "proposals"])
    return proposals


def _check(plan: Plan, asked: Asked) -> None:
    if plan.stamp != asked.stamp:
        raise CurationError("Something has changed since you saw this: look at it again.")
    if plan.wrong and not asked.leaves_out:
        raise CurationError({"leaves_out": ["Correct the errors in the file, or say that they are to be left out."]})
    if not plan.wished:
        raise CurationError("Nothing would change.")
    if asked.translated_by not in ("", *Translator.values):
        raise CurationError({"translated_by": ["Say who translated."]})


def _groups(wished: Sequence[Effect], asked: Asked) -> list[list[Effect]]:
    for one in wished:
        one.source = one.source or asked.source
        one.verified_on = one.verified_on or asked.verified_on
    groups = grouped(wished, MOST_PARTS)
    if len(groups) > MOST_PROPOSALS:
        raise CurationError(
            f"This would become {len(groups)} proposals, because the rows name so many sources and days; at most"
            f" {MOST_PROPOSALS} come from one file. Leave source_url and verified_on empty, or send the file in parts."
        )
    return groups


def _reason(reason: str, number: int, of: int) -> str:
    return f"{reason} ({number} of {of})" if of > 1 and reason.strip() else reason
