"""Writes on accounts."""

from accounts.services.demo import DEMO_ORGANISATION, DemoLogin, demo_secret, demo_users_ensure
from accounts.services.invitation import (
    InvitationClosedError,
    MailFailedError,
    invitation_accept,
    invitation_read,
    invitation_send,
    invitation_token,
    invitation_withdraw,
)
from accounts.services.membership import membership_end, second_factors_remove

__all__ = [
    "DEMO_ORGANISATION",
    "DemoLogin",
    "InvitationClosedError",
    "MailFailedError",
    "demo_secret",
    "demo_users_ensure",
    "invitation_accept",
    "invitation_read",
    "invitation_send",
    "invitation_token",
    "invitation_withdraw",
    "membership_end",
    "second_factors_remove",
]
