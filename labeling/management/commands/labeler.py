"""`manage.py labeler`: the label service of the AT Protocol, until it is asked to end."""

from __future__ import annotations

import asyncio
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError

from labeling.labeler.server import LabelServer
from labeling.labeler.source import DatabaseSource
from labeling.labeler.streams import Limits
from labeling.services.atproto_identity import labeler_identity


class Command(BaseCommand):
    """Runs in the foreground; SIGTERM ends it after telling every subscriber to come back."""

    help = "Serve our labels to the AT Protocol: com.atproto.label.queryLabels, .subscribeLabels and the DID document."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where to listen."""
        parser.add_argument("--host", default="127.0.0.1", help="default: this machine only")
        parser.add_argument("--port", type=int, default=settings.LABELER_PORT, help="default: LABELER_PORT")

    def handle(self, *args: Any, **options: Any) -> None:
        """Returns when asked to end."""
        if not settings.LABELER_ENABLED:
            raise CommandError("The label service is off: set LABELER_ENABLED.")
        try:
            identity = labeler_identity()
        except ImproperlyConfigured as error:
            raise CommandError(str(error)) from error
        server = LabelServer(
            source=DatabaseSource(identity),
            identity=identity,
            endpoint=settings.LABELER_URL,
            limits=Limits(subscribers=settings.LABELER_SUBSCRIBERS),
        )

        def ready(port: int) -> None:
            self.stdout.write(f"Labels of {identity.did} are served on port {port}.")
            self.stdout.flush()

        try:
            asyncio.run(server.run(host=options["host"], port=options["port"], ready=ready))
        except OSError as error:
            raise CommandError(f"Port {options['port']} cannot be used on {options['host']}: {error}") from error
