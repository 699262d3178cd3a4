"""Reads CSV as spreadsheets write it: UTF-8, comma, semicolon or tab; every row with the line it begins in."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from centers.exchange.effects import FileError
from centers.exchange.sheets_write import FORMULA

#: Bytes a file may have, rows, and characters of a cell.
LARGEST: Final = 2 * 1024 * 1024
MOST_ROWS: Final = 300
LONGEST_CELL: Final = 10_000
_DELIMITERS: Final = (",", ";", "\t")
_COMMENT: Final = "#"


class Row(NamedTuple):
    """A row by column; `line` is where it begins in the file, counted from 1."""

    line: int
    cells: dict[str, str]


class Sheet(NamedTuple):
    """The columns in their order, and the rows below."""

    columns: list[str]
    rows: list[Row]


def cell_plain(cell: str) -> str:
    """A cell without the apostrophe that `cell_neutral` put before it, and without blanks around it."""
    if cell.startswith("'") and cell.lstrip("'").startswith(FORMULA):
        return cell[1:].strip()
    return cell.strip()


def sheet_read(data: bytes, *, known: Sequence[str], ignored: Sequence[str]) -> Sheet:
    """The table. `known` are the columns that can be imported; `ignored` may be there, as exports have them.

    Raises `FileError` that names the line, for what is no CSV in UTF-8, too large, or has other columns.
    """
    lines = _lines(_text(data), {*known, *ignored})
    try:
        _, header = next(lines)
    except StopIteration:
        raise FileError("The file has no line with the names of the columns.") from None
    columns = [one.strip().lower() for one in header]
    _check_columns(columns, known, ignored)
    rows: list[Row] = []
    for line, cells in lines:
        if len(cells) > len(columns):
            raise FileError(f"Line {line} has {len(cells)} cells, but there are {len(columns)} columns.")
        if len(rows) >= MOST_ROWS:
            raise FileError(f"The file has more than {MOST_ROWS} rows: send it in parts.")
        padded = [*cells, *[""] * (len(columns) - len(cells))]
        named = dict(zip(columns, (cell_plain(cell) for cell in padded), strict=True))
        rows.append(Row(line, {name: cell for name, cell in named.items() if name in known}))
    if not rows:
        raise FileError("The file has no rows below the names of the columns.")
    return Sheet([one for one in columns if one in known], rows)


def _text(data: bytes) -> str:
    if len(data) > LARGEST:
        raise FileError(f"The file is larger than {LARGEST // 1024 // 1024} MB.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise FileError(f"Line {line} is not UTF-8. Save the file as “CSV UTF-8” and send it again.") from None
    if "\0" in text:
        raise FileError(f"Line {text[: text.index(chr(0))].count(chr(10)) + 1} has a NUL character: this is no CSV.")
    return text


def _lines(text: str, names: set[str]) -> Iterator[tuple[int, list[str]]]:
    """Rows with the number of their first line; without comments and empty rows."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text, names), strict=True)
    line = 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise FileError(f"Line {max(line, 1)}: the quotation marks do not fit ({error}).") from None
        if any(len(cell) > LONGEST_CELL for cell in cells):
            raise FileError(f"Line {line}: a cell has more than {LONGEST_CELL:,} characters.")
        if any(cell.strip() for cell in cells) and not cells[0].lstrip("'").startswith(_COMMENT):
            yield line, cells
        line = reader.line_num + 1


def _delimiter(text: str, names: set[str]) -> str:
    """What stands between the columns' names: the sign that yields most names we know."""

    def found(sign: str) -> int:
        best = 0
        for line in text.splitlines()[:60]:
            cells = {cell.strip().strip('"').strip().lower() for cell in line.split(sign)}
            best = max(best, len(cells & names))
        return best

    return max(_DELIMITERS, key=found)


def _check_columns(columns: Sequence[str], known: Sequence[str], ignored: Sequence[str]) -> None:
    strange = [one[:40] or "(empty)" for one in columns if one not in known and one not in ignored]
    if strange:
        raise FileError(f"Columns nobody knows: {', '.join(strange[:10])}. Known are: {', '.join(known)}.")
    twice = sorted({one for one in columns if columns.count(one) > 1})
    if twice:
        raise FileError(f"Columns that are there twice: {', '.join(twice)}.")
