"""Rules beside each other: those that say what another says already, and thresholds that contradict each other."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime

from labeling.matching.check.one import check_rule
from labeling.matching.check.problem import Problem
from labeling.matching.conditions import aware
from labeling.matching.model import Geography, Rule, Term, Thresholds
from labeling.matching.phrases import phrase_key
from labeling.text import exact_key, folded_key

#: Kind and folded key of a term.
SignKey = tuple[str, str]


def check_rules(
    rules: Iterable[Rule], geography: Geography, thresholds: Thresholds | None = None, *, at: datetime | None = None
) -> list[Problem]:
    """Return what is wrong with each rule by itself and beside the others, errors first."""
    kept = list(rules)
    problems = [problem for rule in kept for problem in check_rule(rule, geography, thresholds, at=at)]
    problems += [*_same_ids(kept), *_covered(kept)]
    return sorted(problems, key=lambda problem: (problem.severity, problem))


def check_beside(rule: Rule, others: Iterable[Rule]) -> list[Problem]:
    """Return whether a rule only says what one of the others says already."""
    known = [other for other in others if other.id != rule.id]
    problem = _covering(rule, known, known)
    return [problem] if problem else []


def check_thresholds(apply_from: float, review_from: float) -> list[Problem]:
    """Return what is wrong with the confidence from which a label is applied, and a moderator asked."""
    problems: list[Problem] = []
    for field, value in (("apply_from", apply_from), ("review_from", review_from)):
        if not 0 < value <= 1:
            problems.append(Problem("", field, "no_share", "A confidence lies above 0 and is at most 1."))
    if not problems and review_from > apply_from:
        reason = "A moderator is asked from a lower confidence than a label is applied, or from the same."
        problems.append(Problem("", "review_from", "thresholds_out_of_order", reason))
    return problems


def _same_ids(rules: Iterable[Rule]) -> Iterator[Problem]:
    seen: set[str] = set()
    for rule in rules:
        if rule.id in seen:
            yield Problem(rule.id, "id", "repeated_id", "Another rule of the set has this id.")
        seen.add(rule.id)


def _covered(rules: Sequence[Rule]) -> Iterator[Problem]:
    """Yield the rules that are met only where another one of the same outcome is, which is at least as strong.

    Of rules that are met by the same only the later one is named.
    """
    by_sign: dict[SignKey, list[int]] = {}
    for index, rule in enumerate(rules):
        for key in asked_for(rule):
            by_sign.setdefault(key, []).append(index)
    for index, rule in enumerate(rules):
        others = sorted({other for key in asked_for(rule) for other in by_sign[key]} - {index})
        problem = _covering(
            rule, [rules[other] for other in others], [rules[other] for other in others if other < index]
        )
        if problem:
            yield problem


def _covering(rule: Rule, others: Iterable[Rule], before: Collection[Rule]) -> Problem | None:
    """The problem of a rule that another one covers; of two that cover each other only one stands `before`."""
    for other in others:
        if _covers(other, rule):
            if not _covers(rule, other):
                return _beside(rule, other, "shadowed", "is met wherever this one is, and says the same")
            if other in before:
                return _beside(rule, other, "duplicate", "says the same of the same words")
    return None


def _beside(rule: Rule, other: Rule, code: str, what: str) -> Problem:
    return Problem(rule.id, "id", code, f"The rule {other.id!r} {what}.", "warning")


def _covers(wide: Rule, narrow: Rule) -> bool:
    """Whether whatever meets `narrow` meets `wide`, too, with the same outcome and no less weight."""
    return (
        _outcome(wide) == _outcome(narrow)
        and wide.weight >= narrow.weight
        and (narrow.ambiguous or not wide.ambiguous)
        and (narrow.supporting or not wide.supporting)
        and _bounds_cover(wide, narrow)
        and _signs_cover(wide, narrow)
    )


def _outcome(rule: Rule) -> tuple[object, ...]:
    is_contrary = rule.kind == "contrary"
    return (
        is_contrary, rule.action, rule.jurisdiction, rule.election, rule.election_type, rule.inferred, rule.concept,
    )  # fmt: skip


def _bounds_cover(wide: Rule, narrow: Rule) -> bool:
    if wide.languages and not (narrow.languages and narrow.languages <= wide.languages):
        return False
    if wide.regions and not (narrow.regions and narrow.regions <= wide.regions):
        return False
    if wide.during not in (None, narrow.during):
        return False
    begins = wide.starts_at is None or (
        narrow.starts_at is not None and aware(wide.starts_at) <= aware(narrow.starts_at)
    )
    ends = wide.ends_at is None or (narrow.ends_at is not None and aware(wide.ends_at) >= aware(narrow.ends_at))
    return begins and ends


def _signs_cover(wide: Rule, narrow: Rule) -> bool:
    if narrow.yearly and not wide.yearly:
        return False
    wide_any, wide_all, wide_none = _terms(wide)
    *_, narrow_none = _terms(narrow)
    return (
        all(_is_ensured((term,), narrow) for term in wide_all)
        and (not wide_any or _is_ensured(wide_any, narrow))
        and all(any(_includes(other, term) for other in narrow_none) for term in wide_none)
    )


def _is_ensured(any_of: Sequence[Term], rule: Rule) -> bool:
    """Whether one of the terms is found wherever a rule is met."""
    either, needed, _ = _terms(rule)
    if any(_includes(wide, term) for term in needed for wide in any_of):
        return True
    return bool(either) and all(any(_includes(wide, term) for wide in any_of) for term in either)


def _includes(wide: Term, narrow: Term) -> bool:
    """Whether a term is found wherever the other one is, as far as their spelling tells."""
    if _key(wide) != _key(narrow):
        return False
    return wide.key == "folded" or (narrow.key == "exact" and exact_key(wide.pattern) == exact_key(narrow.pattern))


def asked_for(rule: Rule) -> set[SignKey]:
    """The keys of the terms one of which is found wherever a rule is met: rules without one in common are apart."""
    either, needed, _ = _terms(rule)
    return {_key(term) for term in (*either, *needed)}


def _key(term: Term) -> SignKey:
    return sign_key(term.kind, term.pattern)


def sign_key(kind: str, pattern: str) -> SignKey:
    """Return the key of a term: those that are found in the same words have the same."""
    return kind, phrase_key(pattern) if kind == "phrase" else folded_key(pattern)


def _terms(rule: Rule) -> tuple[Sequence[Term], Sequence[Term], Sequence[Term]]:
    """any_of, all_of and none_of; a single sign is all there is of its rule."""
    if rule.kind == "compound":
        return rule.any_of, rule.all_of, rule.none_of
    return (), (Term("hashtag" if rule.kind == "hashtag" else "phrase", rule.pattern, rule.key),), ()
