"""On which days and hours a partner works: entered by people, never guessed."""

from __future__ import annotations

from django.db import models

from accounts.models import User
from factcheck.models.partner import FactCheckPartner

DAY_MINUTES = 24 * 60


class CoverPlan(models.Model):
    """A partner's week, from `since` to the day before `until`; the one without `until` holds.

    Hours are those of `time_zone`. A plan without hours says that nobody works; a partner without a plan has said
    nothing. `entered_by` is empty for what came through the partner's key or a command.
    """

    partner = models.ForeignKey(FactCheckPartner, on_delete=models.CASCADE, related_name="cover_plans")
    since = models.DateField()
    until = models.DateField(null=True, blank=True)
    time_zone = models.CharField(max_length=50)
    note = models.CharField(max_length=300, blank=True)
    entered_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    entered_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-since", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["partner"], condition=models.Q(until=None), name="partner_has_one_plan_that_holds"
            ),
            models.CheckConstraint(
                condition=models.Q(until=None) | models.Q(until__gte=models.F("since")),
                name="cover_plan_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.partner} since {self.since}"


class CoverHours(models.Model):
    """Some hours of one weekday (0 is Monday), in minutes from its midnight: 540 to 1080, or to 1440 for its end."""

    plan = models.ForeignKey(CoverPlan, on_delete=models.CASCADE, related_name="hours")
    weekday = models.PositiveSmallIntegerField()
    opens = models.PositiveSmallIntegerField()
    closes = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["weekday", "opens"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "weekday", "opens"], name="cover_hours_begin_once"),
            models.CheckConstraint(condition=models.Q(weekday__lte=6), name="cover_hours_are_of_a_weekday"),
            models.CheckConstraint(
                condition=models.Q(opens__lt=models.F("closes"), closes__lte=DAY_MINUTES),
                name="cover_hours_end_after_they_begin",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.weekday}: {self.opens}-{self.closes}"
