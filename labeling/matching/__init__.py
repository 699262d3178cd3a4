"""The matcher: rules compiled once, then asked of every item. Pure code without a database."""

from labeling.matching.model import (
    CountryForm,
    Evidence,
    Geography,
    Item,
    Match,
    Rule,
    Term,
    Thresholds,
    canonical_type,
    window_of,
)
from labeling.matching.ruleset import CompiledRuleset, TagRule, compile_ruleset
from labeling.matching.starter import starter_rules

__all__ = [
    "CompiledRuleset",
    "CountryForm",
    "Evidence",
    "Geography",
    "Item",
    "Match",
    "Rule",
    "TagRule",
    "Term",
    "Thresholds",
    "canonical_type",
    "compile_ruleset",
    "starter_rules",
    "window_of",
]
