"""Accounts that are gone, and whose content goes with them."""

from __future__ import annotations

from django.db import models

from labeling.models.platform import Platform
from labeling.querysets import AuthorErasureQuerySet


class AuthorErasure(models.Model):
    """A platform said that an account is gone: texts, handles and labels of what it posted until then go, too.

    `handed_in_at` is when it was said: what was handed in before and is labelled later finds this row and is treated
    as deleted. `requested_at` is when it was written down; content first seen until then is erased. `items` and
    `labels` count what was, so far. The row is erased when nothing older can come any more.
    """

    # The unique constraint below already is an index that begins with the platform.
    platform = models.ForeignKey(Platform, on_delete=models.CASCADE, related_name="+", db_index=False)
    external_id = models.CharField(max_length=255)
    handed_in_at = models.DateTimeField()
    requested_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    items = models.PositiveIntegerField(default=0)
    labels = models.PositiveIntegerField(default=0)

    objects = AuthorErasureQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["platform", "external_id"], name="author_is_erased_once"),
        ]
        indexes = [
            # Read by workers: which account is next?
            models.Index(fields=["requested_at"], condition=models.Q(finished_at=None), name="erasure_unfinished"),
        ]

    def __str__(self) -> str:
        return f"{self.platform_id}:{self.pk}"
