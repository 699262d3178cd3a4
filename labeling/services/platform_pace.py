"""How often a platform may call what costs more than a look-up. Counted in Valkey; without it nothing is counted."""

from __future__ import annotations

import logging
import time
from typing import Final

from django.core.cache import cache
from redis.exceptions import RedisError

from labeling.models import Platform

logger = logging.getLogger(__name__)

_MINUTE: Final = 60


def pace_count(*, platform: Platform, what: str, most: int) -> bool:
    """Count one more call in this minute; whether it may be answered."""
    key = f"pace:{what}:{platform.pk}:{int(time.time()) // _MINUTE}"
    try:
        cache.add(key, 0, timeout=2 * _MINUTE)
        return int(cache.incr(key)) <= most
    except (RedisError, ValueError) as error:
        logger.warning("Calls of platforms are not counted: %s", type(error).__name__)
        return True
