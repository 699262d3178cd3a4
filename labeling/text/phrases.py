"""Running text made ready for phrase matching, with the way back to the original.

A text becomes its folded words with one space between them and nothing else, so that a phrase with a space on
either side matches whole words only, in any script, whatever punctuation, line break or dash stood between.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable
from functools import lru_cache
from itertools import accumulate
from operator import add

from labeling.text.characters import is_letter, is_mark
from labeling.text.keys import fold_char

# Letters that folding keeps when composed (й, ў, ї, ѓ, ќ) and that are the same letters decomposed.
_KEPT_PAIRS = re.compile("[иИуУ]\u0306|[іІ]\u0308|[гГкК]\u0301")
# Scripts written without spaces: every character is a word of its own, so phrases are found inside runs.
_UNSPACED = (
    (0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0x3040, 0x30FF), (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF), (0x20000, 0x3FFFF),
)  # fmt: skip
_MOST_WORDS = 65_536
_LONGEST_WORD = 48


class NormalisedText:
    """A text folded for phrase matching.

    `padded` begins and ends with a space and is what phrases are searched in; `text` is the same without the
    padding. `original_span` leads from offsets in `text` to code points of the original.
    """

    __slots__ = ("_ends", "_folded", "_starts", "_written", "original", "padded")

    def __init__(self, original: str) -> None:
        self.original = original
        self._written = original.split()
        self._folded = list(map(_remembered, self._written))
        self.padded = "".join(self._folded) + " "
        self._ends: list[int] = []
        self._starts: list[int] = []

    @property
    def text(self) -> str:
        """The folded words, one space between."""
        return self.padded.strip(" ")

    def original_span(self, start: int, end: int) -> tuple[int, int]:
        """Return where in the original `text[start:end]` came from, marks that folding dropped included.

        The span must begin and end in a word: `ValueError` for an empty one or one that ends in a space.
        """
        if start >= end:
            raise ValueError(f"an empty span has no place in the original: {start}-{end}")
        ends = self._ends
        if not ends:
            ends = self._ends = list(accumulate(map(len, self._folded)))
            self._starts = _word_starts(self.original, self._written)
        # Every folded word brings the space before it; the one before the first is padding, hence the 1.
        index = bisect_right(ends, start + 1)
        first = self._origin(start, index)
        # Most spans are one word, and end where they begin.
        after = self._origin(end - 1, index if end < ends[index] else bisect_right(ends, end)) + 1
        original = self.original
        if after < len(original) and not original[after].isascii():
            while after < len(original) and is_mark(original[after]):
                after += 1
        return first, after

    def _origin(self, offset: int, index: int) -> int:
        """Return the index in the original of the character at `offset`; only its word, at `index`, is unfolded."""
        written, length = self._written[index], len(self._folded[index])
        within = offset - self._ends[index] + length
        if within < 0:
            raise ValueError(f"offset {offset} is a space between words")
        if length == len(written) + 1 and written.isascii():
            # Folding put nothing but the space before it, and dropped nothing.
            return self._starts[index] + within
        return self._starts[index] + _offsets(written)[within]


def normalise_text(text: str) -> NormalisedText:
    """Return `text` folded for phrase matching; web addresses and @names are left out."""
    return NormalisedText(text)


def _word_starts(original: str, words: list[str]) -> list[int]:
    before = list(accumulate(map(len, words), initial=0))
    if before[-1] + len(words) - 1 == len(original):
        # One space between words, as nearly always.
        return list(map(add, before, range(len(words))))
    starts: list[int] = []
    end = 0
    for word in words:
        starts.append(original.index(word, end))
        end = starts[-1] + len(word)
    return starts


def fold_word(word: str) -> str:
    """Return a word as it stands between spaces, folded: a space before each of the words it falls into, or nothing."""
    if word.isascii():
        if word.isalnum():
            return f" {word.lower()}"
        if _is_address(word):
            return ""
        folded = " ".join(word.translate(_ASCII).split())
    elif _is_address(word):
        return ""
    else:
        folded = " ".join("".join(map(_fold_in_text, _prepared(word))).split())
    return f" {folded}" if folded else ""


def fold_words(words: Iterable[str]) -> dict[str, str]:
    """Return of each word what `fold_word` does, at a fraction of the cost: thousands are folded as one text."""
    plain: list[str] = []
    other: list[str] = []
    folded: dict[str, str] = {}
    for word in words:
        if word.isascii() and word.isalnum():
            plain.append(word)
        elif _is_address(word):
            folded[word] = ""
        else:
            other.append(word)
    # No word holds white space, so each stays a line of its own.
    folded.update(zip(plain, [f" {line}" for line in "\n".join(plain).lower().split("\n")], strict=False))
    lines = "".join(map(_fold_in_text, _prepared("\n".join(other)))).split("\n")
    for word, line in zip(other, lines, strict=False):
        if line.isalnum():
            folded[word] = f" {line}"
        else:
            one = " ".join(line.split())
            folded[word] = f" {one}" if one else ""
    return folded


class _WordTable(dict[str, str]):
    """Word as written → its folded form with a space before it; empty when nothing of it is searched.

    People use few words often: remembering them is five times cheaper than folding each again.
    """

    def __missing__(self, word: str) -> str:
        spaced = fold_word(word)
        if len(word) <= _LONGEST_WORD:
            if len(self) >= _MOST_WORDS:
                self.clear()
            self[word] = spaced
        return spaced


class _CharTable(dict[str, str]):
    """Character → its folded form in running text; whatever is not part of a word becomes a space."""

    def __missing__(self, char: str) -> str:
        folded = self[char] = _folded_or_space(char)
        return folded


_WORDS = _WordTable()
_remembered = _WORDS.__getitem__
_CHARS = _CharTable()
# Between words that are folded together.
_CHARS["\n"] = "\n"
_fold_in_text = _CHARS.__getitem__


def _is_address(word: str) -> bool:
    return "://" in word or word.startswith(("@", "www."))


def _prepared(word: str) -> str:
    """Compose the Cyrillic letters that folding keeps, without changing any offset."""
    if word.isascii():
        return word
    # A zero-width joiner takes the place of the mark: folding drops it.
    return _KEPT_PAIRS.sub(lambda pair: unicodedata.normalize("NFC", pair[0]) + "\u200d", word)


def _folded_or_space(char: str) -> str:
    if not (is_letter(char) or is_mark(char) or unicodedata.category(char) in ("Nd", "Nl", "No", "Cf")):
        return " "
    folded = "".join(part if part.isalnum() or is_mark(part) else " " for part in fold_char(char))
    if any(first <= ord(char) <= last for first, last in _UNSPACED) and not is_mark(char):
        return f" {folded} "
    return folded


#: `_CHARS` for whole words of ASCII, which is much faster.
_ASCII = {code: _folded_or_space(chr(code)) for code in range(128)}


@lru_cache(maxsize=4_096)
def _offsets(word: str) -> list[int]:
    """Return, for each character of a folded word, the index in the written one (`EU-Wahl` folds to two words)."""
    offsets: list[int] = []
    apart = False
    for index, char in enumerate(_prepared(word)):
        for part in _fold_in_text(char):
            if part == " ":
                apart = bool(offsets)
                continue
            if apart:
                offsets.append(index)
                apart = False
            offsets.append(index)
    return offsets
