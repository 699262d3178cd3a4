"""Rules, terms and a small geography for tests of the matcher and of what checks rules."""

from __future__ import annotations

import datetime as dt

from labeling.matching import CompiledRuleset, Geography, Match, Rule, Term, Thresholds, compile_ruleset, window_of

GEOGRAPHY = Geography(
    states=frozenset({"at", "de", "fr", "ie", "pl"}),
    languages={
        "de": frozenset({"at", "de"}),
        "en": frozenset({"ie"}),
        "fr": frozenset({"fr"}),
        "pl": frozenset({"pl"}),
    },
    names_by_language={
        "en": {"de": ["Germany"], "fr": ["France"], "us": ["United States"], "ch": ["Switzerland"]},
        "de": {"de": ["Deutschland"], "fr": ["Frankreich"], "ch": ["Schweiz"]},
    },
    upcoming={
        "de": [("de.parliament.2029", "parliament", 2029)],
        "eu": [("eu.ep.2029", "european_parliament", 2029)],
        "fr": [("fr.president.2027", "president", 2027)],
    },
    windows={
        "de.parliament.2029": window_of(dt.date(2029, 2, 1), dt.date(2029, 3, 31)),
        "fr.president.2027": window_of(dt.date(2027, 4, 11), dt.date(2027, 4, 25)),
    },
)


def rule(kind: str, pattern: str = "", **fields: object) -> Rule:
    values = {"id": f"{kind}:{pattern}", "kind": kind, "pattern": pattern, "weight": 0.9, **fields}
    return Rule(**values)  # type: ignore[arg-type]


def tag(pattern: str, **fields: object) -> Rule:
    return rule("hashtag", pattern, **fields)


def phrase(pattern: str, **fields: object) -> Rule:
    return rule("phrase", pattern, **fields)


def compound(name: str = "both", **fields: object) -> Rule:
    return rule("compound", id=name, **{"jurisdiction": "de", **fields})


def terms(*written: str) -> tuple[Term, ...]:
    """`#tag`, `@account`, or a phrase; `=` before it compares by the exact key."""
    return tuple(map(_term, written))


def _term(written: str) -> Term:
    key = "exact" if written.startswith("=") else "folded"
    name = written.removeprefix("=")
    kind = {"#": "hashtag", "@": "account"}.get(name[:1], "phrase")
    return Term(kind, name[1:] if kind != "phrase" else name, key)  # type: ignore[arg-type]


def compiled(*rules: Rule, thresholds: Thresholds | None = None) -> CompiledRuleset:
    return compile_ruleset(rules, "1", GEOGRAPHY, thresholds)


def decided(matches: tuple[Match, ...]) -> list[tuple[str, str]]:
    """Jurisdiction and decision of each match."""
    return [(match.jurisdiction, match.decision) for match in matches]
