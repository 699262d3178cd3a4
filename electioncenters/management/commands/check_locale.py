"""Fails when the catalogues are not complete, up to date and sound."""

from __future__ import annotations

from argparse import ArgumentParser
from collections import Counter
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from electioncenters.i18n.allowed import AllowedError
from electioncenters.i18n.catalogue import TARGET_LANGUAGES, CatalogueError
from electioncenters.i18n.check import Problem, locale_problems
from electioncenters.i18n.messages import ExtractionError
from electioncenters.i18n.sources import sources_messages


class Command(BaseCommand):
    """`manage.py check_locale [--language fr] [--summary]`: every problem at once, exit code 1 if any."""

    help = "Checks the catalogues against the sources and every translation for flaws a machine can see."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Languages, all unless named; counts only with --summary."""
        parser.add_argument("--language", action="append", choices=TARGET_LANGUAGES, metavar="CODE")
        parser.add_argument("--summary", action="store_true", help="only how many problems of which kind")

    def handle(self, *, language: list[str] | None, summary: bool, **options: Any) -> None:
        """Prints file, message and reason of each problem, then counts."""
        try:
            problems = locale_problems(
                locale=Path(settings.LOCALE_PATHS[0]),
                messages=sources_messages(Path(settings.BASE_DIR)),
                languages=language or TARGET_LANGUAGES,
            )
        except (ExtractionError, CatalogueError, AllowedError) as error:
            raise CommandError(str(error)) from error
        if not problems:
            self.stdout.write(f"{len(language or TARGET_LANGUAGES)} catalogues complete and sound")
            return
        if not summary:
            self.stdout.write("\n".join(map(str, problems)))
        raise CommandError(_summary(problems))


def _summary(problems: list[Problem]) -> str:
    """Problems per language and check: `fr: 3 empty, 1 tags`."""
    counted: dict[str, Counter[str]] = {}
    for problem in problems:
        counted.setdefault(problem.language, Counter())[problem.check] += 1
    lines = [
        f"{language}: " + ", ".join(f"{number} {check}" for check, number in sorted(checks.items()))
        for language, checks in counted.items()
    ]
    return "\n".join([f"{len(problems)} problems", *lines])
