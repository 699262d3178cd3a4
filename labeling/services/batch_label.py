"""Label one batch: claim it, work in one transaction, end it; or set it back, or aside."""

from __future__ import annotations

import datetime as dt
import logging
from typing import NamedTuple
from uuid import UUID

from django.db import DatabaseError, transaction
from django.db.models import F, Q
from django.utils import timezone

from electioncenters.collector import collector_paused
from electioncenters.plain_cursor import plain_cursor
from labeling.intake import PackedItem
from labeling.models import BatchState, IntakeBatch
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
    free = Q(state=BatchState.RECEIVED, attempts=0) | Q(due_at__lte=now)
    with transaction.atomic():
        batch = (
            IntakeBatch.objects.unfinished()
            .filter(free, public_id=public_id)
            .select_for_update(skip_locked=True)
            .only("pk", "attempts", "error")
            .first()
        )
        if batch is None:
            return None
        if batch.attempts >= MAX_ATTEMPTS:
            _set_aside(batch.pk, batch.error or "The worker did not survive this batch.", now)
            return None
        IntakeBatch.objects.filter(pk=batch.pk).update(
            state=BatchState.WORKING, attempts=F("attempts") + 1, claimed_at=now, due_at=now + LEASE
        )
    return Claim(batch.pk, batch.attempts + 1)


def _work(claim: Claim) -> None:
    """Label the items and end the batch in one transaction: all of it happened, or nothing did."""
    matchers = matchers_in_force()
    with transaction.atomic():
        batch = (
            IntakeBatch.objects.select_for_update(skip_locked=True, of=("self",))
            .select_related("platform")
            .filter(pk=claim.pk, state=BatchState.WORKING, attempts=claim.attempt)
            .defer("payload")
            .first()
        )
        payload = _payload(batch.pk) if batch else None
        if batch is None or payload is None:
            return
        items = payload_unpack(payload)
        label = _label_together if claim.attempt < MAX_ATTEMPTS else _label_one_by_one
        outcome = label(batch, items, matchers)
        _end(batch, outcome)
        shadow_write(matchers=matchers, differences=outcome.shadow, now=timezone.now())


def _payload(pk: int) -> bytes | None:
    with plain_cursor(binary=True) as cursor:
        row = cursor.execute("SELECT payload FROM labeling_intakebatch WHERE id = %s", [pk]).fetchone()
    return row[0] if row else None


def _label_together(batch: IntakeBatch, items: list[PackedItem], matchers: Matchers) -> Outcome:
    return items_label(
        platform=batch.platform,
        items=items,
        matchers=matchers,
        now=timezone.now(),
        handed_in_at=batch.received_at,
        overtaking=any(item.deleted for item in items) and _overtakes(batch),
    )


def _overtakes(batch: IntakeBatch) -> bool:
    """Whether the platform handed something in before that is not labelled yet, or was set aside."""
    # Failed items have a batch of their own that is younger, but were handed in with the one they were split from.
    before = Q(pk__lt=batch.pk) | Q(received_at__lt=batch.received_at)
    others = IntakeBatch.objects.filter(before, platform=batch.platform).exclude(state=BatchState.DONE)
    # Erased items never come back.
    return others.filter(payload__isnull=False).exists()


def _label_one_by_one(batch: IntakeBatch, items: list[PackedItem], matchers: Matchers) -> Outcome:
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


def _end(batch: IntakeBatch, outcome: Outcome) -> None:
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
            split_from=batch,
            error="; ".join(sorted(set(outcome.errors))),
            received_at=batch.received_at,
            due_at=now,
            finished_at=now,
        )
    IntakeBatch.objects.filter(pk=batch.pk).update(
        state=BatchState.DONE,
        payload=None,
        error="",
        finished_at=now,
        matched_count=outcome.matched,
        label_count=outcome.labels,
        repeated_count=outcome.repeated,
        failed_count=len(outcome.failed),
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
