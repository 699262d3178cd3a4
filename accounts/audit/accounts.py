"""What of accounts is tracked: who may do what, and never an address, a name or a secret.

A member is a number here. Their address stands in `User` alone, so that erasing the account leaves an audit that
names nobody.
"""

from __future__ import annotations

from accounts.audit import tracked
from accounts.models import Invitation, Membership, Organisation, User


def register_all() -> None:
    """Called once when the app is ready."""
    tracked(Organisation)
    tracked(Membership)
    tracked(
        Invitation,
        fields=(
            "id", "organisation", "role", "jurisdiction", "invited_by", "created_at", "expires_at", "accepted_at",
            "accepted_by", "withdrawn_at",
        ),
    )  # fmt: skip
    tracked(User, fields=("id", "is_active", "is_staff", "is_superuser"))
