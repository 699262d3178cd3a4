"""Work over everything that is stored: trying a set of rules, and labelling anew by one."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from labeling.models.ruleset import Ruleset
from labeling.querysets import JobQuerySet


class JobState(models.TextChoices):
    """Where a job stands."""

    QUEUED = "queued", "Waiting for a worker"
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    CANCELLED = "cancelled", "Cancelled"
    FAILED = "failed", "Failed"


#: A job in one of these goes on.
UNFINISHED = (JobState.QUEUED, JobState.RUNNING)
_IS_UNFINISHED = models.Q(state__in=UNFINISHED)


class Job(models.Model):
    """A walk over stored rows in the order of their ids, in steps that each commit how far they came.

    `position` is the last id seen, so that another worker goes on where one died. `beat_at` is when somebody last
    made progress, `due_at` when the next step may begin, and `attempts` counts beginnings without any progress. A
    worker has the job until `leased_until`; one that died is followed by another then.
    """

    ruleset = models.ForeignKey(Ruleset, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=JobState, default=JobState.QUEUED)
    position = models.BigIntegerField(default=0)
    total = models.PositiveBigIntegerField(default=0)
    done = models.PositiveBigIntegerField(default=0)
    error = models.CharField(max_length=1000, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True, blank=True)
    beat_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(default=timezone.now)
    leased_until = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    cancel_requested_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=models.Q(state__in=JobState.values), name="%(class)s_state_is_known"),
            models.CheckConstraint(
                condition=_IS_UNFINISHED & models.Q(finished_at=None)
                | ~_IS_UNFINISHED & models.Q(finished_at__isnull=False),
                name="%(class)s_end_has_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}: {self.state}"

    @property
    def is_unfinished(self) -> bool:
        """Whether it goes on."""
        return self.state in UNFINISHED


class BackTest(Job):
    """What a set of rules would change, tried on sampled texts (first) and on stored content; nothing is labelled.

    `stage` is what is walked over now: `samples` or `items`. `result` has the shape of `labeling.services.comparison`.
    """

    baseline = models.ForeignKey(Ruleset, on_delete=models.PROTECT, related_name="+")
    stage = models.CharField(max_length=10, default="samples")
    result = models.JSONField(default=dict, blank=True)

    objects = JobQuerySet["BackTest"].as_manager()

    class Meta(Job.Meta):
        constraints = [
            *Job.Meta.constraints,
            models.UniqueConstraint(fields=["ruleset"], condition=_IS_UNFINISHED, name="back_test_of_a_set_is_one"),
        ]


class RelabelJob(Job):
    """Stored content labelled anew by a set of rules, at most `per_second` items a second.

    `changed` counts items of which a label was added, withdrawn, or given another state.
    """

    changed = models.PositiveBigIntegerField(default=0)
    per_second = models.PositiveIntegerField()

    objects = JobQuerySet["RelabelJob"].as_manager()

    class Meta(Job.Meta):
        constraints = [
            *Job.Meta.constraints,
            # Two would undo each other's work.
            models.UniqueConstraint(
                models.ExpressionWrapper(_IS_UNFINISHED, output_field=models.BooleanField()),
                condition=_IS_UNFINISHED,
                name="relabel_job_is_one",
            ),
            models.CheckConstraint(condition=models.Q(per_second__gte=1), name="relabel_job_moves"),
        ]
