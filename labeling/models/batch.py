"""What platforms handed in, stored before it is acknowledged."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from labeling.models.platform import Platform
from labeling.querysets import IntakeBatchQuerySet


class BatchState(models.TextChoices):
    """Where a batch stands."""

    RECEIVED = "received", _("Waiting for a worker")
    WORKING = "working", _("A worker has it")
    DONE = "done", _("Labelled")
    POISON = "poison", _("Set aside with its error")


class IntakeBatch(models.Model):
    """The items of one request. This row is the truth; the message about it only wakes a worker.

    `payload` holds the accepted items as JSON (`labeling.services.payload`), and is erased when the batch is done: what
    matches nothing leaves nothing behind. `due_at` is when somebody should look at the batch (again) if it is still
    unfinished. `attempts` counts the times a worker began, committed before the work, so that
    a batch that kills its worker is counted too. `sent_at` is when the sweeper last woke a worker for it. `replayed_at`
    and `replay_count` record that an operator put it back after it had been set aside.
    """

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    platform = models.ForeignKey(Platform, on_delete=models.PROTECT, related_name="batches")
    state = models.CharField(max_length=10, choices=BatchState, default=BatchState.RECEIVED)
    payload = models.BinaryField(null=True)
    digest = models.BinaryField(max_length=32)
    item_count = models.PositiveIntegerField()
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.TextField(blank=True)
    split_from = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="set_aside",
    )
    received_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    claimed_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    replayed_at = models.DateTimeField(null=True, blank=True)
    # Also in the database: the version before this field keeps writing while the new one is rolled out.
    replay_count = models.PositiveSmallIntegerField(default=0, db_default=0)
    matched_count = models.PositiveIntegerField(default=0)
    label_count = models.PositiveIntegerField(default=0)
    repeated_count = models.PositiveIntegerField(default=0)
    failed_count = models.PositiveIntegerField(default=0)

    objects = IntakeBatchQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=models.Q(state__in=BatchState.values), name="batch_state_is_known"),
            models.CheckConstraint(
                condition=~models.Q(state__in=[BatchState.RECEIVED, BatchState.WORKING])
                | models.Q(payload__isnull=False),
                name="batch_unfinished_has_its_items",
            ),
            # Content that matched nothing must not survive its batch, whoever ends it.
            models.CheckConstraint(
                condition=~models.Q(state=BatchState.DONE) | models.Q(payload=None, finished_at__isnull=False),
                name="batch_done_keeps_no_items",
            ),
            # A platform that repeats a request it got no answer to is told of the batch already waiting.
            models.UniqueConstraint(
                fields=["platform", "digest"],
                condition=models.Q(state__in=[BatchState.RECEIVED, BatchState.WORKING]),
                name="batch_waits_once",
            ),
        ]
        indexes = [
            # Read by the sweeper every few seconds: only unfinished batches, whatever the size of the history.
            models.Index(
                fields=["due_at"],
                condition=models.Q(state__in=[BatchState.RECEIVED, BatchState.WORKING]),
                name="batch_unfinished_by_due",
            ),
            # Read when something is deleted: does anything handed in before still wait, or stand aside?
            models.Index(
                fields=["platform", "id"], condition=~models.Q(state=BatchState.DONE), name="batch_not_done_by_platform"
            ),
            # Read at each hand-in of a platform with a quota: what it handed in during the last minute.
            models.Index(
                fields=["platform", "received_at"],
                include=["item_count"],
                condition=models.Q(split_from=None),
                name="batch_by_platform_and_time",
            ),
            # Read by operators: how much was labelled during the last minutes.
            models.Index(fields=["finished_at"], condition=models.Q(state=BatchState.DONE), name="batch_done_by_time"),
        ]

    def __str__(self) -> str:
        return str(self.public_id)
