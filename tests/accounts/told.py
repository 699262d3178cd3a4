"""Notifications for tests."""

from __future__ import annotations

from accounts.models import Notification, NotificationKind, User
from accounts.services.notification import notify
from centers.models import Jurisdiction

TITLE = "A proposal waits for your decision: answer “When do we vote?”"


def given_notification(
    user: User,
    *,
    kind: NotificationKind = NotificationKind.PROPOSAL_WAITS,
    subject: str = "",
    place: Jurisdiction | None = None,
    title: str = TITLE,
) -> Notification:
    """One unread notification."""
    subject = subject or f"proposal:{1 + Notification.objects.count()}"
    notify(recipients=[user], kind=kind, subject=subject, title=title, path="/staff/", place=place)
    return Notification.objects.get(recipient=user, kind=kind, subject=subject, read_at=None)
