"""Tokens of people who have no account: of a form that we served, and of a private status page."""

from __future__ import annotations

import base64
import hashlib
import hmac
import uuid
from typing import Any, Final, NamedTuple

from django.conf import settings
from django.core import signing
from django.utils import timezone

#: A form is taken from so many seconds after it was served …
TOO_FAST: Final = 3
#: … until so many: whoever writes for longer gets a fresh one with all they wrote.
TOO_OLD: Final = 12 * 3600
_SALT: Final = "labeling.outside.form"


class FormToken(NamedTuple):
    """What a form carries: its own id, which makes a second sending the same one; what it is for; when it was served.

    `about` holds what was proven before the form was shown, such as that the author asks.
    """

    id: uuid.UUID
    purpose: str
    served_at: int
    about: dict[str, str]


class TokenError(ValueError):
    """The form was not served by this portal, for this purpose, or not at a time that fits."""


def form_token(purpose: str, about: dict[str, str] | None = None) -> str:
    """A token for a form that is being served."""
    payload: dict[str, Any] = {"i": uuid.uuid4().hex, "p": purpose, "t": int(timezone.now().timestamp())}
    return signing.dumps(payload | {"a": about or {}}, salt=_SALT)


def form_read(token: str, purpose: str) -> FormToken:
    """The token of a form that came back. Raises `TokenError`, also for one that comes too soon or too late."""
    found = form_known(token, purpose)
    age = int(timezone.now().timestamp()) - found.served_at
    if not TOO_FAST <= age <= TOO_OLD:
        raise TokenError("too soon or too late")
    return found


def form_known(token: str, purpose: str) -> FormToken:
    """As `form_read`, whatever its age: what it proves about who asks still holds in the form shown again."""
    try:
        read = signing.loads(token[:2_000], salt=_SALT)
        found = FormToken(uuid.UUID(read["i"]), read["p"], read["t"], read["a"])
    except (signing.BadSignature, KeyError, TypeError, ValueError) as error:
        raise TokenError("not a token of ours") from error
    if found.purpose != purpose:
        raise TokenError("of another form")
    return found


def status_token(public_id: uuid.UUID) -> str:
    """The token of the private status page, 192 bits: the same for the same report, and a secret to everybody else."""
    digest = hmac.new(_key("status"), public_id.bytes, hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest[:24]).decode()


def status_digest(token: str) -> bytes:
    """What is stored of it."""
    return hashlib.sha256(token.encode()).digest()


def keyed_digest(purpose: str, *parts: str) -> bytes:
    """Tells the same from others without saying what it was; useless without `SECRET_KEY`."""
    return hmac.new(_key(purpose), "\x1f".join(parts).encode(), hashlib.sha256).digest()


def _key(purpose: str) -> bytes:
    return hashlib.sha256(f"labeling.outside.{purpose}:{settings.SECRET_KEY}".encode()).digest()
