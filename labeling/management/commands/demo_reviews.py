"""`manage.py demo_reviews`: four weeks of fictional moderators' work, so that a newcomer sees quality and figures."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError

from labeling.services.demo_reviews import demo_reviews


class Command(BaseCommand):
    """Never in production."""

    help = "Make fictional content and decide on it as fictional moderators would have, for a portal to be tried out."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """How much."""
        parser.add_argument("--tasks", type=int, default=240, help="how many items are decided on (240)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make them."""
        try:
            done = demo_reviews(tasks=options["tasks"])
        except ImproperlyConfigured as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"{done.decisions} decisions by {done.people} fictional moderators, {done.waiting} tasks wait."
        )
