"""A problem of a rule, and how problems are collected."""

from dataclasses import dataclass
from typing import Literal, NamedTuple

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """What is wrong with a `field` of a rule, why, and how bad it is; `code` names the kind of problem for programs.

    `rule` is empty for what concerns a set as a whole. A field within a list is written `any_of.2.pattern`.
    """

    rule: str
    field: str
    code: str
    reason: str
    severity: Severity = "error"

    def __str__(self) -> str:
        where = ", ".join(part for part in (self.rule, self.field) if part)
        return f"{where}: {self.reason}" if where else self.reason


class Finding(NamedTuple):
    """A problem of a rule that is being checked, before it is said whose it is."""

    field: str
    code: str
    reason: str
    severity: Severity = "error"

    def of(self, rule: str) -> Problem:
        """Return the problem of that rule."""
        return Problem(rule, self.field, self.code, self.reason, self.severity)


def warning(field: str, code: str, reason: str) -> Finding:
    """Return a finding that a person should look at and that stops nothing."""
    return Finding(field, code, reason, "warning")
