"""Take back what was published for a while only."""

from __future__ import annotations

from typing import Final

import structlog
from django.db import transaction
from django.utils import timezone

from centers.curation import CurationError
from centers.models import Proposal
from centers.services.announce import expiry_failure_announce
from centers.services.change_undo import changes_reverse, proposal_changes

log = structlog.get_logger(__name__)

#: What the history says of it.
_REASON: Final = "The time for which this was published is over."


def proposals_expire_due() -> int:
    """Take back every change whose time is over; returns of how many proposals. Safe to run twice at a time."""
    expired = 0
    for pk in Proposal.objects.expired(timezone.now()).order_by("expires_at", "pk").values_list("pk", flat=True):
        expired += proposal_expire(pk=pk)
    return expired


@transaction.atomic
def proposal_expire(*, pk: int) -> bool:
    """Take back all that a proposal changed, or nothing where somebody changed it again since; says which.

    Either way it is done with: people decide about what was changed again.
    """
    due = Proposal.objects.expired(timezone.now()).select_for_update(skip_locked=True, of=("self",))
    proposal = due.filter(pk=pk).first()
    if proposal is None:
        return False
    note = _taken_back(proposal)
    Proposal.objects.filter(pk=pk).update(expired_at=timezone.now(), expiry_note=note)
    if note:
        expiry_failure_announce(proposal)
    return not note


def _taken_back(proposal: Proposal) -> str:
    """Why it was not; empty when it was."""
    try:
        changes = list(proposal_changes(proposal))
        # Nobody has looked at the source today: the last who did were those who made this change.
        seen = proposal.verified_on or changes[0].published_at.date()
        changes_reverse(changes=changes, by=None, reason=_REASON, verified_on=seen)
    except CurationError as error:
        log.warning("proposal.not_expired", proposal=proposal.pk, reason=str(error))
        return str(error)
    return ""
