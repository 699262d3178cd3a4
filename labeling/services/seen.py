"""Nobody overwrites what somebody else saved meanwhile: a form says which content it was filled from."""

from __future__ import annotations

import hashlib
from typing import Any, Final

import msgspec

_LENGTH: Final = 32


class ChangedMeanwhileError(ValueError):
    """The record is not as the form's reader saw it; nothing was changed."""

    def __init__(self) -> None:
        super().__init__("Somebody else changed this while you were at it.")


def seen_mark(document: Any) -> str:
    """A mark of a record's content as plain values; the same content has the same mark."""
    return hashlib.sha256(msgspec.json.encode(document, order="deterministic")).hexdigest()[:_LENGTH]


def seen_check(seen: str | None, document: Any) -> None:
    """Raise `ChangedMeanwhileError` unless `seen` is the mark of `document`; None is whoever does not ask."""
    if seen is not None and seen != seen_mark(document):
        raise ChangedMeanwhileError
