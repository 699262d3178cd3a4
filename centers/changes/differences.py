"""What of a text is gone and what is new, word by word."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from centers.words import Run, words_compared

#: A short page shows so many characters around what changed, and so many of what changed itself.
_AROUND: Final = 80
_LONGEST: Final = 600
_ELLIPSIS: Final = "…"


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of text; `is_marked` where it differs from the other side."""

    text: str
    is_marked: bool = False


Segments = tuple[Segment, ...]


def text_differences(before: str, after: str, *, whole: bool) -> tuple[Segments, Segments]:
    """Both texts in pieces, with what differs marked; shortened around the differences unless `whole`.

    >>> text_differences("Vote on Sunday", "Vote on Monday", whole=True)[1][1]
    Segment(text='Monday', is_marked=True)
    """
    if not before or not after:
        return _whole(before, whole), _whole(after, whole)
    runs = words_compared(before, after)
    lost, won = _side(runs, "del"), _side(runs, "ins")
    return (tuple(lost), tuple(won)) if whole else (tuple(_shortened(lost)), tuple(_shortened(won)))


def _side(runs: list[Run], kind: str) -> list[Segment]:
    return [Segment(run.text, run.kind == kind) for run in runs if run.kind in ("same", kind)]


def plain(text: str) -> Segments:
    """A text without marks."""
    return (Segment(text),) if text else ()


def _whole(text: str, whole: bool) -> Segments:
    return plain(text if whole else _cut(text, _LONGEST))


def _shortened(segments: list[Segment]) -> Iterator[Segment]:
    last = len(segments) - 1
    for place, one in enumerate(segments):
        if one.is_marked:
            yield Segment(_cut(one.text, _LONGEST), is_marked=True)
        else:
            yield Segment(_between(one.text, is_first=place == 0, is_last=place == last))


def _between(text: str, *, is_first: bool, is_last: bool) -> str:
    """What stays the same: its ends beside what changed."""
    head, tail = "" if is_first else text[:_AROUND], "" if is_last else text[-_AROUND:]
    if is_first and is_last:
        return _cut(text, _LONGEST)
    return text if len(text) <= len(head) + len(tail) + 1 else f"{head}{_ELLIPSIS}{tail}"


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1] + _ELLIPSIS
