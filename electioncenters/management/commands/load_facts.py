"""`manage.py load_facts`: the facts pack into the database, all of it or nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, transaction
from django.utils import translation

from accounts.audit import acting
from centers.facts.changes import Changes
from centers.facts.loading import pack_load
from centers.facts.pack import pack_read
from centers.facts.sync import Sync
from centers.facts.table import MalformedPackError, Reader
from centers.facts.voice import SOURCE_LANGUAGE, voices_read
from centers.pagecache import center_touch
from electioncenters.i18n.compile import locale_compile
from factcheck.facts import checkers_load, checkers_read
from labeling.services.policies_load import policies_load
from labeling.services.ruleset import starter_ruleset_ensure

#: Two loads at once wait for each other; any fixed number does.
_LOCK: Final = 727_202_024


class Command(BaseCommand):
    """Reads the CSV files, shows what differs from the database and makes it agree."""

    help = "Load the facts pack: idempotent, in one transaction; what a person changed or confirmed is left alone."
    # `migrate` has just run them where this runs at start-up, and they import every page.
    requires_system_checks: tuple[str, ...] = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """`--dry-run`, `--quiet`, `--root`."""
        parser.add_argument("--dry-run", action="store_true", help="show what would change and write nothing")
        parser.add_argument("--quiet", action="store_true", help="print the counts only")
        parser.add_argument(
            "--root", type=Path, default=settings.BASE_DIR, help="folder with centers/data and factcheck/data"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Load and report. Exits with 1 and lists every problem when the pack is malformed."""
        # Names and answers are composed from the catalogues.
        locale_compile()
        try:
            changes = facts_load(root=options["root"], dry_run=options["dry_run"])
        except MalformedPackError as malformed:
            count = len(malformed.problems)
            raise CommandError(f"{malformed}\n{count} problem(s); nothing was loaded.") from malformed
        self._report(changes, quiet=options["quiet"], dry_run=options["dry_run"])
        if not options["dry_run"]:
            policies_load()
            # The rules name elections, so they are made from what was just loaded.
            self.stdout.write(f"Rules: version {starter_ruleset_ensure().version} is live.")

    def _report(self, changes: Changes, *, quiet: bool, dry_run: bool) -> None:
        if not quiet:
            for line in (*changes.lines(), *changes.notes()):
                self.stdout.write(line)
        if not changes:
            self.stdout.write("Facts: nothing changed.")
            return
        self.stdout.write(f"Facts: {'; '.join(changes.counts())}.")
        if dry_run:
            self.stdout.write("Dry run: nothing was written.")


def facts_load(*, root: Path, dry_run: bool = False) -> Changes:
    """Load the pack below `root`. Raises MalformedPackError, with every problem, before anything is written."""
    reader = Reader(root)
    centers, checkers = pack_read(reader), checkers_read(reader)
    reader.raise_problems()
    # Unsuffixed translated columns hold the source language, whatever language the caller speaks.
    with transaction.atomic(), translation.override(SOURCE_LANGUAGE), acting(reason="Facts pack"):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        sync = Sync.begin()
        known = pack_load(pack=centers, sync=sync, voices=voices_read())
        checkers_load(pack=checkers, sync=sync, known=known)
        sync.finish()
        _announce(sync.changes)
        transaction.set_rollback(dry_run)
    return sync.changes


def _announce(changes: Changes) -> None:
    """A changed centre gets a new version; one that was made just now shows nothing older."""
    new = {name.removeprefix("center:") for name in changes.created if name.startswith("center:")}
    center_touch(codes=changes.centers - new)
