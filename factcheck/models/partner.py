"""Fact-checking organisations and where none was found."""

from __future__ import annotations

import datetime as dt

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from accounts.models.organisation import Vetting
from centers.models import Jurisdiction
from factcheck.querysets import FactCheckPartnerQuerySet


class Network(models.TextChoices):
    """Networks that accredit fact-checkers."""

    IFCN = "IFCN", _("International Fact-Checking Network")
    EFCSN = "EFCSN", _("European Fact-Checking Standards Network")


class FactCheckPartner(models.Model):
    """A fact-checking organisation: which countries (lower-case ISO codes) and languages it covers.

    `networks` holds values of `Network`, and only those that were verified in a public list: a badge is never shown
    from memory. How to reach it and its contract are entered by people and are in no file of facts: what is empty is
    not known. The days of the contract are both included; without a last one it is open-ended. `capacity` is how many
    claims it works on at once.
    """

    organisation = models.OneToOneField(Organisation, on_delete=models.CASCADE, related_name="fact_check_partner")
    countries = ArrayField(models.CharField(max_length=20))
    languages = ArrayField(models.CharField(max_length=8))
    networks = ArrayField(models.CharField(max_length=10), default=list, blank=True)
    evidence = models.TextField(blank=True)
    verified_on = models.DateField()
    contact_url = models.URLField(max_length=500, blank=True)
    contact_email = models.EmailField(max_length=254, blank=True)
    contract_from = models.DateField(null=True, blank=True)
    contract_until = models.DateField(null=True, blank=True)
    capacity = models.PositiveSmallIntegerField(null=True, blank=True)

    objects = models.Manager.from_queryset(FactCheckPartnerQuerySet)()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(networks__contained_by=Network.values), name="partner_networks_are_known"
            ),
            models.CheckConstraint(
                condition=models.Q(countries__len__gte=1, languages__len__gte=1),
                name="partner_covers_a_country_and_a_language",
            ),
            # A last day without a first one would say that the partner always has been one.
            models.CheckConstraint(
                condition=models.Q(contract_until=None) | models.Q(contract_until__gte=models.F("contract_from")),
                name="partner_contract_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=models.Q(contract_until=None) | models.Q(contract_from__isnull=False),
                name="partner_contract_that_ends_has_begun",
            ),
            # A partner that takes none says so by its hours.
            models.CheckConstraint(
                condition=models.Q(capacity=None) | models.Q(capacity__gte=1),
                name="partner_takes_a_claim_or_does_not_say",
            ),
        ]

    def __str__(self) -> str:
        return self.organisation.name

    @cached_property
    def jurisdictions(self) -> list[Jurisdiction]:
        """The places it checks for, as far as the portal knows them; read once."""
        return list(Jurisdiction.objects.filter(code__in=self.countries).select_related("parent"))

    def is_active_on(self, day: dt.date) -> bool:
        """Neither suspended nor outside the contract's days; one without a contract checks on its own account."""
        if self.organisation.vetting == Vetting.SUSPENDED:
            return False
        begun = self.contract_from is None or self.contract_from <= day
        return begun and (self.contract_until is None or self.contract_until >= day)

    @property
    def contact(self) -> str:
        """The page on which it can be reached: its own, where no other is known."""
        return self.contact_url or self.organisation.url


class CoverageGap(models.Model):
    """A country or language for which no, or too little, fact-checking was found; for operators, not for voters."""

    countries = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    languages = ArrayField(models.CharField(max_length=8), default=list, blank=True)
    note = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["note"], name="coverage_gap_is_noted_once")]

    def __str__(self) -> str:
        return self.note
