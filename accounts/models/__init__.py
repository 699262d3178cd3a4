"""Who is here: users, the organisations they belong to, and the roles they hold there."""

from accounts.models.invitation import Invitation
from accounts.models.membership import Membership, Role
from accounts.models.notification import Digest, MailMode, Notification, NotificationChoice, NotificationKind
from accounts.models.organisation import Organisation, OrganisationKind
from accounts.models.user import User

__all__ = [
    "Digest",
    "Invitation",
    "MailMode",
    "Membership",
    "Notification",
    "NotificationChoice",
    "NotificationKind",
    "Organisation",
    "OrganisationKind",
    "Role",
    "User",
]
