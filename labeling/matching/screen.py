"""The first look at items: whether they could match at all. Most of a stream could not, and costs few microseconds.

A phrase stands in a text only if its most telling words do, and people use few words often. So each word as it is
written is judged once and remembered: which phrases it may belong to and which hashtags it holds, as the bits of a
number, 0 for nearly all. An item is looked at closely if one of its words may be a sign that can stand alone in its
language, two of them the telling words of such a phrase, or several of signs that can stand together.

Many items are looked at together: what Python does for each word is done for the words that were never met before
only, and those go through one automaton as one text. All that is left for an item is one pass over its words.

The screen knows no neighbouring words, regions or times: it lets too much through, and never too little. However many
rules there are, a word that was seen before costs the same.
"""

import zlib
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from functools import reduce
from itertools import accumulate, compress
from operator import not_, or_
from typing import NamedTuple, Protocol

from labeling.matching.phrases import PhraseIndex
from labeling.matching.years import TEMPLATE
from labeling.text import fold_words
from labeling.text.hashtags import tag_spans

#: Phrases of several words share so many pairs of bits, one for each of their two most telling words.
_PAIRS = 1_024
_BOTH = 2
#: Words remembered of each generation, and their characters; what is written again in the next one is remembered on.
_MOST_WORDS = 65_536
_MOST_CHARACTERS = 1_000_000
#: Sets of concepts that are remembered.
_MOST_SETS = 4_096
#: Items that are looked at together have together so many characters, as several thousand usual ones have.
_AT_ONCE = 1_000_000


class Seen(Protocol):
    """What the first look sees of an item, as in `matching.Item`; the `text` may be missing."""

    @property
    def text(self) -> str | None: ...

    @property
    def hashtags(self) -> Sequence[str] | None: ...

    @property
    def lang(self) -> str | None: ...


class Sign(NamedTuple):
    """What a phrase or hashtag may be: a sign that `stands` alone, or one that supports others of other concepts.

    `languages` are those in which it can be meant, `None` all of them.
    """

    stands: bool
    concepts: Set[str]
    languages: Set[str] | None = None


class Screen:
    """Compiled once per ruleset. Thread-safe: looking changes nothing but what is remembered."""

    def __init__(
        self,
        phrases: Iterable[tuple[str, Sign]],
        look_up: Callable[[str], Sign | None],
        *,
        languages: Iterable[str],
        concepts: Iterable[str],
        together: Callable[[Set[str]], bool],
    ) -> None:
        """`phrases` as `phrase_key` writes them; `look_up` knows hashtags without their sign.

        `languages` and `concepts` are all that signs may have. `together` says of concepts whether supporting signs of
        them are enough to be looked at; if so, they are also with others.
        """
        bits = _Bits()
        # Items without a language, and in languages no rule is of.
        self._of_none, self._of_others = bits.take(), bits.take()
        self._of_language = {language: bits.take() for language in sorted(set(languages))}
        self._everywhere = bits.taken
        self._of_concept = {concept: bits.take() for concept in sorted(set(concepts))}
        self._concepts = bits.taken & ~self._everywhere
        self._first_of_pair = [bits.take() for _ in range(_PAIRS)]
        self._shift = _PAIRS
        self._pairs = reduce(or_, self._first_of_pair)
        self._leading = bits.taken
        self._together = together
        self._enough: dict[int, bool] = {0: together(frozenset())}
        self._look_up = look_up
        self._index = PhraseIndex(self._marks(phrases))
        self._words = _Memory(self._judge_words)
        self._tags = _Memory(self._judge_tags)

    def let_through(self, items: Iterable[Seen], language_of: Callable[[str | None], str | None]) -> Iterator[bool]:
        """Yield of each item whether it could match; `language_of` reads the tag by which a language was given."""
        for some in _chunks(items):
            yield from self._looked_at(some, language_of)

    def _looked_at(self, items: Sequence[Seen], language_of: Callable[[str | None], str | None]) -> list[bool]:
        # Most items bring no hashtags of their own: for them nothing is called.
        written = [
            (words_of(item.text or "", item.hashtags) if item.hashtags else item.text or "").split() for item in items
        ]
        marks = self._words.marks(set().union(*written))
        tag_marks = self._tags.marks(set().union(*(item.hashtags for item in items if item.hashtags)))
        telling = frozenset(marks)
        # Most words that have a mark are short ones, the second of a pair ("de", "la"): alone they can mean nothing.
        leading = frozenset([word for word, mark in marks.items() if mark & self._leading])
        apart = list(map(leading.isdisjoint, written))
        if tag_marks:
            for position, item in enumerate(items):
                if item.hashtags and not tag_marks.keys().isdisjoint(item.hashtags):
                    apart[position] = False
        looked = [False] * len(items)
        for position in compress(range(len(items)), map(not_, apart)):
            item = items[position]
            mark = 0
            for word in telling.intersection(written[position]):
                mark |= marks[word]
            for tag in (tag_marks and item.hashtags) or ():
                mark |= tag_marks.get(tag, 0)
            looked[position] = mark != 0 and self._suffices(mark, language_of(item.lang))
        return looked

    def _suffices(self, mark: int, language: str | None) -> bool:
        spoken = self._of_none if language is None else self._of_language.get(language, self._of_others)
        if mark & spoken or mark & self._pairs & (mark >> self._shift):
            return True
        concepts = mark & self._concepts
        enough = self._enough.get(concepts)
        if enough is None:
            enough = self._together(frozenset(name for name, bit in self._of_concept.items() if concepts & bit))
            if len(self._enough) < _MOST_SETS:
                self._enough[concepts] = enough
        return enough

    def _marks(self, phrases: Iterable[tuple[str, Sign]]) -> dict[str, int]:
        """The marks of the words by which phrases are noticed."""
        marks: dict[str, int] = {}
        for phrase, sign in phrases:
            first, *others = sorted(phrase.split(), key=_telling, reverse=True)[:_BOTH]
            if sign.stands and others and _telling(others[0]):
                # Not `hash`, which differs from process to process: the same items are looked at closely everywhere.
                pair = self._first_of_pair[zlib.crc32(phrase.encode()) % _PAIRS]
                marks[first] = marks.get(first, 0) | pair
                marks[others[0]] = marks.get(others[0], 0) | pair << self._shift
            else:
                marks[first] = marks.get(first, 0) | self._mark(sign)
        return marks

    def _mark(self, sign: Sign) -> int:
        if not sign.stands:
            return self._bits_of(sign.concepts)
        if sign.languages is None:
            return self._everywhere
        return reduce(or_, (self._of_language[language] for language in sign.languages), self._of_none)

    def _bits_of(self, concepts: Iterable[str]) -> int:
        return reduce(or_, (self._of_concept[concept] for concept in concepts), 0)

    def _judge_words(self, words: Set[str]) -> dict[str, int]:
        """The marks of those of the words that have one."""
        marks: defaultdict[str, int] = defaultdict(int)
        keys = fold_words(words)
        written, folded = list(keys), keys.values()
        ends = list(accumulate(map(len, folded)))
        # Each begins with a space, so all in a row are one text; nothing that is looked for goes beyond one word.
        for start, _, _, value in self._index.occurrences("".join(folded) + " "):
            marks[written[bisect_right(ends, start)]] |= self._index.values[value]
        for word in written:
            if "#" in word or "＃" in word:
                for start, end in tag_spans(word, glued=True):
                    if mark := self._judge_tag(word[start + 1 : end]):
                        marks[word] |= mark
        return marks

    def _judge_tags(self, tags: Set[str]) -> dict[str, int]:
        return {tag: mark for tag in tags if (mark := self._judge_tag(tag))}

    def _judge_tag(self, tag: str) -> int:
        sign = self._look_up(tag)
        return self._mark(sign) if sign else 0


class _Bits:
    """Hands out the bits of a number, each once; `taken` are those so far."""

    def __init__(self) -> None:
        self.taken = 0

    def take(self) -> int:
        """The next one."""
        bit = self.taken + 1
        self.taken |= bit
        return bit


class _Generation:
    """Words that were judged, and the marks of those that have one."""

    def __init__(self) -> None:
        self.judged: set[str] = set()
        self.marks: dict[str, int] = {}
        self.characters = 0

    def add(self, words: Set[str], marks: Mapping[str, int]) -> None:
        """Remember what was judged."""
        # Marks first: what another thread finds judged must have its mark.
        self.marks.update(marks)
        self.judged |= words
        self.characters += sum(map(len, words))


class _Memory:
    """Words and their marks. When it is full only what is written again stays, for the ever new words of a stream.

    Other threads may look meanwhile: a generation only grows, and what begins a new one leaves the former as it is.
    """

    def __init__(self, judge: Callable[[Set[str]], dict[str, int]]) -> None:
        self._judge = judge
        self._now, self._before = _Generation(), _Generation()

    def marks(self, words: Set[str]) -> Mapping[str, int]:
        """The words that have a mark, with it; those not met before are judged."""
        now = self._now
        fresh = words - now.judged
        found = {word: now.marks[word] for word in now.marks.keys() & words}
        if fresh:
            found |= self._learned(fresh)
        return found

    def _learned(self, words: Set[str]) -> dict[str, int]:
        before = self._before
        marks = {word: before.marks[word] for word in before.marks.keys() & words}
        if new := words - before.judged:
            marks |= self._judge(new)
        if self._now.characters + sum(map(len, words)) > _MOST_CHARACTERS or len(self._now.judged) > _MOST_WORDS:
            self._before, self._now = self._now, _Generation()
        self._now.add(words, marks)
        return marks


def _chunks(items: Iterable[Seen]) -> Iterator[list[Seen]]:
    """Items that are looked at together: not so many words that holding them all at once takes much memory."""
    chunk: list[Seen] = []
    size = 0
    for item in items:
        chunk.append(item)
        size += len(item.text or "")
        if size >= _AT_ONCE:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


def words_of(text: str, tags: Sequence[str] | None) -> str:
    """Where phrases are looked for: in the text, and in the hashtags that stand only beside it."""
    absent = [tag for tag in tags if tag not in text] if tags else None
    return f"{text} #{' #'.join(absent)}" if absent else text


def _telling(word: str) -> int:
    """How much a word of a phrase tells: its letters, but those that may vary."""
    return len(TEMPLATE.sub("", word.strip("*")))
