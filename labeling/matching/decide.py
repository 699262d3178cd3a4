"""From signs to labels: how sure, for whom, which election, and whether a person should look first.

Confidence is a noisy-or of the weights: 1 - Π(1 - w), over the strongest sign of each concept and the context
(a country named near by, a year beside the election word, language and region that agree). Signs of one
concept are one piece of news, however often it is repeated. A compound rule is one piece of news with the words of
all its terms; news of which every word was heard already, in heavier news, does not count again.

A label is applied from the ruleset's first threshold on if the place is known, a clear sign or several others back
it, no rule wants a moderator, and what there is is more than one ambiguous word; else, from the second threshold on,
a moderator is asked.
"""

import re
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from math import prod
from typing import NamedTuple

from labeling.matching.hits import Background, Hit, is_contest
from labeling.matching.model import EU, Evidence, Geography, Item, Match, Rule, Thresholds, canonical_type
from labeling.matching.places import Place
from labeling.matching.where import EUROPEAN, Scene, is_near, jurisdictions
from labeling.text import folded_key

# What context is worth beside a sign that cannot stand alone.
NEAR_PLACE_WEIGHT = 0.7
PLACE_WEIGHT = 0.5
YEAR_WEIGHT = 0.6
REGION_WEIGHT = 0.5
ABROAD_WEIGHT = 0.45
# Words weaker than this also mean other things (`Wahl`: choice): that people speak them where they live says
# nothing about which is meant.
_REGION_NEEDS = 0.5
# What class and club elections rarely have: where these are, a school is where people vote.
# Families elect what to eat, with all these words and the hashtags.
_PLAYED = frozenset({"election", "vote", "candidate", "referendum", "booth", "runoff"})
_REFERENDUM = frozenset({"referendum", "vote"})
_ABROAD_VOTES = frozenset({"abroad", "vote"})
_OFFICIAL = frozenset({"polling_station", "roll", "worker", "electoral_commission", "authority", "institution"})
# A post without a year means the next election only if that is at most so many years away.
_SOON_YEARS = 1
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_YEAR_NEAR = 12
# Elections before these years are history lessons.
_OLD_YEAR = re.compile(r"(?<!\d)1[5-9]\d\d(?!\d)")
_OLD_CENTURIES = ("15", "16", "17", "18", "19")
_HISTORY_NEAR = 24

Context = list[tuple[float, Evidence]]


class Case(NamedTuple):
    """Everything a decision stands on: the item, the signs found in it, what is known besides, and the rules' world."""

    item: Item
    hits: Sequence[Hit]
    known: Background
    places: Sequence[Place]  # but those that are part of a sign
    geography: Geography
    thresholds: Thresholds


def decide(case: Case) -> tuple[Match, ...]:
    """Return the matches for an item in which at least one sign was found that can stand alone."""
    codes = jurisdictions(Scene(case.item.text, case.hits, case.known, case.places, case.geography))
    if codes is None:
        return ()
    if len(codes) > 1:
        matches = [_match(case._replace(hits=_hits_for(code, case.hits, codes)), code) for code in codes]
    else:
        matches = [_match(case, codes[0] if codes else None)]
    return tuple(match for match in matches if match)


def _match(case: Case, code: str | None) -> Match | None:
    dated = _year_context(case)
    context = [*_place_context(case, code), *dated, *_region_context(case, code)]
    weights = [*_news(case.hits), *(weight for weight, _ in context)]
    confidence = round(1 - prod(1 - weight for weight in weights), 3)
    if confidence < case.thresholds.review:
        return None
    sure = (
        confidence >= case.thresholds.apply
        and code is not None
        and not _is_for_a_moderator(case.hits, code)
        and (bool(context) or not _is_lone_word(case.hits))
        and _is_backed(case, code, len(context), dated=bool(dated))
    )
    signs = (hit.evidence() for hit in case.hits if hit.rule.kind != "contrary")
    return Match(
        kind="election",
        jurisdiction=code or EU,
        election=_election(case, code),
        confidence=confidence,
        decision="apply" if sure else "review",
        evidence=(*signs, *(shown for _, shown in context)),
    )


def _is_for_a_moderator(hits: Iterable[Hit], code: str) -> bool:
    """Whether a rule that speaks of this place, or of none for certain, wants a person to look first."""
    for hit in hits:
        rule = hit.rule
        if rule.action == "review" and (rule.inferred or rule.jurisdiction in (None, code)):
            return True
    return False


def _hits_for(code: str | None, hits: Sequence[Hit], codes: Sequence[str]) -> list[Hit]:
    """Leave out the signs that name another of the jurisdictions found; one may lend its word to the other's kind."""
    others = {other for other in codes if other != code}
    own = [hit for hit in hits if hit.rule.jurisdiction not in others]
    return own if any(not hit.rule.supporting for hit in own) else list(hits)


def _is_lone_word(hits: Sequence[Hit]) -> bool:
    """Whether all there is is one word that also means other things, read by however many rules."""
    signs = [hit for hit in hits if hit.rule.kind != "contrary"]
    if any(not (hit.rule.ambiguous or hit.rule.supporting) for hit in signs) or _is_seconded(signs):
        return False
    return len({folded_key(hit.text) for hit in signs}) == 1


def _is_seconded(hits: Sequence[Hit]) -> bool:
    """Whether a rule brought the second signal that a word needs: its region or language, or another of its terms."""
    words: dict[str, set[str]] = {}
    for hit in hits:
        is_compound = hit.rule.kind == "compound"
        if hit.rule.regions or (is_compound and hit.rule.languages):
            return True
        if is_compound:
            words.setdefault(hit.rule.id, set()).add(folded_key(hit.text))
    return any(len(found) > 1 for found in words.values())


def _news(hits: Sequence[Hit]) -> Iterable[float]:
    """Return the weight of each piece of news, see above."""
    weights = _concepts(hits)
    if not any(hit.rule.kind == "compound" for hit in hits):
        return weights.values()
    heard: set[str] = set()
    told: list[float] = []
    for name, weight in sorted(weights.items(), key=lambda news: (-news[1], news[0])):
        words = {folded_key(hit.text) for hit in hits if hit.news == name and hit.rule.kind != "contrary"}
        if not words <= heard:
            told.append(weight)
            heard |= words
    return told


def _concepts(hits: Iterable[Hit]) -> dict[str, float]:
    """Return the strongest weight of each concept."""
    concepts: dict[str, float] = {}
    for hit in hits:
        rule = hit.rule
        if rule.kind != "contrary":
            name = rule.concept or rule.id
            if rule.weight > concepts.get(name, -1):
                concepts[name] = rule.weight
    return concepts


def _is_backed(case: Case, code: str, context: int, *, dated: bool) -> bool:
    """Whether the signs suffice: a clear one, or several that jokes and clubs do not have."""
    clear = [hit for hit in case.hits if not (hit.rule.ambiguous or hit.rule.supporting)]
    concepts = {hit.rule.concept or hit.rule.id for hit in case.hits if hit.rule.kind != "contrary"}
    named = code == EU or any(place.code == code and not place.town for place in case.places)
    if _is_contradicted(case.hits, clear, concepts, placed=named or dated) or is_history(case):
        # A school's own elections borrow every word but the tags of real ones, a federation's the country, too.
        return any(hit.sign != "phrase" for hit in clear)
    if clear or named or dated:
        return True
    if all(hit.rule.supporting for hit in case.hits):
        return concepts > _ABROAD_VOTES or (bool(context) and is_contest(concepts))
    return (len(concepts) + context > 1 or _is_seconded(case.hits)) and (
        not concepts <= _PLAYED or concepts >= _REFERENDUM or ("vote" in concepts and _is_tagged(case.hits))
    )


def _is_tagged(hits: Iterable[Hit]) -> bool:
    """Whether a hashtag says "elections": who asks how to vote tags it so far more often than families do."""
    return any(hit.sign == "hashtag" and hit.news == "election" for hit in hits)


def _is_contradicted(hits: Sequence[Hit], clear: Sequence[Hit], concepts: AbstractSet[str], *, placed: bool) -> bool:
    """Whether the text speaks of another kind of vote, and not of an election that only the public has."""
    contrary = {hit.rule.concept for hit in hits if hit.rule.kind == "contrary"}
    if not contrary or any(hit.rule.jurisdiction and not hit.rule.inferred for hit in clear):
        return False
    tagged = any(concept.startswith("tag:") for concept in concepts)
    return contrary != {"setting"} or not (clear or placed or tagged or concepts & _OFFICIAL)


def is_history(case: Case) -> bool:
    """Whether the year beside an election word is long past: "the election of 1873"."""
    text = case.item.text
    # Most texts have no such digit at all.
    if "1" not in text or not any(century in text for century in _OLD_CENTURIES):
        return False
    years = [year for year in _OLD_YEAR.finditer(text) if _is_beside(year, case.hits)]
    return bool(years) and not any(hit.year for hit in case.hits)


def _is_beside(year: re.Match[str], hits: Iterable[Hit]) -> bool:
    return any(
        hit.start is not None and hit.end is not None
        and hit.start - _HISTORY_NEAR <= year.end() and year.start() <= hit.end + _HISTORY_NEAR
        for hit in hits
        if not hit.rule.supporting
    )  # fmt: skip


def _place_context(case: Case, code: str | None) -> Context:
    """The country of the match is named, by word or flag."""
    wanted = [place for place in case.places if place.code == code]
    if not wanted:
        return []
    text = case.item.text
    best = max(wanted, key=lambda place: is_near(place, case.hits))
    weight = NEAR_PLACE_WEIGHT if is_near(best, case.hits) else PLACE_WEIGHT
    if best.start < 0 or best.end > len(text):
        return [(weight, Evidence("", "place", best.code, None, None))]
    return [(weight, Evidence("", "place", text[best.start : best.end], best.start, best.end))]


def _year_context(case: Case) -> Context:
    """A year right behind an election word: "Wahlen 2029", `#wahlen2029`."""
    if year := year_beside(case):
        return [(YEAR_WEIGHT, Evidence("", "year", year[0], *year.span()))]
    tagged = next((hit for hit in case.hits if hit.year), None)
    return [(YEAR_WEIGHT, Evidence("", "year", str(tagged.year), tagged.start, tagged.end))] if tagged else []


def year_beside(case: Case) -> re.Match[str] | None:
    """Return the first year in the text that stands right behind an election word."""
    years = years_written(case.item.text)
    if not years:
        return None
    ends = [hit.end for hit in case.hits if hit.end is not None and not hit.rule.supporting]
    for year in years:
        if any(0 <= year.start() - end <= _YEAR_NEAR for end in ends):
            return year
    return None


def _region_context(case: Case, code: str | None) -> Context:
    """Language and region agree with each other and with a sign; so does a language that one state speaks."""
    language, region = case.known
    weight = REGION_WEIGHT
    if code and region != code and case.geography.only_state_speaking(language) == code:
        # Those who write it elsewhere may be writing about the place they are at.
        region, weight = code, weight if region is None else ABROAD_WEIGHT
    if not region or not case.geography.speaks(region, language):
        return []
    contest = is_contest({hit.news for hit in case.hits})
    meant = (hit.rule for hit in case.hits if (contest or not hit.rule.supporting) and hit.rule.weight >= _REGION_NEEDS)
    agrees = any(language in rule.languages for rule in meant)
    return [(weight, Evidence("", "region", f"{language}-{region.upper()}", None, None))] if agrees else []


def _election(case: Case, code: str | None) -> str | None:
    """Return the key of the election meant, if a rule, or type and year, leave no doubt."""
    keys = {hit.rule.election for hit in case.hits if hit.rule.election and hit.rule.jurisdiction == code}
    if keys:
        return keys.pop() if len(keys) == 1 else None
    types = {EUROPEAN} if code == EU else {hit.rule.election_type for hit in case.hits if hit.rule.election_type}
    years = _years(case)
    fitting = _fitting(case.geography, code, types, years)
    if not years and types and case.item.created_at:
        now = case.item.created_at.year
        return _only([key for key, year in fitting if 0 <= year - now <= _SOON_YEARS])
    return _only([key for key, _ in fitting]) if years else None


def election_in(year: int, rule: Rule, geography: Geography) -> str | None:
    """Return the one election of a year that the words of a rule can mean, without an item around them."""
    code = rule.jurisdiction
    types = {EUROPEAN} if code == EU else {rule.election_type} if rule.election_type else set[str]()
    return _only([key for key, _ in _fitting(geography, code, types, {year})])


def _fitting(
    geography: Geography, code: str | None, types: AbstractSet[str], years: AbstractSet[int]
) -> list[tuple[str, int]]:
    """The (key, year) of a place's elections of one of the types in one of the years; empty sets leave it open."""
    return [
        (key, year)
        for key, kind, year in geography.upcoming.get(code or "", ())
        if (not types or canonical_type(kind) in types) and (not years or year in years)
    ]


def _only(keys: Sequence[str]) -> str | None:
    return keys[0] if len(keys) == 1 else None


def _years(case: Case) -> set[int]:
    return {int(year[0]) for year in years_written(case.item.text)} | {hit.year for hit in case.hits if hit.year}


def years_written(text: str) -> Iterable[re.Match[str]]:
    """Return the years of four digits in a text, in order."""
    # Looking for two characters is far cheaper than trying the pattern everywhere.
    return _YEAR.finditer(text) if "20" in text or "19" in text else ()
