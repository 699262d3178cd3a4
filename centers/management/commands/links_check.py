"""`manage.py links_check [--center fr] [--due]`: check links now, and say how each one is."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.cache import cache
from django.core.management.base import BaseCommand, CommandError
from django.db.models import Count

from centers.models import Jurisdiction, Link, LinkOutcome
from centers.services.links_check import OFFLINE_KEY, links_ask, links_check
from centers.services.links_register import links_register

#: Seconds the command goes on for at most.
_SECONDS = 3_600.0


class Command(BaseCommand):
    """Check the links of voters' pages."""

    help = "Checks the links on voters' pages, one at a time on each site, and prints how many are how."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which links."""
        parser.add_argument("--center", metavar="CODE", help="only those of one centre, e.g. fr")
        parser.add_argument("--due", action="store_true", help="only those whose time has come")

    def handle(self, *, center: str | None, due: bool, **options: Any) -> None:
        """Exit code 0 whatever is found: broken links are no failure of the check."""
        links_register()
        of = Link.objects.all()
        if center:
            place = Jurisdiction.objects.filter(code=center, center__isnull=False).first()
            if place is None:
                raise CommandError(f"There is no centre {center!r}.")
            of = Link.objects.of_place(place)
        if not due:
            links_ask(of=of)
        checked = links_check(seconds=_SECONDS, of=of)
        if not checked and cache.get(OFFLINE_KEY):
            self.stdout.write("Nothing could be reached: nothing was written down.")
        counts = dict(of.order_by().values_list("outcome").annotate(Count("pk")))
        for outcome in ("", *LinkOutcome.values):
            if counts.get(outcome):
                label = LinkOutcome(outcome).label if outcome else "Not checked yet"
                self.stdout.write(f"{counts[outcome]:>6}  {label}")
        self.stdout.write(f"{checked} checked")
