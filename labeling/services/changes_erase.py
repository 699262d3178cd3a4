"""Erase changes that were kept long enough."""

from __future__ import annotations

import datetime as dt
import logging
from typing import Final

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from labeling.models import ChangeLedger, ChangeSet, LabelChange

logger = logging.getLogger(__name__)

#: Sets erased in one transaction; a set holds as many changes as a batch has labels.
AT_ONCE: Final = 100
#: Transactions of one call; what is left is for the next hour's.
MOST_STEPS: Final = 1_000


def changes_erase() -> int:
    """Erase changes made `LABEL_CHANGES_DAYS` ago, the oldest first; returns how many. May be interrupted any time.

    The ledger remembers up to where, so that a reader who comes back too late is told.
    """
    limit = timezone.now() - dt.timedelta(days=settings.LABEL_CHANGES_DAYS)
    erased = 0
    for _ in range(MOST_STEPS):
        step = _erase_some(limit)
        erased += step
        if not step:
            break
    if erased:
        logger.info("Erased %s changes of labels kept long enough", erased)
    return erased


@transaction.atomic
def _erase_some(limit: dt.datetime) -> int:
    # Positions follow the time closely enough: the first set that is young enough ends the step.
    ledger = ChangeLedger.objects.select_for_update().first()
    oldest = ChangeSet.objects.exclude(last_position=None).order_by("last_position")
    old: list[ChangeSet] = []
    for found in oldest[:AT_ONCE]:
        if found.at >= limit:
            break
        old.append(found)
    if ledger is None or not old:
        return 0
    LabelChange.objects.filter(change_set__in=old).delete()
    ChangeSet.objects.filter(pk__in=[found.pk for found in old]).delete()
    # It never goes back: after a restored backup it lies beyond what is kept (`changes_restart`).
    ledger.erased_position = max(ledger.erased_position, old[-1].last_position or 0)
    ledger.save(update_fields=["erased_position"])
    return sum(found.size for found in old)
