"""Whether somebody may do what they ask for: the first thing a service for people looks at."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied

from accounts.models import User


def permission_require(user: User | None, name: str) -> None:
    """Raise `PermissionDenied` unless `user` has the permission.

    `None` is whoever can run commands on the server, and may do everything; a view always has a user.
    """
    if user is not None and not user.has_perm(name):
        raise PermissionDenied(f"This takes the permission {name}.")
