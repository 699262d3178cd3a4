"""Erase messages that were delivered, or given up, long enough ago."""

from __future__ import annotations

import datetime as dt
import logging
from typing import Final

from django.conf import settings
from django.utils import timezone

from labeling.models import WebhookDelivery

logger = logging.getLogger(__name__)

#: Messages erased in one transaction, and transactions of one call; what is left is for the next hour's.
AT_ONCE: Final = 500
MOST_STEPS: Final = 1_000


def webhooks_erase() -> int:
    """Erase messages finished `LABEL_CHANGES_DAYS` ago; returns how many. May be interrupted at any moment."""
    limit = timezone.now() - dt.timedelta(days=settings.LABEL_CHANGES_DAYS)
    old = WebhookDelivery.objects.filter(finished_at__lt=limit).order_by("finished_at")
    erased = 0
    for _ in range(MOST_STEPS):
        count, _by_model = WebhookDelivery.objects.filter(
            pk__in=list(old.values_list("pk", flat=True)[:AT_ONCE])
        ).delete()
        erased += count
        if count < AT_ONCE:
            break
    if erased:
        logger.info("Erased %s webhook messages kept long enough", erased)
    return erased
