"""Whom a rule is about, and where and when it counts: whether that exists and can ever come together."""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime

from labeling.matching.check.languages import is_language
from labeling.matching.check.problem import Finding, warning
from labeling.matching.conditions import aware
from labeling.matching.model import CODES, EU, Geography, Rule, canonical_type
from labeling.matching.places import NOT_COUNTRIES
from labeling.matching.years import is_dated, year_of_election
from labeling.text import language_of_tag

#: Keys of elections and codes of places, which are written nowhere else than in ASCII.
_ELECTION_KEY = re.compile(r"[a-z]{2}(-[a-z0-9]+)*(\.[a-z0-9-]+)+")
_CODE = re.compile(r"[a-z]{2}(-[a-z0-9]+)*")
_LONGEST_KEY = 80
_LONGEST_CODE = 20


def target_checked(rule: Rule, geography: Geography) -> Iterator[Finding]:
    """Yield what is wrong with the place and election a rule labels for."""
    code = rule.jurisdiction
    if code is not None and code != EU and code not in geography.states:
        yield _of_unknown_place("jurisdiction", code, geography)
    if rule.election_type and canonical_type(rule.election_type) is None:
        yield Finding("election_type", "unknown_type", f"There is no type of election called {rule.election_type!r}.")
    if rule.election is None:
        return
    if not _ELECTION_KEY.fullmatch(rule.election) or len(rule.election) > _LONGEST_KEY:
        yield Finding("election", "bad_key", f"{rule.election!r} is no key of an election.")
        return
    if code is None:
        yield Finding("jurisdiction", "election_elsewhere", "A rule for an election says whose it is.")
    elections = {key: (place, kind) for place, known in geography.upcoming.items() for key, kind, _ in known}
    if rule.election not in elections:
        yield warning(
            "election", "unknown_election", f"The portal has no election {rule.election!r}: labels will name none."
        )
    else:
        place, kind = elections[rule.election]
        if code is not None and place != code:
            yield Finding(
                "election", "election_elsewhere", f"{rule.election} is an election of {place!r}, not of {code!r}."
            )
        if rule.election_type and canonical_type(rule.election_type) not in (None, canonical_type(kind)):
            yield warning("election_type", "another_type", f"{rule.election} is of type {kind!r}.")
    patterns = [rule.pattern, *(term.pattern for term in (*rule.any_of, *rule.all_of, *rule.none_of))]
    if any(map(is_dated, patterns)) and year_of_election(geography, rule.election) is None:
        yield Finding("election", "no_year", f"No year of {rule.election} is known for the template to stand for.")


def conditions_checked(rule: Rule, geography: Geography) -> Iterator[Finding]:
    """Yield what is wrong with the languages and regions of a rule."""
    for code in sorted(rule.languages):
        if not is_language(code):
            meant = language_of_tag(code)[0]
            hint = f" Write {meant!r}." if meant and meant != code and is_language(meant) else ""
            yield Finding("languages", "unknown_language", f"{code!r} is no code of a language.{hint}")
    for code in sorted(rule.regions):
        place = code.lower()
        if place != code or place in CODES:
            yield Finding("regions", "unreachable_region", f"{code!r} is written {CODES.get(place, place)!r} here.")
        elif not _is_code(place) or place.partition("-")[0] not in _territories(geography):
            yield Finding("regions", "unknown_region", f"{code!r} is no code of a country.")


def period_checked(rule: Rule, geography: Geography, at: datetime | None) -> Iterator[Finding]:
    """Yield what is wrong with when a rule counts; `at` is now, if it is to be told what is over."""
    starts, ends = rule.starts_at, rule.ends_at
    if starts and ends and aware(starts) >= aware(ends):
        yield Finding("ends_at", "empty_period", "The period ends before it begins.")
    elif ends and at and aware(ends) <= aware(at):
        yield warning("ends_at", "over", "The period is over: the rule no longer counts.")
    if rule.during is None:
        yield from _after_election(rule, geography)
        return
    window = geography.windows.get(rule.during)
    if window is None:
        known = any(key == rule.during for elections in geography.upcoming.values() for key, _, _ in elections)
        reason = "No day of it is known" if known else "The portal has no such election"
        yield Finding("during", "no_window" if known else "unknown_election", f"{reason}: the rule would never count.")
    elif _is_apart(starts, ends, window):
        yield Finding("during", "period_outside_window", f"The period lies outside the window of {rule.during}.")
    elif at and _day(at) > window[1]:
        yield warning("during", "over", f"The window of {rule.during} ended on {window[1]:%d %B %Y}.")


def _after_election(rule: Rule, geography: Geography) -> Iterator[Finding]:
    window = geography.windows.get(rule.election or "")
    if window and rule.starts_at and _day(rule.starts_at) > window[1]:
        yield warning("starts_at", "after_election", f"The period begins when the window of {rule.election} has ended.")


def _is_apart(starts: datetime | None, ends: datetime | None, window: tuple[date, date]) -> bool:
    return bool((starts and _day(starts) > window[1]) or (ends and _day(ends) < window[0]))


def _day(moment: datetime) -> date:
    return aware(moment).astimezone(UTC).date()


def _of_unknown_place(field: str, code: str, geography: Geography) -> Finding:
    written = CODES.get(code.lower(), code.lower())
    if written != code:
        return Finding(field, "unknown_jurisdiction", f"{code!r} is written {written!r} here.")
    if _is_code(code) and code.partition("-")[0] in _territories(geography):
        return warning(field, "no_center", f"The portal has no centre for {code!r}: nothing will be labelled.")
    return Finding(field, "unknown_jurisdiction", f"There is no jurisdiction {code!r}.")


def _is_code(code: str) -> bool:
    return len(code) <= _LONGEST_CODE and _CODE.fullmatch(code) is not None


def _territories(geography: Geography) -> set[str]:
    """Codes of states and of every country that has a name here."""
    named: Iterable[Iterable[str]] = (geography.country_names, *geography.names_by_language.values())
    return {*geography.states, *(code for codes in named for code in codes if code not in NOT_COUNTRIES)}
