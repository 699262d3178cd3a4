"""A text cut where signs were found in it, so that a page can mark them. Pure code."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple


class Piece(NamedTuple):
    """A stretch of text, marked or not."""

    text: str
    is_marked: bool


def marked_pieces(text: str, evidence: Iterable[dict[str, Any]]) -> list[Piece]:
    """`text` in pieces whose concatenation is `text`; overlapping signs become one mark.

    Signs without a place in the text, or with one outside of it, mark nothing.
    """
    pieces: list[Piece] = []
    at = 0
    for start, end in _merged(text, evidence):
        if start > at:
            pieces.append(Piece(text[at:start], False))
        pieces.append(Piece(text[start:end], True))
        at = end
    if at < len(text):
        pieces.append(Piece(text[at:], False))
    return pieces


def _merged(text: str, evidence: Iterable[dict[str, Any]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(_spans(text, evidence)):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _spans(text: str, evidence: Iterable[dict[str, Any]]) -> Iterable[tuple[int, int]]:
    for sign in evidence:
        start, end = sign.get("start"), sign.get("end")
        if isinstance(start, int) and isinstance(end, int) and 0 <= start < end <= len(text):
            yield start, end
