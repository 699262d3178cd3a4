"""Messages of one language for a translator."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from electioncenters.i18n.catalogue import TARGET_LANGUAGES, CatalogueError, catalogue_load, catalogue_path
from electioncenters.i18n.exchange import messages_dump, messages_export


class Command(BaseCommand):
    """`manage.py export_messages --language fr --missing > fr.json`."""

    help = "Prints the messages of a catalogue as JSON, to be filled in and given to import_messages."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The language, and whether only what is untranslated."""
        parser.add_argument("--language", required=True, choices=TARGET_LANGUAGES, metavar="CODE")
        parser.add_argument("--missing", action="store_true", help="only untranslated messages")

    def handle(self, *, language: str, missing: bool, **options: Any) -> None:
        """Prints the JSON and nothing else."""
        try:
            catalogue = catalogue_load(catalogue_path(Path(settings.LOCALE_PATHS[0]), language))
        except CatalogueError as error:
            raise CommandError(str(error)) from error
        exported = messages_export(catalogue, language=language, missing_only=missing)
        self.stdout.write(messages_dump(exported), ending="")
