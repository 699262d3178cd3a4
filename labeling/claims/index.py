"""Many claims in one index, which is asked of an item: which of them does it repeat, and by what sign. Pure code.

An item's words are compared in two steps. Of a claim's pieces (`factcheck.similar`: four letters or digits in a row)
the index keeps the 32 whose hashes are smallest, which is a fair sample of them (Broder's bottom-k sketch), so one look
at each piece of an item says which claims it may hold, however many claims there are. Those of which at least a quarter
of the sample stands in the item are then compared piece by piece, in windows of twice the claim's length: the likeness
is the share of the claim's pieces that stand in the best window. A window, because a long text has most pieces of its
language somewhere.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, Final, NamedTuple

from factcheck.pictures import NEAR, distance
from factcheck.similar import normalised, pieces_of

#: From this share of a claim's pieces in one window on, somebody is asked whether the item repeats the claim.
LIKE_FROM: Final = 0.6
#: Pieces of a claim that the index knows, and how many of them an item must hold to be compared.
_SAMPLE, _SAMPLE_SHARE = 32, 0.25
#: Claims with fewer letters are found by phrases and pictures only: their pieces stand everywhere.
_SHORTEST: Final = 32
#: Characters that are looked at of an item's text.
_LONGEST: Final = 6_000
_HEXADECIMAL: Final = 16


class Wanted(NamedTuple):
    """What a claim is looked for by: its text, key phrases, digests of files, and hashes of pictures (16 digits)."""

    claim: int
    text: str
    phrases: Sequence[str] = ()
    files: Sequence[str] = ()
    pictures: Sequence[str] = ()


class Found(NamedTuple):
    """That an item repeats a claim: by what (`labeling.models.MatchHow`), and the evidence of all signs that say so."""

    claim: int
    how: str
    evidence: list[dict[str, Any]]
    likeness: float | None


class _Text(NamedTuple):
    """The words of a claim: its pieces, how long it is, and how many pieces of the sample an item must hold."""

    claim: int
    pieces: frozenset[str]
    length: int
    least: int


@dataclass(slots=True)
class ClaimIndex:
    """Claims by what they are looked for. Built once, asked of many items. A claim may have several texts."""

    texts: list[_Text] = field(default_factory=list)
    samples: dict[str, list[int]] = field(default_factory=dict)
    phrases: list[tuple[str, str, int]] = field(default_factory=list)
    files: dict[str, list[int]] = field(default_factory=dict)
    pictures: dict[int, list[int]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.texts or self.phrases or self.files or self.pictures)

    def found(self, text: str, media: Iterable[Mapping[str, Any]] = ()) -> list[Found]:
        """The claims an item repeats, each once, with everything that says so."""
        hits: dict[int, list[tuple[str, dict[str, Any]]]] = {}
        for claim, how, evidence in (*self._in_media(media), *self._in_text(text)):
            hits.setdefault(claim, []).append((how, evidence))
        return [_found(claim, signs) for claim, signs in hits.items()]

    def _in_text(self, text: str) -> Iterator[tuple[int, str, dict[str, Any]]]:
        plain = normalised(text[:_LONGEST])
        if not plain:
            return
        spaced = f" {plain} "
        for phrase, typed, claim in self.phrases:
            if phrase in spaced:
                yield claim, "phrase", {"phrase": typed}
        counts: Counter[int] = Counter()
        known = self.samples
        for piece in pieces_of(plain):
            if piece in known:
                counts.update(known[piece])
        for number, count in counts.items():
            if count >= self.texts[number].least:
                likeness = _best_window(self.texts[number], plain)
                if likeness >= LIKE_FROM:
                    yield self.texts[number].claim, "text", {"likeness": round(likeness, 2)}

    def _in_media(self, media: Iterable[Mapping[str, Any]]) -> Iterator[tuple[int, str, dict[str, Any]]]:
        if not (self.files or self.pictures):
            return
        for one in media:
            digest = str(one.get("sha256") or "").lower()
            for claim in self.files.get(digest, ()):
                yield claim, "media", {"sha256": digest}
            seen = str(one.get("phash") or "")
            if len(seen) == _HEXADECIMAL:
                yield from self._near(int(seen, 16))

    def _near(self, seen: int) -> Iterator[tuple[int, str, dict[str, Any]]]:
        for picture, claims in self.pictures.items():
            apart = distance(picture, seen)
            if apart <= NEAR:
                for claim in claims:
                    yield claim, "picture", {"distance": apart}


def index_made(wanted: Iterable[Wanted]) -> ClaimIndex:
    """An index of claims."""
    index = ClaimIndex()
    for one in wanted:
        plain = normalised(one.text)
        if len(plain.replace(" ", "")) >= _SHORTEST:
            _text_added(index, one.claim, plain)
        for phrase in one.phrases:
            index.phrases.append((f" {normalised(phrase)} ", phrase, one.claim))
        for digest in one.files:
            index.files.setdefault(digest.lower(), []).append(one.claim)
        for picture in one.pictures:
            index.pictures.setdefault(int(picture, 16), []).append(one.claim)
    return index


def _text_added(index: ClaimIndex, claim: int, plain: str) -> None:
    own = pieces_of(plain)
    sample = sorted(own, key=_hash)[:_SAMPLE]
    number = len(index.texts)
    index.texts.append(_Text(claim, own, len(plain), max(1, round(len(sample) * _SAMPLE_SHARE))))
    for piece in sample:
        index.samples.setdefault(piece, []).append(number)


def _hash(piece: str) -> bytes:
    return blake2b(piece.encode(), digest_size=8).digest()


def _best_window(text: _Text, plain: str) -> float:
    """Windows overlap by half, so that one of them holds whatever is at most as long as the claim."""
    own, step = text.pieces, text.length
    starts = range(0, max(1, len(plain) - step), step)
    return max(len(own & pieces_of(plain[start : start + 2 * step])) / len(own) for start in starts)


#: Of several signs the surest names the match.
_SUREST: Final = ("media", "picture", "phrase", "text")


def _found(claim: int, signs: list[tuple[str, dict[str, Any]]]) -> Found:
    how = min((how for how, _ in signs), key=_SUREST.index)
    evidence = [dict(pairs) for pairs in dict.fromkeys(tuple(one.items()) for _, one in signs)]
    likeness = max((one["likeness"] for _, one in signs if "likeness" in one), default=None)
    return Found(claim, how, evidence, likeness)
