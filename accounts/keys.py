"""Keys that other people's programs call with: how one is drawn, recognised and proved. Pure code, no database.

A key is `{family}_{prefix}_{256 random bits}`: the family says whose keys these are, the prefix finds the row, and the
digest in the row proves the rest. The digest is a plain SHA-256: nobody can guess 256 random bits however fast the hash
is, so a slow password hash would only slow down every call.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass

_FORM = re.compile(r"([a-z]+)_([a-z0-9]{12})_[A-Za-z0-9_-]{43}")


@dataclass(frozen=True, slots=True)
class DrawnKey:
    """A new key. `raw` goes to its holder, this once; the rest is stored."""

    raw: str
    prefix: str
    digest: bytes


def key_draw(family: str) -> DrawnKey:
    """A new key of a family of lower-case letters."""
    prefix = secrets.token_hex(6)
    raw = f"{family}_{prefix}_{secrets.token_urlsafe(32)}"
    return DrawnKey(raw, prefix, key_digest(raw))


def key_prefix(raw: str, family: str) -> str | None:
    """What finds the row of a key, or `None` for what is no key of this family."""
    form = _FORM.fullmatch(raw)
    return form[2] if form is not None and form[1] == family else None


def key_digest(raw: str) -> bytes:
    """What is stored of a key."""
    return hashlib.sha256(raw.encode()).digest()


def key_proves(raw: str, digest: bytes | memoryview) -> bool:
    """Whether `raw` is the key whose digest is stored, in the same time for every wrong one."""
    return hmac.compare_digest(bytes(digest), key_digest(raw))
