"""The shared cache, and what happens to sign-in while it is away."""

from __future__ import annotations

from typing import Any, Final

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

#: Keys of django-allauth: counts of wrong passwords and codes, and codes used up.
SIGN_IN_PREFIX: Final = "allauth"


class SharedCache(RedisCache):
    """Valkey, and for sign-in the memory of this process while Valkey is away.

    Neither refusing everybody nor letting everybody guess would do on polling day, so each web process counts for
    itself until Valkey is back. Every other key raises `RedisError` as before.
    """

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._own = LocMemCache("sign-in", params)

    def add(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        """Set unless it is there; whether it was set."""
        try:
            return bool(super().add(key, value, timeout, version))
        except RedisError:
            return self._fallback(key).add(key, value, timeout, version)

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        """The value, or `default`."""
        try:
            return super().get(key, default, version)
        except RedisError:
            return self._fallback(key).get(key, default, version)

    def set(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        """Set."""
        try:
            super().set(key, value, timeout, version)
        except RedisError:
            self._fallback(key).set(key, value, timeout, version)

    def delete(self, key: str, version: int | None = None) -> bool:
        """Remove; whether it was there."""
        try:
            return bool(super().delete(key, version))
        except RedisError:
            return self._fallback(key).delete(key, version)

    def _fallback(self, key: str) -> LocMemCache:
        """Inside an `except`: raises again what was raised, unless the key belongs to sign-in."""
        if not key.startswith(SIGN_IN_PREFIX):
            raise  # noqa: PLE0704  # the error being handled
        return self._own
