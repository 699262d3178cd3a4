"""How a set of rules gets from one status to the next: under one lock, with a line in its history.

Who may take which step, and whether it makes sense, is decided by `ruleset_release` and `ruleset`.
"""

from __future__ import annotations

import datetime as dt

from django.db import connection
from django.db.models import Max
from django.utils import timezone

from accounts.models import User
from labeling.models import Ruleset, RulesetEvent, RulesetStatus
from labeling.services.brake_carry import brakes_carry

#: Advisory lock of whoever moves a set: two of them would both find the same number, or the same place, free.
_LOCK = 0x52554C45


class RulesetStepError(ValueError):
    """A step that cannot be taken from where the set stands; the message says why, for people."""


def rulesets_lock() -> None:
    """Let nobody else move a set until the open transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def ruleset_locked(ruleset: Ruleset) -> Ruleset:
    """The set as it stands now, which nobody else moves or changes the rules of until the transaction ends."""
    rulesets_lock()
    return Ruleset.objects.select_for_update().get(pk=ruleset.pk)


def version_next() -> int:
    """The number of the next set; under the lock."""
    return (Ruleset.objects.aggregate(last=Max("version"))["last"] or 0) + 1


def ruleset_begin(*, draft: Ruleset, user: User | None, reason: str) -> Ruleset:
    """Store `draft` under the next version, with the first line of its history; under the lock."""
    draft.version, draft.status, draft.author = version_next(), RulesetStatus.DRAFT, user
    draft.save(force_insert=True)
    RulesetEvent.objects.create(
        ruleset=draft, at=timezone.now(), user=user, to_status=RulesetStatus.DRAFT, reason=reason
    )
    return draft


def ruleset_step(
    *, ruleset: Ruleset, to: RulesetStatus, user: User | None, reason: str, share: int | None = None
) -> Ruleset:
    """Move `ruleset` and record it; under the lock."""
    before, now = (ruleset.status, ruleset.share), timezone.now()
    ruleset.status, ruleset.share = to, share
    if to == RulesetStatus.LIVE:
        ruleset.went_live_at, ruleset.retired_at = now, None
    elif to == RulesetStatus.RETIRED:
        ruleset.retired_at = now
    ruleset.save()
    _record(ruleset, before, now, user, reason)
    return ruleset


def ruleset_take_over(*, ruleset: Ruleset, user: User | None, reason: str) -> Ruleset:
    """Make `ruleset` the live one in place of the one that is; under the lock.

    A set that is live for the first time remembers which one it took over from.
    """
    former = Ruleset.objects.live().first()
    if former is not None:
        brakes_carry(source=former, target=ruleset, now=timezone.now())
        ruleset_step(
            ruleset=former, to=RulesetStatus.RETIRED, user=user, reason=f"{ruleset} went live: {reason}"[:1000]
        )
    if ruleset.went_live_at is None:
        ruleset.previous = former
    return ruleset_step(ruleset=ruleset, to=RulesetStatus.LIVE, user=user, reason=reason)


def _record(ruleset: Ruleset, before: tuple[str, int | None], now: dt.datetime, user: User | None, reason: str) -> None:
    status, share = before
    RulesetEvent.objects.create(
        ruleset=ruleset,
        at=now,
        user=user,
        from_status=status,
        to_status=ruleset.status,
        from_share=share,
        to_share=ruleset.share,
        reason=reason,
    )
