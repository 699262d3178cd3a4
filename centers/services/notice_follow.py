"""What comes after a notice was put up: the second pair of eyes, another end, taking it down."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from centers.curation import CurationError, record_of
from centers.curation.errors import Problems
from centers.curation.kind import Values
from centers.curation.text import text_clean
from centers.models import ProposalAction, PublishedChange, UrgentNotice
from centers.pagecache import center_touch
from centers.services.announce import notice_settle
from centers.services.notice_publish import moments_check
from centers.services.proposal_decide import PUBLISH
from centers.services.proposal_submit import speaking_for


@transaction.atomic
def notice_review(*, notice: UrgentNotice, by: User) -> UrgentNotice:
    """Say that one has checked it. Raises `PermissionDenied` for its author, `CurationError` when it is too late."""
    locked = _standing(notice, by)
    if locked.published_by_id == by.pk:
        raise PermissionDenied("Somebody else checks one's own notice.")
    if locked.reviewed_by_id is not None:
        raise CurationError("Somebody has checked it already.")
    notice_settle(locked)
    return _changed(locked, by, "Checked by a second person", reviewed_by=by, reviewed_at=timezone.now())


@transaction.atomic
def notice_prolong(*, notice: UrgentNotice, by: User, expires_at: dt.datetime) -> UrgentNotice:
    """Show it until another moment, later or earlier. Raises `CurationError` for one that cannot be."""
    locked = _standing(notice, by)
    now, problems = timezone.now(), Problems()
    moments_check(starts_at=locked.starts_at, expires_at=expires_at, now=now, problems=problems)
    if expires_at == locked.expires_at:
        problems.add("expires_at", "It is shown until then already.")
    problems.raise_all()
    extended_at = now if expires_at > locked.expires_at else locked.extended_at
    return _changed(locked, by, "Shown until another moment", expires_at=expires_at, extended_at=extended_at)


@transaction.atomic
def notice_end(*, notice: UrgentNotice, by: User) -> UrgentNotice:
    """End it now: what it said is over. Raises `CurationError` for one that has not begun or is over."""
    locked = _standing(notice, by)
    now = timezone.now()
    if locked.starts_at >= now:
        raise CurationError("It has not begun: withdraw it instead.")
    notice_settle(locked)
    return _changed(locked, by, "Ended early", expires_at=now)


@transaction.atomic
def notice_withdraw(*, notice: UrgentNotice, by: User, reason: str) -> UrgentNotice:
    """Take it down: it should not have been there. Raises `CurationError` without a reason, or when it is over."""
    locked = _standing(notice, by)
    said = text_clean(reason, multiline=True)
    if not said:
        raise CurationError({"reason": ["Say why: it stands in the history."]})
    ref = record_of(locked)
    before = {name: value for name, value in ref.kind.values(locked).items() if value}
    locked.withdrawn_by, locked.withdrawn_at = by, timezone.now()
    locked.save(update_fields=["withdrawn_by", "withdrawn_at"])
    notice_settle(locked)
    _record(locked, by, reason=said[:2_000], action=ProposalAction.REMOVE, before=before, after={})
    return locked


def _standing(notice: UrgentNotice, by: User) -> UrgentNotice:
    """The notice as it is now, held until the transaction ends; `by` may publish there."""
    locked = UrgentNotice.objects.with_people().select_for_update(of=("self",)).get(pk=notice.pk)
    place = locked.center.jurisdiction
    if not by.has_perm(PUBLISH, place):
        raise PermissionDenied(f"May not publish for {place.code}.")
    if locked.is_over(timezone.now()):
        raise CurationError("Voters do not see it any more.")
    return locked


def _changed(notice: UrgentNotice, by: User, reason: str, **values: Any) -> UrgentNotice:
    kind = record_of(notice).kind
    before = kind.values(notice)
    for name, value in values.items():
        setattr(notice, name, value)
    notice.save(update_fields=list(values))
    after = kind.values(notice)
    changed = [name for name in after if after[name] != before[name]]
    _record(
        notice,
        by,
        reason=reason,
        action=ProposalAction.CHANGE,
        before={name: before[name] for name in changed},
        after={name: after[name] for name in changed},
    )
    return notice


def _record(
    notice: UrgentNotice, by: User, *, reason: str, action: ProposalAction, before: Values, after: Values
) -> None:
    place = notice.center.jurisdiction
    center_touch(codes=[place.code])
    PublishedChange.objects.create(
        jurisdiction=place,
        record=str(record_of(notice)),
        action=action,
        before=before,
        after=after,
        source=notice.source_url,
        reason=reason,
        organisation=speaking_for(by, place),
        published_by=by,
        published_at=timezone.now(),
    )
