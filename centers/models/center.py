"""The voter's home for one jurisdiction."""

from __future__ import annotations

from django.db import models

from centers.models.fact import Translated
from centers.models.jurisdiction import Jurisdiction
from centers.querysets import ElectionCenterQuerySet


class ElectionCenter(Translated):
    """One jurisdiction's Election Centre.

    `version` counts publications; it is part of every cached page's key, so bumping it is how a change becomes
    visible (`centers.pagecache`).
    """

    jurisdiction = models.OneToOneField(Jurisdiction, on_delete=models.PROTECT, related_name="center")
    introduction = models.TextField(blank=True)
    version = models.PositiveBigIntegerField(default=1)
    published_at = models.DateTimeField(auto_now=True)

    objects = models.Manager.from_queryset(ElectionCenterQuerySet)()

    class Meta:
        ordering = ["jurisdiction__code"]

    def __str__(self) -> str:
        return self.jurisdiction.code
