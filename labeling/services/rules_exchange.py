"""Sets of rules as files: written out to be read or kept, and taken in as drafts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
from django.db import transaction

from accounts.models import User
from labeling import matching
from labeling.matching import Thresholds
from labeling.matching.check import Problem
from labeling.models import Rule, Ruleset
from labeling.services.permission import permission_require
from labeling.services.rule_parse import InvalidRuleError, rule_parse
from labeling.services.rule_rows import rule_plain, rule_row, rules_load
from labeling.services.rules_check import errors_raise, rules_check
from labeling.services.ruleset_draft import DRAFT
from labeling.services.ruleset_steps import ruleset_begin, rulesets_lock


class RulesFile(NamedTuple):
    """What a file of rules holds: the rules as JSON values, and thresholds and note where it says them."""

    rules: Sequence[Any]
    apply_from: float = Thresholds().apply
    review_from: float = Thresholds().review
    note: str = ""


class _Document(msgspec.Struct):
    rules: list[Any]
    apply_from: float = Thresholds().apply
    review_from: float = Thresholds().review
    note: str = ""


def ruleset_document(ruleset: Ruleset) -> dict[str, Any]:
    """A set as one JSON document, which `rules_file_read` reads again."""
    return {
        "version": ruleset.version,
        "note": ruleset.note,
        "apply_from": ruleset.apply_from,
        "review_from": ruleset.review_from,
        "rules": [rule_plain(rule) for rule in rules_load(ruleset.pk)],
    }


def rules_file_read(content: bytes) -> RulesFile:
    """The rules of a JSON document (a list of rules, or `{"rules": […]}`) or of NDJSON, one rule to a line.

    Raises `InvalidRuleError` naming the line that is no JSON.
    """
    text = content.removeprefix(b"\xef\xbb\xbf").strip()
    try:
        whole = msgspec.json.decode(text) if text else []
    except (msgspec.DecodeError, UnicodeDecodeError):
        return RulesFile([_line(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()])
    if isinstance(whole, dict) and "rules" in whole:
        return _document(whole)
    return RulesFile(whole if isinstance(whole, list) else [whole])


def rules_parse(rules: Iterable[Any]) -> list[matching.Rule]:
    """The rules that JSON values make. Raises `InvalidRuleError` with the problems of all of them."""
    made: list[matching.Rule] = []
    problems: list[Problem] = []
    for number, values in enumerate(rules, 1):
        if not isinstance(values, Mapping) or not values.get("id"):
            problems.append(Problem("", f"rule {number}", "malformed", "A rule is an object with an `id`."))
            continue
        try:
            made.append(rule_parse(values))
        except InvalidRuleError as error:
            problems += error.problems
    if problems:
        raise InvalidRuleError(problems)
    return made


@transaction.atomic
def rules_import(*, file: RulesFile, user: User | None, note: str = "") -> Ruleset:
    """A new draft with the rules of a file, all of them or none.

    Raises `PermissionDenied`, and `InvalidRuleError` with the problems of every rule in error.
    """
    permission_require(user, DRAFT)
    rules = rules_parse(file.rules)
    if not rules:
        raise InvalidRuleError([Problem("", "rules", "no_rules", "There are no rules in it.")])
    errors_raise(rules_check(rules, apply_from=file.apply_from, review_from=file.review_from))

    rulesets_lock()
    live = Ruleset.objects.live().first()
    said = note or file.note
    draft = Ruleset(based_on=live, note=said, apply_from=file.apply_from, review_from=file.review_from)
    ruleset_begin(draft=draft, user=user, reason=said or "imported from a file")
    Rule.objects.bulk_create([rule_row(draft, rule) for rule in rules], batch_size=2_000)
    return draft


def _line(number: int, line: bytes) -> Any:
    try:
        return msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InvalidRuleError([Problem("", f"line {number}", "malformed", f"It is no JSON: {error}.")]) from error


def _document(whole: dict[str, Any]) -> RulesFile:
    try:
        found = msgspec.convert(whole, _Document)
    except msgspec.ValidationError as error:
        raise InvalidRuleError([Problem("", "", "malformed", f"{error}.")]) from error
    return RulesFile(found.rules, found.apply_from, found.review_from, found.note)
