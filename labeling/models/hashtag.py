"""Which hashtags labelled content carries, hour by hour, and those that suddenly rise."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from centers.models import Jurisdiction
from labeling.models.content import ContentItem
from labeling.models.ruleset import Ruleset
from labeling.querysets import EmergingHashtagQuerySet, HashtagHourQuerySet

#: Longer hashtags are not counted, in code points.
MAX_COUNTED_TAG = 100


class HashtagHour(models.Model):
    """How many labelled items of a jurisdiction carried a hashtag during one hour (which begins at `hour`).

    `tag` is the hashtag's folded key, `written` a way it is spelled. Only the most frequent hashtags of an hour are
    kept, and only for some days.
    """

    jurisdiction = models.ForeignKey(Jurisdiction, on_delete=models.CASCADE, related_name="+", db_index=False)
    tag = models.CharField(max_length=MAX_COUNTED_TAG)
    written = models.CharField(max_length=MAX_COUNTED_TAG)
    hour = models.DateTimeField()
    count = models.PositiveBigIntegerField()

    objects = HashtagHourQuerySet.as_manager()

    class Meta:
        constraints = [
            # Read when a tag is scored: its hours.
            models.UniqueConstraint(fields=["jurisdiction", "tag", "hour"], name="hashtag_is_counted_once_an_hour"),
        ]
        indexes = [
            # Read when an hour is cut down to its most frequent tags, and by erasure.
            models.Index(fields=["hour", "jurisdiction", "-count"], name="hashtag_hour_by_count"),
        ]

    def __str__(self) -> str:
        return f"{self.written} {self.hour:%Y-%m-%d %H}: {self.count}"


class EmergingState(models.TextChoices):
    """What became of a hashtag that was noticed."""

    PROPOSED = "proposed", "Waiting for a decision"
    ACCEPTED = "accepted", "Accepted: a rule was drafted"
    DISMISSED = "dismissed", "Dismissed"


class EmergingHashtag(models.Model):
    """A hashtag that labelled content suddenly carries and no live rule knows, proposed to moderators.

    `observed` items carried it in the hour that began at `hour`, `expected` would have been usual, and `score` is
    (observed - expected)² / expected then; it halves as time passes (`labeling.emerging`). `examples` are stored items:
    what is erased of them is gone from here, too. `ruleset` is the draft that the rule of an accepted one went into.
    """

    jurisdiction = models.ForeignKey(
        Jurisdiction, on_delete=models.CASCADE, related_name="emerging_hashtags", db_index=False
    )
    tag = models.CharField(max_length=MAX_COUNTED_TAG)
    written = models.CharField(max_length=MAX_COUNTED_TAG)
    hour = models.DateTimeField()
    observed = models.PositiveBigIntegerField()
    expected = models.FloatField()
    score = models.FloatField()
    examples = models.ManyToManyField(ContentItem, related_name="+", blank=True)
    proposed_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=EmergingState, default=EmergingState.PROPOSED)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=1000, blank=True)
    ruleset = models.ForeignKey(Ruleset, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    objects = EmergingHashtagQuerySet.as_manager()

    class Meta:
        ordering = ["-score", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=EmergingState.values), name="emerging_hashtag_state_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(state=EmergingState.PROPOSED, decided_by=None, decided_at=None, reason="")
                | (
                    ~models.Q(state=EmergingState.PROPOSED)
                    & models.Q(decided_by__isnull=False, decided_at__isnull=False)
                    & ~models.Q(reason="")
                ),
                name="emerging_hashtag_decision_names_who_when_why",
            ),
            models.UniqueConstraint(
                fields=["jurisdiction", "tag"],
                condition=models.Q(state=EmergingState.PROPOSED),
                name="emerging_hashtag_is_proposed_once",
            ),
        ]
        indexes = [
            # Read when hashtags are proposed: was this one decided lately?
            models.Index(fields=["jurisdiction", "tag", "-decided_at"], name="emerging_hashtag_decided"),
        ]

    def __str__(self) -> str:
        return f"#{self.written} ({self.state})"

    def examples_kept(self) -> models.QuerySet[ContentItem]:
        """The examples that have not been erased since, with their platforms."""
        return self.examples.filter(erased_at=None).select_related("platform").order_by("-id")
