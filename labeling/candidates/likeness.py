"""How alike two names are, for people to look at: a likeness proposes and never decides."""

from __future__ import annotations

import re
import unicodedata
from difflib import SequenceMatcher
from typing import Final

_WORDS: Final = re.compile(r"[^\W_]+")
#: Letters that no decomposition takes apart.
_LETTERS: Final = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ı": "i", "ß": "ss", "æ": "ae", "œ": "oe", "þ": "th"})


def name_key(name: str) -> str:
    """A name without case, marks and punctuation, its words in alphabetical order.

    >>> name_key("Demo-Müller, Zoë"), name_key("ZOË DEMO MÜLLER")
    ('demo muller zoe', 'demo muller zoe')
    """
    return " ".join(sorted(words_of(name)))


def words_of(name: str) -> list[str]:
    """The folded words of a name, as written."""
    plain = unicodedata.normalize("NFKD", name.casefold().translate(_LETTERS))
    return _WORDS.findall("".join(sign for sign in plain if not unicodedata.combining(sign)))


def name_likeness(name: str, other: str) -> float:
    """From 0 to 1; 1 for the same words in any order, also where the other one writes them in one (`zoe.demomuller`).

    >>> name_likeness("Zoë Demo", "demo.zoe"), name_likeness("Zoë Demo", "zoedemo_official") > 0.7
    (1.0, True)
    """
    ours, theirs = words_of(name), words_of(other)
    if not ours or not theirs:
        return 0.0
    if sorted(ours) == sorted(theirs):
        return 1.0
    glued = "".join(theirs)
    orders = ("".join(ours), "".join(reversed(ours)), " ".join(sorted(ours)))
    alike = max(
        SequenceMatcher(None, one, other_one).ratio() for one in orders for other_one in (glued, name_key(other))
    )
    held = sum(word in glued for word in ours) / len(ours)
    # A handle that holds every word of the name, and more ("official", a party), is likely theirs.
    return round(max(alike, 0.85 * held if len(ours) > 1 else 0.0), 3)
