"""Erase what was kept of content that got no label, and of batches, once it has been kept long enough."""

from __future__ import annotations

import datetime as dt
import logging
from typing import Final, NamedTuple

from django.conf import settings
from django.utils import timezone

from labeling.models import IntakeBatch, SampledItem

logger = logging.getLogger(__name__)

#: Rows deleted at once, and how many times in one call; what is left is for the next hour's.
_CHUNK: Final = 5_000
_MOST_CHUNKS: Final = 100


class Erased(NamedTuple):
    """How much was erased."""

    poison_batches: int
    samples: int
    batch_rows: int


def intake_erase() -> Erased:
    """Erase items of batches set aside `INTAKE_POISON_DAYS` ago, and texts sampled `SAMPLE_DAYS` ago.

    The row of a batch stays without its items, with error and counts, so that the platform's question after it is
    answered; `INTAKE_BATCH_DAYS` after its end it goes, too.
    """
    now = timezone.now()
    old = IntakeBatch.objects.set_aside().filter(finished_at__lt=now - dt.timedelta(days=settings.INTAKE_POISON_DAYS))
    batches = old.update(payload=None)
    oldest_day = now.date() - dt.timedelta(days=settings.SAMPLE_DAYS)
    samples, _ = SampledItem.objects.filter(sampled_on__lt=oldest_day).delete()
    rows = _rows_delete(now - dt.timedelta(days=settings.INTAKE_BATCH_DAYS))
    if batches or samples or rows:
        logger.info(
            "Erased the items of %s batches set aside, %s sampled texts and %s rows of ended batches",
            batches,
            samples,
            rows,
        )
    return Erased(batches, samples, rows)


def _rows_delete(limit: dt.datetime) -> int:
    """Delete ended batches, the oldest first. One whose failed items have a batch of their own goes after that one."""
    deleted = 0
    for _ in range(_MOST_CHUNKS):
        gone = IntakeBatch.objects.ended_before(limit).order_by("id").values("pk")[:_CHUNK]
        count, _of_each = IntakeBatch.objects.filter(pk__in=gone).delete()
        deleted += count
        if count < _CHUNK:
            break
    return deleted
