"""Make, find and revoke the keys of platforms."""

from __future__ import annotations

from typing import Final

from django.utils import timezone

from accounts.keys import key_draw, key_prefix, key_proves
from labeling.models import ApiKey, Platform

_FAMILY: Final = "ec"


def api_key_create(*, platform: Platform, name: str) -> str:
    """A new key for the platform, `ec_{prefix}_{256 random bits}`. It cannot be shown again."""
    drawn = key_draw(_FAMILY)
    ApiKey.objects.create(platform=platform, name=name, prefix=drawn.prefix, digest=drawn.digest)
    return drawn.raw


def api_key_find(raw: str) -> ApiKey | None:
    """The key, with its platform, if it is one of ours and not revoked."""
    prefix = key_prefix(raw, _FAMILY)
    if prefix is None:
        return None
    key = ApiKey.objects.select_related("platform").filter(prefix=prefix, revoked_at=None).first()
    if key is None or not key_proves(raw, key.digest):
        return None
    return key


def api_key_use(*, key: ApiKey) -> None:
    """Note the day on which a key was used, once a day."""
    today = timezone.now().date()
    if key.last_used_on != today:
        ApiKey.objects.filter(pk=key.pk).update(last_used_on=today)


def api_key_revoke(*, key: ApiKey) -> None:
    """From now on the key opens nothing. Revoking twice keeps the first date."""
    ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=timezone.now())
