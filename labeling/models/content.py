"""Content that was labelled, and the small sample of content that need not be."""

from __future__ import annotations

from django.db import models

from labeling.models.account import Account
from labeling.models.platform import Platform
from labeling.querysets import ContentItemQuerySet


class ContentItem(models.Model):
    """One video or post that matched a rule.

    `revision` is the newest one seen; an older one that arrives late changes nothing. When the platform deletes the
    item, a revision matches nothing any more, or the time for keeping it has passed, `text` and everything about the
    author is erased and only the row its label's history hangs on remains.
    """

    # The unique constraint below already is an index that begins with the platform.
    # A trigger checks it, once for a statement that writes thousands of items.
    platform = models.ForeignKey(
        Platform, on_delete=models.PROTECT, related_name="items", db_index=False, db_constraint=False
    )
    external_id = models.CharField(max_length=255)
    revision = models.BigIntegerField(default=0)
    text = models.TextField(blank=True)
    hashtags = models.JSONField(default=list, blank=True)
    lang = models.CharField(max_length=35, blank=True)
    region = models.CharField(max_length=35, blank=True)
    author = models.ForeignKey(Account, on_delete=models.SET_NULL, null=True, blank=True, related_name="items")
    url = models.CharField(max_length=2000, blank=True)
    media = models.JSONField(default=list, blank=True)
    metrics = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField()
    first_seen_at = models.DateTimeField(auto_now_add=True)
    erased_at = models.DateTimeField(null=True, blank=True)

    objects = ContentItemQuerySet.as_manager()

    class Meta:
        indexes = [
            # Read once an hour: whose words have been kept long enough?
            models.Index(fields=["first_seen_at"], condition=models.Q(erased_at=None), name="item_kept_by_age"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["platform", "external_id"], name="item_is_known_once"),
            models.CheckConstraint(condition=models.Q(revision__gte=0), name="item_revision_is_not_negative"),
            models.CheckConstraint(
                condition=models.Q(erased_at=None) | models.Q(text="", author=None, url="", media=[], hashtags=[]),
                name="item_erased_holds_nothing",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.platform_id}:{self.external_id}"

    @property
    def uri(self) -> str:
        """`platform:external_id`, as the label look-up takes it; needs the platform loaded."""
        return f"{self.platform.key}:{self.external_id}"


class SampledItem(models.Model):
    """A text kept at random, so that new rules can be tried against what really flows in.

    Neither who wrote it nor which item it was is kept, names and addresses in it are blanked out, and the day is all
    that is known of its time.
    """

    text = models.TextField()
    lang = models.CharField(max_length=35, blank=True)
    region = models.CharField(max_length=35, blank=True)
    sampled_on = models.DateField(db_index=True)

    def __str__(self) -> str:
        return f"{self.sampled_on}/{self.pk}"
