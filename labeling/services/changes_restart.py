"""Begin the order of changes anew, after the database was restored from a backup."""

from __future__ import annotations

from typing import Final

from django.db import transaction

from labeling.models import ChangeLedger
from labeling.services.changes_sequence import ledger_lock

#: More changes than can have been numbered between the backup and its restoring.
LEAP: Final = 1_000_000_000


@transaction.atomic
def changes_restart() -> int:
    """Leap over positions that may have been given after the backup was made; returns where changes go on.

    Such a position would be given a second time, to another change, and whoever had read up to it would miss that
    change. After the leap every cursor given before is gone, and its owner is told to start anew.
    """
    start = ledger_lock().last_position + LEAP
    ChangeLedger.objects.update(last_position=start, erased_position=start)
    return start
