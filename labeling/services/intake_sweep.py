"""Find batches that somebody should have finished by now, and wake a worker for them."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from labeling.models import IntakeBatch
from labeling.services.batch_send import batch_send

#: Batches sent in one sweep; the next one is seconds away.
AT_ONCE = 500
#: A batch that was sent again is given so long before it is sent once more: a long queue is not made longer.
RESEND_AFTER = dt.timedelta(seconds=30)


def intake_sweep() -> int:
    """Send messages for batches that are due; returns how many were sent.

    A batch a living worker has is locked by its transaction and skipped. One whose worker died is free at once and
    due when its lease ends.
    """
    sent = [public_id for public_id in _waiting() if batch_send(public_id)]
    IntakeBatch.objects.filter(public_id__in=sent).update(sent_at=timezone.now())
    return len(sent)


def _waiting() -> list[UUID]:
    now = timezone.now()
    with transaction.atomic():
        due = IntakeBatch.objects.due(now).not_sent_since(now - RESEND_AFTER).order_by("due_at")
        return list(due.select_for_update(skip_locked=True).values_list("public_id", flat=True)[:AT_ONCE])
