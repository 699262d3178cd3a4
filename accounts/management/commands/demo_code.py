"""`manage.py demo_code`: the code an authenticator app would show for the demo logins now."""

from __future__ import annotations

import time
from typing import Any

from allauth.mfa import app_settings
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError

from accounts.services import demo_secret


class Command(BaseCommand):
    """The second step of signing in as a demo user; each login takes each code once."""

    help = "Print the code that signs the demo logins of `make run` in now. Not in production."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Print six digits and for how long they hold."""
        try:
            secret = demo_secret()
        except ImproperlyConfigured as error:
            raise CommandError(str(error)) from error
        period = app_settings.TOTP_PERIOD
        step, passed = divmod(int(time.time()), period)
        self.stdout.write(format_hotp_value(hotp_value(secret, step)))
        self.stderr.write(f"The next one comes in {period - passed} s.")
