"""Which characters make words and hashtags, as regular-expression classes built from the Unicode database.

`re`'s own `\\w` knows no combining marks and counts fractions and Roman numerals as word characters, so it
cuts Hindi, pointed Hebrew and decomposed accents apart. The classes here follow the published twitter-text
rules instead: letters and marks, decimal digits, and a few named special characters.
"""

import unicodedata
from collections.abc import Iterator

# twitter-text's special characters: underscore, the joiners Persian and Sinhala need, Cyrillic kavyka, Hebrew
# maqaf/geresh/gershayim, wave dashes and kana marks, ditto mark, Tibetan tsheg, and Catalan's middle dot.
SPECIALS = "_\u200c\u200d\ua67e\u05be\u05f3\u05f4\uff5e\u301c\u309b\u309c\u30a0\u30fb\u3003\u0f0b\u0f0c\u00b7"

# Variation selectors and the keycap ring are marks by category but belong to emoji: `#️⃣` is no hashtag.
EMOJI_MARKS = frozenset({*map(chr, range(0xFE00, 0xFE10)), "\u20e3"})

# Above these two planes stand only ideographs and, in plane 14, the selectors of their variants: asking the
# database about each of them would cost every import half a million calls for nothing.
_ASKED = range(0x20000)
_IDEOGRAPHS = "\\U00020000-\\U0003ffff"
_IDEOGRAPH_VARIANTS = "\\U000e0100-\\U000e01ef"


def is_letter(char: str) -> bool:
    """Whether `char` is a letter in any script (Unicode category L)."""
    return unicodedata.category(char)[0] == "L"


def is_mark(char: str) -> bool:
    """Whether `char` combines with the one before it (Unicode category M)."""
    return unicodedata.category(char)[0] == "M"


def is_tag_char(char: str) -> bool:
    """Whether `char` may stand in a hashtag: a letter, mark or decimal digit, or one of the special ones."""
    return _is_word_char(char) or char in SPECIALS


def _is_word_char(char: str) -> bool:
    category = unicodedata.category(char)
    return (category[0] in "LM" or category == "Nd") and char not in EMOJI_MARKS


def _runs(codes: range) -> Iterator[tuple[int, int]]:
    """Yield the first and last code point of every unbroken run of hashtag characters."""
    start: int | None = None
    for code in codes:
        if _is_word_char(chr(code)):
            start = code if start is None else start
        elif start is not None:
            yield start, code - 1
            start = None


def _char_class() -> str:
    asked = "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in _runs(_ASKED))
    return asked + _IDEOGRAPHS + _IDEOGRAPH_VARIANTS + SPECIALS


#: What may stand in a hashtag, to be put between square brackets.
TAG_CHARS = _char_class()
