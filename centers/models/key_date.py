"""Deadlines and events of an election."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from centers.models.election import Election
from centers.models.fact import Fact, fact_constraints
from centers.models.jurisdiction import Jurisdiction
from centers.querysets import KeyDateQuerySet

#: The farthest a rule may count from the vote, in days of its unit.
MOST_RULE_DAYS = 400


class KeyDateKind(models.TextChoices):
    """What happens on a date."""

    REGISTRATION_OPENS = "registration_opens", _("Registration opens")
    REGISTRATION_DEADLINE = "registration_deadline", _("Last day to register")
    POSTAL_APPLICATION_DEADLINE = "postal_application_deadline", _("Last day to apply for a postal vote")
    POSTAL_RETURN_DEADLINE = "postal_return_deadline", _("Last day for a postal vote to arrive")
    PROXY_DEADLINE = "proxy_deadline", _("Last day to give a proxy")
    EARLY_VOTING_OPENS = "early_voting_opens", _("Early voting begins")
    EARLY_VOTING_ENDS = "early_voting_ends", _("Early voting ends")
    CANDIDATES_PUBLISHED = "candidates_published", _("Candidates are published")
    CAMPAIGN_SILENCE = "campaign_silence", _("Campaign silence begins")
    RESULTS = "results", _("Results are published")


class Audience(models.TextChoices):
    """Whom a date concerns."""

    EVERYONE = "everyone", _("Everyone")
    ABROAD = "abroad", _("Voters abroad")
    EU_CITIZENS = "eu_citizens", _("Citizens of other EU states")


class RuleUnit(models.TextChoices):
    """What a rule counts."""

    DAYS = "days", "Days"
    WORKING_DAYS = "working_days", "Working days"


class RuleDirection(models.TextChoices):
    """Which way a rule counts from the vote."""

    BEFORE = "before", "Before the vote"
    AFTER = "after", "After the vote"


class RuleAnchor(models.TextChoices):
    """From which polling day of the round a rule counts."""

    FIRST_DAY = "first_day", "The round's first polling day"
    LAST_DAY = "last_day", "The round's last polling day"


class RuleShift(models.TextChoices):
    """Where a day goes that the rule puts on a weekend or a public holiday."""

    KEEP = "keep", "It stays on that day"
    EARLIER = "earlier", "The working day before"
    LATER = "later", "The working day after"


class KeyDate(Fact):
    """A deadline or event: a whole `day` in the jurisdiction's own time, or an `instant` to the minute; never both.

    A date may follow from the vote: `rule_days` `rule_unit` `rule_direction` the `rule_anchor` of round `rule_round`,
    at `rule_time` if it ends at an hour (`centers.dates_from_rules`). `day` or `instant` then hold what the rule gave
    when two people last looked at it: a rule proposes, and never changes a published date by itself.
    """

    election = models.ForeignKey(Election, on_delete=models.CASCADE, related_name="key_dates")
    jurisdiction = models.ForeignKey(Jurisdiction, on_delete=models.PROTECT, related_name="key_dates")
    kind = models.CharField(max_length=40, choices=KeyDateKind)
    day = models.DateField(null=True, blank=True)
    instant = models.DateTimeField(null=True, blank=True)
    time_zone = models.CharField(max_length=50)
    audience = models.CharField(max_length=20, choices=Audience, default=Audience.EVERYONE)
    note = models.TextField(blank=True)
    rule_days = models.PositiveSmallIntegerField(null=True, blank=True)
    rule_unit = models.CharField(max_length=12, choices=RuleUnit, blank=True, default="", db_default="")
    rule_direction = models.CharField(max_length=6, choices=RuleDirection, blank=True, default="", db_default="")
    rule_round = models.PositiveSmallIntegerField(null=True, blank=True)
    rule_anchor = models.CharField(max_length=9, choices=RuleAnchor, blank=True, default="", db_default="")
    rule_shift = models.CharField(max_length=7, choices=RuleShift, blank=True, default="", db_default="")
    rule_time = models.TimeField(null=True, blank=True)

    objects = models.Manager.from_queryset(KeyDateQuerySet)()

    class Meta:
        ordering = ["day", "instant"]
        constraints = [
            *fact_constraints("keydate"),
            models.CheckConstraint(
                condition=models.Q(day__isnull=False, instant=None) | models.Q(day=None, instant__isnull=False),
                name="keydate_is_a_day_or_an_instant",
            ),
            models.CheckConstraint(condition=models.Q(kind__in=KeyDateKind.values), name="keydate_kind_is_known"),
            models.CheckConstraint(condition=models.Q(audience__in=Audience.values), name="keydate_audience_is_known"),
            models.CheckConstraint(
                # A rule is given as a whole or not at all.
                condition=models.Q(
                    rule_days=None,
                    rule_unit="",
                    rule_direction="",
                    rule_round=None,
                    rule_anchor="",
                    rule_shift="",
                    rule_time=None,
                )
                | models.Q(
                    rule_days__isnull=False,
                    rule_days__lte=MOST_RULE_DAYS,
                    rule_round__gte=1,
                    rule_unit__in=RuleUnit.values,
                    rule_direction__in=RuleDirection.values,
                    rule_anchor__in=RuleAnchor.values,
                    rule_shift__in=RuleShift.values,
                ),
                name="keydate_rule_is_whole",
                violation_error_message="Give the rule as a whole, or none of it.",
            ),
            models.UniqueConstraint(
                fields=["election", "jurisdiction", "kind", "audience"], name="keydate_is_listed_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.election}: {self.kind}"
