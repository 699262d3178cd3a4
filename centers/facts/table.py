"""Reads CSV files into typed rows, collecting every problem instead of stopping at the first."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, TypeVar, cast

Value = TypeVar("Value")
Typed = TypeVar("Typed")

#: Turns a cell's text into a value; raises ValueError with a reason that follows the quoted text.
Parser = Callable[[str], Value]


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """Why a file can't be loaded: `centers/data/member_states.csv:12: time_zone: "Europe/Pariss" is no …`."""

    file: str
    line: int
    column: str
    reason: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.column}: {self.reason}"


class MalformedPackError(Exception):
    """The pack has problems; nothing was loaded."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = sorted(problems)
        super().__init__("\n".join(map(str, self.problems)))


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a file. Reading a bad cell notes a problem and returns nothing usable: such a row is dropped."""

    file: str
    line: int
    cells: dict[str, str]
    problems: list[Problem]

    def read(self, column: str, parser: Parser[Value]) -> Value:
        """The cell's value; when it can't be parsed, the problem is noted."""
        text = self.cells[column].strip()
        try:
            return parser(text)
        except ValueError as reason:
            self.refuse(column, f'"{text}" {reason}' if text else f"is empty, {reason}")
            return cast(Value, None)

    def refuse(self, column: str, reason: str) -> None:
        """Note a problem of this row."""
        self.problems.append(Problem(self.file, self.line, column, reason))


@dataclass(frozen=True, slots=True)
class Layout(Generic[Typed]):
    """What a file looks like: its columns, how a row is read and which columns together are unique."""

    path: str
    columns: tuple[str, ...]
    parse: Callable[[Row], Typed]
    unique: tuple[str, ...] = ()


@dataclass(slots=True)
class Reader:
    """Reads the files of a pack below `root`; `problems` grows while it does."""

    root: Path
    problems: list[Problem] = field(default_factory=list)

    def rows(self, layout: Layout[Typed]) -> list[Typed]:
        """The good rows of a file; the bad ones, and a bad file, are noted."""
        raw = self._raw(layout)
        return [] if raw is None else self._typed(layout, raw)

    def raise_problems(self) -> None:
        """Raise MalformedPackError if anything was wrong."""
        if self.problems:
            raise MalformedPackError(self.problems)

    def _raw(self, layout: Layout[Typed]) -> list[Row] | None:
        path = self.root / layout.path
        try:
            text = path.read_text(encoding="utf-8-sig")
        except FileNotFoundError:
            self._bad_file(layout, "file", "is missing")
            return None
        except UnicodeDecodeError as error:
            self._bad_file(layout, "file", f"is not UTF-8 ({error.reason} at byte {error.start})")
            return None
        lines = _records(text)
        _, header = next(lines, (1, []))
        if problem := _header_problem(layout.columns, header):
            self._bad_file(layout, *problem)
            return None
        return [row for line, cells in lines if (row := self._row(layout, header, line, cells))]

    def _row(self, layout: Layout[Typed], header: list[str], line: int, cells: list[str]) -> Row | None:
        if len(cells) != len(header):
            reason = f"the row has {len(cells)} cells, the header {len(header)}"
            self.problems.append(Problem(layout.path, line, header[min(len(cells), len(header) - 1)], reason))
            return None
        return Row(layout.path, line, dict(zip(header, cells, strict=True)), self.problems)

    def _typed(self, layout: Layout[Typed], rows: list[Row]) -> list[Typed]:
        seen: dict[tuple[str, ...], int] = {}
        good: list[Typed] = []
        for row in rows:
            before = len(self.problems)
            typed = layout.parse(row)
            self._check_unique(layout, row, seen)
            if len(self.problems) == before:
                good.append(typed)
        return good

    def _check_unique(self, layout: Layout[Typed], row: Row, seen: dict[tuple[str, ...], int]) -> None:
        if not layout.unique:
            return
        key = tuple(row.cells[column].strip() for column in layout.unique)
        if first := seen.setdefault(key, row.line) != row.line and seen[key]:
            row.refuse(layout.unique[-1], f'"{" ".join(key)}" stands in line {first} already')

    def _bad_file(self, layout: Layout[Typed], column: str, reason: str) -> None:
        self.problems.append(Problem(layout.path, 1, column, reason))


def _records(text: str) -> Iterator[tuple[int, list[str]]]:
    """Records with the number of the line each begins on; a quoted cell may span lines."""
    reader = csv.reader(text.splitlines(keepends=True), strict=False)
    line = 1
    for cells in reader:
        if cells:
            yield line, cells
        line = reader.line_num + 1


def _header_problem(columns: Sequence[str], header: Sequence[str]) -> tuple[str, str] | None:
    """The first column that is missing, unknown or there twice."""
    for column in columns:
        if column not in header:
            return column, "the column is missing"
    for column in header:
        if column not in columns:
            return column, "is no column of this file"
        if header.count(column) > 1:
            return column, "the column is there twice"
    return None
