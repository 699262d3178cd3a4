"""Appeal links that platforms sign for their authors: secrets, and whether a link is genuine."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from typing import Final

from django.utils import timezone

from electioncenters.sealing import UnsealError, seal, unseal
from labeling.models import AppealSecret, Label, Platform

_PURPOSE: Final = "labeling.appeal"
_PREFIX: Final = "apsec_"
#: Links may be valid for so many seconds at most: one that lives for ever could never be taken back.
LONGEST: Final = 366 * 86_400
_LONGEST_ID: Final = 255
_NUMBER: Final = re.compile(r"[0-9]{1,12}")
_SIGNATURE: Final = re.compile(r"[0-9a-f]{64}")


class LinkError(ValueError):
    """The link is forged, damaged, expired, or of somebody who is not the author."""


def appeal_secret_create(*, platform: Platform) -> tuple[AppealSecret, str]:
    """A new secret beside those that are valid; the platform gets it once, as returned."""
    secret = secrets.token_bytes(32)
    row = AppealSecret.objects.create(platform=platform, secret=seal(secret, purpose=_PURPOSE))
    return row, _PREFIX + base64.b64encode(secret).decode()


def appeal_secret_revoke(*, secret: AppealSecret) -> None:
    """From now on nothing signed with it is taken. Twice keeps the first moment."""
    AppealSecret.objects.filter(pk=secret.pk, revoked_at=None).update(revoked_at=timezone.now())


def appeal_signature(secret: str, *, label: str, author: str, expires: int) -> str:
    """What a platform computes: HMAC-SHA256 over `v1`, the label's id, the author's id and the Unix time of expiry,
    separated by line feeds, in hexadecimal."""
    raw = base64.b64decode(secret.removeprefix(_PREFIX))
    return _signed(raw, label, author, expires)


def appeal_link_check(*, label: Label, author: str, expires: str, signature: str) -> str:
    """The author's id, if the label's platform signed that. Needs the label's item with platform and author.

    Raises `LinkError`.
    """
    if not _NUMBER.fullmatch(expires) or not _SIGNATURE.fullmatch(signature) or not 1 <= len(author) <= _LONGEST_ID:
        raise LinkError("damaged")
    until, now = int(expires), int(timezone.now().timestamp())
    if not now < until <= now + LONGEST:
        raise LinkError("expired")
    known = AppealSecret.objects.filter(platform=label.item.platform, revoked_at=None)
    if not any(_matches(one, label, author, until, signature) for one in known):
        raise LinkError("forged")
    # Once the account is gone, nobody can say who the author was.
    if label.item.author is None or label.item.author.external_id != author:
        raise LinkError("not the author")
    return author


def _matches(known: AppealSecret, label: Label, author: str, until: int, signature: str) -> bool:
    try:
        raw = unseal(bytes(known.secret), purpose=_PURPOSE)
    except UnsealError:
        return False
    return hmac.compare_digest(_signed(raw, label.public_id, author, until), signature)


def _signed(raw: bytes, label: str, author: str, expires: int) -> str:
    return hmac.new(raw, f"v1\n{label}\n{author}\n{expires}".encode(), hashlib.sha256).hexdigest()
