"""`manage.py pipeline_replay BATCH|--all`: try batches that were set aside again."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from labeling.models import IntakeBatch
from labeling.services.batch_replay import NotReplayableError, batch_replay


class Command(BaseCommand):
    """Each batch for itself: one that cannot be put back holds up no other."""

    help = "Put a batch that was set aside back among those that wait, its attempts at zero; it is recorded."

    def add_arguments(self, parser: CommandParser) -> None:
        """Which."""
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("batch", metavar="BATCH", nargs="?", type=UUID, help="its id, as `pipeline` shows it")
        which.add_argument("--all", action="store_true", help="every batch that is set aside with its items")

    def handle(self, *args: Any, **options: Any) -> None:
        """Put back; exits with 1 when one could not be."""
        batches = _all() if options["all"] else [options["batch"]]
        refused = [problem for batch in batches if (problem := _replay(batch))]
        self.stdout.write(f"{len(batches) - len(refused)} of {len(batches)} batches were put back.")
        if refused:
            raise CommandError("\n".join(refused))


def _all() -> list[UUID]:
    return list(IntakeBatch.objects.set_aside().order_by("pk").values_list("public_id", flat=True))


def _replay(batch: UUID) -> str:
    """What stood in the way; nothing when it was put back."""
    try:
        batch_replay(public_id=batch)
    except NotReplayableError as error:
        return str(error)
    return ""
