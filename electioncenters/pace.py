"""How often somebody known may call in a minute. Counted in Valkey for all processes; without it nothing is counted."""

from __future__ import annotations

import logging
import time
from typing import Final

from django.core.cache import cache
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

#: Seconds in which calls are counted together: whole minutes of the clock.
MINUTE: Final = 60


def pace_count(who: str, *, most: int) -> bool:
    """Count one more call of `who` in this minute; whether it is one of the `most` that may be answered.

    While Valkey is away, all are: a key is needed all the same, and nobody is kept from saying what is urgent.
    """
    key = f"pace:{who}:{int(time.time()) // MINUTE}"
    try:
        cache.add(key, 0, timeout=2 * MINUTE)
        return int(cache.incr(key)) <= most
    except (RedisError, ValueError) as error:
        # `ValueError`: the counter had to make room between the two.
        logger.warning("Calls are not counted: %s", type(error).__name__)
        return True
