"""`manage.py create_api_key PLATFORM NAME`: a new key, shown once."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from labeling.models import Platform
from labeling.services.api_key import api_key_create


class Command(BaseCommand):
    """The only way to make a key: whoever runs it sees the key, and nobody after."""

    help = "Make an API key for a platform and print it. It is stored as a digest only and cannot be shown again."

    def add_arguments(self, parser: CommandParser) -> None:
        """Whose key, and what for."""
        parser.add_argument("platform", metavar="PLATFORM", help="the platform's key, e.g. tiktok")
        parser.add_argument("name", metavar="NAME", help="who uses the API key, and for what")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the key alone on standard output, so that it can be piped into a vault."""
        platform = Platform.objects.filter(key=options["platform"]).first()
        if platform is None:
            raise CommandError(f"There is no platform {options['platform']!r}; add it in the administration first.")
        self.stdout.write(api_key_create(platform=platform, name=options["name"]))
        self.stderr.write("Keep it now: it cannot be shown again.")
