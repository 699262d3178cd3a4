"""Finding a country by whatever a reader calls it. Pure.

Names in every language of the portal, names in the country's own languages and codes are compared without
regard to case, accents and one mistyped letter in a longer word.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from centers.models import Jurisdiction
from electioncenters.languages import LANGUAGE_CODES

#: Words shorter than this must be typed as they are: one letter changes too much of them.
FORGIVING_FROM: Final = 5
_NO_MATCH: Final = 9

_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "ς": "σ", "ð": "d"})


def folded(text: str) -> str:
    """Lower case without accents and punctuation, words separated by one space."""
    plain = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    kept = (letter if letter.isalnum() else " " for letter in plain if not unicodedata.combining(letter))
    return " ".join("".join(kept).split())


@dataclass(frozen=True, slots=True)
class Findable:
    """A place with everything it may be called, folded."""

    place: Jurisdiction
    names: tuple[str, ...]
    codes: tuple[str, ...]


def findable(place: Jurisdiction) -> Findable:
    """The place with its names in all languages and its codes."""
    names = [getattr(place, f"name_{code}", "") or "" for code in LANGUAGE_CODES]
    codes = (place.code, place.eu_code.lower())
    unique = dict.fromkeys(folded(name) for name in (*names, *place.native_names.values()) if name)
    return Findable(place, tuple(unique), tuple(dict.fromkeys(code for code in codes if code)))


def places_found(query: str, places: Iterable[Findable]) -> list[Jurisdiction]:
    """Places that `query` may mean, the best first: code or whole name, beginning, inside, mistyped."""
    wanted = folded(query)
    if not wanted:
        return []
    ranked = [
        (rank, index, item.place) for index, item in enumerate(places) if (rank := _rank(wanted, item)) < _NO_MATCH
    ]
    return [place for _, _, place in sorted(ranked, key=lambda entry: entry[:2])]


def _rank(wanted: str, item: Findable) -> int:
    if wanted in item.codes or wanted in item.names:
        return 0
    if any(name.startswith(wanted) for name in item.names):
        return 1
    if any(f" {wanted}" in f" {name}" for name in item.names):
        return 2
    if len(wanted) >= FORGIVING_FROM and any(within_one_edit(wanted, name) for name in item.names):
        return 3
    if len(wanted) >= FORGIVING_FROM and any(_near_beginning(wanted, name) for name in item.names):
        return 4
    return _NO_MATCH


def _near_beginning(wanted: str, name: str) -> bool:
    """Whether `wanted` is the beginning of `name` but for one letter."""
    size = len(wanted)
    return any(within_one_edit(wanted, name[:length]) for length in (size - 1, size, size + 1) if length <= len(name))


def within_one_edit(a: str, b: str) -> bool:
    """Whether one letter added, left out, exchanged, or two neighbours swapped, makes `a` into `b`."""
    if abs(len(a) - len(b)) > 1:
        return False
    start = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    rest_a, rest_b = a[start:], b[start:]
    if rest_a[1:] == rest_b[1:] or rest_a[1:] == rest_b or rest_a == rest_b[1:]:
        return True
    return rest_a[:2] == rest_b[:2][::-1] and rest_a[2:] == rest_b[2:]
