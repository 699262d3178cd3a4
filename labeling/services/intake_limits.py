"""How much is taken: from everybody together while workers are behind, and from one platform in a minute."""

from __future__ import annotations

import datetime as dt
import math
import time

from django.conf import settings
from django.db.models import F, Sum, Window
from django.utils import timezone

from labeling.models import IntakeBatch, Platform

#: The backlog is looked at so often in each process, in seconds …
LOOK_EVERY = 0.5
#: … and less often where looking itself is slow: at most a tenth of the time is spent on it.
_SHARE_OF_TIME = 0.1
#: A platform is asked to come back after so many seconds while the backlog is too long.
BACKLOG_PAUSE = 5
QUOTA_WINDOW = dt.timedelta(minutes=1)


class BusyError(RuntimeError):
    """Nothing was taken; the same request may be made again after `retry_after` seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"come back after {retry_after} s")
        self.retry_after = retry_after


class BacklogError(BusyError):
    """Workers are too far behind to take more from anybody."""


class QuotaError(BusyError):
    """The platform has handed in what it may in a minute; `quota` is that many items."""

    def __init__(self, retry_after: int, quota: int) -> None:
        super().__init__(retry_after)
        self.quota = quota


class OverQuotaError(ValueError):
    """One request holds more than the platform may hand in in a minute (`quota` items): it can never be taken."""

    def __init__(self, quota: int) -> None:
        super().__init__(f"more than {quota} items")
        self.quota = quota


class _Backlog:
    """What this process knows of the backlog."""

    items = 0
    look_again_at = 0.0


def backlog_check() -> None:
    """Raise `BacklogError` while more than `INTAKE_BACKLOG_LIMIT` items wait. Costs a query every `LOOK_EVERY`."""
    if time.monotonic() >= _Backlog.look_again_at:
        _backlog_look()
    if _Backlog.items > settings.INTAKE_BACKLOG_LIMIT:
        raise BacklogError(BACKLOG_PAUSE)


def backlog_forget() -> None:
    """Look again at the next check."""
    _Backlog.look_again_at = 0.0


def _backlog_look() -> None:
    began = time.monotonic()
    _Backlog.items = IntakeBatch.objects.unfinished().aggregate(items=Sum("item_count"))["items"] or 0
    ended = time.monotonic()
    _Backlog.look_again_at = ended + max(LOOK_EVERY, (ended - began) / _SHARE_OF_TIME)


def quota_check(*, platform: Platform, items: int) -> None:
    """Raise `QuotaError` where `items` more would be more than the platform may hand in within any minute.

    Counted from the batches themselves, in the transaction that will add one: the platform's row is locked until
    that ends, so that requests at the same time cannot pass together. Raises `OverQuotaError` for a request that
    alone is too large.
    """
    if platform.items_per_minute is None:
        return
    # `no_key`: batches that refer to the row may still be written by others.
    quota = Platform.objects.select_for_update(no_key=True).get(pk=platform.pk).items_per_minute
    if quota is None:
        return
    if items > quota:
        raise OverQuotaError(quota)
    now = timezone.now()
    counted = IntakeBatch.objects.handed_in(platform, since=now - QUOTA_WINDOW)
    used = counted.aggregate(items=Sum("item_count"))["items"] or 0
    if used + items > quota:
        raise QuotaError(_seconds_until_free(platform, used + items - quota, now), quota)


def _seconds_until_free(platform: Platform, excess: int, now: dt.datetime) -> int:
    """Seconds until the oldest `excess` items that count have left the window; at least 1."""
    running = Window(Sum("item_count"), order_by=[F("received_at").asc(), F("pk").asc()])
    counted = IntakeBatch.objects.handed_in(platform, since=now - QUOTA_WINDOW).annotate(running=running)
    last = counted.filter(running__gte=excess).order_by("received_at", "pk").values_list("received_at", flat=True)
    leaves = last[0] + QUOTA_WINDOW
    return max(1, math.ceil((leaves - now).total_seconds()))
