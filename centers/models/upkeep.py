"""What a place's people were told of things that need a look without anybody having done anything."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from centers.models.jurisdiction import Jurisdiction


class UpkeepKind(models.TextChoices):
    """What time or other people's servers bring about; named as the notification is (`accounts.models`)."""

    FACTS_STALE = "facts_stale", "Facts past their review date"
    LINKS_BROKEN = "links_broken", "Broken links"


class UpkeepTold(models.Model):
    """The matters of one kind that a place's people know of: records, or addresses of links.

    What is dealt with leaves the list, so that it is told again should it come again; what is on it is not told a
    second time, however long it waits and whoever has read it.
    """

    jurisdiction = models.ForeignKey(Jurisdiction, on_delete=models.CASCADE, related_name="upkeep_told")
    kind = models.CharField(max_length=20, choices=UpkeepKind)
    matters = ArrayField(models.CharField(max_length=700), default=list)
    looked_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["jurisdiction", "kind"], name="upkeep_told_once_per_place"),
            models.CheckConstraint(condition=models.Q(kind__in=UpkeepKind.values), name="upkeep_told_kind_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.jurisdiction_id}: {self.kind}"
