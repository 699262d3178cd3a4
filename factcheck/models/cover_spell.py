"""Who covered what, from when to when: what the coverage board is read from, today's and any earlier day's."""

from __future__ import annotations

from django.db import models

from factcheck.models.partner import FactCheckPartner
from factcheck.querysets import CoverSpellQuerySet


class Days(models.TextChoices):
    """The two halves of a week."""

    WEEKDAY = "weekday", "Monday to Friday"
    WEEKEND = "weekend", "Saturday and Sunday"


class Cover(models.TextChoices):
    """How well a partner covers one of them. Nothing is a fourth possibility, and has no row."""

    ALL = "all", "On all of these days"
    SOME = "some", "On some of these days"
    UNKNOWN = "unknown", "Hours are not known"


class CoverSpell(models.Model):
    """A partner covered a country in a language on such days from `since` to the day before `until` (none: still).

    Written by `factcheck.services.coverage_record` from what the partner's record says, and by nothing else. `since` is
    the first day the portal knows of.
    """

    partner = models.ForeignKey(FactCheckPartner, on_delete=models.CASCADE, related_name="spells")
    country = models.CharField(max_length=20)
    language = models.CharField(max_length=8)
    days = models.CharField(max_length=10, choices=Days)
    cover = models.CharField(max_length=10, choices=Cover)
    since = models.DateField()
    until = models.DateField(null=True, blank=True)

    objects = models.Manager.from_queryset(CoverSpellQuerySet)()

    class Meta:
        ordering = ["country", "language", "partner_id", "-since"]
        constraints = [
            models.UniqueConstraint(
                fields=["partner", "country", "language", "days"],
                condition=models.Q(until=None),
                name="cover_spell_lasts_once",
            ),
            # A spell of no day would stand in the history without ever having held.
            models.CheckConstraint(
                condition=models.Q(until=None) | models.Q(until__gt=models.F("since")),
                name="cover_spell_ends_after_it_begins",
            ),
            models.CheckConstraint(condition=models.Q(days__in=Days.values), name="cover_spell_days_are_known"),
            models.CheckConstraint(condition=models.Q(cover__in=Cover.values), name="cover_spell_cover_is_known"),
        ]
        indexes = [
            # Read by the board's history, latest first.
            models.Index(fields=["-since", "-id"], name="cover_spell_by_begin"),
        ]

    def __str__(self) -> str:
        return f"{self.country}/{self.language} {self.days}: {self.partner_id}"
