"""Rules as rows and as the matcher has them: the one place where each becomes the other."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, fields
from typing import Any, Final

import msgspec

from labeling import matching
from labeling.matching import Term
from labeling.matching.check import SignKey, sign_key
from labeling.models import Rule, RuleKind, Ruleset

_NAMES: Final = tuple(field.name for field in fields(matching.Rule))
_DEFAULTS: Final = {field.name: field.default for field in fields(matching.Rule) if field.default is not MISSING}


def rule_row(ruleset: Ruleset, rule: matching.Rule) -> Rule:
    """The row, not saved, that holds a rule of the matcher."""
    return Rule(
        ruleset=ruleset,
        key=rule.id,
        kind=rule.kind,
        pattern=rule.pattern,
        weight=rule.weight,
        compared_by=rule.key,
        jurisdiction=rule.jurisdiction or "",
        inferred=rule.inferred,
        election=rule.election or "",
        election_type=rule.election_type or "",
        languages=sorted(rule.languages),
        ambiguous=rule.ambiguous,
        supporting=rule.supporting,
        concept=rule.concept,
        yearly=rule.yearly,
        any_of=_term_rows(rule.any_of),
        all_of=_term_rows(rule.all_of),
        none_of=_term_rows(rule.none_of),
        regions=sorted(rule.regions),
        starts_at=rule.starts_at,
        ends_at=rule.ends_at,
        during=rule.during or "",
        action=rule.action,
        note=rule.note,
    )


def rule_of(row: Rule) -> matching.Rule:
    """The matcher's rule that a row holds."""
    return matching.Rule(
        id=row.key,
        kind=row.kind,  # type: ignore[arg-type]  # the database knows no other
        pattern=row.pattern,
        weight=row.weight,
        key=row.compared_by,  # type: ignore[arg-type]
        jurisdiction=row.jurisdiction or None,
        inferred=row.inferred,
        election=row.election or None,
        election_type=row.election_type or None,
        languages=frozenset(row.languages),
        ambiguous=row.ambiguous,
        supporting=row.supporting,
        concept=row.concept,
        yearly=row.yearly,
        any_of=_terms(row.any_of),
        all_of=_terms(row.all_of),
        none_of=_terms(row.none_of),
        regions=frozenset(row.regions),
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        during=row.during or None,
        action=row.action,  # type: ignore[arg-type]
        note=row.note,
    )


def rules_load(ruleset: int) -> list[matching.Rule]:
    """The rules of the set with that primary key, by their ids."""
    return sorted(map(rule_of, Rule.objects.filter(ruleset=ruleset).order_by()), key=lambda rule: rule.id)


def signs_of_row(
    kind: str, pattern: str, any_of: Iterable[Mapping[str, Any]], all_of: Iterable[Mapping[str, Any]]
) -> set[SignKey]:
    """The keys of the words that the columns of a row ask for, as `asked_for` has them of a rule."""
    if kind == RuleKind.COMPOUND:
        return {sign_key(term["kind"], term["pattern"]) for term in (*any_of, *all_of)}
    return {sign_key("hashtag" if kind == RuleKind.HASHTAG else "phrase", pattern)}


def rules_digest(rules: Iterable[matching.Rule]) -> str:
    """SHA-256 of a set of rules, whatever their order."""
    plain = sorted((rule_plain(rule) for rule in rules), key=lambda rule: str(rule["id"]))
    return hashlib.sha256(msgspec.json.encode(plain)).hexdigest()


def rule_plain(rule: matching.Rule) -> dict[str, Any]:
    """A rule as JSON values; what is as it is by default is left out, so that a new field changes no digest."""
    values = {name: getattr(rule, name) for name in _NAMES}
    told = {name: value for name, value in values.items() if name not in _DEFAULTS or value != _DEFAULTS[name]}
    return {name: _plain(value) for name, value in told.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, frozenset):
        return sorted(value)
    return msgspec.to_builtins(value)


def _term_rows(terms: Iterable[Term]) -> list[dict[str, str]]:
    return [{"kind": term.kind, "pattern": term.pattern, "key": term.key} for term in terms]


def _terms(rows: Iterable[Mapping[str, Any]]) -> tuple[Term, ...]:
    return tuple(Term(**row) for row in rows)
