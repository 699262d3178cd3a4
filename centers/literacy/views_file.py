"""Files in which platforms and partners report how often campaigns and videos were watched: CSV or JSON."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

#: Bytes of a file, and figures in it.
LARGEST: Final = 1024 * 1024
MOST_LINES: Final = 2_000
#: So many problems are named at once.
_MOST_PROBLEMS: Final = 50
_NEEDED: Final = ("campaign", "first_day", "last_day", "views")
COLUMNS: Final = (*_NEEDED, "video")
_SLUG: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_LONGEST_SLUG: Final = 60
#: More than anything on earth was watched; larger numbers are slips of the keyboard.
_MOST_VIEWS: Final = 100_000_000_000


@dataclass(frozen=True, slots=True)
class Figure:
    """Views of a campaign, or of one of its videos (`video` is its slug), from the first to the last whole day.

    `line` is where it stands in what was sent, for whoever is told of a problem with it.
    """

    campaign: str
    video: str
    first_day: dt.date
    last_day: dt.date
    views: int
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class FigureProblem:
    """What is wrong with a figure; `line` counts from 1, in a table from its first line, and 0 is the whole file."""

    line: int
    field: str
    reason: str

    def __str__(self) -> str:
        where = f"Line {self.line}, {self.field}: " if self.line else ""
        return f"{where}{self.reason}"


class FiguresError(ValueError):
    """Figures that cannot be taken; nothing of them is."""

    def __init__(self, *problems: FigureProblem) -> None:
        super().__init__("; ".join(map(str, problems)))
        self.problems = list(problems[:_MOST_PROBLEMS])


def figures_decode(raw: bytes) -> list[Figure]:
    """The figures of a file, which is JSON if it begins like it, else a table. Raises `FiguresError`."""
    if len(raw) > LARGEST:
        raise _whole(f"The file is larger than {LARGEST // 1024 // 1024} MB.")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _whole(f"The file is not UTF-8: byte {error.start} cannot be read.") from None
    if not text.strip():
        raise _whole("The file is empty.")
    if text.lstrip()[0] in "[{":
        try:
            document = json.loads(text)
        except (ValueError, RecursionError):
            raise _whole("The file begins like JSON and is none.") from None
        return figures_taken(document)
    return _figures(_table(text))


def figures_taken(document: Any) -> list[Figure]:
    """The figures of a JSON document: a list, or an object with one under `figures`. Raises `FiguresError`."""
    listed = document.get("figures") if isinstance(document, dict) else document
    if not isinstance(listed, list):
        raise _whole("Give a list of figures.")
    lines: list[tuple[int, Mapping[str, Any]]] = []
    for number, one in enumerate(listed, start=1):
        if not isinstance(one, dict):
            raise FiguresError(FigureProblem(number, "figure", "is no object"))
        lines.append((number, one))
    return _figures(lines)


def _table(text: str) -> Iterable[tuple[int, Mapping[str, Any]]]:
    try:
        dialect: Any = csv.Sniffer().sniff(text.splitlines()[0], delimiters=",;\t")
    except csv.Error:
        dialect = csv.excel
    reader = csv.reader(io.StringIO(text), dialect)
    try:
        header = [name.strip().lower() for name in next(reader, [])]
        if missing := [name for name in _NEEDED if name not in header]:
            raise _whole(f"The table has no column {missing[0]}. Its columns are: {', '.join(COLUMNS)}.")
        if unknown := [name for name in header if name not in COLUMNS]:
            raise _whole(f"The table has a column {unknown[0][:40]!r}, which is not known.")
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield reader.line_num, dict(zip(header, cells, strict=False))
    except csv.Error as error:
        raise _whole(f"The table cannot be read: {error}.") from None


def _figures(lines: Iterable[tuple[int, Mapping[str, Any]]]) -> list[Figure]:
    figures: list[Figure] = []
    problems: list[FigureProblem] = []
    seen: dict[tuple[object, ...], int] = {}
    for number, values in lines:
        if len(figures) >= MOST_LINES:
            raise _whole(f"At most {MOST_LINES:,} figures at once.")
        figure, wrong = _figure(number, values)
        if figure is not None:
            first = seen.setdefault((figure.campaign, figure.video, figure.first_day, figure.last_day), number)
            if first != number:
                wrong = [FigureProblem(number, "campaign", f"the same period of it stands in line {first} already")]
            figures.append(figure)
        problems += wrong
        if len(problems) >= _MOST_PROBLEMS:
            break
    if not figures and not problems:
        problems.append(FigureProblem(0, "", "There is no figure in it."))
    if problems:
        raise FiguresError(*problems)
    return figures


def _figure(number: int, values: Mapping[str, Any]) -> tuple[Figure | None, list[FigureProblem]]:
    wrong: list[FigureProblem] = []
    if unknown := [name for name in values if name not in COLUMNS]:
        wrong.append(FigureProblem(number, str(unknown[0])[:40], "is no field of a figure"))
    campaign, video = _slug(number, "campaign", values, wrong), _slug(number, "video", values, wrong)
    days = [_day(number, name, values, wrong) for name in ("first_day", "last_day")]
    views = _views(number, values, wrong)
    first, last = days
    if first and last and last < first:
        wrong.append(FigureProblem(number, "last_day", "lies before the first day"))
    if wrong or first is None or last is None or views is None:
        return None, wrong
    return Figure(campaign, video, first, last, views, number), []


def _slug(number: int, name: str, values: Mapping[str, Any], wrong: list[FigureProblem]) -> str:
    text = str(values.get(name) or "").strip()
    if not text and name == "video":
        return ""
    if not _SLUG.fullmatch(text) or len(text) > _LONGEST_SLUG:
        wrong.append(FigureProblem(number, name, "is no name of one, such as look-twice"))
    return text


def _day(number: int, name: str, values: Mapping[str, Any], wrong: list[FigureProblem]) -> dt.date | None:
    text = str(values.get(name) or "").strip()
    try:
        if not re.fullmatch(r"\d{4}-\d\d-\d\d", text):
            raise ValueError
        day = dt.date.fromisoformat(text)
    except ValueError:
        wrong.append(FigureProblem(number, name, "is no date such as 2029-06-01"))
        return None
    if not 2000 <= day.year <= 2100:  # noqa: PLR2004
        wrong.append(FigureProblem(number, name, "cannot be right: the year"))
        return None
    return day


def _views(number: int, values: Mapping[str, Any], wrong: list[FigureProblem]) -> int | None:
    value = values.get("views")
    is_number = isinstance(value, int) and not isinstance(value, bool)
    text = str(value).strip() if is_number or isinstance(value, str) else ""
    if not re.fullmatch(r"\d{1,12}", text) or int(text) > _MOST_VIEWS:
        wrong.append(FigureProblem(number, "views", "is no whole number of views, in digits alone"))
        return None
    return int(text)


def _whole(reason: str) -> FiguresError:
    return FiguresError(FigureProblem(0, "", reason))
