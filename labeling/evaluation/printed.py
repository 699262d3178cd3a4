"""A report as people read it in a terminal."""

from __future__ import annotations

from collections.abc import Mapping

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from labeling.evaluation.report import Miss, Report
from labeling.evaluation.scores import Scores

_COLUMNS = ("items", "expected", "applied", "precision", "recall", "F1", "recall with review", "review share")


def report_print(report: Report, console: Console, *, worst: int) -> None:
    """Print the figures, and so many of the worst misses."""
    console.print(_table("", {"all": report.overall}))
    console.print(_table("by language", report.by_language))
    console.print(_table("by jurisdiction", report.by_jurisdiction))
    shown = report.misses[:worst]
    if shown:
        console.print(f"Worst {len(shown)} of {len(report.misses)} items with a wrong or missing label:")
    for miss in shown:
        _print_miss(miss, console)


def _table(title: str, scores: Mapping[str, Scores]) -> Table:
    table = Table(title=title or None, title_justify="left")
    table.add_column("")
    for column in _COLUMNS:
        table.add_column(column, justify="right")
    for name, found in sorted(scores.items()):
        table.add_row(name, *_cells(found))
    return table


def _cells(scores: Scores) -> list[str]:
    shares = (scores.precision, scores.recall, scores.f1, scores.recall_with_review, scores.review_share)
    return [*map(str, (scores.items, scores.expected, scores.applied)), *(f"{share:.3f}" for share in shares)]


def _print_miss(miss: Miss, console: Console) -> None:
    shown = miss.document()
    hints = " ".join(f"{name}={shown[name]}" for name in ("lang", "region") if shown[name])
    console.print(f"[bold]{escape(shown['external_id'])}[/bold] {escape(hints)}", highlight=False)
    console.print(f"  {escape(shown['text'])}", highlight=False)
    if shown["hashtags"]:
        console.print(f"  hashtags: {escape(' '.join(shown['hashtags']))}", highlight=False)
    console.print(f"  expected: {escape(', '.join(map(_named, shown['expected'])) or 'no label')}", highlight=False)
    for got in shown["got"] or [{}]:
        console.print(f"  got: {escape(_got(got))}", highlight=False)


def _named(label: Mapping[str, str]) -> str:
    return " ".join(label[name] for name in ("kind", "jurisdiction", "election") if name in label)


def _got(got: Mapping[str, object]) -> str:
    if not got:
        return "no label"
    label = _named({name: str(value) for name, value in got.items()})
    signs = ", ".join(f"“{sign}”" for sign in got["evidence"])  # type: ignore[attr-defined]  # a list of texts
    return f"{got['decision']} {label} ({got['confidence']}) for {signs}"
