"""Which partner a claim was brought to, since when, and why it went on."""

from __future__ import annotations

from django.db import models

from accounts.models import User
from factcheck.models.claim import Claim
from factcheck.models.partner import FactCheckPartner


class Step(models.TextChoices):
    """Why a claim came to somebody."""

    FIRST = "first", "First choice"
    NEXT = "next", "Next in line"
    ALL = "all", "Everybody who covers it was asked"
    HANDED_OVER = "handed_over", "Handed over"
    OPERATORS = "operators", "Nobody took it"


class OfferEnd(models.TextChoices):
    """Why it went on from there."""

    ASSESSED = "assessed", "Assessed"
    ELSEWHERE = "elsewhere", "Settled elsewhere"
    TAKEN = "taken", "Another partner took it"
    SILENT = "silent", "No answer in time"
    DECLINED = "declined", "Declined"
    PASSED_ON = "passed_on", "Passed on"


class ClaimOffer(models.Model):
    """A claim lies with a partner, or with the operators (no partner), from `offered_at` until `ended_at`.

    `answer_by` is when it has to be accepted, and once it is, when an assessment has to be there; operators have no
    such time. `note` is what whoever handed it over said, `ended_because` the reason of a partner who declined or the
    note of one who passed it on. Lines are never removed: together they are the claim's history.
    """

    claim = models.ForeignKey(Claim, on_delete=models.CASCADE, related_name="offers")
    partner = models.ForeignKey(
        FactCheckPartner, on_delete=models.PROTECT, null=True, blank=True, related_name="offers"
    )
    step = models.CharField(max_length=12, choices=Step)
    note = models.CharField(max_length=300, blank=True)
    offered_at = models.DateTimeField()
    offered_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    answer_by = models.DateTimeField(null=True, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_as = models.CharField(max_length=10, choices=OfferEnd, blank=True)
    ended_because = models.CharField(max_length=300, blank=True)
    ended_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["claim", "partner"],
                condition=models.Q(ended_at=None),
                nulls_distinct=False,
                name="claim_lies_with_a_partner_once",
            ),
            models.CheckConstraint(condition=models.Q(step__in=Step.values), name="claim_offer_step_is_known"),
            models.CheckConstraint(
                condition=models.Q(step=Step.OPERATORS, partner=None, answer_by=None)
                | (~models.Q(step=Step.OPERATORS) & models.Q(partner__isnull=False, answer_by__isnull=False)),
                name="claim_offer_to_a_partner_has_a_time",
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at=None, ended_as="")
                | models.Q(ended_at__isnull=False, ended_as__in=OfferEnd.values),
                name="claim_offer_that_ended_says_how",
            ),
            models.CheckConstraint(
                condition=~models.Q(ended_as__in=(OfferEnd.DECLINED,)) | ~models.Q(ended_because=""),
                name="claim_offer_is_declined_for_a_reason",
            ),
            models.CheckConstraint(
                condition=(models.Q(accepted_at=None) | models.Q(accepted_at__gte=models.F("offered_at")))
                & (models.Q(ended_at=None) | models.Q(ended_at__gte=models.F("offered_at"))),
                name="claim_offer_is_answered_after_it_was_made",
            ),
        ]
        indexes = [
            # Read by beat: whose time is up, and by the rota: how many claims lie where.
            models.Index(fields=["answer_by"], condition=models.Q(ended_at=None), name="claim_offer_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.partner or 'operators'}: {self.step}"

    @property
    def is_accepted(self) -> bool:
        """Its partner works on it."""
        return self.accepted_at is not None and self.ended_at is None
