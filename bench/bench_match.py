"""What matching costs, and how little more it costs with a thousand times as many patterns."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import compress

import msgspec

from bench.posts import MATCHING, everyday_words, new_word, posts
from bench.result import Result
from labeling.intake import Item
from labeling.matching import CompiledRuleset, Rule, compile_ruleset
from labeling.services.matcher import item_for_matching
from labeling.services.shipped import geography_shipped, ruleset_shipped

_ITEMS = 20_000
_BATCH = 5_000
_SIZES = (50, 5_000, 50_000)
#: Short rounds that take turns; the fastest of each is the one that was disturbed least.
_ROUNDS = 7
_AT_MOST = 1.3

Labeller = Callable[[Sequence[Item]], int]


def run() -> list[Result]:
    """Items a second of processor time, in one process, without database."""
    by_size = {size: _labeller(_ruleset(size)) for size in _SIZES}
    items = [_with_pattern(number, item) for number, item in enumerate(_items())]
    rates = _take_turns(by_size, items)
    shipped = _take_turns({0: _labeller(ruleset_shipped())}, _items())[0]
    few = rates[_SIZES[0]]
    return [
        Result(f"match only, {size:,} patterns", "items/s", rates[size], f"{_SIZES[0]} patterns", few, 1 / _AT_MOST)
        for size in _SIZES[1:]
    ] + [Result("match only, shipped rules", "items/s", shipped, f"{_SIZES[0]} patterns", few)]


def _labeller(ruleset: CompiledRuleset) -> Labeller:
    def label(items: Sequence[Item]) -> int:
        """As a worker does: a first look at a batch together, a close one at what that lets through."""
        matched = 0
        for start in range(0, len(items), _BATCH):
            batch = items[start : start + _BATCH]
            closely = sorted(compress(batch, ruleset.may_match(batch)), key=lambda item: item.lang or "")
            matched += sum(map(bool, ruleset.match_all([item_for_matching(item) for item in closely], screened=True)))
        return matched

    return label


def _take_turns(labellers: dict[int, Labeller], items: Sequence[Item]) -> dict[int, float]:
    for label in labellers.values():
        share = label(items) / len(items)
        assert 0.5 * MATCHING < share < 2 * MATCHING, f"{share:.0%} match, which is not the stream that was meant"
    best = dict.fromkeys(labellers, 0.0)
    for _ in range(_ROUNDS):
        for name, label in labellers.items():
            began = time.process_time()
            label(items)
            best[name] = max(best[name], len(items) / (time.process_time() - began))
    return best


def _items() -> list[Item]:
    return msgspec.convert(list(posts(_ITEMS)), list[Item])


def _with_pattern(number: int, item: Item) -> Item:
    """Every tenth item carries one of the patterns that all the sets have."""
    if number % round(1 / MATCHING):
        return item
    pattern = number % _SIZES[0]
    sign = _phrase(pattern) if pattern % 2 else f"#{_tag(pattern)}"
    return Item(external_id=item.external_id, text=f"{item.text} {sign}", lang=item.lang, region=item.region)


def _ruleset(size: int) -> CompiledRuleset:
    return compile_ruleset(_rules(size), str(size), geography_shipped())


def _rules(size: int) -> Iterator[Rule]:
    """Half hashtags, half phrases; all but the first few are made of words like those of the stream."""
    chance = random.Random(2)
    words = everyday_words()
    for number in range(size):
        common = number < _SIZES[0]
        if number % 2:
            made = " ".join(new_word(chance, words) for _ in range(chance.choice((1, 2, 2, 3))))
            yield _rule(number, "phrase", _phrase(number) if common else f"{made} {number}")
        else:
            made = new_word(chance, words) + new_word(chance, words)
            yield _rule(number, "hashtag", _tag(number) if common else f"{made}{number}x")


def _rule(number: int, kind: str, pattern: str) -> Rule:
    return Rule(id=f"{kind}:{number}", kind=kind, pattern=pattern, weight=0.9, jurisdiction="eu")  # type: ignore[arg-type]


def _phrase(number: int) -> str:
    return f"sign number {number}"


def _tag(number: int) -> str:
    return f"sign{number}of"
