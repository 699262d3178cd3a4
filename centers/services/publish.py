"""Publish: apply a proposal, write its history, make every page that shows it current."""

from __future__ import annotations

import datetime as dt
import logging
from typing import Final

from django.db import transaction
from django.utils import timezone

from accounts.audit import acting
from accounts.models import User
from centers.curation import CurationError
from centers.curation.fields import take_url
from centers.curation.parts import Part, parts_of, proposal_conflicts
from centers.models import Proposal, ProposalStatus, PublishedChange
from centers.pagecache import center_touch
from centers.services.announce import failure_announce
from centers.services.dates_repropose import dates_repropose
from centers.services.proposal_submit import Because
from centers.services.record_write import Provenance, Written, place_hold, records_write

logger = logging.getLogger(__name__)

#: A proposal that cannot be published when its moment comes goes back to its author with this.
_TOO_LATE: Final = "When its moment came this could not be published: {reason}"


@transaction.atomic
def proposal_publish(*, proposal: Proposal, by: User | None) -> list[PublishedChange]:
    """Apply an approved proposal, all of it or nothing, and make it visible.

    Raises `CurationError` when somebody changed the same fields since, or the records could not be published so.
    Whoever calls has checked that `by` may do this; `None` is beat, for what was approved before.
    """
    place_hold(proposal.jurisdiction)
    if conflicts := proposal_conflicts(proposal):
        raise CurationError(
            {conflict.field: ["This has been changed since the proposal was made."] for conflict in conflicts}
        )
    now = timezone.now()
    provenance = Provenance(
        take_url(proposal.source),
        proposal.verified_on or now.date(),
        f"Proposal {proposal.pk}",
        translated_by=proposal.translated_by,
    )
    parts = parts_of(proposal)
    with acting(by=by, reason=f"Proposal {proposal.pk}"):
        done = records_write(parts=parts, provenance=provenance)
    lines = [_line(proposal, part, written, by, now) for part, written in zip(parts, done, strict=True)]
    center_touch(codes={code for written in done for code in written.centers})
    PublishedChange.objects.bulk_create(lines)
    Proposal.objects.filter(pk=proposal.pk).update(status=ProposalStatus.APPROVED)
    if proposal.author is not None:
        because = Because(proposal.reason, proposal.source, proposal.verified_on)
        dates_repropose(author=proposal.author, because=because, written=done)
    return lines


def _line(proposal: Proposal, part: Part, written: Written, by: User | None, now: dt.datetime) -> PublishedChange:
    return PublishedChange(
        jurisdiction=written.place,
        record=written.record,
        action=part.action,
        before=written.before,
        after=written.after,
        source=proposal.source,
        reason=proposal.reason,
        organisation=proposal.organisation,
        proposal=proposal,
        published_by=by,
        published_at=now,
    )


def proposals_publish_due() -> int:
    """Publish what was approved for a moment that has come; returns how many. Safe to run twice at a time."""
    published = 0
    for pk in Proposal.objects.due(timezone.now()).order_by("publish_at", "pk").values_list("pk", flat=True):
        published += _publish_one(pk)
    return published


def _publish_one(pk: int) -> int:
    with transaction.atomic():
        proposal = (
            Proposal.objects.due(timezone.now()).select_for_update(skip_locked=True, of=("self",)).filter(pk=pk).first()
        )
        if proposal is None:
            return 0
        try:
            with transaction.atomic():
                proposal_publish(proposal=proposal, by=None)
        except CurationError as error:
            logger.warning("Proposal %s could not be published at its moment", pk)
            Proposal.objects.filter(pk=pk).update(
                status=ProposalStatus.SENT_BACK, decision=_TOO_LATE.format(reason=error), publish_at=None
            )
            failure_announce(proposal)
            return 0
    return 1
