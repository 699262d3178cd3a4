"""Files that somebody has sent and not yet confirmed."""

from __future__ import annotations

import uuid

from django.db import models

from accounts.models import User
from centers.models.jurisdiction import Jurisdiction


class UploadKind(models.TextChoices):
    """What is in the file."""

    XLIFF = "xliff", "Translations (XLIFF 1.2 or 2.0)"
    SOURCES = "sources", "Trusted sources (CSV)"
    DATES = "dates", "Key dates (CSV)"


class HeldUpload(models.Model):
    """A file between its preview and its confirmation: kept for its sender, and for an hour only.

    `applied_at` is when it was confirmed; `proposals` are the ids of what it became, so that a second press leads to
    the same ones. The content goes when it was confirmed.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    jurisdiction = models.ForeignKey(Jurisdiction, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=10, choices=UploadKind)
    name = models.CharField(max_length=200, blank=True)
    content = models.BinaryField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)
    applied_at = models.DateTimeField(null=True, blank=True)
    proposals = models.JSONField(default=list, blank=True, db_default=[])

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(condition=models.Q(kind__in=UploadKind.values), name="upload_kind_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.public_id}"
