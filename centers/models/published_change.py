"""What was published: the history of every fact that people changed."""

from __future__ import annotations

from django.db import models

from accounts.models import Organisation, User
from centers.models.jurisdiction import Jurisdiction
from centers.models.proposal import Proposal, ProposalAction


class PublishedChange(models.Model):
    """One change of a published record. Lines are only ever added: a trigger in the database refuses all else.

    `before` and `after` hold the values of the fields that changed, as `centers.curation` writes them. `published_by`
    is for auditors; the public is told the organisation, never a person's name. A change of what nobody reviewed
    beforehand (an urgent notice) has no `proposal`. `undoes` is the change that this one takes back.
    """

    jurisdiction = models.ForeignKey(Jurisdiction, on_delete=models.PROTECT, related_name="published_changes")
    record = models.CharField(max_length=700)
    action = models.CharField(max_length=10, choices=ProposalAction)
    before = models.JSONField()
    after = models.JSONField()
    source = models.TextField()
    reason = models.TextField()
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    proposal = models.ForeignKey(
        Proposal, on_delete=models.PROTECT, null=True, blank=True, related_name="published_changes"
    )
    undoes = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="undone_by")
    published_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    published_at = models.DateTimeField()

    class Meta:
        ordering = ["-published_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(action__in=ProposalAction.values), name="published_change_action_is_known"
            ),
        ]
        indexes = [
            # Read by the history and the feed of a centre.
            models.Index(fields=["jurisdiction", "-published_at"], name="published_change_by_place"),
            # Read by the history of one record, and before an undo.
            models.Index(fields=["record", "-id"], name="published_change_by_record"),
        ]

    def __str__(self) -> str:
        return f"{self.record}: {self.action}"
