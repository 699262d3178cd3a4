"""How one election was, or will be, held in one place."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from centers.models.election import Election
from centers.models.fact import Fact, fact_constraints
from centers.models.jurisdiction import Jurisdiction


class Provision(models.TextChoices):
    """Whether something exists."""

    YES = "yes", _("Yes")
    NO = "no", _("No")
    LIMITED = "limited", _("For some voters")


class PreferentialVoting(models.TextChoices):
    """Whether voters choose among a list's candidates."""

    YES = "yes", _("Voters can choose candidates on a list")
    NO = "no", _("Voters choose a list as it stands")
    STV = "stv", _("Voters rank candidates (single transferable vote)")


class LocalRules(Fact):
    """The rules of `election` in `jurisdiction`, e.g. of the European election of 2024 in Malta.

    They hold for that election only and are never shown as the rule of another. An empty field is not known, or was
    not sure enough to publish. Ages in years, threshold and turnout in percent.
    """

    election = models.ForeignKey(Election, on_delete=models.CASCADE, related_name="local_rules")
    jurisdiction = models.ForeignKey(Jurisdiction, on_delete=models.PROTECT, related_name="local_rules")
    voting_days = ArrayField(models.DateField(), default=list, blank=True)
    seats = models.PositiveSmallIntegerField(null=True, blank=True)
    min_voting_age = models.PositiveSmallIntegerField(null=True, blank=True)
    min_candidate_age = models.PositiveSmallIntegerField(null=True, blank=True)
    compulsory_voting = models.CharField(max_length=10, choices=Provision, blank=True)
    postal_from_home = models.CharField(max_length=10, choices=Provision, blank=True)
    postal_from_abroad = models.CharField(max_length=10, choices=Provision, blank=True)
    embassy_vote = models.CharField(max_length=10, choices=Provision, blank=True)
    proxy_vote = models.CharField(max_length=10, choices=Provision, blank=True)
    internet_vote = models.CharField(max_length=10, choices=Provision, blank=True)
    threshold_percent = models.DecimalField(max_digits=4, decimal_places=2, null=True, blank=True)
    preferential_voting = models.CharField(max_length=10, choices=PreferentialVoting, blank=True)
    constituencies = models.PositiveSmallIntegerField(null=True, blank=True)
    turnout_percent = models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True)

    class Meta:
        ordering = ["election", "jurisdiction"]
        constraints = [
            *fact_constraints("localrules"),
            models.UniqueConstraint(fields=["election", "jurisdiction"], name="localrules_are_given_once"),
            models.CheckConstraint(
                condition=models.Q(turnout_percent=None) | models.Q(turnout_percent__gte=0, turnout_percent__lte=100),
                name="localrules_turnout_is_a_percentage",
            ),
            models.CheckConstraint(
                condition=models.Q(threshold_percent=None)
                | models.Q(threshold_percent__gte=0, threshold_percent__lte=100),
                name="localrules_threshold_is_a_percentage",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.election} in {self.jurisdiction}"
