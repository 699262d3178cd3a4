"""`manage.py center_export CODE`: everything published about a centre, as JSON or as a zip of CSV files."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from centers.exchange.sheets_write import center_archive, document_write
from centers.models import ElectionCenter


class Command(BaseCommand):
    """Writes to standard output, or to a file whose ending says in which form."""

    help = "Exports everything published about one centre (docs/guides/exchange.md)."

    def add_arguments(self, parser: CommandParser) -> None:
        """CODE, and where to."""
        parser.add_argument("code", help="the centre: fr, eu, us-ca")
        parser.add_argument("--output", type=Path, help="a file that ends in .json or .zip (default: JSON to stdout)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Raises `CommandError` for a centre there is not, or a file of another kind."""
        center = ElectionCenter.objects.for_code(options["code"]).first()
        if center is None:
            raise CommandError(f"There is no centre {options['code']!r}.")
        path: Path | None = options["output"]
        if path is not None and path.suffix not in (".json", ".zip"):
            raise CommandError("The file must end in .json or .zip.")
        write = center_archive if path is not None and path.suffix == ".zip" else document_write
        written = write(center.jurisdiction)
        if path is None:
            sys.stdout.buffer.write(written + b"\n")
        else:
            path.write_bytes(written)
            self.stdout.write(f"{path}: {len(written):,} bytes")
