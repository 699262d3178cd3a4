"""How often a partner's systems may call."""

from __future__ import annotations

import logging
import time
from typing import Final

from django.conf import settings
from django.core.cache import cache
from redis.exceptions import RedisError
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from factcheck.models import PartnerKey

logger = logging.getLogger(__name__)

_WINDOW: Final = 60


class PartnerThrottle(BaseThrottle):
    """`PARTNER_CALLS_PER_MINUTE` for all keys of a partner together, in whole minutes of the clock.

    Counted in Valkey; while it is away nothing is counted, and nobody is kept from telling of a false claim.
    """

    def allow_request(self, request: Request, view: APIView) -> bool:
        """Whether one more call fits into this minute."""
        key = request.auth
        if not isinstance(key, PartnerKey):
            return True
        name = f"partner-calls:{key.partner_id}:{int(time.time()) // _WINDOW}"
        try:
            cache.add(name, 0, timeout=2 * _WINDOW)
            return int(cache.incr(name)) <= int(settings.PARTNER_CALLS_PER_MINUTE)
        except RedisError as error:
            logger.warning("Calls of partners are not counted: %s", type(error).__name__)
            return True

    def wait(self) -> float:
        """Seconds until the next minute begins."""
        # The handler rounds up to the next whole second.
        return _WINDOW - time.time() % _WINDOW - 0.5
