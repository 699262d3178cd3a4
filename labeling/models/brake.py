"""Rules that were taken back to review because they did too much, or too much wrong."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from labeling.models.ruleset import Ruleset
from labeling.querysets import RuleBrakeQuerySet


class BrakeCause(models.TextChoices):
    """What a rule did."""

    SHARE = "share", "Labels more than its share of the stream"
    OVERTURNED = "overturned", "Moderators overturn its labels more often than usual"


class RuleBrake(models.Model):
    """A rule of a set that falls back to review, until a person releases it.

    `figures` are the numbers it stands on: of `share` {"labelled", "items", "share", "limit", "window_seconds"}, of
    `overturned` {"decided", "overturned", "usual_decided", "usual_overturned", "p"}; `carried_from` in both is the id
    of the brake it repeats, where a newer set took the same rule over.
    """

    ruleset = models.ForeignKey(Ruleset, on_delete=models.PROTECT, related_name="brakes")
    rule = models.CharField(max_length=200)
    cause = models.CharField(max_length=10, choices=BrakeCause)
    figures = models.JSONField(default=dict)
    engaged_at = models.DateTimeField()
    released_at = models.DateTimeField(null=True, blank=True)
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    release_reason = models.CharField(max_length=1000, blank=True)

    objects = RuleBrakeQuerySet.as_manager()

    class Meta:
        ordering = ["-engaged_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=models.Q(cause__in=BrakeCause.values), name="brake_cause_is_known"),
            # Workers that look at the same moment engage it once.
            models.UniqueConstraint(
                fields=["ruleset", "rule"], condition=models.Q(released_at=None), name="brake_is_engaged_once"
            ),
            models.CheckConstraint(
                condition=models.Q(released_at=None, released_by=None, release_reason="")
                | (models.Q(released_at__isnull=False) & ~models.Q(release_reason="")),
                name="brake_release_has_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ruleset_id}/{self.rule}: {self.cause}"
