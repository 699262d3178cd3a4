"""Wake whoever calls out, when a feed is due, and only then."""

from __future__ import annotations

import logging
from typing import Final

from django.core.cache import cache
from django.utils import timezone
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from factcheck.models import FeedSource

logger = logging.getLogger(__name__)

_KEY: Final = "feeds-woken"
#: While nobody answers a wake-up, so many seconds pass before the next one: they must not fill the broker.
_AGAIN_AFTER: Final = 300


def feeds_wake() -> bool:
    """Send a message if a feed is due and none is on its way; returns whether one was sent."""
    if not FeedSource.objects.due(timezone.now()).exists() or not cache.add(_KEY, 1, timeout=_AGAIN_AFTER):
        return False
    return feeds_send()


def feeds_woken() -> None:
    """Somebody has come; the next one may be woken beside them."""
    cache.delete(_KEY)


def feeds_send() -> bool:
    """Have what is due read by a worker; `False` when the broker is away, and beat tries again."""
    # The task's module imports the services.
    from factcheck.tasks import feeds_read

    try:
        feeds_read.apply_async(retry=False)
    except (OperationalError, RedisError, OSError) as error:
        logger.warning("No worker could be told of feeds: %s", type(error).__name__)
        return False
    return True
