"""Translations of one language back from a translator."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from electioncenters.i18n.allowed import AllowedError, allowed_load
from electioncenters.i18n.catalogue import (
    TARGET_LANGUAGES,
    CatalogueError,
    catalogue_load,
    catalogue_path,
    catalogue_save,
)
from electioncenters.i18n.exchange import ExchangeError, Imported, messages_import, messages_parse


class Command(BaseCommand):
    """`manage.py import_messages fr.json`: sound translations go in, the others are named (exit code 1)."""

    help = "Takes translations from a JSON file of export_messages; `-` reads standard input (with --language)."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The file, and the language unless the file's name says it."""
        parser.add_argument("file")
        parser.add_argument(
            "--language",
            choices=TARGET_LANGUAGES,
            metavar="CODE",
            help="default: the file's name, as in fr.json",
        )

    def handle(self, *, file: str, language: str | None, **options: Any) -> None:
        """Imports, saves, and fails afterwards if a translation was refused."""
        language = language or Path(file).stem
        if language not in TARGET_LANGUAGES:
            raise CommandError(f"say the language with --language: {language!r} is none of ours")
        try:
            imported = _import(file, language)
        except (OSError, CatalogueError, AllowedError, ExchangeError) as error:
            raise CommandError(f"{file}: {error}") from error
        self.stdout.write(f"{language}: {imported.changed} changed, {imported.unchanged} already there")
        if imported.refused:
            raise CommandError("\n".join([f"{len(imported.refused)} refused:", *imported.refused]))


def _import(file: str, language: str) -> Imported:
    document = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    locale = Path(settings.LOCALE_PATHS[0])
    path = catalogue_path(locale, language)
    catalogue = catalogue_load(path)
    imported = messages_import(
        catalogue, language=language, translations=messages_parse(document), allowed=allowed_load(locale)
    )
    if imported.changed:
        catalogue_save(catalogue, path)
    return imported
