"""Look at the portal as it would be after a change, without making the change."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from centers.curation.fields import take_url
from centers.curation.parts import Part, parts_of
from centers.models import Jurisdiction, Proposal
from centers.services.proposal_decide import VIEW
from centers.services.proposal_submit import PROPOSE, Wish, parts_taken
from centers.services.record_write import Provenance, records_write

T = TypeVar("T")


def change_preview(
    *, by: User, place: Jurisdiction, wishes: Sequence[Wish], provenance: Provenance, look: Callable[[], T]
) -> T:
    """What `look` answers while the wishes are fulfilled; everything written is rolled back, whatever happens.

    `look` must read the database itself: what is kept elsewhere knows nothing of this. Raises `PermissionDenied`, and
    `CurationError` where the change could not be published so.
    """
    if not by.has_perm(PROPOSE, place):
        raise PermissionDenied(f"May not propose changes for {place.code}.")
    return _looked(parts_taken(wishes) if wishes else [], place, provenance, look)


def proposal_preview(*, by: User, proposal: Proposal, look: Callable[[], T]) -> T:
    """The same for a proposal, by whoever may read it. Raises as `change_preview` does."""
    if not by.has_perm(VIEW, proposal.jurisdiction):
        raise PermissionDenied("May not see this proposal.")
    seen_on = proposal.verified_on or timezone.now().date()
    provenance = Provenance(take_url(proposal.source), seen_on, "Preview", proposal.translated_by)
    return _looked(parts_of(proposal), proposal.jurisdiction, provenance, look)


def _looked(parts: Sequence[Part], place: Jurisdiction, provenance: Provenance, look: Callable[[], T]) -> T:
    with transaction.atomic():
        try:
            for written in records_write(parts=parts, provenance=provenance):
                if written.place.pk != place.pk:
                    raise PermissionDenied("All changes of a proposal belong to one place.")
            return look()
        finally:
            transaction.set_rollback(True)
