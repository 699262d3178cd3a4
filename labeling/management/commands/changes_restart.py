"""`manage.py changes_restart`: after restoring a backup, cursors given since it was made are void."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from labeling.services.changes_restart import changes_restart


class Command(BaseCommand):
    """Needed once after a restore, and harmful at no other time but for platforms having to start anew."""

    help = "After restoring a backup: let platforms that follow changes of labels start anew instead of missing some."

    def handle(self, *args: Any, **options: Any) -> None:
        """Leap."""
        self.stdout.write(f"Changes go on from position {changes_restart()}; every older cursor is gone.")
