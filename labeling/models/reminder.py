"""What viewers of election hashtags are reminded of, where the portal's own words shall not do."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import BigIntegerRangeField, DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models.functions import Coalesce

from centers.models import Election, Jurisdiction
from electioncenters.languages import LANGUAGE_CODES
from labeling.querysets import ReminderTextQuerySet

#: The longest text of a reminder, in code points.
MAX_TEXT = 600


def _only(reference: str) -> models.Func:
    """The id (0 for none) as a range of one: PostgreSQL excludes overlapping ranges without an extension."""
    key = Coalesce(reference, 0, output_field=models.BigIntegerField())
    return models.Func(key, key, models.Value("[]"), function="INT8RANGE", output_field=BigIntegerRangeField())


class Reminder(models.Model):
    """A reminder in the words of the staff; without one the portal's own words hold.

    `jurisdiction` is where it holds, with every place below it; everywhere without one. With an `election` it is for
    hashtags of that election only. `starts_at` (inclusive) and `ends_at` (exclusive) may each be open. What was
    retired is no longer `active` and stays for the record.
    """

    jurisdiction = models.ForeignKey(
        Jurisdiction, on_delete=models.PROTECT, null=True, blank=True, related_name="reminders"
    )
    election = models.ForeignKey(Election, on_delete=models.PROTECT, null=True, blank=True, related_name="reminders")
    starts_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(starts_at=None)
                | models.Q(ends_at=None)
                | models.Q(starts_at__lt=models.F("ends_at")),
                name="reminder_period_is_in_order",
            ),
            # Which of two reminders for the same place and time would viewers get?
            ExclusionConstraint(
                name="reminder_is_the_only_one_of_its_time",
                expressions=[
                    (_only("jurisdiction"), RangeOperators.OVERLAPS),
                    (_only("election"), RangeOperators.OVERLAPS),
                    (
                        models.Func("starts_at", "ends_at", function="TSTZRANGE", output_field=DateTimeRangeField()),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=models.Q(active=True),
            ),
        ]

    def __str__(self) -> str:
        place = self.jurisdiction.code if self.jurisdiction else "everywhere"
        return f"{self.pk}: {place}"


class ReminderOrigin(models.TextChoices):
    """Who wrote a reminder's text in a language."""

    PERSON = "person", "Written by a person"
    MACHINE = "machine", "Machine draft"


class ReminderText(models.Model):
    """A reminder in one language: plain text, each line one sentence that can be shown as a point of its own.

    A machine's draft has no `written_by`, and viewers are told of it until a person has confirmed it.
    """

    reminder = models.ForeignKey(Reminder, on_delete=models.CASCADE, related_name="texts", db_index=False)
    language = models.CharField(max_length=8)
    text = models.CharField(max_length=MAX_TEXT)
    origin = models.CharField(max_length=10, choices=ReminderOrigin)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    confirmed_at = models.DateTimeField(null=True, blank=True)

    objects = ReminderTextQuerySet.as_manager()

    class Meta:
        ordering = ["reminder", "language"]
        constraints = [
            models.UniqueConstraint(fields=["reminder", "language"], name="reminder_has_one_text_per_language"),
            models.CheckConstraint(
                condition=models.Q(language__in=LANGUAGE_CODES), name="reminder_text_language_is_known"
            ),
            models.CheckConstraint(condition=~models.Q(text=""), name="reminder_text_says_something"),
            models.CheckConstraint(
                condition=models.Q(origin=ReminderOrigin.MACHINE, written_by=None)
                | models.Q(origin=ReminderOrigin.PERSON, written_by__isnull=False),
                name="reminder_text_of_a_person_names_them",
            ),
            models.CheckConstraint(
                condition=models.Q(confirmed_by=None, confirmed_at=None)
                | models.Q(confirmed_by__isnull=False, confirmed_at__isnull=False),
                name="reminder_text_confirmation_names_who_and_when",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reminder_id}/{self.language}"

    @property
    def is_machine(self) -> bool:
        """Whether no person has confirmed the wording yet."""
        return self.origin == ReminderOrigin.MACHINE and self.confirmed_by_id is None


class ReminderAction(models.TextChoices):
    """What somebody did to a reminder."""

    SAVED = "saved", "Saved"
    CONFIRMED = "confirmed", "Text confirmed"
    RETIRED = "retired", "Retired"


class ReminderChange(models.Model):
    """One line of a reminder's history; `content` is all of it after the change. Lines are only ever added."""

    reminder = models.ForeignKey(Reminder, on_delete=models.PROTECT, related_name="changes")
    action = models.CharField(max_length=10, choices=ReminderAction)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="reminder_changes")
    reason = models.CharField(max_length=1000)
    content = models.JSONField()
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(action__in=ReminderAction.values), name="reminder_change_action_is_known"
            ),
            models.CheckConstraint(condition=~models.Q(reason=""), name="reminder_change_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.reminder_id}: {self.action}"
