"""A text as moderators see it: marked where signs were found, what is invisible made visible. Pure code."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Any, Final, NamedTuple

from labeling.excerpt import Piece, marked_pieces

#: Shown of a text; what follows is on the platform.
LONGEST: Final = 6_000
#: What turns a line's direction, hides between letters, or rules a terminal. Joiners spell words and emoji, and stay.
_HIDDEN: Final = re.compile(
    "[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)


class Shown(NamedTuple):
    """A stretch of text; `hidden` names a character that is shown by its name instead of what it does."""

    text: str
    is_marked: bool
    hidden: str = ""


def shown_pieces(text: str, evidence: Iterable[dict[str, Any]]) -> list[Shown]:
    """The text in pieces, cut at `LONGEST`.

    >>> [one.text or one.hidden for one in shown_pieces("vote \u202eno", [])]
    ['vote ', 'right-to-left override', 'no']
    """
    pieces = marked_pieces(text[:LONGEST], evidence) or [Piece(text[:LONGEST], False)]
    return [shown for piece in pieces for shown in _opened(piece)]


def _opened(piece: Piece) -> Iterator[Shown]:
    at = 0
    for found in _HIDDEN.finditer(piece.text):
        if found.start() > at:
            yield Shown(piece.text[at : found.start()], piece.is_marked)
        yield Shown("", piece.is_marked, _name(found[0]))
        at = found.end()
    if at < len(piece.text):
        yield Shown(piece.text[at:], piece.is_marked)


def _name(character: str) -> str:
    return unicodedata.name(character, f"U+{ord(character):04X}").lower()


def text_visible(text: str) -> str:
    """A text for one line among others: what is hidden in it is an open box.

    >>> text_visible("vote \u202eno")
    'vote ␣no'
    """
    return _HIDDEN.sub("␣", text)
