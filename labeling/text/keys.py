"""Keys under which hashtags and phrases are compared.

Two keys: the exact one ignores case only, the folded one also ignores accents, ligatures and width, because
people type `#europeennes`, `#Européennes` and `#ΕΥΡΩΕΚΛΟΓΕΣ` for what the rules write in full.

Folding works character by character through a table that fills itself, so a character is looked up in the
Unicode database once per process.
"""

import re
import unicodedata
from functools import lru_cache

from labeling.text.characters import EMOJI_MARKS, is_mark

_LETTERS = {
    "ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ħ": "h", "ŧ": "t", "ı": "i", "ĸ": "k",
    "æ": "ae", "œ": "oe", "ß": "ss", "ə": "a", "ς": "σ",
    # Urdu and Arabic keyboards write the same letter with different code points.
    "ي": "ی", "ى": "ی", "ك": "ک", "ہ": "ه", "ھ": "ه", "ۃ": "ه", "ة": "ه",
    # Typographic apostrophes count as one in keys.
    "’": "'", "ʼ": "'",
}  # fmt: skip
# Letters of their own in Cyrillic alphabets, not accented ones. ё is left out: writers drop its dots.
_KEPT = frozenset("йїўѓќ")
_TATWEEL = "\u0640"
# Canonical combining classes: Hebrew and Arabic points, and accents. Those between (nukta, virama, kana voicing,
# Thai and Tibetan vowels) spell words.
_POINTS = range(10, 37)
_ACCENTS = range(200, 255)


class _KeyTable(dict[int, str]):
    """Code point → its folded form in a key; empty when dropped."""

    def __missing__(self, code: int) -> str:
        folded = self[code] = _fold_char(chr(code))
        return folded


_KEYS = _KeyTable()


@lru_cache(maxsize=16_384)
def exact_key(tag: str) -> str:
    """Return the key that ignores case but not accents: canonical caseless form, composed (NFC).

    The four letters i, I, ı and İ share one key: `ı` and `i` have the same capital, so a key that kept them
    apart would call `#kıbrıs` and `#KIBRIS` different tags.
    """
    if tag.isascii():
        return tag.lower()
    # Twice, because folding can bring out characters that fold again once decomposed (Unicode D145).
    decomposed = unicodedata.normalize("NFD", tag).casefold()
    folded = unicodedata.normalize("NFD", decomposed).casefold()
    dotless = re.sub("i\u0307+", "i", unicodedata.normalize("NFD", folded.replace("ı", "i")))
    return unicodedata.normalize("NFC", dotless)


@lru_cache(maxsize=16_384)
def folded_key(tag: str) -> str:
    """Return the key that ignores case, accents, ligatures, width, final sigma and joiners.

    й, ї, ў, ѓ and ќ stay letters of their own; vowel signs of Indic scripts stay, because they are the word.
    """
    if tag.isascii():
        return tag.lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", tag).translate(_KEYS))


def fold_char(char: str) -> str:
    """Return the folded form of one character, empty when folding drops it."""
    return _KEYS[ord(char)]


def _fold_char(char: str) -> str:
    folded = unicodedata.normalize("NFC", char.casefold())
    if folded in _KEPT:
        return folded
    parts = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", folded).casefold())
    kept = (_LETTERS.get(part, part) for part in parts if not _dropped(part))
    return unicodedata.normalize("NFC", "".join(kept))


def _dropped(char: str) -> bool:
    """Whether folding drops a character: accents and points, joiners, tatweel, marks of emoji."""
    category = unicodedata.category(char)
    if category in ("Cf", "Me") or char == _TATWEEL or char in EMOJI_MARKS:
        return True
    place = unicodedata.combining(char)
    return is_mark(char) and (place in _POINTS or place in _ACCENTS)
