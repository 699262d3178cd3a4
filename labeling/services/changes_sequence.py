"""Give changes of labels their positions, once they are committed."""

from __future__ import annotations

import logging

from django.db import DatabaseError, connection, transaction

from labeling.models import ChangeLedger, ChangeSet

logger = logging.getLogger(__name__)

#: Sets numbered in one transaction; readers see them when it ends.
AT_ONCE = 1000


def changes_sequence() -> int:
    """Number every committed change that has no position yet; returns how many changes were numbered.

    Safe to call at any time, by anybody, at the same time: whoever is at it holds the ledger's row, and numbers what
    it sees only after it has got it. A change committed later is seen by the next call and gets a higher position.
    Must be called outside of a transaction that writes labels: what it has written is not committed yet.
    """
    numbered = 0
    # The caller's own changes are committed and thus seen here, unless somebody has numbered them already.
    while ChangeSet.objects.unsequenced().exists():
        numbered += _sequence_some()
    return numbered


def changes_nudge() -> None:
    """Number what was just committed, so that nobody waits for beat; what fails here beat will do."""
    try:
        changes_sequence()
    except DatabaseError as error:
        logger.warning("Changes could not be numbered now (%s); beat will.", type(error).__name__)


def _sequence_some() -> int:
    with transaction.atomic():
        # Taken before the sets are looked at: each statement sees what was committed before it began.
        last = ledger_lock().last_position
        with connection.cursor() as cursor:
            cursor.execute(
                """WITH waiting AS (
                       SELECT id, sum(size) OVER (ORDER BY id) AS total FROM labeling_changeset
                       WHERE last_position IS NULL ORDER BY id LIMIT %s
                   ), numbered AS (
                       UPDATE labeling_changeset AS known SET last_position = %s + waiting.total
                       FROM waiting WHERE known.id = waiting.id RETURNING waiting.total
                   )
                   SELECT coalesce(max(total), 0)::bigint FROM numbered""",
                [AT_ONCE, last],
            )
            (count,) = cursor.fetchone()
        if count:
            ChangeLedger.objects.update(last_position=last + count)
    return int(count)


def ledger_lock() -> ChangeLedger:
    """The ledger, locked until the transaction ends: nobody else numbers changes meanwhile."""
    ledger = ChangeLedger.objects.select_for_update().first()
    if ledger is None:
        # The migration makes the row; a database that was emptied has none.
        ChangeLedger.objects.bulk_create([ChangeLedger()], ignore_conflicts=True)
        ledger = ChangeLedger.objects.select_for_update().get()
    return ledger
