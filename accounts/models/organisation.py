"""Bodies that speak for elections, check facts or carry content."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _


class OrganisationKind(models.TextChoices):
    """What an organisation is; decides where voters meet it."""

    ELECTORAL_AUTHORITY = "electoral_authority", _("Electoral authority")
    MINISTRY = "ministry", _("Ministry")
    EU_INSTITUTION = "eu_institution", _("EU institution")
    CIVIL_SOCIETY = "civil_society", _("Civil society")
    FACT_CHECKER = "fact_checker", _("Fact-checker")
    MEDIA = "media", _("Media")
    PLATFORM = "platform", _("Platform")


class Vetting(models.TextChoices):
    """Whether the portal's operators have checked who an organisation is."""

    UNVETTED = "unvetted", _("Not yet checked")
    VETTED = "vetted", _("Checked")
    SUSPENDED = "suspended", _("Suspended")


class Organisation(models.Model):
    """An electoral authority, ministry, civil-society body, fact-checker, medium or platform.

    `name` is what the organisation calls itself, in its own language (several with ` | ` between them where it has
    several official names); `name_en` is an English rendering for readers of other languages. `jurisdiction` is the
    place whose desk looks after what is said of it; without one administrators do, who alone say what kind of body it
    is and whether it was vetted. `languages` are those of its site, as BCP 47 codes.
    """

    key = models.SlugField(max_length=120, unique=True)
    kind = models.CharField(max_length=30, choices=OrganisationKind)
    name = models.CharField(max_length=250)
    name_en = models.CharField(max_length=250)
    url = models.URLField(max_length=500, blank=True)
    languages = ArrayField(models.CharField(max_length=8), default=list, blank=True, db_default=[])
    jurisdiction = models.ForeignKey(
        "centers.Jurisdiction", on_delete=models.SET_NULL, null=True, blank=True, related_name="organisations"
    )
    vetting = models.CharField(max_length=20, choices=Vetting, default=Vetting.UNVETTED)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=OrganisationKind.values), name="organisation_kind_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(vetting__in=Vetting.values), name="organisation_vetting_is_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name
