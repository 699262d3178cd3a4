"""Places that hold elections."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from centers.querysets import JurisdictionQuerySet


class Level(models.TextChoices):
    """Where a place stands in its tree."""

    UNION = "union", _("Union of states")
    COUNTRY = "country", _("Country")
    STATE = "state", _("State or province")
    LOCAL = "local", _("Municipality or district")


class Jurisdiction(models.Model):
    """A place that holds elections; a tree by `parent` (EU → member states; US → states).

    `ocd_id` is its Open Civic Data division id; roots differ (`ocd-division/region:eu`,
    `ocd-division/country:us`). `code` is what addresses use: `fr`, `eu`, `us-ca`. `name` is translated into every
    language of the portal. The first of `languages` and of `time_zones` is the default.
    """

    ocd_id = models.CharField(max_length=250, unique=True)
    code = models.CharField(max_length=20, unique=True)
    level = models.CharField(max_length=10, choices=Level)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="children")
    name = models.CharField(max_length=120)
    native_names = models.JSONField(default=dict, blank=True)
    eu_code = models.CharField(max_length=2, blank=True)
    capital = models.CharField(max_length=80, blank=True)
    languages = ArrayField(models.CharField(max_length=8))
    time_zones = ArrayField(models.CharField(max_length=50))
    flag = models.CharField(max_length=10, blank=True)

    objects = models.Manager.from_queryset(JurisdictionQuerySet)()

    class Meta:
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ocd_id__regex=r"^ocd-division/(country|region):[a-z]{2}(/[a-z_]+:[\w.~-]+)*$"),
                name="jurisdiction_ocd_id_is_well_formed",
            ),
            models.CheckConstraint(
                condition=models.Q(code__regex=r"^[a-z]{2}(-[a-z0-9]+)*$"),
                name="jurisdiction_code_is_well_formed",
            ),
            models.CheckConstraint(condition=models.Q(level__in=Level.values), name="jurisdiction_level_is_known"),
            models.CheckConstraint(
                condition=models.Q(languages__len__gte=1, time_zones__len__gte=1),
                name="jurisdiction_has_a_language_and_a_time_zone",
            ),
            models.CheckConstraint(
                condition=models.Q(parent=None) | ~models.Q(parent=models.F("id")),
                name="jurisdiction_is_not_its_own_parent",
            ),
        ]

    def __str__(self) -> str:
        return self.code
