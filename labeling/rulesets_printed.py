"""Rulesets, brakes and comparisons as tables for a terminal; plain text where none is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from labeling.models import RuleBrake, Ruleset
from labeling.services.comparison import CHANGES

#: So many examples are printed; all of them are in the JSON.
_EXAMPLES: Final = 12
_KINDS: Final = {
    "new_applied": "new",
    "new_review": "new, for review",
    "lost_applied": "lost",
    "lost_review": "lost from review",
    "to_applied": "now applied",
    "to_review": "now for review",
    "other_election": "other election",
}


def rulesets_print(console: Console, rulesets: Iterable[Ruleset]) -> None:
    """Sets with their status, newest first."""
    table = Table(title="Rulesets", title_justify="left")
    for name in ("Version", "Status", "Rules", "Based on", "Live since", "Note"):
        table.add_column(name, justify="right" if name == "Rules" else "left")
    for ruleset in rulesets:
        table.add_row(
            str(ruleset),
            f"{ruleset.status} {ruleset.share} %" if ruleset.share else ruleset.status,
            f"{ruleset.rules.count():,}",
            str(ruleset.based_on or ""),
            f"{ruleset.went_live_at:%Y-%m-%d %H:%M}" if ruleset.went_live_at else "",
            Text(ruleset.note),
        )
    console.print(table)


def brakes_print(console: Console, brakes: Iterable[RuleBrake]) -> None:
    """Brakes with the figures they stand on."""
    table = Table(title="Brakes", title_justify="left")
    table.add_column("Rule", overflow="fold")
    for name in ("Set", "Cause", "Figures", "Since", "Released"):
        table.add_column(name)
    for brake in brakes:
        released = f"{brake.released_at:%Y-%m-%d %H:%M}: {brake.release_reason}" if brake.released_at else ""
        table.add_row(
            Text(brake.rule),
            str(brake.ruleset),
            brake.cause,
            _figures(brake),
            f"{brake.engaged_at:%Y-%m-%d %H:%M}",
            Text(released),
        )
    console.print(table)


def comparison_print(console: Console, title: str, document: Mapping[str, Any]) -> None:
    """What one set would do differently: totals, by country, by language, and a few examples."""
    counts = document.get("counts", {})
    totals = ", ".join(f"{sum(counts.get(kind, 0) for kind in kinds):,} {name}" for name, kinds in CHANGES.items())
    console.print(
        f"{title}: {document.get('compared', 0):,} items, {document.get('same', 0):,} labels the same, {totals}"
    )
    for name, heading in (("by_country", "Country"), ("by_language", "Language")):
        if rows := document.get(name):
            console.print(_counted(heading, rows))
    for example in document.get("examples", [])[:_EXAMPLES]:
        where = f"{_KINDS[example['change']]}, {example['jurisdiction']}, {example['language']}"
        console.print(Text(f"  {where}: {example['text']}"))


def _counted(heading: str, rows: Mapping[str, Mapping[str, int]]) -> Table:
    table = Table(heading)
    kinds = [kind for kind in _KINDS if any(kind in counts for counts in rows.values())]
    for kind in kinds:
        table.add_column(_KINDS[kind], justify="right")
    for name, counts in rows.items():
        table.add_row(name, *(f"{counts.get(kind, 0):,}" for kind in kinds))
    return table


def _figures(brake: RuleBrake) -> str:
    figures = brake.figures
    if "items" in figures:
        return f"{figures['labelled']:,} of {figures['items']:,} items ({figures['share']:.1%})"
    if "decided" in figures:
        usual = f"{figures['usual_overturned']:,} of {figures['usual_decided']:,}"
        return f"{figures['overturned']:,} of {figures['decided']:,} overturned (others {usual})"
    return ""
