"""What moderators must decide, why it came to them, and what they decided."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from centers.models import Jurisdiction
from labeling.models.content import ContentItem
from labeling.models.label import Label
from labeling.models.policy import Policy
from labeling.querysets import ReviewTaskQuerySet


class TaskState(models.TextChoices):
    """Whether somebody still has to decide."""

    OPEN = "open", "Waiting"
    DECIDED = "decided", "Decided"
    CLOSED = "closed", "Closed without a decision"


class SignalKind(models.TextChoices):
    """Why something comes to a moderator."""

    UNSURE = "unsure", "The machine is not sure"
    HASHTAG = "hashtag", "Rising hashtag"
    BRAKE = "brake", "A brake holds the rule"
    REPORT = "report", "Reported"
    APPEAL = "appeal", "Appealed"
    FACT_CHECK = "fact_check", "Fact-check"
    TRUSTED_FLAGGER = "trusted_flagger", "Trusted flagger"
    RAPID_RESPONSE = "rapid_response", "Rapid response"
    QUALITY = "quality", "Quality control"


class ReviewTask(models.Model):
    """One thing a moderator decides, mostly an item; an item has at most one open task, which further signals join.

    `uri` is `platform:id`, also of content that is not known here (`item` is then empty). `rank` orders the queue
    (`labeling.review.priority`), `factors` say what it was made of. `version` counts what changed about the task: a
    decision carries the version its moderator saw. A lease (`claimed_by`, `claimed_until`) is short and renewed while
    its holder works; one that ran out is anybody's. `barred` are the users who may not decide, `skipped_by` those who
    passed it on since it last changed. `is_sensitive` is what any of its signals made of it: its content stays hidden
    until somebody asks for it. A rising hashtag has the uri `hashtag:place:tag`. A blind task (`is_blind`, see
    `QualityCheck`) looks like any other, of the kind that the decision it repeats was of; what is decided in it changes
    no label, and further signals pass it by.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    item = models.ForeignKey(ContentItem, on_delete=models.CASCADE, null=True, blank=True, related_name="review_tasks")
    uri = models.CharField(max_length=320)
    jurisdiction = models.ForeignKey(Jurisdiction, on_delete=models.PROTECT, related_name="review_tasks")
    language = models.CharField(max_length=8, blank=True)
    policy = models.ForeignKey(Policy, on_delete=models.PROTECT, related_name="tasks")
    kind = models.CharField(max_length=20, choices=SignalKind)
    state = models.CharField(max_length=10, choices=TaskState, default=TaskState.OPEN)
    is_blind = models.BooleanField(default=False, db_default=False)
    severity = models.PositiveSmallIntegerField()
    is_sensitive = models.BooleanField(default=False, db_default=False)
    signal_count = models.PositiveIntegerField(default=0)
    rank = models.FloatField()
    factors = models.JSONField(default=dict)
    version = models.PositiveIntegerField(default=1)
    barred = ArrayField(models.BigIntegerField(), default=list, blank=True)
    skipped_by = ArrayField(models.BigIntegerField(), default=list, blank=True)
    claimed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="claimed_tasks"
    )
    claimed_at = models.DateTimeField(null=True, blank=True)
    claimed_until = models.DateTimeField(null=True, blank=True)
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    closed_because = models.CharField(max_length=200, blank=True, db_default="")

    objects = ReviewTaskQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["uri"],
                condition=models.Q(state=TaskState.OPEN, is_blind=False),
                name="review_task_is_open_once",
            ),
            models.CheckConstraint(condition=models.Q(state__in=TaskState.values), name="review_task_state_is_known"),
            models.CheckConstraint(condition=models.Q(kind__in=SignalKind.values), name="review_task_kind_is_known"),
            models.CheckConstraint(
                condition=models.Q(severity__gte=1, severity__lte=5), name="review_task_severity_is_in_its_scale"
            ),
            models.CheckConstraint(
                condition=models.Q(state=TaskState.OPEN, ended_at=None)
                | (~models.Q(state=TaskState.OPEN) & models.Q(ended_at__isnull=False)),
                name="review_task_ended_says_when",
            ),
            models.CheckConstraint(
                condition=models.Q(claimed_by=None, claimed_until=None)
                | models.Q(claimed_by__isnull=False, claimed_until__isnull=False)
                # The holder's account may have been deleted.
                | models.Q(claimed_by=None),
                name="review_task_lease_has_an_end",
            ),
        ]
        indexes = [
            # Read by whoever takes the next task: everywhere, and in one place.
            models.Index(fields=["-rank"], condition=models.Q(state=TaskState.OPEN), name="review_task_next"),
            models.Index(
                fields=["jurisdiction", "language", "-rank"],
                condition=models.Q(state=TaskState.OPEN),
                name="review_task_next_by_place",
            ),
            # Read by moderators of all places who read a language that is rare in the queue: it lies deep in the order.
            models.Index(
                fields=["language", "-rank"],
                condition=models.Q(state=TaskState.OPEN),
                name="review_task_next_by_language",
            ),
            # Read by the overview: what should have been decided by now.
            models.Index(fields=["due_at"], condition=models.Q(state=TaskState.OPEN), name="review_task_due"),
            # Read by the leases somebody holds.
            models.Index(
                fields=["claimed_until"],
                condition=models.Q(state=TaskState.OPEN, claimed_by__isnull=False),
                name="review_task_claimed",
            ),
            # Read by figures.
            models.Index(fields=["ended_at"], condition=~models.Q(state=TaskState.OPEN), name="review_task_by_end"),
        ]

    def __str__(self) -> str:
        return f"{self.uri} ({self.state})"


class ReviewSignal(models.Model):
    """One reason why a task is there. `source` names what it came from, so that it joins once: `label:12`."""

    task = models.ForeignKey(ReviewTask, on_delete=models.CASCADE, related_name="signals", db_index=False)
    kind = models.CharField(max_length=20, choices=SignalKind)
    source = models.CharField(max_length=60)
    label = models.ForeignKey(Label, on_delete=models.CASCADE, null=True, blank=True, related_name="signals")
    count = models.PositiveIntegerField(default=1)
    detail = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["task", "source"], name="review_signal_joins_once"),
            models.CheckConstraint(condition=models.Q(kind__in=SignalKind.values), name="review_signal_kind_is_known"),
            models.CheckConstraint(condition=models.Q(count__gte=1), name="review_signal_counts"),
        ]
        indexes = [
            # Read by figures.
            models.Index(
                fields=["created_at"], condition=models.Q(kind=SignalKind.APPEAL), name="review_signal_appeals"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.task_id}: {self.source}"


class ReviewAction(models.TextChoices):
    """What a moderator did with a task."""

    APPLY = "apply", "Labels applied"
    REJECT = "reject", "Labels rejected"
    CHANGE = "change", "Label changed"
    ESCALATE = "escalate", "Escalated"
    CLOSE = "close", "Closed without a decision"
    UNDO = "undo", "Decision undone"


class BulkDecision(models.Model):
    """Similar items decided together; undone as one."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    count = models.PositiveIntegerField()
    decided_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(count__gte=1), name="bulk_decision_is_of_some")]

    def __str__(self) -> str:
        return f"{self.public_id}: {self.count}"


class ReviewDecision(models.Model):
    """One line of a task's history. Lines are only ever added: a trigger in the database refuses all else.

    `effects` are the labels as they were and became, `{"label", "before", "after"}` with their states, which is what
    an undo brings back. `version` is what its moderator saw, `reason` a code of the policy. `seconds` is how long the
    task was in hand.
    """

    task = models.ForeignKey(ReviewTask, on_delete=models.PROTECT, related_name="decisions")
    action = models.CharField(max_length=10, choices=ReviewAction)
    policy = models.ForeignKey(Policy, on_delete=models.PROTECT, related_name="+", db_index=False)
    reason = models.CharField(max_length=60)
    note = models.CharField(max_length=2000, blank=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="review_decisions")
    version = models.PositiveIntegerField()
    effects = models.JSONField(default=list)
    undoes = models.OneToOneField("self", on_delete=models.PROTECT, null=True, blank=True, related_name="undone_by")
    bulk = models.ForeignKey(BulkDecision, on_delete=models.PROTECT, null=True, blank=True, related_name="decisions")
    seconds = models.FloatField(null=True, blank=True)
    decided_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["user", "-id"], name="review_decision_by_user"),
            # Read by figures.
            models.Index(fields=["decided_at"], name="review_decision_by_time"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(action__in=ReviewAction.values), name="review_decision_action_is_known"
            ),
            models.CheckConstraint(condition=~models.Q(reason=""), name="review_decision_has_a_reason"),
            models.CheckConstraint(
                condition=models.Q(action=ReviewAction.UNDO, undoes__isnull=False)
                | (~models.Q(action=ReviewAction.UNDO) & models.Q(undoes=None)),
                name="review_decision_undoes_one",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.task_id}: {self.action}"

    def label_effects(self) -> list[dict[str, Any]]:
        """What became of labels. A decision on a rising hashtag has effects that are about its rule instead."""
        return [effect for effect in self.effects if "label" in effect]


class ReviewerProfile(models.Model):
    """How a moderator works: the languages they read, and what spares them.

    Without languages they are given what is in no known language only. `left_out` are keys of policies whose tasks
    they do not get unless they ask for that very queue.
    """

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="reviewer_profile")
    languages = ArrayField(models.CharField(max_length=8), default=list, blank=True)
    blur = models.BooleanField(default=True)
    greyscale = models.BooleanField(default=False)
    muted = models.BooleanField(default=True, db_default=True)
    hide_sensitive = models.BooleanField(default=True)
    break_after = models.PositiveSmallIntegerField(default=50)
    left_out = ArrayField(models.CharField(max_length=60), default=list, db_default=[], blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(break_after__gte=10, break_after__lte=180),
                name="reviewer_break_comes_in_minutes_that_help",
            )
        ]

    def __str__(self) -> str:
        return str(self.user_id)


class ReviewExposure(models.Model):
    """That a moderator saw sensitive content on a day (UTC). Kept to spare them, and shown to themselves only.

    Deleted after a month. Others are told sums of at least five people (`labeling.services.review_exposure`).
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    task = models.ForeignKey(ReviewTask, on_delete=models.CASCADE, related_name="exposures")
    day = models.DateField()

    class Meta:
        constraints = [
            # Begins with what is asked for: a moderator's own days. Looking twice at one thing on one day counts once.
            models.UniqueConstraint(fields=["user", "day", "task"], name="review_exposure_counts_once_a_day")
        ]
        indexes = [models.Index(fields=["day"], name="review_exposure_by_day")]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.day}"
