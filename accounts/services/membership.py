"""Ending a role, and helping a member who lost their second factor."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from accounts.audit import acting
from accounts.models import Membership, User


def membership_end(*, actor: User, membership: Membership) -> None:
    """Take a role away. Raises `PermissionDenied`, and `ValidationError` for one's own: nobody locks themselves out."""
    if not actor.has_perm("accounts.manage_members", membership):
        raise PermissionDenied
    if membership.user_id == actor.pk:
        raise ValidationError("You cannot take your own role away. Ask a colleague.")
    with acting(by=actor, reason="Role taken back"):
        membership.delete()


@transaction.atomic
def second_factors_remove(*, actor: User, member: User) -> int:
    """Remove all second factors of `member` and end their sessions, so that they set up new ones at the next sign-in.

    For administrators, who have made sure who asks. Raises `PermissionDenied`; answers how many were removed.
    """
    if not actor.is_active or not actor.is_superuser:
        raise PermissionDenied
    removed: int = Authenticator.objects.filter(user=member).delete()[0]
    for session in UserSession.objects.filter(user=member):
        session.end()
    return removed
