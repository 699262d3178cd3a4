"""Addresses of claims: the claim's words to be read, and a short id to be found by."""

from __future__ import annotations

import re
import unicodedata
import uuid
from typing import Final

from factcheck.models import Claim

#: Hexadecimal digits of the claim's public id: 48 bits, of which a million claims share one with 1 in 500.
_DIGITS: Final = 12
_LONGEST: Final = 60
_SLUG: Final = re.compile(rf"(?:.*-)?([0-9a-f]{{{_DIGITS}}})")
_ADDRESS: Final = re.compile(r"https?://\S+|www\.\S+", re.IGNORECASE)


def claim_slug(claim: Claim) -> str:
    """`das-register-ist-geschlossen-3f2a91c0d4e5`: words in any script, at most 60 letters of them, and the short id.

    It follows the words; the id stays, and an address with other words leads on to this one.
    """
    # Marks stay with their letters: without them, words of some scripts cannot be read.
    plain = unicodedata.normalize("NFC", _ADDRESS.sub(" ", claim.text).lower())
    kept = "".join(letter if unicodedata.category(letter)[0] in "LNM" else " " for letter in plain)
    words, length = [], 0
    for word in kept.split():
        length += len(word) + 1
        if length > _LONGEST + 1:
            break
        words.append(word)
    return "-".join((*words, claim.public_id.hex[:_DIGITS]))


def slug_range(slug: str) -> tuple[uuid.UUID, uuid.UUID] | None:
    """The first and the last public id an address may mean (the index on them finds it); `None` for other words."""
    found = _SLUG.fullmatch(slug)
    if found is None:
        return None
    rest = 32 - _DIGITS
    return uuid.UUID(found[1] + "0" * rest), uuid.UUID(found[1] + "f" * rest)


def claim_path(claim: Claim, language: str) -> str:
    """The claim's page in a language."""
    return f"/{language}/factcheck/{claim_slug(claim)}/"


def claim_path_short(public_id: uuid.UUID, language: str) -> str:
    """An address that leads on to the claim's page, for those who do not know its words."""
    return f"/{language}/factcheck/{public_id.hex[:_DIGITS]}/"
