"""Which content a claim was brought from: fact-checking knows nothing of content, so the link is kept here."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from factcheck.models import Claim
from labeling.models.content import ContentItem
from labeling.models.review import ReviewTask


class ClaimSource(models.Model):
    """A moderator brought a claim out of a task, in the words of its content, a report or a notice.

    `link` is the address of the content that the claim was given as where it was seen. When the content is erased, it
    goes from here and from the claim.
    """

    claim = models.OneToOneField(Claim, on_delete=models.CASCADE, related_name="source")
    task = models.ForeignKey(ReviewTask, on_delete=models.SET_NULL, null=True, related_name="claims")
    item = models.ForeignKey(ContentItem, on_delete=models.SET_NULL, null=True, blank=True, related_name="claims")
    uri = models.CharField(max_length=320, db_index=True)
    link = models.CharField(max_length=2000, blank=True)
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    opened_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [models.CheckConstraint(condition=~models.Q(uri=""), name="claim_source_names_its_content")]
        indexes = [
            # Read every minute: whose address has to go?
            models.Index(fields=["item"], condition=~models.Q(link=""), name="claim_source_with_link"),
        ]

    def __str__(self) -> str:
        return f"{self.claim_id}: {self.uri}"
