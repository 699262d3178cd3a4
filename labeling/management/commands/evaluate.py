"""`manage.py evaluate FILE…`: how right the labels are, measured on posts with the labels they should carry."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, BinaryIO, Final, cast

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, transaction
from django.db.utils import ProgrammingError
from rich.console import Console

from labeling.evaluation import BadLine, LabelledItem, evaluate, read_lines
from labeling.evaluation.printed import report_print
from labeling.evaluation.report import Labeller
from labeling.intake import Item
from labeling.matching import Match
from labeling.services.matcher import NoRulesetError, item_for_matching, matcher_live
from labeling.services.shipped import ruleset_shipped

#: Bad lines are named so often; of the others only the number is said.
NAMED: Final = 1_000
_WORST: Final = 20
_WIDEST: Final = 200


class Command(BaseCommand):
    """Reads, labels and judges; the database may not even be written to."""

    help = (
        "Judge the labels of the live rules (of the shipped ones where none are live) by NDJSON of items with "
        "`expected` labels. Writes nothing. Bad lines are named and skipped; exits with 1 when nothing could be judged."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """FILEs, and how to answer."""
        parser.add_argument("files", metavar="FILE", nargs="+", type=Path, help="NDJSON of items with `expected`")
        parser.add_argument("--json", action="store_true", help="answer with one JSON document")
        parser.add_argument(
            "--as-of", type=_date, metavar="DATE", help="the day undated items are taken to be of; today by default"
        )
        parser.add_argument("--worst", type=int, default=_WORST, metavar="N", help="list so many misses")
        parser.add_argument("--shipped", action="store_true", help="the shipped rules and facts; needs no database")

    def handle(self, *args: Any, **options: Any) -> None:
        """Judge, then say how it went."""
        cases, bad = self._read(options["files"])
        if not cases:
            raise CommandError("Nothing could be judged.")
        with _labeller(shipped=options["shipped"], as_of=options["as_of"]) as labeller:
            report = evaluate(cases, labeller)
        if options["json"]:
            document = report.document(worst=options["worst"]) | {"skipped": bad}
            self.stdout.write(json.dumps(document, ensure_ascii=False, indent=2))
            return
        console = Console(
            file=cast(IO[str], self.stdout), width=None if self.stdout.isatty() else _WIDEST, soft_wrap=True
        )
        report_print(report, console, worst=options["worst"])
        self.stdout.write(f"{len(cases)} items judged, {bad} bad lines skipped.")

    def _read(self, files: list[Path]) -> tuple[list[LabelledItem], int]:
        """The cases of all files, and how many lines were bad."""
        cases: list[LabelledItem] = []
        bad = 0
        for path in files:
            with _opened(path) as stream:
                for line in read_lines(stream):
                    if isinstance(line, LabelledItem):
                        cases.append(line)
                        continue
                    bad += 1
                    self._name(path, line, bad)
        if bad > NAMED:
            self.stderr.write(f"… and {bad - NAMED} more bad lines")
        return cases, bad

    def _name(self, path: Path, line: BadLine, count: int) -> None:
        if count <= NAMED:
            self.stderr.write(f"{path}, line {line.number}: {line.reason}")


def _date(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    try:
        with path.open("rb") as stream:
            yield stream
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}") from error


@contextmanager
def _labeller(*, shipped: bool, as_of: dt.date | None) -> Iterator[Labeller]:
    """What labels an item; while it does, PostgreSQL refuses to write."""
    day = as_of or dt.datetime.now(dt.UTC).date()
    noon = dt.datetime.combine(day, dt.time(12), dt.UTC)
    if shipped:
        yield _dated(_by_shipped_rules, noon)
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION READ ONLY")
        yield _dated(_by_live_rules(), noon)


def _by_live_rules() -> Labeller:
    """The live rules; the shipped ones where none are live or the database has no tables yet."""
    try:
        return matcher_live().match
    except (NoRulesetError, ProgrammingError):
        return _by_shipped_rules


def _by_shipped_rules(item: Item) -> Sequence[Match]:
    return ruleset_shipped().match(item_for_matching(item))


def _dated(labeller: Labeller, noon: dt.datetime) -> Labeller:
    """Undated items are taken to be of that moment, which says which elections are the next ones."""

    def label(item: Item) -> Sequence[Match]:
        if item.created_at is None:
            item.created_at = noon
        return labeller(item)

    return label
