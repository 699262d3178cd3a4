"""`manage.py author_erase PLATFORM AUTHOR_ID`: an account is gone; so is what it posted."""

from __future__ import annotations

import time
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from labeling.models import AuthorErasure, ContentItem, Platform
from labeling.services.author_erase import authors_erase, authors_erase_ask

_LONGEST_ID: Final = 255
_PAUSE: Final = 0.5


class Command(BaseCommand):
    """Does it here and now, however many items there are; may be interrupted and called again."""

    help = "Erase texts and handle of an account's items and withdraw their labels, because the account is gone."

    def add_arguments(self, parser: CommandParser) -> None:
        """Whose."""
        parser.add_argument("platform", metavar="PLATFORM", help="the platform's key")
        parser.add_argument("author", metavar="AUTHOR_ID", help="the account's id on the platform")

    def handle(self, *args: Any, **options: Any) -> None:
        """Ask, then work until it is done."""
        platform = Platform.objects.filter(key=options["platform"]).first()
        if platform is None:
            raise CommandError(f"There is no platform {options['platform']!r}.")
        author = options["author"]
        if not 0 < len(author) <= _LONGEST_ID:
            raise CommandError(f"An account's id has 1 to {_LONGEST_ID} characters.")
        known = ContentItem.objects.filter(author__platform=platform, author__external_id=author).count()
        self.stderr.write(f"Items known of this account: {known}")
        now = timezone.now()
        authors_erase_ask(platform=platform, external_ids=[author], handed_in_at=now, now=now)
        mine = AuthorErasure.objects.filter(platform=platform, external_id=author)
        while mine.unfinished().exists():
            if not authors_erase():
                time.sleep(_PAUSE)
        done = mine.get()
        self.stdout.write(f"Erased: {done.items} items; labels withdrawn: {done.labels}.")
