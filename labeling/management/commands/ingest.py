"""`manage.py ingest FILE|-`: hand in a file of items, one JSON object on a line."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Final

import msgspec
from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from labeling.formats import FORMATS, BrokenRecordError, Format
from labeling.formats.portal import PORTAL
from labeling.intake.chunks import Chunk, chunks
from labeling.intake_client import Door, HttpDoor, RefusedError, ServiceDoor
from labeling.models import Platform
from labeling.services.platform import DEMO_KEY, demo_platform, demo_platform_ensure

#: Bad lines are named so often; of the others only the number is said.
NAMED: Final = 1_000
_POLL: Final = 0.2


class _Identity(msgspec.Struct):
    external_id: str = ""
    revision: int | None = None
    deleted: bool = False

    @property
    def key(self) -> tuple[str, int, bool]:
        return self.external_id, self.revision or 0, self.deleted


_identity = msgspec.json.Decoder(_Identity)


@dataclass(slots=True)
class Counts:
    """What became of the lines."""

    lines: int = 0
    accepted: int = 0
    duplicates: int = 0
    bad: list[str] = field(default_factory=list)
    invalid: int = 0
    no_content: int = 0
    """Records that are right but carry nothing to label: a change of name, a private video."""
    batches: list[str] = field(default_factory=list)
    _seen: set[tuple[str, int, bool]] = field(default_factory=set)

    def refuse(self, number: int, reason: str) -> None:
        """A line that was not taken."""
        self.invalid += 1
        if len(self.bad) < NAMED:
            self.bad.append(f"line {number}: {reason}")

    def see(self, line: bytes) -> None:
        """Count an item that stood in the file before, in the same revision."""
        try:
            key = _identity.decode(line).key
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return
        self.duplicates += key in self._seen
        self._seen.add(key)


class Command(BaseCommand):
    """Reads line by line, so that a file of any size fits."""

    help = "Hand in NDJSON of items. Bad lines are named and skipped; exits with 1 when nothing could be taken."

    def add_arguments(self, parser: CommandParser) -> None:
        """FILE or -, and where to hand in."""
        parser.add_argument("file", metavar="FILE|-", help="NDJSON; - reads standard input")
        parser.add_argument("--format", choices=FORMATS, default=PORTAL.name, help="what the lines are")
        parser.add_argument("--url", help="hand in over HTTP at this address, e.g. http://localhost:8000")
        parser.add_argument("--key", help="the platform's API key, for --url")
        parser.add_argument(
            "--demo-key", action="store_true", help="use the demonstration platform's key (development)"
        )
        parser.add_argument("--platform", default=DEMO_KEY, help="without --url: whose content it is")
        parser.add_argument(
            "--wait", type=float, default=0, metavar="SECONDS", help="wait so long for labels and count them"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Hand in, then say what became of it."""
        with closing(_door(options)) as door:
            self._handle(door, options)

    def _handle(self, door: Door, options: dict[str, Any]) -> None:
        counts = Counts()
        try:
            with _opened(options["file"]) as (stream, size):
                self._hand_in(door, stream, size, FORMATS[options["format"]], counts)
        except OSError as error:
            raise CommandError(f"{options['file']} cannot be read: {error.strerror}") from error
        except RefusedError as error:
            raise CommandError(f"The portal did not take the content. {error}") from error
        finally:
            self._report(counts)
        if options["wait"]:
            self._report_labels(door, counts, options["wait"])
        if not counts.accepted and not _only_without_content(counts):
            raise CommandError("Nothing could be taken.")

    def _hand_in(self, door: Door, stream: BinaryIO, size: int | None, read_as: Format[Any], counts: Counts) -> None:
        with _progress() as progress:
            task = progress.add_task("Handing in", total=size)
            for chunk in chunks(stream):
                counts.lines += len(chunk.lines) + len(chunk.too_long)
                _take(door, chunk if read_as.is_items else _mapped(chunk, read_as, counts), counts)
                progress.update(task, advance=chunk.read)

    def _report(self, counts: Counts) -> None:
        for line in counts.bad:
            self.stderr.write(line)
        if counts.invalid > len(counts.bad):
            self.stderr.write(f"… and {counts.invalid - len(counts.bad)} more bad lines")
        self.stdout.write(
            f"{counts.lines} lines: {counts.accepted} accepted, {counts.invalid} invalid, "
            f"{counts.duplicates} of the accepted more than once in the file."
        )
        if counts.no_content:
            self.stdout.write(f"{counts.no_content} records carry no content and were skipped.")

    def _report_labels(self, door: Door, counts: Counts, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        waiting, labels, repeated = list(dict.fromkeys(counts.batches)), 0, 0
        while waiting and time.monotonic() < deadline:
            state = door.state(waiting[0])
            if state["state"] in {"done", "poison"}:
                labels, repeated = labels + state["labels"], repeated + state["repeated"]
                waiting.pop(0)
            else:
                time.sleep(_POLL)
        self.stdout.write(f"{labels} labels are new, {repeated} items were known already.")
        if waiting:
            self.stdout.write(f"{len(waiting)} batches still wait for a worker.")


def _only_without_content(counts: Counts) -> bool:
    """An hour of a stream in which nobody posted is no failure."""
    return bool(counts.no_content) and not counts.invalid


def _mapped(chunk: Chunk, read_as: Format[Any], counts: Counts) -> Chunk:
    """The chunk's records as items, which keep their numbers. Requests may hold twice what a chunk does."""
    mapped = Chunk(too_long=chunk.too_long, read=chunk.read)
    for number, line in zip(chunk.numbers, chunk.lines, strict=True):
        try:
            item = read_as.read(line)
        except BrokenRecordError as error:
            counts.refuse(number, str(error))
            continue
        if item is None:
            counts.no_content += 1
            continue
        mapped.lines.append(msgspec.json.encode(item))
        mapped.numbers.append(number)
    return mapped


def _take(door: Door, chunk: Chunk, counts: Counts) -> None:
    for number in chunk.too_long:
        counts.refuse(number, "is too long")
    if not chunk.lines:
        return
    receipt = door.hand_in(chunk.body)
    counts.accepted += receipt.accepted
    counts.batches += [receipt.batch] if receipt.batch else []
    refused = set()
    for item in receipt.invalid:
        refused.add(item["index"])
        counts.refuse(chunk.numbers[item["index"]], _reason(item))
    for index, line in enumerate(chunk.lines):
        if index not in refused:
            counts.see(line)


def _reason(item: dict[str, Any]) -> str:
    reasons = [
        f"{error['field']}: {error['reason']}" if error["field"] else error["reason"] for error in item["errors"]
    ]
    return "; ".join(reasons)


def _door(options: dict[str, Any]) -> Door:
    if not options["url"]:
        return ServiceDoor(_platform(options["platform"]))
    key = demo_platform_ensure() if options["demo_key"] else options["key"]
    if not key:
        raise CommandError("--url needs --key or --demo-key.")
    try:
        return HttpDoor(options["url"], key)
    except ValueError as error:
        raise CommandError(str(error)) from error


def _platform(key: str) -> Platform:
    if key == DEMO_KEY:
        return demo_platform()
    platform = Platform.objects.filter(key=key).first()
    if platform is None:
        raise CommandError(f"There is no platform {key!r}.")
    return platform


@contextmanager
def _opened(name: str) -> Iterator[tuple[BinaryIO, int | None]]:
    """The file's bytes and their number, which standard input does not tell."""
    if name == "-":
        yield sys.stdin.buffer, None
        return
    path = Path(name)
    with path.open("rb") as stream:
        yield stream, path.stat().st_size


def _progress() -> Progress:
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    return Progress(*columns, console=console, disable=not console.is_terminal)
