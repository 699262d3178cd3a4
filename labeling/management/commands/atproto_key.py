"""`manage.py atproto_key`: a new signing key for the label service."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError

from labeling.atproto import SigningKey
from labeling.services.atproto_identity import labeler_identity


class Command(BaseCommand):
    """The key goes to standard output alone, so that it can be piped to where secrets are kept."""

    help = "Make a signing key for the label service (LABELER_KEY), or show the public part of the present one."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """One choice."""
        parser.add_argument("--public", action="store_true", help="show the present DID and public key instead")

    def handle(self, *args: Any, **options: Any) -> None:
        """Prints; stores nothing."""
        if options["public"]:
            try:
                identity = labeler_identity()
            except ImproperlyConfigured as error:
                raise CommandError(str(error)) from error
            self.stdout.write(f"{identity.did}\n{identity.key.did_key}")
            return
        key = SigningKey.generate()
        self.stdout.write(key.secret)
        self.stderr.write(f"LABELER_KEY is the line above: keep it secret. Its public part is {key.did_key}")
