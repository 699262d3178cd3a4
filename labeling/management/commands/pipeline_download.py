"""`manage.py pipeline_download BATCH FILE`: the items of a batch that was set aside, to find out why it was."""

from __future__ import annotations

import os
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from labeling.models import BatchState, IntakeBatch
from labeling.services.payload import DamagedPayloadError, payload_lines


class Command(BaseCommand):
    """The file holds what people wrote, so nobody else on the machine may read it."""

    help = "Write the items of a batch that was set aside as NDJSON to a new file that only you may read."

    def add_arguments(self, parser: CommandParser) -> None:
        """Which batch, and where to."""
        parser.add_argument("batch", metavar="BATCH", type=UUID, help="its id, as `pipeline` shows it")
        parser.add_argument("file", metavar="FILE", help="a file that does not exist yet")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write it, and say what it is."""
        lines = _lines(options["batch"])
        try:
            _write(options["file"], lines)
        except OSError as error:
            raise CommandError(f"{options['file']} cannot be written: {error.strerror}") from error
        self.stdout.write(f"{len(lines.splitlines())} items were written to {options['file']}.")
        self.stderr.write("It holds what people wrote: erase it as soon as you are done.")


def _lines(public_id: UUID) -> bytes:
    batch = IntakeBatch.objects.filter(public_id=public_id).first()
    if batch is None:
        raise CommandError(f"There is no batch {public_id}.")
    if batch.state != BatchState.POISON:
        raise CommandError(f"Batch {public_id} is not set aside: it is {batch.state}.")
    if batch.payload is None:
        raise CommandError(f"The items of batch {public_id} have been erased.")
    try:
        return payload_lines(batch.payload)
    except DamagedPayloadError as error:
        raise CommandError(f"The items of batch {public_id} are damaged and cannot be read.") from error


def _write(name: str, lines: bytes) -> None:
    # The permissions are there before the first byte; O_EXCL follows no link and overwrites nothing.
    descriptor = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(lines)
