"""Secrets that must be read again, such as those messages are signed with or codes made from, are stored encrypted.

The key is derived from `SECRET_KEY`, so a copy of the database alone opens nothing. Passwords and API keys are not for
this: they are stored as digests, which nobody can open.
"""

from __future__ import annotations

import base64

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


class UnsealError(ValueError):
    """What was sealed cannot be opened: it was sealed with another `SECRET_KEY`, for something else, or damaged."""


def seal(secret: bytes, *, purpose: str) -> bytes:
    """`secret`, encrypted and authenticated; only `unseal` with the same purpose opens it."""
    return _keys(purpose).encrypt(secret)


def unseal(sealed: bytes, *, purpose: str) -> bytes:
    """What was sealed with the present `SECRET_KEY` or one of `SECRET_KEY_FALLBACKS`. Raises `UnsealError`."""
    try:
        return _keys(purpose).decrypt(sealed)
    except InvalidToken as error:
        raise UnsealError("sealed with another SECRET_KEY") from error


def _keys(purpose: str) -> MultiFernet:
    return MultiFernet([_key(known, purpose) for known in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)])


def _key(secret_key: str, purpose: str) -> Fernet:
    # No salt: the same key must be found again, and SECRET_KEY is random itself.
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose.encode())
    return Fernet(base64.urlsafe_b64encode(derived.derive(secret_key.encode())))
