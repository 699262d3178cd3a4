"""Give changes of labels their positions, once they are committed."""

from __future__ import annotations

import logging

from django.db import DatabaseError, connection, transaction

from labeling.models import ChangeLedger

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
    while _is_some_waiting():
        sets, changes = _sequence_some()
        numbered += changes
        if sets < AT_ONCE:
            break
    return numbered


def changes_nudge() -> None:
    """Number what was just committed, so that nobody waits for beat; what fails here beat will do."""
    try:
        changes_sequence()
    except DatabaseError as error:
        logger.warning("Changes could not be numbered now (%s); beat will.", type(error).__name__)


def _is_some_waiting() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM labeling_changeset WHERE last_position IS NULL)")
        (found,) = cursor.fetchone()
    return bool(found)


def _sequence_some() -> tuple[int, int]:
    """Number some sets; returns how many, and how many changes they hold."""
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
                   ), counted AS (
                       SELECT count(*) AS sets, coalesce(max(total), 0)::bigint AS changes FROM numbered
                   ), kept AS (
                       UPDATE labeling_changeledger SET last_position = %s + counted.changes
                       FROM counted WHERE counted.changes > 0
                   )
                   SELECT sets, changes FROM counted""",
                [AT_ONCE, last, last],
            )
            sets, changes = cursor.fetchone()
    return sets, changes


def ledger_lock() -> ChangeLedger:
    """The ledger, locked until the transaction ends: nobody else numbers changes meanwhile."""
    found = list(ChangeLedger.objects.raw("SELECT * FROM labeling_changeledger FOR UPDATE"))
    ledger = found[0] if found else None
    if ledger is None:
        # The migration makes the row; a database that was emptied has none.
        ChangeLedger.objects.bulk_create([ChangeLedger()], ignore_conflicts=True)
        ledger = ChangeLedger.objects.select_for_update().get()
    return ledger
