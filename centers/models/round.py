"""Rounds of voting and their polling days."""

from __future__ import annotations

from django.db import models

from centers.models.election import Election, ElectionStatus
from centers.models.fact import Fact, fact_constraints


class Round(Fact):
    """One round of an election: the first, a run-off. A round may take several polling days.

    `moved_from` is the first polling day as it was called before it was moved: voters who remember it are told.
    """

    election = models.ForeignKey(Election, on_delete=models.CASCADE, related_name="rounds")
    number = models.PositiveSmallIntegerField(default=1)
    status = models.CharField(max_length=12, choices=ElectionStatus, default=ElectionStatus.SCHEDULED)
    moved_from = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["election", "number"]
        constraints = [
            *fact_constraints("round"),
            models.UniqueConstraint(fields=["election", "number"], name="round_number_is_unique_in_election"),
            models.CheckConstraint(condition=models.Q(number__gte=1), name="round_number_starts_at_one"),
            models.CheckConstraint(condition=models.Q(status__in=ElectionStatus.values), name="round_status_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.election}/{self.number}"


class PollingDay(models.Model):
    """A day on which people vote in a round, in the jurisdiction's own time; opening hours where they are known."""

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="polling_days")
    date = models.DateField()
    opens_at = models.TimeField(null=True, blank=True)
    closes_at = models.TimeField(null=True, blank=True)

    class Meta:
        ordering = ["date"]
        constraints = [
            models.UniqueConstraint(fields=["round", "date"], name="polling_day_is_listed_once"),
            models.CheckConstraint(
                condition=models.Q(opens_at=None)
                | models.Q(closes_at=None)
                | models.Q(opens_at__lt=models.F("closes_at")),
                name="polling_day_opens_before_it_closes",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.round}: {self.date}"
