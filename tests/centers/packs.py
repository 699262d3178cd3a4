"""Copies of the facts pack that tests may spoil."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from pathlib import Path

from django.conf import settings

FOLDERS = ("centers/data", "factcheck/data")
#: The union and states that between them have everything special: run-offs, early votes, withheld rules, regions.
SMALL = frozenset({"EU", "DE", "BE", "SI", "SE", "EE", "GR"})

Cells = dict[str, str]


def pack_copy(to: Path, *, only: frozenset[str] | None = None) -> Path:
    """The shipped pack below `to`; `only` keeps some places, which makes loading quick."""
    for folder in FOLDERS:
        (to / folder).mkdir(parents=True)
        for file in (Path(settings.BASE_DIR) / folder).glob("*.csv"):
            shutil.copy(file, to / folder)
    shutil.copytree(Path(settings.BASE_DIR) / "centers/data/tips", to / "centers/data/tips")
    if only is not None:
        for name in (
            "member_states",
            "electoral_authorities",
            "ep_2024_rules",
            "next_elections",
            "held_elections",
            "literacy_campaigns",
            "literacy_views",
        ):
            rows_keep(to / f"centers/data/{name}.csv", lambda cells: cells["iso2"] in only)
        rows_keep(to / "factcheck/data/fact_checkers.csv", lambda cells: bool(only & set(cells["countries"].split())))
    return to


def rows_keep(path: Path, wanted: Callable[[Cells], bool]) -> None:
    """Leave out the rows of a file that are not wanted."""
    rows_change(path, lambda rows: [cells for cells in rows if wanted(cells)])


def rows_change(path: Path, change: Callable[[list[Cells]], list[Cells]]) -> None:
    """Write a file anew with changed rows."""
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        columns, rows = list(reader.fieldnames or ()), change(list(reader))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def cells_change(root: Path, file: str, where: Cells, changes: Cells) -> int:
    """Change cells of the one row in which the cells `where` stand; its line number."""
    lines: list[int] = []

    def change(rows: list[Cells]) -> list[Cells]:
        for number, cells in enumerate(rows, start=2):
            if where.items() <= cells.items():
                cells.update(changes)
                lines.append(number)
        return rows

    rows_change(root / file, change)
    assert len(lines) == 1, f"{where} stands in {len(lines)} rows of {file}"
    return lines[0]
