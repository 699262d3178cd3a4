"""The secrets with which platforms sign appeal links for their authors."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from labeling.models import AppealSecret, Platform
from labeling.services.appeal_secret import appeal_secret_create, appeal_secret_revoke


class Command(BaseCommand):
    """Add one, see them, revoke one."""

    help = "add PLATFORM (prints the secret once), list, revoke NUMBER"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What to do, and with which."""
        parser.add_argument("action", choices=["add", "list", "revoke"])
        parser.add_argument("which", nargs="?", default="", help="a platform's key, or a secret's number")

    def handle(self, *args: Any, **options: Any) -> None:
        """To rotate: add, hand over, revoke the former one when the platform has changed over."""
        if options["action"] == "list":
            for secret in AppealSecret.objects.select_related("platform"):
                state = f"revoked {secret.revoked_at:%Y-%m-%d}" if secret.revoked_at else "valid"
                self.stdout.write(f"{secret.pk}\t{secret.platform.key}\t{secret.created_at:%Y-%m-%d}\t{state}")
        elif options["action"] == "add":
            platform = Platform.objects.filter(key=options["which"]).first()
            if platform is None:
                raise CommandError(f"there is no platform {options['which']!r}")
            row, secret_text = appeal_secret_create(platform=platform)
            self.stdout.write(f"{row.pk}\t{secret_text}")
            self.stderr.write("This is the only time it is shown.")
        else:
            number = options["which"]
            found = AppealSecret.objects.filter(pk=int(number)).first() if number.isdecimal() else None
            if found is None:
                raise CommandError(f"there is no secret {number!r}")
            appeal_secret_revoke(secret=found)
            self.stdout.write(f"Secret {found.pk} opens nothing any more.")
