"""Change the rules of a draft, one by one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from django.db import transaction

from accounts.models import User
from labeling.matching.check import Problem
from labeling.models import Rule, Ruleset, RulesetStatus
from labeling.services.permission import permission_require
from labeling.services.rule_parse import InvalidRuleError, rule_parse
from labeling.services.rule_rows import rule_of, rule_plain, rule_row
from labeling.services.rules_check import errors_raise, rule_check
from labeling.services.ruleset_draft import DRAFT
from labeling.services.ruleset_steps import RulesetStepError, ruleset_locked
from labeling.services.seen import seen_check, seen_mark
from labeling.text import exact_key

_LONGEST_NAME = 150


class SavedRule(NamedTuple):
    """A rule as it is stored now, and what a person should still look at."""

    rule: Rule
    warnings: list[Problem]


@transaction.atomic
def rule_save(
    *, ruleset: Ruleset, values: Mapping[str, Any], user: User | None, key: str = "", seen: str | None = None
) -> SavedRule:
    """Add the rule that `values` make to a draft, or put it in the place of the one with that `key`.

    `values` are JSON values by the names of `labeling.matching.Rule`'s fields, see `rule_parse`; without an `id` one is
    made of the rule's words. `seen` is the `rule_mark` of the rule as its editor saw it. Raises `PermissionDenied`,
    `RulesetStepError` for a set that is no draft, `ChangedMeanwhileError` where somebody else saved the rule since,
    and `InvalidRuleError` naming each field in error; then nothing is changed.
    """
    permission_require(user, DRAFT)
    draft = _draft_locked(ruleset)
    former = _rule_of(draft, key) if key else None
    if former is not None:
        seen_check(seen, _content(former))
    rule = rule_parse({**values, "id": values.get("id") or key or _name_free(draft, values)})
    problems = rule_check(ruleset=draft, rule=rule, without=key)
    if rule.id != key and draft.rules.filter(key=rule.id).exists():
        problems.append(Problem(rule.id, "id", "repeated_id", "Another rule of the set has this id."))
    errors_raise(problems)

    row = rule_row(draft, rule)
    row.pk = former.pk if former else None
    row.save(force_insert=former is None, force_update=former is not None)
    return SavedRule(row, problems)


def rule_mark(rule: Rule) -> str:
    """The mark of a stored rule's content, for `rule_save`."""
    return seen_mark(_content(rule))


@transaction.atomic
def rule_delete(*, ruleset: Ruleset, key: str, user: User | None) -> None:
    """Take the rule with that `key` out of a draft.

    Raises `PermissionDenied`, `RulesetStepError` for a set that is no draft, and `InvalidRuleError` where it has no
    such rule.
    """
    permission_require(user, DRAFT)
    draft = _draft_locked(ruleset)
    _rule_of(draft, key).delete()


def _content(rule: Rule) -> dict[str, Any]:
    return rule_plain(rule_of(rule))


def _draft_locked(ruleset: Ruleset) -> Ruleset:
    draft = ruleset_locked(ruleset)
    if draft.status != RulesetStatus.DRAFT:
        raise RulesetStepError(f"{draft} is {draft.get_status_display().lower()}: only a draft's rules can be changed.")
    return draft


def _rule_of(draft: Ruleset, key: str) -> Rule:
    rule = draft.rules.filter(key=key).first()
    if rule is None:
        raise InvalidRuleError([Problem(key, "id", "unknown_rule", f"{draft} has no rule with this id.")])
    return rule


def _name_free(draft: Ruleset, values: Mapping[str, Any]) -> str:
    """An id that says what the rule is of, and that no other rule of the draft has."""
    terms = [term for field in ("all_of", "any_of") for term in values.get(field) or () if isinstance(term, Mapping)]
    words = [str(values.get("pattern") or ""), *(str(term.get("pattern") or "") for term in terms)]
    said = exact_key("+".join(word.strip() for word in words if word.strip()))[:_LONGEST_NAME]
    name = f"own:{values.get('kind') or 'rule'}:{said}"
    taken = set(draft.rules.filter(key__startswith=name).values_list("key", flat=True))
    numbered = (f"{name}:{number}" for number in range(2, len(taken) + 3))
    return next(free for free in (name, *numbered) if free not in taken)
