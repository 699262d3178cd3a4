"""The rules in force, compiled: once per process and version, and again when the facts they stand on change."""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from django.db import connection

from labeling import matching
from labeling.intake import Item, PackedItem
from labeling.matching import CompiledRuleset, Match, Thresholds
from labeling.models import Ruleset, RulesetStatus
from labeling.services.failure import failure_described
from labeling.services.geography import Places, places_load
from labeling.services.rule_rows import rules_load

logger = logging.getLogger(__name__)

#: So many seconds a process trusts what it knows of places and elections before it looks again.
FACTS_TRUSTED = 30.0
#: A ramp's share is a percentage.
_WHOLE = 100


class NoRulesetError(RuntimeError):
    """No ruleset is live: nothing can be labelled until one is loaded, so trying later makes sense."""


@dataclass(frozen=True, slots=True)
class Matcher:
    """A compiled ruleset with the primary keys that labels refer to.

    `standing` are the keys of the rules that can stand alone. What would not be applied
    without `braked` ones goes to a moderator.
    """

    ruleset: int
    compiled: CompiledRuleset
    jurisdictions: Mapping[str, int]
    elections: Mapping[str, int]
    standing: frozenset[str]
    braked: frozenset[str] = frozenset()

    def screen(self, items: Sequence[PackedItem]) -> list[bool]:
        """Which of the items could carry a label: a first look at all of them together, see `CompiledRuleset`."""
        return list(self.compiled.may_match(items))

    def match(self, item: Item) -> tuple[Match, ...]:
        """The labels `item` should carry; those for a place the portal has no centre for are left out."""
        return self.match_all([item], screened=False)[0]

    def match_all(self, items: Sequence[Item], *, screened: bool) -> list[tuple[Match, ...]]:
        """What `match` says of each item; much quicker together, best with items of one language side by side.

        `screened` says that `screen` has let them through.
        """
        looked_at = [item_for_matching(item) for item in items]
        now = dt.datetime.now(dt.UTC)
        found = self.compiled.match_all(looked_at, braked=self.braked, at=now, screened=screened)
        places = self.jurisdictions
        return [tuple([match for match in each if match.jurisdiction in places]) if each else () for each in found]

    def election_of(self, match: Match) -> int | None:
        """The election a match names; none where the portal has no such election, which is better than another."""
        return self.elections.get(match.election) if match.election else None


@dataclass(frozen=True, slots=True)
class Matchers:
    """The live set and, while there is one, the candidate, which labels `share` percent of the items (none: 0)."""

    live: Matcher
    candidate: Matcher | None = None
    share: int = 0

    def of(self, platform: str, external_id: str) -> Matcher:
        """The set that labels an item: always the same for an item while the share only grows."""
        if self.candidate is not None and self.share and _lot(platform, external_id) < self.share:
            return self.candidate
        return self.live

    def shares(self, platform: str, items: list[PackedItem]) -> list[tuple[Matcher, list[PackedItem]]]:
        """The items that each set labels."""
        if self.candidate is None or not self.share:
            return [(self.live, items)]
        shares: dict[int, tuple[Matcher, list[PackedItem]]] = {}
        for item in items:
            matcher = self.of(platform, item.external_id)
            shares.setdefault(matcher.ruleset, (matcher, []))[1].append(item)
        return list(shares.values())

    @property
    def shadow(self) -> Matcher | None:
        """The candidate, if it only watches."""
        return None if self.share else self.candidate


def _lot(platform: str, external_id: str) -> int:
    """0 to 99, by an item's uri: each number for a hundredth of all items."""
    digest = hashlib.blake2b(f"{platform}:{external_id}".encode(), digest_size=8).digest()
    return int.from_bytes(digest) % _WHOLE


def item_for_matching(item: Item) -> matching.Item:
    """What the matcher looks at of an item as it was handed in."""
    author = item.author
    return matching.Item(
        item.text or "",
        None if item.hashtags is None else tuple(item.hashtags),
        item.lang,
        item.region,
        item.created_at,
        author.id if author else None,
        author.handle if author else None,
    )


class _Standing(NamedTuple):
    """What the database says of a set that is in force."""

    pk: int
    version: int
    status: str
    share: int | None
    apply_from: float
    review_from: float
    braked: list[str]


class _Cache:
    """What this process compiled last: rulesets by primary key, and the places they stand on."""

    matchers: dict[int, Matcher] = {}
    unusable: set[int] = set()
    places: Places | None = None
    looked_at = 0.0


def matcher_live() -> Matcher:
    """The compiled live ruleset. Raises `NoRulesetError` when there is none."""
    return matchers_in_force().live


def matchers_in_force() -> Matchers:
    """What labels now. Raises `NoRulesetError` when no set is live.

    One small query when nothing changed: a new version, another share or a brake is seen by the next batch. A
    candidate that cannot be compiled is reported and left out: it must not hold the live set up.
    """
    standing = _standing()
    live = next((one for one in standing if one.status == RulesetStatus.LIVE), None)
    if live is None:
        raise NoRulesetError("no ruleset is live; load the facts first")
    _places_look()
    candidate = next((one for one in standing if one.status != RulesetStatus.LIVE), None)
    in_force = {one.pk for one in standing}
    _Cache.matchers = {pk: matcher for pk, matcher in _Cache.matchers.items() if pk in in_force}
    return Matchers(_matcher(live), _usable(candidate), (candidate.share or 0) if candidate else 0)


def matcher_prepare() -> bool:
    """Compile what is in force, for every language, before a batch asks for it; `False` where nothing is live."""
    try:
        matchers = matchers_in_force()
    except NoRulesetError:
        return False
    for one in (matchers.live, matchers.candidate):
        if one is not None:
            one.compiled.prepare()
    return True


def matcher_of(ruleset: Ruleset) -> Matcher:
    """A set compiled outside of what is in force, without brakes: for trying it. Raises `ValueError` for bad rules."""
    return _compile(ruleset.pk, ruleset.version, ruleset.apply_from, ruleset.review_from, places_load())


def matcher_forget() -> None:
    """Forget what was compiled and what is known of places; the next batch looks again."""
    _Cache.matchers, _Cache.unusable, _Cache.places = {}, set(), None
    _Cache.looked_at = 0.0


def _standing() -> list[_Standing]:
    # Plain, since every batch asks: the ORM takes longer to word it than the database to answer.
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT id, version, status, share, apply_from, review_from,
                      ARRAY(SELECT rule FROM labeling_rulebrake AS brake
                            WHERE brake.ruleset_id = one.id AND released_at IS NULL AND rule IS NOT NULL)
               FROM labeling_ruleset AS one WHERE status IN ('live', 'shadow', 'ramping') ORDER BY id"""
        )
        return [_Standing(*row) for row in cursor.fetchall()]


def _places_look() -> None:
    """Read places and elections when they were not looked at for a while; what stood on others is compiled anew."""
    now = time.monotonic()
    if _Cache.places is not None and now - _Cache.looked_at < FACTS_TRUSTED:
        return
    places = places_load()
    _Cache.looked_at = now
    if places != _Cache.places:
        _Cache.places, _Cache.matchers, _Cache.unusable = places, {}, set()


def _matcher(one: _Standing) -> Matcher:
    """A set as it stands, compiled if it is not yet."""
    known = _Cache.matchers.get(one.pk)
    if known is None:
        places = _Cache.places or places_load()
        known = _compile(one.pk, one.version, one.apply_from, one.review_from, places)
    braked = frozenset(one.braked)
    if known.braked != braked:
        known = replace(known, braked=braked)
    _Cache.matchers[one.pk] = known
    return known


def _usable(candidate: _Standing | None) -> Matcher | None:
    if candidate is None or candidate.pk in _Cache.unusable:
        return None
    try:
        return _matcher(candidate)
    except ValueError as error:
        logger.error("The candidate v%s cannot be used: %s", candidate.version, failure_described(error))
        _Cache.unusable.add(candidate.pk)
        return None


def _compile(ruleset: int, version: int, apply_from: float, review_from: float, places: Places) -> Matcher:
    rules = rules_load(ruleset)
    thresholds = Thresholds(apply_from, review_from)
    return Matcher(
        ruleset=ruleset,
        compiled=matching.compile_ruleset(rules, str(version), places.geography, thresholds),
        jurisdictions=places.jurisdictions,
        elections=places.elections,
        standing=frozenset(rule.id for rule in rules if not rule.supporting and rule.kind != "contrary"),
    )
