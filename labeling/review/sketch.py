"""What similar items have in common, as whole numbers that a database can look up. Pure code.

A text is cut into overlapping pieces of five characters; two texts are as similar as the share of pieces they have in
common (Jaccard's index). MinHash keeps, for each of 48 ways of shuffling all possible pieces, the one that comes first;
two texts agree in each with a probability that is their index. Three such agreements make a band, one shared band a
candidate: of texts with an index of 0.7 all but one in a thousand share one, of unrelated ones hardly any. Candidates
are then compared piece by piece (`likeness`). Broder, A. (1997), On the resemblance and containment of documents.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Mapping
from hashlib import blake2b
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from labeling.text import folded_key

Numbers = NDArray[np.uint64]

#: From this index on two texts are called nearly the same.
NEAR: Final = 0.7
_PIECE: Final = 5
_BANDS: Final = 16
_ROWS: Final = 3
#: Shorter texts are similar only if they are the same: of "Geht wählen!" every piece is everybody's.
_SHORTEST: Final = 24
#: What is looked at of a long text.
_LONGEST: Final = 4_000
_PRIME: Final = (1 << 61) - 1
_ADDRESSES: Final = re.compile(r"https?://\S+|www\.\S+|@[\w.-]+")
_NO_WORDS: Final = re.compile(r"[\W_]+")


def text_plain(text: str) -> str:
    """A text without what copies change: case, accents, punctuation, emoji, addresses and handles.

    >>> text_plain("Wählt am 9. Juni!!! https://example.org @somebody")
    'wahlt am 9 juni'
    """
    bare = _ADDRESSES.sub(" ", text[:_LONGEST])
    return _NO_WORDS.sub(" ", folded_key(bare)).strip()


def sketch_keys(text: str, media: Iterable[Mapping[str, Any]] = ()) -> list[int]:
    """The keys of an item, each a signed 64-bit number; items that share one may be similar."""
    keys = {_key("media", digest) for digest in media_digests(media)}
    plain = text_plain(text)
    if plain:
        keys.add(_key("text", plain))
    if len(plain) >= _SHORTEST:
        keys.update(_bands(pieces(plain)))
    return sorted(keys)


def media_digests(media: Iterable[Mapping[str, Any]]) -> set[str]:
    """The SHA-256 digests of pictures and videos, where the platform told them."""
    return {str(one["sha256"]).lower() for one in media if isinstance(one, Mapping) and one.get("sha256")}


def pieces(plain: str) -> set[int]:
    """The overlapping pieces of a plain text, as numbers."""
    return {zlib.crc32(plain[at : at + _PIECE].encode()) for at in range(max(1, len(plain) - _PIECE + 1))}


def likeness(one: set[int], other: set[int]) -> float:
    """The share of pieces that two texts have in common.

    >>> likeness({1, 2, 3}, {2, 3, 4})
    0.5
    """
    return len(one & other) / len(one | other) if one or other else 0.0


def _bands(found: set[int]) -> Iterable[int]:
    least = _least(found)
    for band in range(_BANDS):
        yield _key(f"band{band}", "-".join(map(str, least[band * _ROWS : (band + 1) * _ROWS])))


def _least(found: set[int]) -> list[int]:
    """For each way of shuffling the piece that comes first: the least of (a · piece + b) mod 2⁶¹ - 1.

    All at once, in numbers of 64 bits: `a` is taken in halves of 31 and 30 bits, and since 2⁶¹ is 1, what lies above
    61 bits is added to what lies below.
    """
    shuffled = np.fromiter(found, np.uint64, len(found))
    above = _folded(_FACTORS_ABOVE * shuffled)
    total = (above >> _31) + ((above & _BELOW_31) << _30) + _folded(_FACTORS_BELOW * shuffled) + _SHIFTS
    total = _folded(total)
    total -= np.where(total >= _MODULUS, _MODULUS, np.uint64(0))
    return [int(first) for first in total.min(axis=1)]


def _folded(numbers: Numbers) -> Numbers:
    """The same modulo 2⁶¹ - 1, at most a few above 61 bits."""
    return (numbers & _MODULUS) + (numbers >> _61)


def _key(kind: str, value: str) -> int:
    digest = blake2b(f"{kind}:{value}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


# The same for everybody and for ever, whatever the version of Python: keys are stored.
_SHUFFLES: Final = [
    (abs(_key("factor", str(row))) % _PRIME or 1, abs(_key("shift", str(row))) % _PRIME)
    for row in range(_BANDS * _ROWS)
]
_30, _31, _61 = np.uint64(30), np.uint64(31), np.uint64(61)
_MODULUS, _BELOW_31 = np.uint64(_PRIME), np.uint64((1 << 31) - 1)
# One row to each way of shuffling.
_FACTORS_ABOVE: Final[Numbers] = np.array([[a >> 30] for a, _ in _SHUFFLES], np.uint64)
_FACTORS_BELOW: Final[Numbers] = np.array([[a & ((1 << 30) - 1)] for a, _ in _SHUFFLES], np.uint64)
_SHIFTS: Final[Numbers] = np.array([[b] for _, b in _SHUFFLES], np.uint64)
