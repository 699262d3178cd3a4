"""How much may come from one address, without keeping addresses.

An address is turned at once into 20 bits of a hash whose salt is random, lives in Valkey for one window and is in no
backup: about one in a million, so that a million addresses share each number and nobody can be found by it. Without
Valkey nothing is counted, and the other defences stand alone (decision 21).
"""

from __future__ import annotations

import hashlib
import logging
import secrets
import time
from typing import Final

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

#: Seconds of a window; salt and counts are gone a little later.
WINDOW: Final = 600
_KEPT: Final = WINDOW + 30
_BITS: Final = 20


def is_too_much(request: HttpRequest) -> bool:
    """Count one more message from the request's address; whether that is more than may come in a window."""
    try:
        return _count(request) > int(settings.OUTSIDE_RATE)
    except RedisError as error:
        logger.warning("Messages from outside are not counted: %s", type(error).__name__)
        return False


def _count(request: HttpRequest) -> int:
    window = int(time.time()) // WINDOW
    salt_key = f"outside-salt:{window}"
    cache.add(salt_key, secrets.token_hex(16), timeout=_KEPT)
    digest = hashlib.sha256(f"{cache.get(salt_key)}:{_address(request)}".encode()).digest()
    key = f"outside:{window}:{int.from_bytes(digest[:4], 'big') >> (32 - _BITS):x}"
    cache.add(key, 0, timeout=_KEPT)
    return int(cache.incr(key))


def _address(request: HttpRequest) -> str:
    """Where the proxy says it (for these forms alone), else the other end of the connection."""
    header = settings.ALLAUTH_TRUSTED_CLIENT_IP_HEADER
    named = request.headers.get(header, "") if header else ""
    return named or str(request.META.get("REMOTE_ADDR", ""))
