"""Make, find and revoke the keys of platforms."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets

from django.utils import timezone

from labeling.models import ApiKey, Platform

_FORM = re.compile(r"ec_([a-z0-9]{12})_[A-Za-z0-9_-]{43}")


def api_key_create(*, platform: Platform, name: str) -> str:
    """A new key for the platform, `ec_{prefix}_{256 random bits}`. It cannot be shown again."""
    prefix = secrets.token_hex(6)
    raw = f"ec_{prefix}_{secrets.token_urlsafe(32)}"
    ApiKey.objects.create(platform=platform, name=name, prefix=prefix, digest=_digest(raw))
    return raw


def api_key_find(raw: str) -> ApiKey | None:
    """The key, with its platform, if it is one of ours and not revoked."""
    form = _FORM.fullmatch(raw)
    if form is None:
        return None
    key = ApiKey.objects.select_related("platform").filter(prefix=form[1], revoked_at=None).first()
    if key is None or not hmac.compare_digest(bytes(key.digest), _digest(raw)):
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


def _digest(raw: str) -> bytes:
    return hashlib.sha256(raw.encode()).digest()
