"""Write statements of reasons in the DSA Transparency Database's submission format."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from labeling.services.statement_export import StatementError, statements_export, statements_withdrawn_after_export
from labeling.statements import MOST


class Command(BaseCommand):
    """One call of the database on standard output; none are left when it prints nothing."""

    help = "Prints the body of one submission, at most 100 statements that were not exported before."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """A platform, and how many."""
        parser.add_argument("--platform", default="", help="key of one platform")
        parser.add_argument("--limit", type=int, default=MOST, help=f"at most {MOST}")

    def handle(self, *args: Any, **options: Any) -> None:
        """JSON out; what does not hold any more, and what is wrong, on standard error."""
        if not 1 <= options["limit"] <= MOST:
            raise CommandError(f"--limit: from 1 to {MOST}")
        try:
            documents = statements_export(platform=options["platform"], limit=options["limit"])
        except StatementError as error:
            raise CommandError("\n".join(f"{field}: {reason}" for field, reason in error.problems)) from error
        if documents:
            self.stdout.write(json.dumps({"statements": documents}, ensure_ascii=False, indent=1))
        else:
            self.stderr.write("No statement waits to be exported.")
        for puid in statements_withdrawn_after_export():
            self.stderr.write(f"Exported, and withdrawn since: {puid}")
