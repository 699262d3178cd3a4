"""Look at a fact's source again and find that it still says so: then it is as fresh as that day."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from accounts.audit import acting
from accounts.models import User
from centers.curation import CurationError, record_ref
from centers.models import ProposalAction, PublishedChange
from centers.models.fact import Fact
from centers.pagecache import center_touch
from centers.services.fact_confirm import CONFIRM
from centers.services.proposal_submit import speaking_for
from centers.services.record_write import place_hold

_REASON = "Looked at the source again: it still says so"


@transaction.atomic
def fact_look(*, record: str, by: User, seen: dict[str, Any], on: dt.date) -> PublishedChange:
    """Say that the source of a record (`answer:ie/when`), whose values were `seen`, said the same on the day `on`.

    No proposal: nothing a voter reads changes but the day of the last check. No confirmation either: who looked need
    not be the authority, and what the authority has confirmed stays so. Raises `PermissionDenied`, and
    `CurationError` when the record changed since it was seen, or the day is to come or before the last check.
    """
    ref = record_ref(record)
    live = ref.kind.find(ref.key)
    if live is not None:
        place_hold(ref.kind.place(live))
        live = ref.kind.find(ref.key)
    if live is None or not isinstance(live, Fact):
        raise CurationError(f"There is no {ref.kind.label} {ref.key[:200]!r} with a source to look at.")
    place, now = ref.kind.place(live), timezone.now()
    if not by.has_perm(CONFIRM, place):
        raise PermissionDenied(f"May not look after facts of {place.code}.")
    if ref.kind.values(live, seen) != seen:
        raise CurationError("This has been changed meanwhile: compare it with its source again.")
    before = live.verified_on
    if on > now.date() + dt.timedelta(days=1):
        raise CurationError({"looked_on": ["Nobody has seen the source on a day to come."]})
    if on < before:
        raise CurationError({"looked_on": [f"It was checked on {before:%-d %B %Y}, which is later than that."]})
    live.verified_on = on
    with acting(by=by, reason=_REASON):
        live.save(update_fields=["verified_on"])
    center_touch(codes=ref.kind.concerns(live))
    return PublishedChange.objects.create(
        jurisdiction=place,
        record=str(ref),
        action=ProposalAction.LOOK,
        before={"verified_on": before.isoformat()},
        after={"verified_on": on.isoformat()},
        source=live.source_url,
        reason=_REASON,
        organisation=speaking_for(by, place),
        published_by=by,
        published_at=now,
    )
