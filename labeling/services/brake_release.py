"""Let a stopped rule label again."""

from __future__ import annotations

import structlog
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from labeling.models import RuleBrake
from labeling.services.permission import permission_require

log = structlog.get_logger("labeling.brakes")


class BrakeReleasedError(ValueError):
    """Somebody released the brake before."""


@transaction.atomic
def brake_release(*, brake: RuleBrake, user: User | None, reason: str) -> RuleBrake:
    """Let the rule label again, from the next batch on; what it did until now never stops it again.

    Raises `PermissionDenied`, `BrakeReleasedError`, and `ValueError` without a reason.
    """
    permission_require(user, "labeling.release_rules")
    if not reason.strip():
        raise ValueError("a release needs a reason")
    found = RuleBrake.objects.select_for_update().get(pk=brake.pk)
    if found.released_at is not None:
        raise BrakeReleasedError(f"The brake of {found.rule} was released before.")
    found.released_at, found.released_by, found.release_reason = timezone.now(), user, reason.strip()
    found.save(update_fields=["released_at", "released_by", "release_reason"])
    log.warning("rule_brake_released", ruleset=str(found.ruleset), rule=found.rule, by=user.pk if user else None)
    return found
