"""What waits on a member, told in the workspace and, if they like, by mail."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

from django.db import models
from django.utils import timezone

from accounts.models.user import User

#: For how long a notification is kept, read or not.
KEPT: Final = dt.timedelta(days=180)


class NotificationKind(models.TextChoices):
    """What happened, as the member who is told reads it in their settings."""

    PROPOSAL_WAITS = "proposal_waits", "A proposal waits for my decision"
    PROPOSAL_SENT_BACK = "proposal_sent_back", "My proposal was sent back"
    PROPOSAL_APPROVED = "proposal_approved", "My proposal was approved"
    PROPOSAL_REJECTED = "proposal_rejected", "My proposal was rejected"
    PROPOSAL_COMMENTED = "proposal_commented", "Somebody commented on a proposal I took part in"
    PUBLICATION_FAILED = "publication_failed", "A planned publication, or its end, could not be made"
    CHANGE_UNDONE = "change_undone", "A change of mine was taken back"
    NOTICE_TO_REVIEW = "notice_to_review", "An urgent notice waits for a second pair of eyes"
    FACTS_STALE = "facts_stale", "Facts are past their review date"
    LINKS_BROKEN = "links_broken", "Links of a centre are broken"
    INVITATION_ACCEPTED = "invitation_accepted", "Somebody I invited has joined"
    CLAIM_OFFERED = "claim_offered", "A claim is brought to my fact-checking organisation"
    CLAIM_UNANSWERED = "claim_unanswered", "No fact-checker took a claim"


class MailMode(models.TextChoices):
    """Whether a notification is mailed too."""

    NOW = "now", "At once"
    DIGEST = "digest", "In the daily mail"
    OFF = "off", "Not by mail"


#: What cannot wait until tomorrow, and what nobody needs a mail for; the rest goes into the daily mail.
_DEFAULTS: Final = {
    NotificationKind.NOTICE_TO_REVIEW: MailMode.NOW,
    NotificationKind.PUBLICATION_FAILED: MailMode.NOW,
    NotificationKind.CLAIM_OFFERED: MailMode.NOW,
    NotificationKind.CLAIM_UNANSWERED: MailMode.NOW,
    NotificationKind.PROPOSAL_APPROVED: MailMode.OFF,
    NotificationKind.PROPOSAL_COMMENTED: MailMode.OFF,
    NotificationKind.INVITATION_ACCEPTED: MailMode.OFF,
}


class NotificationQuerySet(models.QuerySet["Notification"]):
    """Notifications."""

    def of(self, user: User) -> NotificationQuerySet:
        """A member's own."""
        return self.filter(recipient=user)

    def unread(self) -> NotificationQuerySet:
        """Those not looked at yet, nor settled by somebody else."""
        return self.filter(read_at=None)

    def to_mail(self, mode: MailMode) -> NotificationQuerySet:
        """What still waits to be mailed in this way; what was read meanwhile needs no mail."""
        return self.unread().filter(mailed_at=None, mail=mode, recipient__is_active=True)


class Notification(models.Model):
    """One thing one member is told.

    `subject` names what it is about (`proposal:12`, `answer:ie/when`): the same is told once until it was read, and
    settled for everybody when it needs nobody any more. `path` leads to it within the workspace. `mail` is what the
    member had chosen for this kind when it was made.
    """

    recipient = models.ForeignKey(User, on_delete=models.CASCADE, related_name="notifications")
    kind = models.CharField(max_length=30, choices=NotificationKind)
    place = models.ForeignKey(
        "centers.Jurisdiction", on_delete=models.CASCADE, null=True, blank=True, related_name="notifications"
    )
    subject = models.CharField(max_length=700)
    title = models.CharField(max_length=250)
    path = models.CharField(max_length=500)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    read_at = models.DateTimeField(null=True, editable=False)
    mail = models.CharField(max_length=6, choices=MailMode, default=MailMode.DIGEST)
    mailed_at = models.DateTimeField(null=True, editable=False)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=NotificationKind.values), name="notification_kind_is_known"
            ),
            models.CheckConstraint(condition=models.Q(mail__in=MailMode.values), name="notification_mail_is_known"),
            models.CheckConstraint(
                condition=models.Q(path__startswith="/staff/"), name="notification_leads_into_workspace"
            ),
            models.UniqueConstraint(
                fields=["recipient", "kind", "subject"],
                condition=models.Q(read_at=None),
                name="notification_is_told_once_until_read",
            ),
        ]
        indexes = [
            # Read by the member's list.
            models.Index(fields=["recipient", "-created_at"], name="notification_by_recipient"),
            # Read by beat every minute.
            models.Index(
                fields=["mail", "recipient"],
                condition=models.Q(read_at=None, mailed_at=None) & ~models.Q(mail=MailMode.OFF),
                name="notification_to_mail",
            ),
            # Read when something is settled for everybody.
            models.Index(fields=["subject"], condition=models.Q(read_at=None), name="notification_by_subject"),
            # Read by the daily erasure.
            models.Index(fields=["created_at"], name="notification_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.subject}"


class NotificationChoice(models.Model):
    """What one member wants by mail. Whoever has none gets the defaults.

    `modes` maps a kind to a `MailMode` where it is not the default; `is_off` stops all mail about the work.
    """

    user = models.OneToOneField(User, on_delete=models.CASCADE, primary_key=True, related_name="notification_choice")
    is_off = models.BooleanField(default=False, db_default=False)
    modes = models.JSONField(default=dict, blank=True, db_default={})

    def __str__(self) -> str:
        return f"{self.user_id}"

    def mode(self, kind: str) -> MailMode:
        """How notifications of `kind` reach this member."""
        if self.is_off:
            return MailMode.OFF
        chosen: Any = self.modes.get(kind)
        return MailMode(chosen) if chosen in MailMode.values else mail_default(kind)


class Digest(models.Model):
    """That a member got their mail of a day: nobody gets two."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="digests")
    day = models.DateField()
    sent_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "day"], name="digest_is_sent_once_a_day")]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.day}"


def mail_default(kind: str) -> MailMode:
    """How a kind is mailed when the member has not chosen."""
    return _DEFAULTS.get(NotificationKind(kind), MailMode.DIGEST)
