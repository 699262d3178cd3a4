"""Elections."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from centers.models.fact import Fact, fact_constraints
from centers.models.jurisdiction import Jurisdiction
from centers.querysets import ElectionQuerySet


class ElectionType(models.TextChoices):
    """What is elected."""

    EUROPEAN_PARLIAMENT = "european_parliament", _("European Parliament")
    PARLIAMENT = "parliament", _("National parliament")
    PRESIDENT = "president", _("President")
    REGIONAL = "regional", _("Regional or state parliament")
    LOCAL = "local", _("Local councils or mayors")
    REFERENDUM = "referendum", _("Referendum")


class ElectionStatus(models.TextChoices):
    """Where an election, or one of its rounds, stands."""

    EXPECTED = "expected", _("Expected")
    SCHEDULED = "scheduled", _("Scheduled")
    OPEN = "open", _("Voting is under way")
    HELD = "held", _("Held")
    ANNULLED = "annulled", _("Annulled")
    CANCELLED = "cancelled", _("Cancelled")
    POSTPONED = "postponed", _("Postponed")


class DateBasis(models.TextChoices):
    """How to read `expected_from` and `expected_to`."""

    WINDOW = "window", _("Expected within this period")
    DEADLINE = "deadline", _("At the latest by the end of this period")


class Election(Fact):
    """An election known by a stable dotted id such as `eu.ep.2029` or `ro.president.2024`.

    A polling day that was officially called stands in a Round. An election that is only expected has a period
    instead (`expected_from`..`expected_to`, the same day twice where the law's rhythm names one), so that no page can
    mistake one for the other. A vote that is moved keeps its id and gets other polling days; one that is held instead
    of an annulled, cancelled or postponed one is a new election that `replaces` it. `status_since` is the day on which
    an election was annulled, cancelled or postponed, where it is known.
    """

    key = models.CharField(max_length=80, unique=True)
    jurisdiction = models.ForeignKey(Jurisdiction, on_delete=models.PROTECT, related_name="elections")
    type = models.CharField(max_length=30, choices=ElectionType)
    name = models.CharField(max_length=250)
    status = models.CharField(max_length=12, choices=ElectionStatus)
    status_since = models.DateField(null=True, blank=True)
    is_indirect = models.BooleanField(default=False)
    expected_from = models.DateField(null=True, blank=True)
    expected_to = models.DateField(null=True, blank=True)
    date_basis = models.CharField(max_length=10, choices=DateBasis, blank=True)
    replaces = models.OneToOneField(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="replaced_by",
    )

    objects = models.Manager.from_queryset(ElectionQuerySet)()

    class Meta:
        ordering = ["key"]
        constraints = [
            *fact_constraints("election"),
            models.CheckConstraint(
                condition=models.Q(key__regex=r"^[a-z]{2}(-[a-z0-9]+)*(\.[a-z0-9-]+)+$"),
                name="election_id_is_dotted",
            ),
            models.CheckConstraint(condition=models.Q(type__in=ElectionType.values), name="election_type_is_known"),
            models.CheckConstraint(
                condition=models.Q(status__in=ElectionStatus.values), name="election_status_is_known"
            ),
            models.CheckConstraint(
                condition=~models.Q(status=ElectionStatus.EXPECTED)
                | models.Q(expected_from__isnull=False, expected_to__isnull=False, date_basis__in=DateBasis.values),
                name="election_expected_says_when",
            ),
            models.CheckConstraint(
                condition=models.Q(expected_from=None, expected_to=None)
                | models.Q(expected_from__lte=models.F("expected_to")),
                name="election_expected_period_is_in_order",
            ),
            models.CheckConstraint(
                condition=models.Q(replaces=None) | ~models.Q(replaces=models.F("id")),
                name="election_does_not_replace_itself",
            ),
        ]
        indexes = [
            # Read by centre pages and the list of what is coming: a place's elections by status.
            models.Index(fields=["jurisdiction", "status"], name="election_by_place_and_status"),
        ]

    def __str__(self) -> str:
        return self.key
