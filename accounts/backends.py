"""Who signs in. What they may do is no backend's business: `accounts.permissions` alone decides it."""

from __future__ import annotations

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend


class SignInBackend(AuthenticationBackend):  # type: ignore[misc]  # it ships no types
    """Knows people by address and password, and grants nothing.

    Django's own backend, which allauth's extends, would look for model permissions and groups, which nobody has here,
    with two queries on every page of the workspace.
    """

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        """Never."""
        return False

    def has_module_perms(self, user_obj: Any, app_label: str) -> bool:
        """Never."""
        return False
