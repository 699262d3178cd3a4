"""Rules as people and files hand them in, made into rules of the matcher at the edge."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any, Final

import msgspec

from labeling import matching
from labeling.matching import Term
from labeling.matching.check import Problem

_NAMES: Final = frozenset(field.name for field in fields(matching.Rule))
_TERMS: Final = ("any_of", "all_of", "none_of")
_TERM_NAMES: Final = frozenset(field.name for field in fields(Term))
_CODES: Final = ("jurisdiction", "election", "election_type", "during")
_PLACE: Final = re.compile(r"^(?P<reason>.*?)(?: - at `\$\.?(?P<path>.*)`)?$", re.DOTALL)
_INDEX: Final = re.compile(r"\[(\d+|\.\.\.)\]")


class InvalidRuleError(ValueError):
    """Rules cannot be taken as they are; `problems` say of which rule and field, and why."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(map(str, self.problems)))


def rule_parse(values: Mapping[str, Any]) -> matching.Rule:
    """The rule that JSON values (or those of a form) make, named as the fields of `labeling.matching.Rule`.

    What is left out is as by default; an empty string where a code could stand is none. Codes are taken in any case,
    hashtags with or without their sign. Raises `InvalidRuleError` with the field that no rule can be made of;
    whether the rule makes sense is asked of `labeling.matching.check`.
    """
    name = str(values.get("id") or "")
    unknown = sorted(set(values) - _NAMES)
    if unknown:
        raise InvalidRuleError(Problem(name, field, "unknown_field", "There is no such field.") for field in unknown)
    try:
        rule = msgspec.convert(_tidied(values), matching.Rule)
    except msgspec.ValidationError as error:
        raise InvalidRuleError([_problem(name, str(error))]) from error
    naive = [field for field in ("starts_at", "ends_at") if _is_naive(getattr(rule, field))]
    if naive:
        reason = "A moment is said with its time zone."
        raise InvalidRuleError(Problem(name, field, "no_time_zone", reason) for field in naive)
    return rule


def _tidied(values: Mapping[str, Any]) -> dict[str, Any]:
    told = {"pattern": "", "weight": None} | {name: _stripped(value) for name, value in values.items()}
    for field in _CODES:
        if field in told:
            told[field] = _code(told[field]) or None
    for field in ("languages", "regions"):
        if isinstance(told.get(field), (list, tuple, set, frozenset)):
            told[field] = [_code(code) for code in told[field]]
    for field in _TERMS:
        if isinstance(told.get(field), (list, tuple)):
            told[field] = [_term(term) for term in told[field]]
    if told.get("kind") == "hashtag":
        told["pattern"] = _unsigned(told["pattern"])
    return told


def _term(term: Any) -> Any:
    if isinstance(term, Term):
        return {"kind": term.kind, "pattern": term.pattern, "key": term.key}
    if not isinstance(term, Mapping):
        return term
    tidy = {name: _stripped(value) for name, value in term.items()}
    if set(tidy) - _TERM_NAMES:
        # Refused with its place by the types: a term has no other fields.
        return None
    if tidy.get("kind") == "hashtag":
        tidy["pattern"] = _unsigned(tidy.get("pattern"))
    return tidy


def _stripped(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


def _code(value: Any) -> Any:
    return value.strip().lower() if isinstance(value, str) else value


def _unsigned(pattern: Any) -> Any:
    return pattern[1:] if isinstance(pattern, str) and pattern.startswith(("#", "＃")) else pattern


def _problem(name: str, message: str) -> Problem:
    """The problem that msgspec found, in our words for where."""
    found = _PLACE.match(message)
    reason, path = (found["reason"], found["path"] or "") if found else (message, "")
    field = _INDEX.sub(r".\1", path).replace(". . .", "...").strip(".") or _field_of(reason)
    return Problem(name, field, "malformed", f"{reason[:1].upper()}{reason[1:]}.")


def _field_of(reason: str) -> str:
    """The field of what a rule says of itself when it is made."""
    missing = re.search(r"required field `(\w+)`", reason)
    if missing:
        return missing[1]
    return next((field for field in ("weight", "pattern") if field in reason), "")


def _is_naive(moment: dt.datetime | None) -> bool:
    return moment is not None and moment.utcoffset() is None
