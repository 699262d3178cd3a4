"""Compiles the catalogues that changed."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from electioncenters.i18n.catalogue import CatalogueError
from electioncenters.i18n.compile import locale_compile


class Command(BaseCommand):
    """`manage.py compile_locale`: .po → .mo, only where the source changed."""

    help = "Compiles the catalogues that changed since they were compiled."
    requires_system_checks = []

    def handle(self, **options: Any) -> None:
        """Says which languages were compiled."""
        try:
            compiled = locale_compile()
        except CatalogueError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"compiled: {', '.join(compiled) or 'nothing, all up to date'}")
