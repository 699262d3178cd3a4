"""What somebody was writing when they left."""

from __future__ import annotations

from django.db import models

from accounts.models import User
from centers.models.jurisdiction import Jurisdiction


class RecordDraft(models.Model):
    """A form of the desk that was not sent yet. Its owner's alone: nobody else is shown it.

    `record` names what it is about (`answer:fr/when`, or `proposal:12` for one that is being revised). `entered` holds
    the form's values by input name, each a list as browsers send them, with what its author saw at the time (`base`).
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="record_drafts")
    jurisdiction = models.ForeignKey(Jurisdiction, on_delete=models.CASCADE, related_name="record_drafts")
    record = models.CharField(max_length=700)
    entered = models.JSONField()
    updated_at = models.DateTimeField()

    class Meta:
        ordering = ["-updated_at"]
        constraints = [models.UniqueConstraint(fields=["user", "record"], name="record_draft_is_kept_once")]
        # Read by beat every day: what is too old.
        indexes = [models.Index(fields=["updated_at"], name="record_draft_by_age")]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.record}"
