"""`manage.py candidates_import FILE --election KEY …`: an authority's list of candidates, looked at and then taken."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from centers.models import Election
from labeling.candidates import FIELDS, MOST_BYTES, Listed
from labeling.services.candidate_list import Source, list_discard, list_import, list_preview


class Command(BaseCommand):
    """Shows what the file holds; with `--confirm` it is imported as a whole, if nothing in it is wrong."""

    help = (
        "Import an authority's list of candidates (CSV). Without --confirm nothing is imported: columns, bad lines and "
        "people of the same name are shown. Exits with 1 when something in the file is wrong."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """FILE, the election and the source, and which columns to take."""
        parser.add_argument("file", type=Path, help="the authority's file")
        parser.add_argument("--election", required=True, metavar="KEY", help="such as fr.president.2027")
        parser.add_argument("--source", required=True, metavar="URL", help="the authority's page with the file")
        parser.add_argument("--published", required=True, type=_date, metavar="DATE", help="when it was published")
        parser.add_argument("--confirm", action="store_true", help="import it")
        for field in FIELDS:
            parser.add_argument(f"--{field.replace('_', '-')}", metavar="COLUMN", help=f"the column of the {field}")

    def handle(self, *args: Any, **options: Any) -> None:
        """Look, say, and take."""
        election = Election.objects.select_related("jurisdiction").filter(key=options["election"]).first()
        if election is None:
            raise CommandError(f"There is no election {options['election']}.")
        path: Path = options["file"]
        try:
            with path.open("rb") as file:
                # One byte more than is taken: enough to know that there are more.
                data = file.read(MOST_BYTES + 1)
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror or error}") from error
        mapping = {field: options[field] for field in FIELDS if options[field]} or None
        source = Source(options["source"], options["published"], path.name)
        try:
            listing, listed = list_preview(election=election, data=data, source=source, by=None, mapping=mapping)
            self._say(listed)
            if listed.problems:
                list_discard(listing=listing, by=None)
                raise CommandError("Nothing was imported: correct the lines above.")
            if not options["confirm"]:
                list_discard(listing=listing, by=None)
                self.stdout.write("Nothing was imported yet: say --confirm.")
                return
            taken = list_import(listing=listing, by=None)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        self.stdout.write(f"Imported {taken.candidate_count} candidates of {election.key}.")

    def _say(self, listed: Listed) -> None:
        self.stdout.write(f"Encoding: {listed.encoding}")
        for field, column in listed.mapping.items():
            self.stdout.write(f"{field}: column {column}")
        for problem in listed.problems:
            self.stdout.write(f"line {problem.line}: {problem.reason}")
        if listed.unnamed:
            self.stdout.write(f"… and {listed.unnamed} more")
        for group in listed.homonyms:
            lines = ", ".join(str(line.line) for line in group)
            self.stdout.write(f"{group[0].name}: {len(group)} people of this name, lines {lines}")
        self.stdout.write(f"{len(listed.lines)} candidates")


def _date(text: str) -> dt.date:
    return dt.date.fromisoformat(text)
