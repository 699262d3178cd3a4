"""One automaton over many phrases: whole words in every script, the longest phrase where several begin.

A `*` behind a word lets it go on by a few letters, as inflected words do (`wahllokal*`, `президентск* избор*`);
one before the first word finds it at the end of compounds (`*verkiezing*` in `waterschapsverkiezingen`). `{yyyy}`
and `{yy}` stand for any year.
"""

import re
from collections.abc import Iterable, Mapping
from functools import cache
from operator import itemgetter
from typing import Generic, NamedTuple, TypeVar

from ahocorasick_rs import AhoCorasick, Implementation

from labeling.matching.years import ANY_YEAR, TEMPLATE
from labeling.text import NormalisedText, normalise_text

#: How many letters an inflected word (`wahllokal*`) may add. Six reach German plurals and Finnish cases.
MOST_INFLECTION = 6
#: How many letters may stand before the head of a compound (`*verkiezing*`).
MOST_COMPOUND = 30
_WORD_REST = f"[^ ]{{0,{MOST_INFLECTION}}}"
_COMPOUND = f" [^ ]{{0,{MOST_COMPOUND}}}?"
# What stands between the parts of a phrase that are written as they are, and what that can be.
_JOINT = re.compile(rf"\*|{TEMPLATE.pattern}")
_JOINTS = {"*": _WORD_REST, **ANY_YEAR}

T = TypeVar("T")


class Found(NamedTuple, Generic[T]):
    """A phrase found: what it stands for, and its offsets in the normalised text."""

    value: T
    start: int
    end: int


class _Pattern(NamedTuple):
    """A phrase as the automaton knows it: its longest part without a star or year, and what must stand around that.

    `whole` is `None` for phrases without stars and for those whose only star is their last character (`is_open`);
    otherwise the phrase begins `words_before` words before the part, or within its word (`in_compounds`).
    """

    literal: str
    is_open: bool = False
    whole: re.Pattern[str] | None = None
    words_before: int = 0
    in_compounds: bool = False


#: Where a phrase stands, see `PhraseIndex.spans`.
Occurrence = tuple[int, int, bool, int]


class PhraseIndex(Generic[T]):
    """Phrases, given as `phrase_key` writes them, compiled once for all texts."""

    def __init__(self, phrases: Mapping[str, T]) -> None:
        # Of phrases that end together the one with more letters of its own is to win, and comes first.
        ordered = sorted(phrases, key=len, reverse=True)
        self.values = [phrases[phrase] for phrase in ordered]
        self._patterns = [_pattern(phrase) for phrase in ordered]
        literals = [pattern.literal for pattern in self._patterns]
        self._automaton = AhoCorasick(literals, implementation=Implementation.ContiguousNFA)

    def find(self, text: NormalisedText) -> list[Found[T]]:
        """Return the phrases in `text`, of overlapping ones the leftmost and longest."""
        return longest((span, self.values[span[3]]) for span in self.spans(text))

    def spans(self, text: NormalisedText) -> list[Occurrence]:
        """Return all phrases in `text`, overlapping ones too, as (start, -end, has a star, index into `values`).

        The smallest of those that overlap is to win: leftmost, longest, no star. Offsets are of the padded text
        and include the spaces around, which neighbours share.
        """
        return self.occurrences(text.padded)

    def occurrences(self, padded: str) -> list[Occurrence]:
        """Return what `spans` does, of folded words with one space before each and one at the end."""
        patterns = self._patterns
        found: list[Occurrence] = []
        for index, start, end in self._automaton.find_matches_as_indexes(padded, overlapping=True):
            _, is_open, whole, words_before, in_compounds = patterns[index]
            if whole is not None:
                begin = _begin(padded, start, words_before, in_compounds=in_compounds)
                if begin >= 0 and (match := whole.match(padded, begin)):
                    found.append((begin, -match.end(), True, index))
            elif is_open:
                space = padded.index(" ", end)
                if space - end <= MOST_INFLECTION:
                    found.append((start, -space - 1, True, index))
            else:
                found.append((start, -end, False, index))
        return found


def _begin(padded: str, start: int, words_before: int, *, in_compounds: bool) -> int:
    """Where a phrase would begin, of which the longest part stands at `start`; negative where too few words do."""
    if in_compounds:
        start = padded.rindex(" ", 0, start + 1)
    for _ in range(words_before):
        start = padded.rfind(" ", 0, start)
    return start


def longest(occurrences: Iterable[tuple[Occurrence, T]]) -> list[Found[T]]:
    """Return what stands for something, of overlapping ones the leftmost and longest."""
    meant = [one for one in occurrences if one[1]]
    if len(meant) > 1:
        meant.sort(key=_first)
    found: list[Found[T]] = []
    free = 0
    for (start, minus_end, _, _), value in meant:
        if start >= free:
            found.append(Found(value, start, -minus_end - 2))
            free = -minus_end - 1
    return found


_first = itemgetter(0)


@cache
def _pattern(phrase: str) -> _Pattern:
    if "*" not in phrase and "{" not in phrase:
        return _Pattern(f" {phrase} ")
    in_compounds = phrase.startswith("*")
    told = phrase.removeprefix("*") if in_compounds else f" {phrase}"
    parts, joints = _JOINT.split(told), _JOINT.findall(told)
    if joints == ["*"] and not parts[-1] and not in_compounds:
        return _Pattern(parts[0], is_open=True)
    between = "".join(_JOINTS[joint] + re.escape(part) for joint, part in zip(joints, parts[1:], strict=True))
    whole = re.compile(f"{_COMPOUND if in_compounds else ''}{re.escape(parts[0])}{between} ")
    longest_part = parts[0] if in_compounds else max(parts, key=len)
    before = "".join(parts[: parts.index(longest_part)]).count(" ")
    return _Pattern(longest_part, False, whole, before, in_compounds)


def phrase_key(pattern: str) -> str:
    """Return a pattern as the index wants it: folded words with stars and years; empty when no word is left."""
    words = (_word_key(word) for word in pattern.split())
    key = " ".join(word for word in words if word)
    return key if any(map(str.isalnum, TEMPLATE.sub("", key))) else ""


def _word_key(word: str) -> str:
    years = TEMPLATE.findall(word)
    told = [normalise_text(part.strip("*")).text for part in TEMPLATE.split(word)]
    folded = told[0] + "".join(year + part for year, part in zip(years, told[1:], strict=True))
    if not folded:
        return ""
    # A compound ends in a word, not in a year.
    starts = word.startswith("*") and bool(told[0])
    return f"{'*' if starts else ''}{folded}{'*' if word.endswith('*') and told[-1] else ''}"
