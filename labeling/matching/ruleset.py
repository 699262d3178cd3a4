"""A set of rules, compiled once, that says of any item whether it is about an election, and whose.

Most items match nothing, so the way to "nothing" is short: a look at the words (`screen`), then one dictionary look-up
per hashtag and one pass of the automaton over the folded text. Everything else happens only when a sign was found.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from operator import attrgetter
from typing import NamedTuple

from msgspec import structs

from labeling.matching.compound import CompoundRule, CompoundRules, TermFound, TermSign
from labeling.matching.conditions import is_in_force, is_in_region
from labeling.matching.decide import Case, election_in
from labeling.matching.groups import (
    Group,
    as_written,
    can_stand_alone,
    group_of,
    grouped,
    phrase_keys,
    tag_index,
    tag_signs,
)
from labeling.matching.hits import (
    Background,
    Hit,
    background,
    is_contest,
    is_speakable,
    likeliest,
    speakable,
    spelled,
)
from labeling.matching.model import Geography, Item, Match, Rule, Thresholds
from labeling.matching.phrases import Found, Occurrence, PhraseIndex, longest
from labeling.matching.places import Place, PlaceFinder
from labeling.matching.remembered import Decisions
from labeling.matching.screen import Screen, Seen, Sign, words_of
from labeling.matching.tags import TagEntry, TagIndex
from labeling.matching.where import beside
from labeling.matching.years import year_in
from labeling.text import NormalisedText, folded_key, language_of_tag, normalise_text
from labeling.text.hashtags import Span, tag_spans

_ABROAD_VOTES = frozenset({"abroad", "vote"})
_ENOUGH_TOGETHER = 3
# Parties and governments are in the news between elections, too: they back a sign, and never make one.
_EVERYDAY = frozenset({"politics"})
_MOST_TAGS = 1_024
# Items that take each step of matching together: their texts and signs fit into a core's caches.
_TOGETHER = 256
# Stands for every language that no rule is of: what cannot be misunderstood is found there, too.
_OTHER = "und"


_stands, _contrary = attrgetter("stands"), attrgetter("contrary")
_NOTHING_KNOWN = Background(None, None)


class _TagFound(NamedTuple):
    """The rules of a tag, the tag as written, the year appended to it, and where it stands in the text."""

    group: Group
    tag: str
    year: int | None
    span: Span | None


class TagRule(NamedTuple):
    """A rule that a hashtag triggers by itself, whose election it speaks of, and which one if that is known."""

    rule: Rule
    jurisdiction: str | None
    election: str | None


@dataclass(slots=True)
class _Looked:
    """An item as far as it was looked at: where it stands among those looked at, and what is known of it by now.

    `meant` are the rules that the signs found may mean, `met` the compound ones whose terms are all there.
    """

    position: int
    item: Item
    accounts: list[TermFound]
    language: str | None
    index: PhraseIndex[Group]
    text: NormalisedText
    spans: Sequence[Occurrence] = ()
    tags: Sequence[_TagFound] = ()
    met: Sequence[CompoundRule] = ()
    meant: Sequence[Rule] = ()
    known: Background = _NOTHING_KNOWN
    hits: Sequence[Hit] = ()


class CompiledRuleset:
    """Rules ready for matching. Thread-safe: matching changes nothing but caches."""

    def __init__(
        self,
        rules: Iterable[Rule],
        version: str,
        geography: Geography,
        thresholds: Thresholds | None = None,
    ) -> None:
        kept = tuple(rules)
        self.rules = kept
        self.version = version
        self.geography = geography
        self.thresholds = thresholds or Thresholds()
        labelling = [rule for rule in kept if rule.action != "remind"]
        signs = [sign for rule in labelling if rule.kind != "compound" for sign in as_written(rule, geography)]
        self._compounds = CompoundRules((rule for rule in labelling if rule.kind == "compound"), geography)
        self._any_is_compound = bool(self._compounds)
        self._tags = tag_index(signs, self._compounds)
        self._phrases = phrase_keys(signs, self._compounds)
        self._spoken = frozenset().union(*(rule.languages for rule in labelling))
        self._any_is_bound = any(rule.is_bound for rule in labelling)
        self._by_tag: dict[str | None, tuple[str | None, PhraseIndex[Group]]] = {}
        self._indexes: dict[str | None, PhraseIndex[Group]] = {}
        self._places = PlaceFinder(geography)
        self._decisions = Decisions()
        self._screen = self._screened(signs)

    def prepare(self) -> None:
        """Compile what would otherwise be compiled when the first item of each language comes."""
        for language in (None, _OTHER, *sorted(self._spoken)):
            self._index(language)
        self._places.prepare()

    def may_match(self, items: Iterable[Seen]) -> Iterator[bool]:
        """Yield of each item whether it could get a label: false for nearly all, in a fraction of what `match` takes.

        Looking at thousands together is what makes it cheap. What is let through may still match nothing. Where rules
        ask who posted, only `match` can tell.
        """
        screened = self._screen.let_through(items, self._language_of)
        return (True for _ in screened) if self._compounds.ask_for_accounts else screened

    def match(
        self, item: Item, *, braked: AbstractSet[str] = frozenset(), at: datetime | None = None, screened: bool = False
    ) -> tuple[Match, ...]:
        """Return the labels `item` should carry or a moderator should look at, see `match_all`; mostly none."""
        return self.match_all((item,), braked=braked, at=at, screened=screened)[0]

    def match_all(
        self,
        items: Sequence[Item],
        *,
        braked: AbstractSet[str] = frozenset(),
        at: datetime | None = None,
        screened: bool = False,
    ) -> list[tuple[Match, ...]]:
        """Return of each item the labels it should carry or a moderator should look at.

        `braked` are ids of rules that must not apply a label now: what would not be applied without their signs
        goes to a moderator. `at` is the moment an undated item is taken to be of, for rules bound to a time. `screened`
        says that `may_match` has let the items through.

        Many items take each step together: what a step needs (tables of words, an automaton, rules) is large, and
        stays in the processor's caches while it goes from item to item. It helps if items of one language are
        neighbours.
        """
        found: list[tuple[Match, ...]] = []
        for first in range(0, len(items), _TOGETHER):
            found += self._match_some(items[first : first + _TOGETHER], braked, at, screened=screened)
        return found

    def _match_some(
        self, items: Sequence[Item], braked: AbstractSet[str], at: datetime | None, *, screened: bool
    ) -> list[tuple[Match, ...]]:
        looked = self._looked_at(items, screened=screened)
        for one in looked:
            one.spans = one.index.spans(one.text)
        for one in looked:
            one.tags = self._find_tags(one.item)
        looked = [one for one in looked if self._is_worth_knowing(one)]
        for one in looked:
            known = one.known = background(one.item, one.meant, self.geography)
            if known.language != one.language:
                one.index = self._index(known.language)
                one.spans = one.index.spans(one.text)
        for one in looked:
            one.hits = self._hits(one, at)
        looked = [one for one in looked if _suffice(one.hits)]
        places = [self._places.find(one.text, one.known.language) for one in looked]
        matches: list[tuple[Match, ...]] = [()] * len(items)
        for one, named in zip(looked, places, strict=True):
            matches[one.position] = self._decide(one, named, braked)
        return matches

    def _looked_at(self, items: Sequence[Item], *, screened: bool) -> list[_Looked]:
        """Those of the items that could match, made ready to be searched."""
        looked: list[_Looked] = []
        needs_screen = self._compounds.ask_for_accounts or not screened
        for position, item in enumerate(items):
            accounts = self._compounds.accounts(item) if self._any_is_compound else []
            if needs_screen and not accounts and not any(self._screen.let_through((item,), self._language_of)):
                continue
            language, index = self._by_tag.get(item.lang) or self._language(item.lang)
            text = normalise_text(words_of(item.text, item.hashtags))
            looked.append(_Looked(position, item, accounts, language, index, text))
        return looked

    def _is_worth_knowing(self, one: _Looked) -> bool:
        """Whether signs were found that may mean something; notes which rules it is that they may mean."""
        values = one.index.values
        groups = [values[span[3]] for span in one.spans]
        groups += [tag.group for tag in one.tags]
        if not groups and not one.accounts:
            return False
        if self._any_is_compound:
            one.met = self._compounds.met(_numbers(groups, one.accounts))
        if not one.met and not any(map(_stands, groups)) and not _stand_together(groups):
            return False
        one.meant = [rule for group in groups for rule in group.rules] + [compound.rule for compound in one.met]
        return True

    def tag_rules(self, tag: str, at: datetime | None = None) -> tuple[TagRule, ...]:
        """Return the rules that a hashtag (without its sign, as written) triggers by itself, those of every action.

        Empty for a tag that no rule knows. Each comes with the jurisdiction (`eu`: of every viewer's own country;
        `None`: the words do not tell) and the election the tag means, if a rule or its year leaves no doubt. With
        `at`, rules whose period or election window does not hold that moment are left out. Regions and languages
        are not asked: a tag has none. `rule.ambiguous` and `rule.supporting` say how little a tag may tell.
        """
        found: dict[str, TagRule] = {}
        for rules, year in self._telling_tags.find_all(tag):
            for rule in rules if year else spelled(rules, tag):
                if at is None or is_in_force(rule, at, self.geography):
                    election = rule.election or (election_in(year, rule, self.geography) if year else None)
                    found.setdefault(rule.id, TagRule(rule, rule.jurisdiction, election))
        return tuple(found.values())

    @cached_property
    def _telling_tags(self) -> TagIndex[Rule, list[Rule]]:
        """Every hashtag that triggers a rule by itself; made when first asked for, since matching needs it not."""
        signs = [as_written(sign, self.geography) for rule in self.rules for sign in tag_signs(rule)]
        return TagIndex((TagEntry(sign.pattern, sign, sign.yearly) for written in signs for sign in written), list)

    def _screened(self, signs: Iterable[Rule]) -> Screen:
        """What the signs are for a first look: those of every region and time."""
        return Screen(
            ((key, sign) for key, one in self._phrases if (sign := self._sign(one)) is not None),
            self._tag_sign,
            languages=self._spoken,
            concepts=(sign.concept for sign in signs),
            together=_suffice_together,
        )

    def _sign(self, one: Rule | TermSign) -> Sign | None:
        """A phrase for the first look; `None` for one that never makes an item match."""
        if isinstance(one, TermSign):
            return Sign(True, frozenset()) if self._compounds.is_asked_first(one.number) else None
        if one.kind == "contrary":
            return None
        everywhere = is_speakable(one, Background(_OTHER, None), self.geography)
        return Sign(not one.supporting, frozenset({one.concept}), None if everywhere else one.languages)

    def _tag_sign(self, tag: str) -> Sign | None:
        """A hashtag for the first look, in all its readings; `None` for one that no rule knows."""
        groups = [found.group for found in self._look_up(tag, None)]
        if not groups:
            return None
        asked = any(self._compounds.is_asked_first(sign.number) for group in groups for sign in group.terms)
        concepts = frozenset().union(*(group.concepts for group in groups))
        return Sign(asked or any(group.stands for group in groups), concepts)

    def _in_force(self, hits: Iterable[Hit], known: Background, moment: datetime | None) -> list[Hit]:
        """Leave out the signs of rules that are bound to other regions or times."""
        return [
            hit
            for hit in hits
            if not hit.rule.is_bound
            or (is_in_region(hit.rule.regions, known.region) and is_in_force(hit.rule, moment, self.geography))
        ]

    def _decide(self, one: _Looked, named: list[Place], braked: AbstractSet[str]) -> tuple[Match, ...]:
        hits = one.hits
        case = Case(one.item, hits, one.known, beside(named, hits), self.geography, self.thresholds)
        matches = self._decisions.decide(case)
        if not braked or not any(hit.rule.id in braked for hit in hits):
            return matches
        free = [hit for hit in hits if hit.rule.id not in braked]
        return _at_most(matches, self._decisions.decide(case._replace(hits=free)) if _suffice(free) else ())

    def _language(self, tag: str | None) -> tuple[str | None, PhraseIndex[Group]]:
        """The language of a tag as written and its phrases, remembered for the tags that platforms really use."""
        language = language_of_tag(tag)[0]
        found = language, self._index(language)
        if len(self._by_tag) < _MOST_TAGS:
            self._by_tag[tag] = found
        return found

    def _language_of(self, tag: str | None) -> str | None:
        return (self._by_tag.get(tag) or self._language(tag))[0]

    def _index(self, language: str | None) -> PhraseIndex[Group]:
        """The phrases that can be meant in a language, all of them for `None`; compiled when first asked for."""
        if language is not None and language not in self._spoken:
            language = _OTHER
        index = self._indexes.get(language)
        if index is None:
            known = Background(language, None)
            pairs = (
                (key, sign)
                for key, sign in self._phrases
                if language is None or isinstance(sign, TermSign) or is_speakable(sign, known, self.geography)
            )
            index = self._indexes[language] = PhraseIndex(grouped(pairs))
        return index

    def _hits(self, one: _Looked, at: datetime | None) -> list[Hit]:
        """The signs of an item that mean something in its language, region and time."""
        spans, known, values = one.spans, one.known, one.index.values
        if known.language is None:
            groups = {span[3]: group_of(speakable(values[span[3]].all, known, self.geography)) for span in spans}
        else:
            groups = {span[3]: values[span[3]] for span in spans}
        # Words of other votes count inside signs, too: "elections to the parliament of students".
        phrases = longest([(span, groups[span[3]].rules) for span in spans])
        if any(map(_contrary, groups.values())):
            phrases += longest([(span, groups[span[3]].contrary) for span in spans])
        hits = _phrase_hits(one.item, one.text, phrases, known)
        hits = _distinct(self._tag_hits(one.item, one.tags, known), hits) if one.tags else _first_of_each(hits)
        if one.met:
            hits += self._compounds.hits([*one.accounts, *_terms_found(one)], known)
        return self._in_force(hits, known, one.item.created_at or at) if self._any_is_bound else hits

    def _find_tags(self, item: Item) -> list[_TagFound]:
        if item.hashtags is not None:
            return [found for tag in item.hashtags for found in self._look_up(tag, None)]
        # Glued tags (`#a#b`) are two on the video platforms that hand content in.
        spans = tag_spans(item.text, glued=True)
        return [found for span in spans for found in self._look_up(item.text[span[0] + 1 : span[1]], span)]

    def _look_up(self, tag: str, span: Span | None) -> Sequence[_TagFound]:
        """The first reading of a tag as signs, and every reading as terms."""
        if not self._any_is_compound:
            found = self._tags.find(tag)
            return (_TagFound(found[0], tag, found[1], span),) if found else ()
        readings: list[_TagFound] = []
        is_read = False
        for group, year in self._tags.find_all(tag):
            readings.append(_TagFound(group_of((), group.terms) if is_read else group, tag, year, span))
            is_read = is_read or bool(group.rules)
        return readings

    def _tag_hits(self, item: Item, tags: Iterable[_TagFound], known: Background) -> list[Hit]:
        hits: list[Hit] = []
        for group, tag, year, span in tags:
            start, end = span or _place_of(tag, item.text)
            written = group.rules if year else spelled(group.rules, tag)
            meant = likeliest(speakable(written, known, self.geography), known)
            hits += [Hit(rule, tag, start, end, year) for rule in meant]
        return hits


def _phrase_hits(
    item: Item, text: NormalisedText, phrases: Iterable[Found[tuple[Rule, ...]]], known: Background
) -> list[Hit]:
    hits: list[Hit] = []
    original, length = text.original, len(item.text)
    for rules, first, after in phrases:
        start, end = text.original_span(first, after)
        written = original[start:end]
        from_, to = (start, end) if end <= length else (None, None)
        meant = likeliest(spelled(rules, written), known)
        hits += [Hit(rule, written, from_, to, year_in(rule.pattern, written)) for rule in meant]
    return hits


def _numbers(groups: Iterable[Group], accounts: Iterable[TermFound]) -> set[int]:
    """The numbers of the terms found, however they are spelled."""
    return {sign.number for group in groups for sign in group.terms} | {found.number for found in accounts}


def _terms_found(one: _Looked) -> Iterator[TermFound]:
    """The terms that stand in an item, spelled as they want to be, overlapping ones too."""
    item, text = one.item, one.text
    for group, tag, year, span in one.tags:
        start, end = (span or _place_of(tag, item.text)) if group.terms else (None, None)
        for sign in group.terms:
            if sign.is_spelled(tag):
                yield TermFound(sign.number, "hashtag", tag, start, end, year)
    for first, minus_end, _, value in sorted(one.spans):
        for sign in one.index.values[value].terms:
            start, end = text.original_span(first, -minus_end - 2)
            written = text.original[start:end]
            if sign.is_spelled(written):
                place = (start, end) if end <= len(item.text) else (None, None)
                yield TermFound(sign.number, "phrase", written, place[0], place[1], year_in(sign.term.pattern, written))


def compile_ruleset(
    rules: Iterable[Rule], version: str, geography: Geography, thresholds: Thresholds | None = None
) -> CompiledRuleset:
    """Return the rules compiled: takes about a millisecond per hundred rules, so do it once per version."""
    return CompiledRuleset(rules, version, geography, thresholds)


def _distinct(by_tag: list[Hit], by_phrase: list[Hit]) -> list[Hit]:
    """Keep of each rule the first hit, and of a hashtag the tag only, not the phrase inside it."""
    tags = {(hit.start, hit.end) for hit in by_tag if hit.start is not None}
    apart = [
        hit
        for hit in by_phrase
        if hit.start is None or (hit.start - 1, hit.end) not in tags or hit.rule.kind != "phrase"
    ]
    return _first_of_each(by_tag + apart)


def _first_of_each(hits: list[Hit]) -> list[Hit]:
    """Keep of each rule the first hit."""
    if len(hits) <= 1:
        return hits
    first: dict[str, Hit] = {}
    for hit in hits:
        first.setdefault(hit.rule.id, hit)
    return list(first.values())


def _at_most(matches: Iterable[Match], allowed: Iterable[Match]) -> tuple[Match, ...]:
    """Return the matches, those to be reviewed that are not among the applied ones of `allowed`."""
    sure = {(match.jurisdiction, match.election) for match in allowed if match.decision == "apply"}
    return tuple(
        match if (match.jurisdiction, match.election) in sure else structs.replace(match, decision="review")
        for match in matches
    )


def _suffice(hits: Sequence[Hit]) -> bool:
    """Whether signs are worth a decision: one that can stand alone, or supporting ones that stand together."""
    meant = [hit.rule for hit in hits]
    return any(map(can_stand_alone, meant)) or _stand_together([group_of(meant)])


def _stand_together(groups: Sequence[Group]) -> bool:
    """Whether the supporting signs of an item are enough to be looked at."""
    return _suffice_together(frozenset().union(*(group.concepts for group in groups)))


def _suffice_together(named: AbstractSet[str]) -> bool:
    """Whether concepts are enough of them: votes and embassies, who stands for what, or any three.

    The first look asks, too: it must never say no of concepts when it says yes of some of them.
    """
    concepts = named - _EVERYDAY
    return len(concepts) >= _ENOUGH_TOGETHER or concepts >= _ABROAD_VOTES or is_contest(concepts)


def _place_of(tag: str, text: str) -> Span | tuple[None, None]:
    """Return where a hashtag that was handed in stands in the text, if it does."""
    key = folded_key(tag)
    spans = tag_spans(text, glued=True)
    return next((span for span in spans if folded_key(text[span[0] + 1 : span[1]]) == key), (None, None))
