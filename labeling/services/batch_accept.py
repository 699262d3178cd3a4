"""Take what a platform hands in, within what it may hand in."""

from __future__ import annotations

from django.db import transaction

from labeling.intake import Item
from labeling.models import IntakeBatch, Platform
from labeling.services.batch_store import batch_store
from labeling.services.intake_limits import quota_check


def batch_accept(*, platform: Platform, items: list[Item]) -> IntakeBatch:
    """Store `items` (at least one) as a batch, as `batch_store` does; an operator's own hand-ins go there directly.

    Raises `QuotaError` or `OverQuotaError`, and stores nothing, where the platform may not hand in so many.
    """
    with transaction.atomic():
        quota_check(platform=platform, items=len(items))
        return batch_store(platform=platform, items=items)
