"""What a hashtag means by itself, to somebody who looks it up: there is no text around it that could tell.

A sure hashtag means the same to everybody. An ambiguous one (a party's abbreviation, "choice", a year's vote) needs
what is known of who looks: their language and their country are the only other signs there are, worth
`VIEWER_WEIGHT` each, and together with the rule's own weight they must be as sure as a label that is applied
(1 - Π(1 - w), see `labeling.matching.decide`). A supporting rule never counts alone, so neither does its hashtag.
"""

import re
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from math import prod
from typing import NamedTuple

from labeling.matching.conditions import aware, is_in_region
from labeling.matching.hits import Background, Hit, likeliest
from labeling.matching.model import EU, Geography, Rule, canonical_type
from labeling.matching.ruleset import CompiledRuleset, TagRule
from labeling.matching.where import Scene, jurisdictions
from labeling.matching.years import full_year

#: What the viewer's language, and their country, are worth where they agree with an ambiguous hashtag.
VIEWER_WEIGHT = 0.5
_YEAR_END = re.compile(r"[^\W\d]((?:19|20)?\d\d)$")


class TagMeaning(NamedTuple):
    """Whose election a hashtag means to a viewer, which if that is known, and until when (exclusive; `None`: open)."""

    jurisdiction: str
    election: str | None
    until: datetime | None


class Unmeant(StrEnum):
    """Why a hashtag means no election to a viewer."""

    UNKNOWN = "unknown"
    AMBIGUOUS = "ambiguous"
    OUT_OF_PERIOD = "out_of_period"


def tag_meaning(
    compiled: CompiledRuleset, tag: str, viewer: Background, at: datetime, braked: AbstractSet[str] = frozenset()
) -> TagMeaning | Unmeant:
    """Return what `tag` (without its sign) means at a moment to a viewer, of whom nothing need be known.

    `braked` rules are taken for ambiguous ones.
    """
    found = compiled.tag_rules(tag, at)
    if not found:
        return Unmeant.OUT_OF_PERIOD if compiled.tag_rules(tag) else Unmeant.UNKNOWN
    geography = compiled.geography
    here = [one for one in found if is_in_region(one.rule.regions, viewer.region)]
    sure = [one for one in here if _is_sure(one.rule) and one.rule.id not in braked]
    meant = sure or [one for one in here if _confidence(one.rule, viewer, geography) >= compiled.thresholds.apply]
    code = _whose(tag, meant, viewer, geography)
    if code is None:
        return Unmeant.AMBIGUOUS
    own = [one for one in meant if one.jurisdiction in (code, None)] or meant
    election = _election(own, code, at, geography)
    ends = _ends(tag, own, election, geography)
    if ends is not None and ends <= aware(at):
        return Unmeant.OUT_OF_PERIOD
    return TagMeaning(code, election, ends)


def _is_sure(rule: Rule) -> bool:
    return not (rule.ambiguous or rule.supporting or rule.action == "review")


def _is_firm(rule: Rule) -> bool:
    """Whether the rule names one state outright."""
    return rule.jurisdiction not in (None, EU) and not rule.inferred


def _confidence(rule: Rule, viewer: Background, geography: Geography) -> float:
    """How sure an ambiguous hashtag is, to this viewer; not at all if it is another country's."""
    if rule.supporting or (_is_firm(rule) and viewer.region not in (None, rule.jurisdiction)):
        return 0.0
    signals = _agrees_in_language(rule, viewer, geography) + _agrees_in_country(rule, viewer, geography)
    if not signals:
        return 0.0
    return 1 - prod([1 - rule.weight, *[1 - VIEWER_WEIGHT] * signals])


def _agrees_in_language(rule: Rule, viewer: Background, geography: Geography) -> bool:
    if rule.languages or rule.jurisdiction in (None, EU):
        return viewer.language in rule.languages
    return geography.speaks(rule.jurisdiction, viewer.language)


def _agrees_in_country(rule: Rule, viewer: Background, geography: Geography) -> bool:
    """Whether the rule is of the viewer's country, or of no particular one and its words are spoken there."""
    if _is_firm(rule):
        return rule.jurisdiction == viewer.region
    return any(geography.speaks(viewer.region, language) for language in rule.languages)


def _whose(tag: str, found: list[TagRule], viewer: Background, geography: Geography) -> str | None:
    """Return the one jurisdiction that is meant to this viewer; `None`: nobody can tell, or it is elsewhere."""
    known = _as_far_as_it_tells(viewer, [one.rule for one in found], geography)
    rules = likeliest([one.rule for one in found], known._replace(region=known.region or "")) if found else []
    named = {one.jurisdiction for one in found if one.election and one.rule in rules}
    if len(named) == 1 and (known.region is None or known.region in named or EU in named):
        return named.pop()
    hits = [Hit(rule, tag, None, None) for rule in rules]
    codes = jurisdictions(Scene("", hits, known, (), geography)) if hits else None
    # A tag of all of Europe leads everybody right, whatever else it may mean to some.
    return codes[0] if codes and (len(codes) == 1 or codes[0] == EU) else None


def _as_far_as_it_tells(viewer: Background, rules: Sequence[Rule], geography: Geography) -> Background:
    """Leave out of what is known what says nothing about these words: who looks at a tag need not speak like it.

    An Estonian tag means Estonia to a German, too; a Spanish one may be Mexican to a Mexican, and a Greek one Cypriot
    to a Cypriot, if Cyprus holds such elections.
    """
    spoken = frozenset().union(*(rule.languages for rule in rules))
    language = viewer.language if viewer.language in spoken else None
    if viewer.region not in geography.states:
        return Background(language, viewer.region if spoken & geography.worldwide else None)
    at_home = any(geography.speaks(viewer.region, one) for one in spoken) and viewer.language in (None, *spoken)
    return Background(language, viewer.region if at_home and _holds_such(viewer.region, rules, geography) else None)


def _holds_such(state: str | None, rules: Iterable[Rule], geography: Geography) -> bool:
    """Whether a state holds elections of the kind the rules speak of; where no kind is named, every one does."""
    types = {rule.election_type for rule in rules if rule.election_type}
    held = {canonical_type(kind) for _, kind, _ in geography.upcoming.get(state or "", ())}
    return not types or bool(types & held)


def _election(found: Sequence[TagRule], code: str, at: datetime, geography: Geography) -> str | None:
    """Return the election that the rules name, else the only one of their kind that is in its window."""
    named = {one.election for one in found if one.election and one.jurisdiction == code}
    if named:
        return named.pop() if len(named) == 1 else None
    types = {one.rule.election_type for one in found}
    today = aware(at).astimezone(UTC).date()
    near = [
        key
        for key, kind, _ in geography.upcoming.get(code, ())
        if canonical_type(kind) in types and _is_open(geography.windows.get(key), today)
    ]
    return near[0] if len(near) == 1 else None


def _is_open(window: tuple[date, date] | None, today: date) -> bool:
    return window is not None and window[0] <= today <= window[1]


def _ends(tag: str, found: Sequence[TagRule], election: str | None, geography: Geography) -> datetime | None:
    """Return when the tag stops meaning this: with the election's window, its year, or the last of its rules."""
    window = geography.windows.get(election or "")
    ending = _YEAR_END.search(tag)
    by_rules = [aware(one.rule.ends_at) for one in found if one.rule.ends_at]
    ends = [max(by_rules)] if len(by_rules) == len(found) else []
    if window:
        ends.append(_midnight(window[1] + timedelta(days=1)))
    elif ending:
        ends.append(_midnight(date(full_year(ending[1]) + 1, 1, 1)))
    return min(ends, default=None)


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
