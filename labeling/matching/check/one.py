"""One rule by itself: whether it can be met, and by too little."""

from collections.abc import Iterator
from datetime import datetime

from labeling.matching.check.bounds import conditions_checked, period_checked, target_checked
from labeling.matching.check.letters import letters_checked
from labeling.matching.check.logic import logic_checked
from labeling.matching.check.problem import Finding, Problem, warning
from labeling.matching.check.signs import MOST_TERMS, sign_checked
from labeling.matching.groups import tag_signs
from labeling.matching.model import Geography, Rule, Term, Thresholds
from labeling.matching.years import year_of_election
from labeling.text import folded_key

LONGEST_ID = 200
LONGEST_NOTE = 500
LONGEST_CONCEPT = 300


def check_rule(
    rule: Rule, geography: Geography, thresholds: Thresholds | None = None, *, at: datetime | None = None
) -> list[Problem]:
    """Return what is wrong with a rule by itself, errors first; with `at` (now) also what is over."""
    findings = _findings(rule, geography, thresholds or Thresholds(), at)
    return sorted({finding.of(rule.id) for finding in findings}, key=lambda problem: (problem.severity, problem))


def _findings(rule: Rule, geography: Geography, thresholds: Thresholds, at: datetime | None) -> Iterator[Finding]:
    yield from _names_checked(rule)
    yield from target_checked(rule, geography)
    yield from conditions_checked(rule, geography)
    yield from period_checked(rule, geography, at)
    yield from _patterns_checked(rule, geography, thresholds)
    yield from _strength_checked(rule, thresholds)
    yield from logic_checked(rule, geography)


def _names_checked(rule: Rule) -> Iterator[Finding]:
    if not rule.id.strip() or len(rule.id) > LONGEST_ID:
        yield Finding("id", "bad_id", f"A rule has an id of 1 to {LONGEST_ID} characters.")
    for field, text, longest in (("note", rule.note, LONGEST_NOTE), ("concept", rule.concept, LONGEST_CONCEPT)):
        if len(text) > longest:
            yield Finding(field, "too_long", f"It is longer than {longest} characters.")
    for field, text in (("id", rule.id), ("note", rule.note), ("concept", rule.concept)):
        yield from (found for found in letters_checked(field, text) if found.code == "hidden_character")


def _patterns_checked(rule: Rule, geography: Geography, thresholds: Thresholds) -> Iterator[Finding]:
    year = year_of_election(geography, rule.election)
    counts = not (rule.ambiguous or rule.supporting) and rule.weight >= thresholds.review and rule.action != "remind"
    if rule.kind != "compound":
        alone = counts and rule.kind == "phrase"
        yield from sign_checked("pattern", rule.kind, rule.pattern, rule.key, year=year, alone=alone)
        return
    fewest = fewest_terms(rule)
    for name, terms in (("any_of", rule.any_of), ("all_of", rule.all_of), ("none_of", rule.none_of)):
        if len(terms) > MOST_TERMS:
            yield Finding(name, "too_many", f"A rule has at most {MOST_TERMS} terms of a sort.")
            continue
        alone = counts and fewest == 1 and name != "none_of" and not (rule.languages or rule.regions)
        for index, term in enumerate(terms):
            field = f"{name}.{index}.pattern"
            yield from sign_checked(field, term.kind, term.pattern, term.key, year=year, alone=alone)


def _strength_checked(rule: Rule, thresholds: Thresholds) -> Iterator[Finding]:
    is_kept_apart = bool(rule.regions) or (rule.kind == "compound" and bool(rule.languages))
    is_enough = rule.action == "apply" and rule.kind != "contrary" and rule.weight >= thresholds.apply
    if rule.ambiguous and is_enough and fewest_terms(rule) == 1 and not is_kept_apart:
        reason = (
            f"A word that also means other things must not label alone, and at weight {rule.weight:g} one term of this "
            f"rule would. Ask for a second term, a language or a region, or weigh it below {thresholds.apply:g}."
        )
        yield Finding("weight", "ambiguous_alone", reason)
    if rule.kind == "contrary":
        if rule.action != "apply":
            yield Finding("action", "nothing_to_do", "Words of other kinds of votes neither label nor remind.")
    elif rule.weight == 0 and rule.action != "remind":
        yield warning("weight", "no_weight", "With weight 0 the rule says nothing.")
    if rule.action == "remind" and not tag_signs(rule):
        yield Finding("action", "nothing_to_remind", "No hashtag is enough to meet this rule by itself.")


def fewest_terms(rule: Rule) -> int:
    """Return how many different words it takes at least to meet a rule."""
    if rule.kind != "compound":
        return 1
    needed = {_word(term) for term in rule.all_of}
    is_more = bool(rule.any_of) and needed.isdisjoint(map(_word, rule.any_of))
    return len(needed) + is_more


def _word(term: Term) -> str:
    prefix = "@" if term.kind == "account" else ""
    return prefix + folded_key(term.pattern.strip("*@# "))
