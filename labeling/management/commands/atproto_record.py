"""`manage.py atproto_record`: the declaration of the label service, for the account that publishes it."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from labeling.services.atproto_record import service_record


class Command(BaseCommand):
    """Prints JSON; an account of the network must put it into its repository, which needs that account's password."""

    help = "Print the record app.bsky.labeler.service: the label values with their names in every language."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        """To standard output."""
        record = service_record(created_at=timezone.now())
        self.stdout.write(json.dumps(record, ensure_ascii=False, indent=2))
