"""Keep what somebody is writing until they send it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Final

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from centers.curation import CurationError
from centers.models import Jurisdiction, RecordDraft
from centers.services.proposal_submit import PROPOSE

#: How long a draft nobody goes on with is kept.
KEPT: Final = dt.timedelta(days=90)
#: Characters of all that was entered: every text of the portal's longest form in every language fits.
LONGEST: Final = 600_000


@transaction.atomic
def record_draft_save(
    *, user: User, place: Jurisdiction, record: str, entered: Mapping[str, Sequence[str]]
) -> RecordDraft:
    """Keep this as the user's one draft about `record`. Raises `PermissionDenied`; `CurationError` when too long."""
    if not user.has_perm(PROPOSE, place):
        raise PermissionDenied(f"May not propose changes for {place.code}.")
    if sum(len(name) + sum(map(len, values)) for name, values in entered.items()) > LONGEST:
        raise CurationError("This is too much to keep as a draft.")
    kept = {"jurisdiction": place, "entered": _storable(entered), "updated_at": timezone.now()}
    return RecordDraft.objects.update_or_create(user=user, record=record, defaults=kept)[0]


@transaction.atomic
def record_draft_discard(*, user: User, record: str) -> None:
    """Forget the user's draft about `record`, if there is one."""
    RecordDraft.objects.filter(user=user, record=record).delete()


@transaction.atomic
def record_drafts_erase() -> int:
    """Forget drafts nobody has touched for long; returns how many."""
    return RecordDraft.objects.filter(updated_at__lt=timezone.now() - KEPT).delete()[0]


def _storable(entered: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Without the one character that the database cannot keep."""
    return {name.replace("\0", ""): [value.replace("\0", "") for value in values] for name, values in entered.items()}
