"""Label one batch: claim it, work in one transaction, end it; or set it back, or aside."""

from __future__ import annotations

import datetime as dt
import logging
from typing import Final, NamedTuple
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connection, transaction
from django.db.models import Q
from django.utils import timezone

from electioncenters.collector import collector_paused
from electioncenters.plain_cursor import plain_cursor
from labeling.intake import PackedItem
from labeling.models import BatchState, IntakeBatch, Platform
from labeling.services.changes_sequence import changes_nudge
from labeling.services.failure import failure_described
from labeling.services.items_label import Outcome, items_label
from labeling.services.matcher import Matchers, matchers_in_force
from labeling.services.payload import payload_pack, payload_unpack
from labeling.services.shadow import shadow_write
from labeling.services.stream_tally import tallies_write

logger = logging.getLogger(__name__)

#: A batch is begun so often before it is set aside.
MAX_ATTEMPTS = 5
#: So long after a claim nobody else looks; a longer work is protected by its row lock.
LEASE = dt.timedelta(seconds=10)
#: The first pause after a failure; each further one is twice as long.
BACKOFF = dt.timedelta(seconds=5)

_PLATFORM_FIELDS: Final = [field.attname for field in Platform._meta.concrete_fields]
_PLATFORM: Final = ", ".join(f"platform.{field.column}" for field in Platform._meta.concrete_fields)


class Claim(NamedTuple):
    """The right to work on a batch: `attempt` is valid until somebody else claims it."""

    pk: int
    attempt: int


def batch_label(*, public_id: UUID) -> None:
    """Label the batch if it still needs it and nobody else is at it; safe to call at any time, any number of times.

    Whatever goes wrong with a batch is written to its row: it is tried again later, and set aside after
    `MAX_ATTEMPTS`. Only a database that cannot be reached raises.
    """
    claim = _claim(public_id)
    if claim is None:
        return
    try:
        with collector_paused():
            _work(claim)
    except Exception as error:
        logger.error("Batch %s failed at attempt %s: %s", public_id, claim.attempt, failure_described(error))
        _set_back(claim, error)
        return
    changes_nudge()


def _claim(public_id: UUID) -> Claim | None:
    """Count an attempt and commit it before the work, so that a batch that kills its worker is counted too."""
    now = timezone.now()
    with connection.cursor() as cursor:
        # One plain statement, and nobody waits for the disk: should the server itself crash, the worst is that an
        # attempt it ended is not counted.
        cursor.execute(
            """UPDATE labeling_intakebatch AS batch SET
                   attempts = least(free.attempts + 1, %s), claimed_at = %s, due_at = %s,
                   state = CASE WHEN free.attempts < %s THEN 'working' ELSE batch.state END
               FROM (SELECT id, attempts FROM labeling_intakebatch
                     WHERE public_id = %s AND state IN ('received', 'working')
                       AND (state = 'received' AND attempts = 0 OR due_at <= %s)
                     FOR UPDATE SKIP LOCKED) AS free
               WHERE batch.id = free.id
               RETURNING batch.id, free.attempts, batch.error, set_config('synchronous_commit', 'off', true)""",
            [MAX_ATTEMPTS, now, now + LEASE, MAX_ATTEMPTS, public_id, now],
        )
        row = cursor.fetchone()
    if row is None:
        return None
    pk, attempts, error, _ = row
    if attempts >= MAX_ATTEMPTS:
        _set_aside(pk, error or "The worker did not survive this batch.", now)
        return None
    return Claim(pk, attempts + 1)


def _work(claim: Claim) -> None:
    """Label the items and end the batch in one transaction: all of it happened, or nothing did.

    Nobody waits for the disk here, either: should the server crash before it has written this, the batch is as it was
    and labelled again. Whoever is told of its changes is told after they are numbered, and that waits for the disk,
    which then holds all that was committed before.
    """
    matchers = matchers_in_force()
    with transaction.atomic():
        batch, payload = _locked(claim)
        if batch is None or payload is None:
            return
        items = payload_unpack(payload)
        label = _label_together if claim.attempt < MAX_ATTEMPTS else _label_one_by_one
        outcome = label(batch, items, matchers)
        _end(batch, outcome)
        shadow_write(matchers=matchers, differences=outcome.shadow, now=timezone.now())


class _Batch(NamedTuple):
    """What is known of the batch that is worked on."""

    pk: int
    platform: Platform
    received_at: dt.datetime


def _locked(claim: Claim) -> tuple[_Batch | None, bytes | None]:
    """The batch, locked until the transaction ends, and its payload; neither if the claim is not valid any more."""
    with plain_cursor(binary=True) as cursor:
        row = cursor.execute(
            f"""SELECT set_config('synchronous_commit', 'off', true), batch.payload, batch.received_at, {_PLATFORM}
                FROM labeling_intakebatch AS batch JOIN labeling_platform AS platform ON platform.id = batch.platform_id
                WHERE batch.id = %s AND batch.state = 'working' AND batch.attempts = %s
                FOR UPDATE OF batch SKIP LOCKED""",  # noqa: S608 -- our own columns
            [claim.pk, claim.attempt],
        ).fetchone()
    if row is None:
        return None, None
    _, payload, received_at, *platform = row
    return _Batch(claim.pk, Platform.from_db(DEFAULT_DB_ALIAS, _PLATFORM_FIELDS, platform), received_at), payload


def _label_together(batch: _Batch, items: list[PackedItem], matchers: Matchers) -> Outcome:
    return items_label(
        platform=batch.platform,
        items=items,
        matchers=matchers,
        now=timezone.now(),
        handed_in_at=batch.received_at,
        overtaking=any(item.deleted for item in items) and _overtakes(batch),
    )


def _overtakes(batch: _Batch) -> bool:
    """Whether the platform handed something in before that is not labelled yet, or was set aside."""
    # Failed items have a batch of their own that is younger, but were handed in with the one they were split from.
    before = Q(pk__lt=batch.pk) | Q(received_at__lt=batch.received_at)
    others = IntakeBatch.objects.filter(before, platform=batch.platform).exclude(state=BatchState.DONE)
    # Erased items never come back.
    return others.filter(payload__isnull=False).exists()


def _label_one_by_one(batch: _Batch, items: list[PackedItem], matchers: Matchers) -> Outcome:
    """The last attempt: each item for itself, so that only those the database refuses are set aside."""
    total = Outcome()
    for item in items:
        try:
            with transaction.atomic():
                outcome = _label_together(batch, [item], matchers)
        except DatabaseError as error:
            outcome = Outcome(failed=[item], errors=[f"{type(error).__name__} while writing"])
        total.add(outcome)
    return total


def _end(batch: _Batch, outcome: Outcome) -> None:
    """The batch is done and its items erased; those that failed go to a batch of their own that nobody retries."""
    now = timezone.now()
    if outcome.failed:
        payload = payload_pack([item.unpacked() for item in outcome.failed])
        IntakeBatch.objects.create(
            platform=batch.platform,
            state=BatchState.POISON,
            payload=payload.data,
            digest=payload.digest,
            item_count=len(outcome.failed),
            split_from_id=batch.pk,
            error="; ".join(sorted(set(outcome.errors))),
            received_at=batch.received_at,
            due_at=now,
            finished_at=now,
        )
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE labeling_intakebatch SET
                   state = 'done', payload = NULL, error = '', finished_at = %s,
                   matched_count = %s, label_count = %s, repeated_count = %s, failed_count = %s
               WHERE id = %s""",
            [now, outcome.matched, outcome.labels, outcome.repeated, len(outcome.failed), batch.pk],
        )
    tallies_write(tallies=outcome.tallies, now=now)


def _set_back(claim: Claim, error: Exception) -> None:
    """Let the batch be tried again after a pause, or set it aside after the last attempt."""
    now = timezone.now()
    # The kind of error only: its message may quote what somebody wrote.
    reason = f"{type(error).__name__} at attempt {claim.attempt}"
    mine = IntakeBatch.objects.filter(pk=claim.pk, state=BatchState.WORKING, attempts=claim.attempt)
    if claim.attempt >= MAX_ATTEMPTS:
        mine.update(state=BatchState.POISON, error=reason, finished_at=now)
    else:
        mine.update(state=BatchState.RECEIVED, error=reason, due_at=now + BACKOFF * 2 ** (claim.attempt - 1))


def _set_aside(pk: int, error: str, now: dt.datetime) -> None:
    IntakeBatch.objects.filter(pk=pk).update(state=BatchState.POISON, error=error, finished_at=now)
    logger.error("Batch %s was set aside: %s", pk, error)
