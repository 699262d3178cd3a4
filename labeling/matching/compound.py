"""Rules of several terms: any of these, all of those, none of the others, anywhere in one item.

Their terms stand in the same dictionaries and automata as single signs, each with a number. An item is asked
for the terms it has, once, however many rules there are; a rule is then looked at only if the longest of the terms
it wants all of, or one of those it takes any of, was found.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from functools import lru_cache
from typing import NamedTuple

from labeling.matching.hits import Background, Hit
from labeling.matching.model import Geography, Item, Rule, Term, TermKind
from labeling.matching.years import ANY_YEAR, TEMPLATE, in_year, is_dated, year_of_election
from labeling.text import exact_key, folded_key

_JOINT = re.compile(rf"\*|{TEMPLATE.pattern}")


class TermSign(NamedTuple):
    """One way in which a numbered term is written."""

    number: int
    term: Term

    def is_spelled(self, written: str) -> bool:
        """Whether words that have the folded key of this term are also spelled as it wants."""
        if self.term.key == "folded":
            return True
        plain = " ".join(written.split()).removeprefix("@")
        return _spelling(self.term.pattern.removeprefix("@")).fullmatch(exact_key(plain)) is not None


class TermFound(NamedTuple):
    """A term that stands in an item, or wrote it; offsets as those of hits."""

    number: int
    kind: TermKind
    text: str
    start: int | None = None
    end: int | None = None
    year: int | None = None


class CompoundRule(NamedTuple):
    """A compound rule by the numbers of its terms."""

    rule: Rule
    any_of: frozenset[int]
    all_of: frozenset[int]
    none_of: frozenset[int]

    def is_met(self, found: AbstractSet[int]) -> bool:
        """Whether the terms found are what the rule asks for."""
        return (
            self.all_of <= found
            and (not self.any_of or not self.any_of.isdisjoint(found))
            and self.none_of.isdisjoint(found)
        )


class CompoundRules:
    """The compound rules of a set; false where there are none."""

    def __init__(self, rules: Iterable[Rule], geography: Geography) -> None:
        self.signs: list[TermSign] = []
        self._numbers: dict[tuple[str, ...], int] = {}
        self._by_term: dict[int, list[CompoundRule]] = {}
        for rule in rules:
            year = year_of_election(geography, rule.election)
            compound = CompoundRule(rule, *(self._numbered(terms, year) for terms in _terms(rule)))
            for number in self._asked_first(compound):
                self._by_term.setdefault(number, []).append(compound)
        self._ids: dict[str, list[TermSign]] = {}
        self._handles: dict[str, list[TermSign]] = {}
        for sign in self.signs:
            if sign.term.kind == "account":
                self._ids.setdefault(sign.term.pattern, []).append(sign)
                self._handles.setdefault(handle_key(sign.term.pattern), []).append(sign)

    def __bool__(self) -> bool:
        return bool(self._by_term)

    @property
    def ask_for_accounts(self) -> bool:
        """Whether who posted an item can make it match."""
        return bool(self._ids)

    def is_asked_first(self, number: int) -> bool:
        """Whether a rule can be met only if this term, or another one asked first, was found."""
        return number in self._by_term

    def signs_of(self, kind: TermKind) -> Iterator[TermSign]:
        """Yield the ways in which the terms of a kind are written."""
        return (sign for sign in self.signs if sign.term.kind == kind)

    def accounts(self, item: Item) -> list[TermFound]:
        """Return the account terms that name who posted an item."""
        if not self._ids:
            return []
        handle = item.author_handle or ""
        found = [
            TermFound(sign.number, "account", item.author_id or "") for sign in self._ids.get(item.author_id or "", ())
        ]
        named = self._handles.get(handle_key(handle), ())
        return found + [TermFound(sign.number, "account", handle) for sign in named if sign.is_spelled(handle)]

    def met(self, found: AbstractSet[int]) -> list[CompoundRule]:
        """Return the rules that ask for no more than the terms with these numbers, each once."""
        asked = {id(one): one for number in found for one in self._by_term.get(number, ())}
        return [one for one in asked.values() if one.is_met(found)]

    def hits(self, found: Sequence[TermFound], known: Background) -> list[Hit]:
        """Return a hit for each term found of each rule that is met, in an item of that language."""
        first: dict[int, TermFound] = {}
        for term in found:
            first.setdefault(term.number, term)
        met = self.met(first.keys())
        return [
            Hit(one.rule, term.text, term.start, term.end, term.year, term.kind)
            for one in sorted(met, key=lambda one: one.rule.id)
            if not one.rule.languages or known.language in one.rule.languages
            for number, term in first.items()
            if number in one.any_of or number in one.all_of
        ]

    def _numbered(self, terms: Iterable[Term], year: int | None) -> frozenset[int]:
        return frozenset(self._number(term, year) for term in terms)

    def _number(self, term: Term, year: int | None) -> int:
        """The number of a term as it is written in that year; the same for the same writing in other rules."""
        dated = year is not None and is_dated(term.pattern)
        patterns = in_year(term.pattern, year) if dated and year is not None else (term.pattern,)
        key = (term.kind, term.key, *patterns)
        number = self._numbers.get(key)
        if number is None:
            number = self._numbers[key] = len(self._numbers)
            self.signs += [TermSign(number, Term(term.kind, pattern, term.key)) for pattern in patterns]
        return number

    def _asked_first(self, compound: CompoundRule) -> Iterable[int]:
        """The terms one of which must be there: the longest of `all_of`, since long words are rare."""
        if not compound.all_of:
            return compound.any_of
        lengths = {sign.number: len(sign.term.pattern) for sign in self.signs}
        return (max(compound.all_of, key=lambda number: (lengths[number], number)),)


def handle_key(handle: str) -> str:
    """Return the key under which handles are compared."""
    return folded_key(handle.strip().removeprefix("@"))


def _terms(rule: Rule) -> tuple[tuple[Term, ...], ...]:
    return rule.any_of, rule.all_of, rule.none_of


@lru_cache(maxsize=4_096)
def _spelling(pattern: str) -> re.Pattern[str]:
    """What the exact key of a term's words looks like, with its stars and years."""
    parts: list[str] = []
    at = 0
    for joint in _JOINT.finditer(pattern):
        parts += [re.escape(exact_key(pattern[at : joint.start()])), ANY_YEAR.get(joint[0], r"\w*")]
        at = joint.end()
    return re.compile("".join(parts) + re.escape(exact_key(pattern[at:])))
