"""Confirm a fact: the electoral authority stands behind it as it is."""

from __future__ import annotations

import datetime as dt
from typing import Final

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from accounts.audit import acting
from accounts.models import Membership, Organisation, OrganisationKind, User
from accounts.permissions import GRANTS, lineage
from centers.curation import CurationError, record_ref
from centers.models import Jurisdiction, ProposalAction, PublishedChange
from centers.models.fact import Fact
from centers.pagecache import center_touch
from centers.services.record_write import confirmation_write, place_hold

CONFIRM: Final = "centers.confirm_fact"
#: Who may speak for an election.
_AUTHORITIES: Final = (
    OrganisationKind.ELECTORAL_AUTHORITY, OrganisationKind.MINISTRY, OrganisationKind.EU_INSTITUTION,
)  # fmt: skip


@transaction.atomic
def fact_confirm(*, record: str, by: User, seen: dict[str, object], on: dt.date | None = None) -> PublishedChange:
    """Confirm a record (`answer:ie/when`) whose values were `seen`, for the authority that `by` belongs to.

    An act of its own: no proposal, because nothing a voter reads changes but who stands behind it. Raises
    `PermissionDenied` for who may not, or belongs to no authority of the place; `CurationError` when the record
    changed since it was seen.
    """
    ref = record_ref(record)
    live = ref.kind.find(ref.key)
    if live is not None:
        place_hold(ref.kind.place(live))
        live = ref.kind.find(ref.key)
    if live is None or not isinstance(live, Fact):
        raise CurationError(f"There is no {ref.kind.label} {ref.key[:200]!r} to confirm.")
    place = ref.kind.place(live)
    if not by.has_perm(CONFIRM, place):
        raise PermissionDenied(f"May not confirm facts of {place.code}.")
    authority = authority_of(by, place)
    if authority is None:
        raise PermissionDenied("Only the electoral authority itself confirms a fact.")
    if ref.kind.values(live, seen) != seen:
        raise CurationError("This has been changed meanwhile: look at it again before you confirm it.")
    now = timezone.now()
    day = on or now.date()
    if day > now.date() + dt.timedelta(days=1):
        raise CurationError({"on": ["A fact is not confirmed on a day to come."]})
    before = {"confirmation": live.confirmation, "confirmed_on": live.confirmed_on and live.confirmed_on.isoformat()}
    with acting(by=by, reason="Confirmed"):
        confirmation_write(record=live, by=authority, on=day)
    center_touch(codes=ref.kind.concerns(live))
    return PublishedChange.objects.create(
        jurisdiction=place,
        record=str(ref),
        action=ProposalAction.CONFIRM,
        before=before,
        after={"confirmation": live.confirmation, "confirmed_on": day.isoformat()},
        source=live.source_url,
        reason="Confirmed",
        organisation=authority,
        published_by=by,
        published_at=now,
    )


def authority_of(user: User, place: Jurisdiction) -> Organisation | None:
    """The authority for which `user` may confirm facts of a place, by a role that takes; `None` for all others."""
    places = lineage(place)
    memberships = Membership.objects.select_related("organisation").filter(
        user=user, organisation__kind__in=_AUTHORITIES, role__in=GRANTS[CONFIRM]
    )
    for one in memberships.order_by("pk"):
        if one.jurisdiction_id is None or one.jurisdiction_id in places:
            return one.organisation
    return None
