"""Fact-checking organisations and where none was found."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation


class Network(models.TextChoices):
    """Networks that accredit fact-checkers."""

    IFCN = "IFCN", _("International Fact-Checking Network")
    EFCSN = "EFCSN", _("European Fact-Checking Standards Network")


class FactCheckPartner(models.Model):
    """A fact-checking organisation: which countries (lower-case ISO codes) and languages it covers.

    `networks` holds values of `Network`, and only those that were verified in a public list: a badge is never shown
    from memory.
    """

    organisation = models.OneToOneField(Organisation, on_delete=models.CASCADE, related_name="fact_check_partner")
    countries = ArrayField(models.CharField(max_length=20))
    languages = ArrayField(models.CharField(max_length=8))
    networks = ArrayField(models.CharField(max_length=10), default=list, blank=True)
    evidence = models.TextField(blank=True)
    verified_on = models.DateField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(networks__contained_by=Network.values), name="partner_networks_are_known"
            ),
            models.CheckConstraint(
                condition=models.Q(countries__len__gte=1, languages__len__gte=1),
                name="partner_covers_a_country_and_a_language",
            ),
        ]

    def __str__(self) -> str:
        return self.organisation.name


class CoverageGap(models.Model):
    """A country or language for which no, or too little, fact-checking was found; for operators, not for voters."""

    countries = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    languages = ArrayField(models.CharField(max_length=8), default=list, blank=True)
    note = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["note"], name="coverage_gap_is_noted_once")]

    def __str__(self) -> str:
        return self.note
