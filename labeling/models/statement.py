"""Why content was restricted, as its platform and the public are told."""

from __future__ import annotations

from django.db import models

from labeling.models.label import Label
from labeling.models.platform import Platform
from labeling.models.review import ReviewDecision

PUID_PATTERN = r"^[a-zA-Z0-9_-]+$"


class StatementOfReasons(models.Model):
    """The statement of reasons for one restriction: one label, one decision.

    `document` is what the EU's DSA Transparency Database takes, without personal data. `basis` is told to the platform
    only: the claim, what was found of it by whom and where to read it, and whether the platform is asked to act.
    `position` is where readers find it: it grows in the order in which statements appear or are withdrawn, and a
    withdrawn one gets a new position. `puid` is the id under which it is submitted, once: `exported_at` says that it
    was.
    """

    puid = models.CharField(max_length=500)
    platform = models.ForeignKey(Platform, on_delete=models.PROTECT, related_name="statements", db_index=False)
    label = models.ForeignKey(Label, on_delete=models.PROTECT, related_name="statements")
    decision = models.ForeignKey(ReviewDecision, on_delete=models.PROTECT, related_name="statements")
    document = models.JSONField()
    basis = models.JSONField(default=dict, db_default={}, blank=True)
    position = models.BigIntegerField()
    created_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_because = models.CharField(max_length=20, blank=True, db_default="")
    exported_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["position"]
        verbose_name_plural = "statements of reasons"
        constraints = [
            models.UniqueConstraint(fields=["puid"], name="statement_puid_is_given_once"),
            models.UniqueConstraint(fields=["label", "decision"], name="statement_is_made_once"),
            models.UniqueConstraint(fields=["position"], name="statement_position_is_given_once"),
            models.CheckConstraint(condition=models.Q(puid__regex=PUID_PATTERN), name="statement_puid_is_well_formed"),
            models.CheckConstraint(
                condition=models.Q(withdrawn_at=None, withdrawn_because="")
                | models.Q(withdrawn_at__isnull=False) & models.Q(withdrawn_because__in=["undone", "overturned"]),
                name="statement_withdrawn_says_why",
            ),
        ]
        indexes = [
            # Read by the platform it belongs to.
            models.Index(fields=["platform", "position"], name="statement_by_platform"),
        ]

    def __str__(self) -> str:
        return self.puid
