"""Decisions that somebody makes once more without knowing it, and items whose right answer is agreed."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from centers.models import Jurisdiction
from labeling.models.content import ContentItem
from labeling.models.policy import Policy
from labeling.models.review import ReviewDecision, ReviewTask, SignalKind
from labeling.querysets import GoldenItemQuerySet, QualityCheckQuerySet


class GoldenItem(models.Model):
    """Decided content whose right answer leads agreed on; it is given to moderators among everything else.

    `outcome` is the agreed answer (`labeling.services.quality_outcome`), `reason` a code of the policy, `why` the
    leads' own words, which moderators read beside their answer afterwards. Items whose words are erased leave the pool.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    decision = models.ForeignKey(ReviewDecision, on_delete=models.PROTECT, related_name="+", db_index=False)
    item = models.ForeignKey(ContentItem, on_delete=models.CASCADE, related_name="+")
    uri = models.CharField(max_length=320)
    jurisdiction = models.ForeignKey(Jurisdiction, on_delete=models.PROTECT, related_name="+", db_index=False)
    language = models.CharField(max_length=8, blank=True)
    policy = models.ForeignKey(Policy, on_delete=models.PROTECT, related_name="+", db_index=False)
    outcome = models.CharField(max_length=200)
    reason = models.CharField(max_length=60)
    why = models.CharField(max_length=900)
    marked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    marked_at = models.DateTimeField()
    retired_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    retired_at = models.DateTimeField(null=True, blank=True)
    retired_because = models.CharField(max_length=900, blank=True)

    objects = GoldenItemQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["uri"], condition=models.Q(retired_at=None), name="golden_item_has_one_answer"
            ),
            models.CheckConstraint(
                condition=~models.Q(outcome="") & ~models.Q(why=""), name="golden_item_says_what_and_why"
            ),
            models.CheckConstraint(
                condition=models.Q(retired_at=None, retired_because="")
                | (models.Q(retired_at__isnull=False) & ~models.Q(retired_because="")),
                name="golden_item_retires_with_a_reason",
            ),
        ]
        indexes = [
            # Read by each draw: what can be given in a language.
            models.Index(fields=["language"], condition=models.Q(retired_at=None), name="golden_item_pool"),
        ]

    def __str__(self) -> str:
        return f"{self.uri}: {self.outcome}"


class CheckKind(models.TextChoices):
    """What an answer is compared with."""

    SECOND = "second", "Blind second decision"
    GOLDEN = "golden", "Golden item"


class CheckState(models.TextChoices):
    """How far a check has come."""

    WAITING = "waiting", "Waits for the second answer"
    AGREED = "agreed", "Decided alike"
    DIFFERED = "differed", "Decided otherwise: waits for a third person"
    SETTLED = "settled", "Decided otherwise, and settled"
    VOID = "void", "Came to nothing"


class QualityCheck(models.Model):
    """A blind task and what its answer is compared with: the first decision, or the agreed answer of a golden item.

    Nothing about it is shown to whoever decides the blind `task`. `settling` is the ordinary task in which a third
    person decides when the two differed. Outcomes are `labeling.services.quality_outcome`'s words. `kind_of_queue`,
    place, language and policy are those of the first decision, and stay when the tasks go.
    """

    kind = models.CharField(max_length=10, choices=CheckKind)
    state = models.CharField(max_length=10, choices=CheckState, default=CheckState.WAITING)
    task = models.OneToOneField(ReviewTask, on_delete=models.PROTECT, related_name="quality_check")
    first = models.OneToOneField(
        ReviewDecision, on_delete=models.PROTECT, null=True, blank=True, related_name="check_as_first"
    )
    golden = models.ForeignKey(GoldenItem, on_delete=models.PROTECT, null=True, blank=True, related_name="checks")
    second = models.OneToOneField(
        ReviewDecision, on_delete=models.PROTECT, null=True, blank=True, related_name="check_as_second"
    )
    settling = models.ForeignKey(
        ReviewTask, on_delete=models.PROTECT, null=True, blank=True, related_name="settles", db_index=False
    )
    final = models.ForeignKey(
        ReviewDecision, on_delete=models.PROTECT, null=True, blank=True, related_name="check_as_final", db_index=False
    )
    first_outcome = models.CharField(max_length=200)
    second_outcome = models.CharField(max_length=200, blank=True)
    final_outcome = models.CharField(max_length=200, blank=True)
    kind_of_queue = models.CharField(max_length=20, choices=SignalKind)
    jurisdiction = models.ForeignKey(Jurisdiction, on_delete=models.PROTECT, related_name="+", db_index=False)
    language = models.CharField(max_length=8, blank=True)
    policy = models.ForeignKey(Policy, on_delete=models.PROTECT, related_name="+", db_index=False)
    opened_at = models.DateTimeField()
    compared_at = models.DateTimeField(null=True, blank=True)

    objects = QualityCheckQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=models.Q(kind__in=CheckKind.values), name="quality_check_kind_is_known"),
            models.CheckConstraint(
                condition=models.Q(state__in=CheckState.values), name="quality_check_state_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(kind=CheckKind.SECOND, first__isnull=False, golden=None)
                | models.Q(kind=CheckKind.GOLDEN, first=None, golden__isnull=False),
                name="quality_check_compares_with_one_answer",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=(CheckState.WAITING, CheckState.VOID))
                | models.Q(second__isnull=False, compared_at__isnull=False),
                name="quality_check_compares_two_answers",
            ),
        ]
        indexes = [
            # Read by each decision: which checks the task settles.
            models.Index(
                fields=["settling"], condition=models.Q(settling__isnull=False), name="quality_check_settled_by"
            ),
            # Read by the calibration view and the tables of agreement.
            models.Index(
                fields=["compared_at"], condition=models.Q(compared_at__isnull=False), name="quality_check_by_time"
            ),
            # Read by the sweep, which ends what nobody answered.
            models.Index(
                fields=["opened_at"], condition=models.Q(state=CheckState.WAITING), name="quality_check_waiting"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.task_id}: {self.state}"
