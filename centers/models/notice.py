"""Urgent notices: a banner on one centre's page for some hours or days."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Final

from django.db import models
from django.db.models.functions import Greatest
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, User
from centers.models.center import ElectionCenter
from centers.querysets import UrgentNoticeQuerySet

#: What is urgent ends: counted from its beginning, or from the last time somebody prolonged it.
LONGEST_NOTICE: Final = dt.timedelta(days=14)


class NoticeKind(models.TextChoices):
    """What a notice is about; the label is its heading."""

    MOVED = "moved", _("Polling stations have moved")
    HOURS = "hours", _("Opening hours have changed")
    DISINFORMATION = "disinformation", _("Beware of false information")
    OTHER = "other", _("Important notice")


class UrgentNotice(models.Model):
    """A banner that one publisher put up at once, and another one looks at afterwards.

    `text` is plain text, translated; an empty line begins a new paragraph. It is shown from `starts_at` (inclusive) to
    `expires_at` (exclusive) unless withdrawn. `public_id` is made with the form: a form sent twice is one notice.
    `extended_at` is when somebody last prolonged it.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True)
    center = models.ForeignKey(ElectionCenter, on_delete=models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=20, choices=NoticeKind)
    text = models.TextField(blank=True)
    translation_origin = models.JSONField(default=dict, blank=True)
    source_url = models.URLField(max_length=500)
    starts_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    extended_at = models.DateTimeField(null=True, blank=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    published_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    published_at = models.DateTimeField()
    reviewed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    reviewed_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = models.Manager.from_queryset(UrgentNoticeQuerySet)()

    class Meta:
        ordering = ["-published_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=models.Q(kind__in=NoticeKind.values), name="notice_kind_is_known"),
            models.CheckConstraint(
                condition=models.Q(source_url__regex=r"^https?://"), name="notice_source_is_a_web_address"
            ),
            models.CheckConstraint(
                condition=models.Q(expires_at__gt=models.F("starts_at")), name="notice_ends_after_it_begins"
            ),
            # A banner that nobody takes down must come down by itself. PostgreSQL's GREATEST ignores nulls.
            models.CheckConstraint(
                condition=models.Q(expires_at__lte=Greatest("starts_at", "extended_at") + LONGEST_NOTICE),
                name="notice_is_not_for_long",
            ),
            # The second pair of eyes is another person's.
            models.CheckConstraint(
                condition=models.Q(reviewed_by=None, reviewed_at=None)
                | models.Q(reviewed_by__isnull=False, reviewed_at__isnull=False)
                & ~models.Q(reviewed_by=models.F("published_by")),
                name="notice_is_reviewed_by_another",
            ),
            models.CheckConstraint(
                condition=models.Q(withdrawn_by=None, withdrawn_at=None)
                | models.Q(withdrawn_by__isnull=False, withdrawn_at__isnull=False),
                name="notice_withdrawal_names_who_and_when",
            ),
        ]
        indexes = [
            # Read twice a second by every web process, and by the desk.
            models.Index(
                fields=["expires_at"], condition=models.Q(withdrawn_at=None), name="notice_not_withdrawn_by_end"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.center}: {self.kind} until {self.expires_at:%Y-%m-%d %H:%M}"

    def is_over(self, now: dt.datetime) -> bool:
        """Whether no voter sees it any more."""
        return self.withdrawn_at is not None or self.expires_at <= now
