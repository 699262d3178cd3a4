"""Official pages recommended in a centre."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from centers.models.center import ElectionCenter
from centers.models.fact import Fact, fact_constraints
from centers.querysets import TrustedSourceQuerySet


class SourceKind(models.TextChoices):
    """Who speaks; the order is the order in which voters meet them."""

    AUTHORITY = "authority", _("Electoral authorities")
    CIVIL_SOCIETY = "civil_society", _("Civil society")
    FACT_CHECKER = "fact_checker", _("Fact-checkers")


class Purpose(models.TextChoices):
    """What a voter finds at an authority's page."""

    ORGANISES = "organises", _("Organises elections")
    SUPERVISES = "supervises", _("Supervises elections")
    REGISTRATION = "registration", _("Voter registration")
    RESULTS = "results", _("Publishes results")
    INFORMATION = "information", _("Information for voters")


class TrustedSource(Fact):
    """A page recommended in a centre. `rank` orders sources of one kind, lowest first.

    `purposes` are values of `Purpose`; `scope` limits them where the source does not speak for every election
    (e.g. `local`). `languages` are the page's own, as BCP 47 codes. `networks` are fact-checkers' accreditations.
    """

    center = models.ForeignKey(ElectionCenter, on_delete=models.CASCADE, related_name="sources")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="sources")
    kind = models.CharField(max_length=20, choices=SourceKind)
    url = models.URLField(max_length=500)
    title = models.CharField(max_length=250)
    languages = ArrayField(models.CharField(max_length=8), default=list, blank=True)
    purposes = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    scope = models.CharField(max_length=60, blank=True)
    networks = ArrayField(models.CharField(max_length=10), default=list, blank=True)
    rank = models.PositiveSmallIntegerField(default=100)

    objects = TrustedSourceQuerySet.as_manager()

    class Meta:
        ordering = ["center", "kind", "rank", "title"]
        constraints = [
            *fact_constraints("source"),
            models.UniqueConstraint(fields=["center", "url", "title"], name="source_is_listed_once"),
            models.CheckConstraint(condition=models.Q(kind__in=SourceKind.values), name="source_kind_is_known"),
            models.CheckConstraint(condition=models.Q(url__regex=r"^https?://"), name="source_url_is_a_web_address"),
        ]

    def __str__(self) -> str:
        return f"{self.center}: {self.title}"
