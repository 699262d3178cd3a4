"""Put a batch that was set aside back among those that wait."""

from __future__ import annotations

import logging
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from labeling.models import BatchState, IntakeBatch
from labeling.services.batch_send import batch_send
from labeling.services.batch_store import MESSAGE_GRACE

logger = logging.getLogger(__name__)


class NotReplayableError(ValueError):
    """The batch is not set aside with its items, or the same items wait already; the message says which."""


def batch_replay(*, public_id: UUID) -> None:
    """Let the batch be tried again as if it had just come, and record that it was. Raises `NotReplayableError`."""
    now = timezone.now()
    try:
        with transaction.atomic():
            batch = IntakeBatch.objects.select_for_update().defer("payload").filter(public_id=public_id).first()
            _refuse_other(batch, public_id)
            IntakeBatch.objects.filter(public_id=public_id).update(
                state=BatchState.RECEIVED,
                attempts=0,
                error="",
                due_at=now + MESSAGE_GRACE,
                sent_at=None,
                claimed_at=None,
                finished_at=None,
                replayed_at=now,
                replay_count=F("replay_count") + 1,
            )
            transaction.on_commit(lambda: batch_send(public_id))
    except IntegrityError as error:  # `batch_waits_once`
        raise NotReplayableError(f"The items of batch {public_id} were handed in again and wait already.") from error
    logger.warning("Batch %s was put back; it had been set aside: %s", public_id, batch.error if batch else "")


def _refuse_other(batch: IntakeBatch | None, public_id: UUID) -> None:
    if batch is None:
        raise NotReplayableError(f"There is no batch {public_id}.")
    if batch.state != BatchState.POISON:
        raise NotReplayableError(f"Batch {public_id} is not set aside: it is {batch.state}.")
    if not IntakeBatch.objects.set_aside().filter(pk=batch.pk).exists():
        raise NotReplayableError(f"The items of batch {public_id} have been erased.")
