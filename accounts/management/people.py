"""People as operators name them on the command line."""

from __future__ import annotations

from django.core.management import CommandError

from accounts.models import User


def user_named(email: str) -> User:
    """Who signs in with `email`, whatever its case. Raises `CommandError` when nobody does, or may no longer."""
    user = User.objects.filter(email__iexact=email, is_active=True).first()
    if user is None:
        raise CommandError(f"Nobody signs in as {email}.")
    return user
