"""Tasks of the project itself: the worker's sign of life."""

from __future__ import annotations

import time
from typing import Any, Final

from celery import shared_task
from celery.signals import worker_ready
from django.core.cache import cache

#: Cache key under which a worker leaves the Unix time, in seconds, at which it last did something.
HEARTBEAT_KEY: Final = "worker-heartbeat"

#: Kept for long, so that a reader can say for how long the worker has been silent.
_KEPT_SECONDS: Final = 24 * 3600


@shared_task(expires=30)
def heartbeat() -> None:
    """Say that a worker takes tasks from the broker; beat asks for it every 10 s."""
    cache.set(HEARTBEAT_KEY, time.time(), _KEPT_SECONDS)


@worker_ready.connect
def heartbeat_at_start(**_: Any) -> None:
    """A worker that has just come up says so at once instead of waiting for beat's first round."""
    heartbeat()
