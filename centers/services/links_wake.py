"""Wake whoever calls out, when there is something to check, and only then."""

from __future__ import annotations

import logging
from typing import Final

from django.conf import settings
from django.core.cache import cache
from django.utils import timezone
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from centers.models import Link

logger = logging.getLogger(__name__)

_KEY: Final = "links-woken"
#: While nobody answers a wake-up, so many seconds pass before the next one: they must not fill the broker.
_AGAIN_AFTER: Final = 300


def links_wake() -> bool:
    """Send a message if a link is due and none is on its way; returns whether one was sent."""
    if not settings.LINK_CHECKS or not Link.objects.due(timezone.now()).exists():
        return False
    if not cache.add(_KEY, 1, timeout=_AGAIN_AFTER):
        return False
    return links_send()


def links_woken() -> None:
    """Somebody has come; the next one may be woken beside them."""
    cache.delete(_KEY)


def links_send(*, center: str = "") -> bool:
    """Have links checked by a worker, of one centre or all that is due; `False` when the broker is away."""
    # The task's module imports the services.
    from centers.tasks import links_check

    try:
        links_check.apply_async((center,), retry=False)
    except (OperationalError, RedisError, OSError) as error:
        logger.warning("No worker could be told of links: %s", type(error).__name__)
        return False
    return True
