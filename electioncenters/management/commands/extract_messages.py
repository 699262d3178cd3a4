"""Brings every catalogue up to date with the sources."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from electioncenters.i18n.catalogue import (
    TARGET_LANGUAGES,
    CatalogueError,
    catalogue_load,
    catalogue_path,
    catalogue_save,
    catalogue_update,
)
from electioncenters.i18n.messages import ExtractionError, Message
from electioncenters.i18n.sources import sources_messages


class Command(BaseCommand):
    """`manage.py extract_messages [--language fr]`: sources → catalogues, translations kept."""

    help = "Writes the messages of the Python sources and templates into locale/*/LC_MESSAGES/django.po."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Languages, all unless named."""
        parser.add_argument("--language", action="append", choices=TARGET_LANGUAGES, metavar="CODE")

    def handle(self, *, language: list[str] | None, **options: Any) -> None:
        """Extracts once, then updates each catalogue; says what changed."""
        try:
            messages = sources_messages(Path(settings.BASE_DIR))
            changed = [code for code in language or TARGET_LANGUAGES if _update(code, messages)]
        except (ExtractionError, CatalogueError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{len(messages)} messages; catalogues changed: {', '.join(changed) or 'none'}")


def _update(language: str, messages: list[Message]) -> bool:
    path = catalogue_path(Path(settings.LOCALE_PATHS[0]), language)
    updated = catalogue_update(catalogue=catalogue_load(path), language=language, messages=messages)
    return catalogue_save(updated, path)
