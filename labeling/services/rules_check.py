"""What is wrong with rules, checked against the places and elections that the portal has."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.utils import timezone

from labeling import matching
from labeling.matching import Geography, Thresholds
from labeling.matching.check import (
    Problem,
    asked_for,
    check_beside,
    check_rule,
    check_rules,
    check_thresholds,
)
from labeling.models import Rule, Ruleset
from labeling.services.geography import places_load
from labeling.services.rule_parse import InvalidRuleError
from labeling.services.rule_rows import rule_of, rules_load, signs_of_row


def ruleset_check(ruleset: Ruleset) -> list[Problem]:
    """What is wrong with a set as it is stored, errors first; nothing is changed."""
    return rules_check(rules_load(ruleset.pk), apply_from=ruleset.apply_from, review_from=ruleset.review_from)


def rules_check(
    rules: Iterable[matching.Rule],
    *,
    apply_from: float = Thresholds().apply,
    review_from: float = Thresholds().review,
    geography: Geography | None = None,
) -> list[Problem]:
    """What is wrong with rules by themselves and beside each other, errors first.

    Without a `geography` that of the portal, in two queries.
    """
    wrong = check_thresholds(apply_from, review_from)
    thresholds = Thresholds() if wrong else Thresholds(apply_from, review_from)
    world = places_load().geography if geography is None else geography
    return wrong + check_rules(rules, world, thresholds, at=timezone.now())


def rule_check(*, ruleset: Ruleset, rule: matching.Rule, without: str = "") -> list[Problem]:
    """What is wrong with a rule that `ruleset` is to have, in place of the one with the id `without`; errors first."""
    thresholds = Thresholds(ruleset.apply_from, ruleset.review_from)
    problems = check_rule(rule, places_load().geography, thresholds, at=timezone.now())
    return problems + check_beside(rule, _alike(ruleset, rule, without))


def errors_raise(problems: Sequence[Problem]) -> None:
    """Raise `InvalidRuleError` with the errors among the problems, if there are any."""
    errors = [problem for problem in problems if problem.severity == "error"]
    if errors:
        raise InvalidRuleError(errors)


def _alike(ruleset: Ruleset, rule: matching.Rule, without: str) -> list[matching.Rule]:
    """The rules of a set that share a word with `rule`: of thousands only these are read as a whole."""
    words = asked_for(rule)
    rows = Rule.objects.filter(ruleset=ruleset).exclude(key__in=[rule.id, without])
    signs = rows.values_list("pk", "kind", "pattern", "any_of", "all_of")
    near = [pk for pk, *told in signs.iterator() if not words.isdisjoint(signs_of_row(*told))]
    return [rule_of(row) for row in Rule.objects.filter(pk__in=near).order_by("key")]
