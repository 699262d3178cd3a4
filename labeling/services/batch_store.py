"""Store what a platform handed in."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Final

from django.db import DEFAULT_DB_ALIAS, transaction
from django.utils import timezone

from electioncenters.plain_cursor import plain_cursor
from labeling.intake import Item
from labeling.models import IntakeBatch, Platform
from labeling.services.batch_send import batch_send
from labeling.services.payload import Payload, payload_pack

#: So long a message is given to arrive before the sweeper sends another.
MESSAGE_GRACE = dt.timedelta(seconds=10)

#: What is told of a batch that was stored: all but the items, which are the caller's.
_FIELDS: Final = [field for field in IntakeBatch._meta.concrete_fields if field.name != "payload"]
_COLUMNS: Final = ", ".join(str(field.column) for field in _FIELDS)


def batch_store(*, platform: Platform, items: list[Item]) -> IntakeBatch:
    """Store `items` (at least one) as one batch and wake a worker after the commit.

    The same items handed in again while they still wait are the same batch: a platform that got no answer may repeat
    its request without harm.
    """
    if not items:
        raise ValueError("a batch holds at least one item")
    payload = payload_pack(items)
    with transaction.atomic():
        batch = _insert(platform, payload, len(items)) or _waiting(platform, payload, len(items))
        transaction.on_commit(lambda: batch_send(batch.public_id))
    return batch


def _insert(platform: Platform, payload: Payload, count: int) -> IntakeBatch | None:
    now, public_id = timezone.now(), uuid.uuid4()
    with plain_cursor() as cursor:
        # Nothing is inserted while the same items wait (`batch_waits_once`).
        cursor.execute(
            f"""INSERT INTO labeling_intakebatch
                   (public_id, platform_id, state, payload, digest, item_count, received_at, due_at,
                    attempts, error, matched_count, label_count, repeated_count, failed_count)
               VALUES (%s, %s, 'received', %b, %b, %s, %s, %s, 0, '', 0, 0, 0, 0)
               ON CONFLICT DO NOTHING RETURNING {_COLUMNS}""",  # noqa: S608 -- our own columns
            [public_id, platform.pk, payload.data, payload.digest, count, now, now + MESSAGE_GRACE],
        )
        row = cursor.fetchone()
    return IntakeBatch.from_db(DEFAULT_DB_ALIAS, [field.attname for field in _FIELDS], row) if row else None


def _waiting(platform: Platform, payload: Payload, count: int) -> IntakeBatch:
    """The batch that stood in the way; where it was finished meanwhile, its end answers for these items too."""
    same = IntakeBatch.objects.filter(platform=platform, digest=payload.digest, item_count=count, split_from=None)
    return same.defer("payload").latest("id")
