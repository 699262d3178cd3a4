"""The rules and terms that share a spelling, put together once so that finding them says all of them."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

from labeling.matching.compound import CompoundRules, TermSign
from labeling.matching.model import Geography, Rule, Term
from labeling.matching.phrases import phrase_key
from labeling.matching.tags import TagEntry, TagIndex
from labeling.matching.years import in_year, is_dated, year_of_election

#: What can stand under a key: a sign, or a way to write a term of compound rules.
Sign = Rule | TermSign


class Group(NamedTuple):
    """The rules of one key, signs and words of other kinds of votes; `stands` says that a sign can stand alone.

    `terms` are those of compound rules that are written so.
    """

    rules: tuple[Rule, ...]
    contrary: tuple[Rule, ...]
    stands: bool
    concepts: frozenset[str]
    terms: tuple[TermSign, ...] = ()

    @property
    def all(self) -> tuple[Rule, ...]:
        """Signs and contrary words."""
        return self.rules + self.contrary


def as_written(rule: Rule, geography: Geography) -> Sequence[Rule]:
    """Return a sign as it is written in the year of its election; as it is where that is not known."""
    year = year_of_election(geography, rule.election) if is_dated(rule.pattern) else None
    if year is None:
        return (rule,)
    return [replace(rule, pattern=pattern, yearly=False) for pattern in in_year(rule.pattern, year)]


def can_stand_alone(rule: Rule) -> bool:
    """Whether a rule says something without others."""
    return not rule.supporting and rule.kind != "contrary"


def tag_index(signs: Iterable[Rule], compounds: CompoundRules) -> TagIndex[Sign, Group]:
    """The signs and terms that are hashtags."""
    tags = (TagEntry[Sign](sign.pattern, sign, sign.yearly) for sign in signs if sign.kind == "hashtag")
    terms = (TagEntry[Sign](sign.term.pattern, sign) for sign in compounds.signs_of("hashtag"))
    return TagIndex([*tags, *terms], _grouping)


def phrase_keys(signs: Iterable[Rule], compounds: CompoundRules) -> list[tuple[str, Sign]]:
    """The signs and terms that are phrases, by the keys of the automaton."""
    phrases: list[tuple[str, Sign]] = [
        (phrase_key(sign.pattern), sign) for sign in signs if sign.kind in ("phrase", "contrary")
    ]
    phrases += [(phrase_key(sign.term.pattern), sign) for sign in compounds.signs_of("phrase")]
    return [(key, sign) for key, sign in phrases if key]


def grouped(pairs: Iterable[tuple[str, Sign]]) -> dict[str, Group]:
    """What stands under each key."""
    groups: dict[str, list[Sign]] = {}
    for key, sign in pairs:
        groups.setdefault(key, []).append(sign)
    return {key: _grouping(signs) for key, signs in groups.items()}


def _grouping(signs: Sequence[Sign]) -> Group:
    rules = _telling(sign for sign in signs if isinstance(sign, Rule))
    return group_of(rules, tuple(sign for sign in signs if isinstance(sign, TermSign)))


def _telling(rules: Iterable[Rule]) -> Collection[Rule]:
    """Leave out the lighter of rules that say the same of the same words."""
    heaviest: dict[Rule, Rule] = {}
    for rule in sorted(rules, key=lambda rule: -rule.weight):
        heaviest.setdefault(replace(rule, id="", weight=0, pattern=_any_pattern(rule), yearly=False, note=""), rule)
    return heaviest.values()


def _any_pattern(rule: Rule) -> str:
    """The same for all spellings of a folded rule."""
    return rule.pattern if rule.key == "exact" else "*"


def group_of(rules: Collection[Rule], terms: tuple[TermSign, ...] = ()) -> Group:
    """Put rules together, with what is asked of them for every item worked out."""
    signs = tuple(rule for rule in rules if rule.kind != "contrary")
    contrary = tuple(rule for rule in rules if rule.kind == "contrary")
    concepts = frozenset(rule.concept for rule in signs)
    return Group(signs, contrary, any(map(can_stand_alone, signs)), concepts, terms)


def tag_signs(rule: Rule) -> Sequence[Rule]:
    """Return the hashtags that trigger a rule by themselves, each as a rule of its own with the same id."""
    if rule.kind == "hashtag":
        return (rule,)
    terms = {*rule.any_of, *rule.all_of} if len(rule.all_of) <= 1 else set()
    return [
        replace(rule, kind="hashtag", pattern=term.pattern, key=term.key, any_of=(), all_of=(), none_of=())
        for term in sorted(terms, key=lambda term: (term.pattern, term.key))
        if term.kind == "hashtag" and term not in rule.none_of and _is_enough(term, rule)
    ]


def _is_enough(term: Term, rule: Rule) -> bool:
    return set(rule.all_of) <= {term} and (not rule.any_of or term in rule.any_of)
