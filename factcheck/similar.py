"""Which claims say nearly the same, in whatever language and script. Pure code, no model and nothing downloaded.

A text is normalised to its letters and digits and cut into overlapping pieces. Two texts are as alike as the share of
pieces they have in common (Jaccard). Whom to compare with is found by MinHash: sixteen bands of four minima each, of
which two texts share at least one with a probability of `1 - (1 - s⁴)¹⁶`: 0.64 at a likeness of 0.5, 0.99 at 0.7.
"""

from __future__ import annotations

import hashlib
import random
import re
import unicodedata
from typing import Final

#: Characters of a piece: long enough to be rare, short enough for scripts that write no vowels.
_PIECE: Final = 4
_BANDS, _ROWS = 16, 4
_PRIME: Final = (1 << 61) - 1
#: Fixed, since bands are stored: other numbers would make every stored band useless.
_DRAWN: Final = random.Random(20_260_115)  # noqa: S311  # no secret
_STEPS: Final = [(_DRAWN.randrange(1, _PRIME), _DRAWN.randrange(_PRIME)) for _ in range(_BANDS * _ROWS)]
_ADDRESS: Final = re.compile(r"https?://\S+|www\.\S+", re.IGNORECASE)
#: From this likeness on, somebody is asked whether two claims are one.
PROPOSE_FROM: Final = 0.5


def normalised(text: str) -> str:
    """Letters and digits only, without case, accents, addresses and decoration; words with one space between them."""
    plain = unicodedata.normalize("NFKD", _ADDRESS.sub(" ", text).casefold())
    kept = (letter if unicodedata.category(letter)[0] in "LN" else " " for letter in plain if not _is_accent(letter))
    return " ".join("".join(kept).split())


def _is_accent(letter: str) -> bool:
    return unicodedata.category(letter) in {"Mn", "Cf"}


def pieces(text: str) -> frozenset[str]:
    """Overlapping pieces of the normalised text; a shorter text is one piece, one without letters has none."""
    return pieces_of(normalised(text))


def pieces_of(plain: str) -> frozenset[str]:
    """The same of a text that is normalised already."""
    if len(plain) <= _PIECE:
        return frozenset({plain} - {""})
    return frozenset(plain[start : start + _PIECE] for start in range(len(plain) - _PIECE + 1))


def likeness(one: str, other: str) -> float:
    """From 0 to 1: the share of all their pieces that both have."""
    left, right = pieces(one), pieces(other)
    return len(left & right) / len(left | right) if left and right else 0.0


def bands(text: str) -> list[int]:
    """What is stored of a text and looked up: sixteen signed 64-bit numbers; none for a text without letters."""
    numbers = [int.from_bytes(hashlib.blake2b(piece.encode(), digest_size=8).digest()) for piece in pieces(text)]
    if not numbers:
        return []
    minima = [min((factor * number + shift) % _PRIME for number in numbers) for factor, shift in _STEPS]
    return [_band(band, minima[band * _ROWS : (band + 1) * _ROWS]) for band in range(_BANDS)]


def _band(number: int, minima: list[int]) -> int:
    """The band's number is part of it: the same minima in another band are no match."""
    written = ",".join(map(str, (number, *minima)))
    return int.from_bytes(hashlib.blake2b(written.encode(), digest_size=8).digest(), signed=True)
