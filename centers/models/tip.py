"""Tips for voters: short advice that helps to tell what is true."""

from __future__ import annotations

from django.db import models

from centers.models.campaign import SLUG
from centers.models.fact import Translated
from centers.models.jurisdiction import Jurisdiction
from centers.querysets import TipQuerySet


class Tip(Translated):
    """One piece of advice, shown in the place's centre and in those below it.

    `body` is plain text with one step a line. `source_name` and `source_url` name the public guidance it follows; a
    tip that names none is the portal's own advice, and says so.
    """

    jurisdiction = models.ForeignKey(Jurisdiction, on_delete=models.PROTECT, related_name="tips")
    slug = models.CharField(max_length=60)
    title = models.CharField(max_length=200)
    body = models.TextField()
    source_name = models.CharField(max_length=250, blank=True)
    source_url = models.URLField(max_length=500, blank=True)
    rank = models.PositiveSmallIntegerField(default=100)

    objects = models.Manager.from_queryset(TipQuerySet)()

    class Meta:
        ordering = ["rank", "slug"]
        constraints = [
            models.UniqueConstraint(fields=["jurisdiction", "slug"], name="tip_slug_is_unique_in_place"),
            models.CheckConstraint(condition=models.Q(slug__regex=SLUG), name="tip_slug_is_well_formed"),
            # A name without an address could not be looked up, and an address without a name tells nobody who speaks.
            models.CheckConstraint(
                condition=models.Q(source_name="", source_url="")
                | (~models.Q(source_name="") & models.Q(source_url__regex=r"^https?://")),
                name="tip_source_has_name_and_address",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.jurisdiction}/{self.slug}"
