"""Labels on content, and the history of every decision about them."""

from __future__ import annotations

import base64
import secrets

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from centers.models import Election, Jurisdiction
from labeling.models.content import ContentItem
from labeling.models.ruleset import Ruleset
from labeling.querysets import LabelQuerySet


class LabelKind(models.TextChoices):
    """What a label says about content."""

    ELECTION = "election", _("About an election")
    UNVERIFIED = "unverified", _("Not confirmed by fact-checkers")
    AI_GENERATED = "ai_generated", _("Made with artificial intelligence")
    OFFICIAL_ACCOUNT = "official_account", _("From an official account")


class LabelState(models.TextChoices):
    """Whether viewers see a label."""

    APPLIED = "applied", _("Shown to viewers")
    REVIEW = "review", _("Waiting for a moderator")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class Decider(models.TextChoices):
    """Who decided."""

    MACHINE = "machine", _("Automatically")
    PERSON = "person", _("By a person")


def label_public_id() -> str:
    """80 random bits that stand well in an address: a label's id tells nothing about its neighbours."""
    return base64.b32encode(secrets.token_bytes(10)).decode().lower()


class Label(models.Model):
    """A label on a content item, for one jurisdiction and, where it is known, one election.

    `evidence` is the list of signs found: `{"rule", "kind", "text", "start", "end"}`, offsets in code points of the
    item's text, null for a hashtag handed in beside it. Labels about artificial intelligence and official accounts
    have signs without a rule: `{"kind", "basis"}` with what is said and by whom. `decided_by` is who decided the
    present state: what a person decided, no machine changes, but for one thing: a label that rests on what
    fact-checkers found falls with it. `finding` is what is told of that (`labeling.claims.finding`); null for labels
    that rest on no claim.
    """

    public_id = models.CharField(max_length=16, default=label_public_id, editable=False)
    # Labels are written by the thousand a second, so each index must have a reader: those of references are left
    # out where a constraint or a partial index below begins with the column, or nobody asks.
    item = models.ForeignKey(ContentItem, on_delete=models.CASCADE, related_name="labels", db_index=False)
    kind = models.CharField(max_length=20, choices=LabelKind)
    # Places, elections and sets are few: triggers check them once for a statement, not once for each of its rows.
    jurisdiction = models.ForeignKey(
        Jurisdiction, on_delete=models.PROTECT, related_name="labels", db_index=False, db_constraint=False
    )
    election = models.ForeignKey(
        Election,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="labels",
        db_index=False,
        db_constraint=False,
    )
    state = models.CharField(max_length=10, choices=LabelState)
    evidence = models.JSONField(default=list)
    # Null for nearly all: a column without a value costs a row nothing.
    finding = models.JSONField(null=True, blank=True)
    confidence = models.FloatField()
    ruleset = models.ForeignKey(
        Ruleset,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="labels",
        db_index=False,
        db_constraint=False,
    )
    decided_by = models.CharField(max_length=10, choices=Decider, default=Decider.MACHINE)
    created_at = models.DateTimeField(auto_now_add=True)
    decided_at = models.DateTimeField()

    objects = LabelQuerySet.as_manager()

    class Meta:
        constraints = [
            # A constraint and not `unique=True`, which would bring a second index, for searches by prefix.
            models.UniqueConstraint(fields=["public_id"], name="label_public_id_is_unique"),
            # A batch delivered twice, or two workers with the same item, cannot label it twice.
            models.UniqueConstraint(
                fields=["item", "kind", "jurisdiction", "election"],
                nulls_distinct=False,
                name="label_is_given_once",
            ),
            models.CheckConstraint(condition=models.Q(kind__in=LabelKind.values), name="label_kind_is_known"),
            models.CheckConstraint(condition=models.Q(state__in=LabelState.values), name="label_state_is_known"),
            models.CheckConstraint(condition=models.Q(decided_by__in=Decider.values), name="label_decider_is_known"),
            models.CheckConstraint(
                condition=models.Q(confidence__gte=0, confidence__lte=1), name="label_confidence_is_a_share"
            ),
            models.CheckConstraint(
                condition=models.Q(finding=None) | models.Q(kind=LabelKind.UNVERIFIED),
                name="label_finding_is_of_unverified",
            ),
        ]
        indexes = [
            # Read by the gallery of labelled videos, newest first.
            models.Index(
                fields=["-id"],
                condition=models.Q(state=LabelState.APPLIED),
                name="label_applied_newest_first",
            ),
            # Read by the gallery of one country.
            models.Index(
                fields=["jurisdiction", "-id"],
                condition=models.Q(state=LabelState.APPLIED),
                name="label_applied_by_place",
            ),
            # Read by moderators: what waits, oldest first.
            models.Index(fields=["id"], condition=models.Q(state=LabelState.REVIEW), name="label_waiting_for_review"),
        ]

    def __str__(self) -> str:
        return self.public_id


class DecisionAction(models.TextChoices):
    """What was decided about a label."""

    APPLIED = "applied", _("Applied")
    SENT_TO_REVIEW = "sent_to_review", _("Sent to a moderator")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class LabelDecision(models.Model):
    """One line of a label's history. Lines are only ever added: a trigger in the database refuses everything else.

    `reason` is a short stable code for machines' decisions (`matched`, `revision_no_longer_matches`, `item_deleted`,
    `relabelled`, `ai_evidence`, `ai_evidence_gone`, `official_account`, `official_account_ended`,
    `finding_changed: assessment 12`) and a person's own words for theirs.
    """

    # A history outlives what it is about: deleting a label with a history is refused.
    label = models.ForeignKey(Label, on_delete=models.PROTECT, related_name="decisions")
    action = models.CharField(max_length=20, choices=DecisionAction)
    decided_by = models.CharField(max_length=10, choices=Decider)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="label_decisions",
    )
    reason = models.CharField(max_length=1000)
    # Checked by a trigger, as that of labels.
    ruleset = models.ForeignKey(
        Ruleset,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    decided_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        indexes = [
            # Read by the brakes: what people judged lately, which is little beside what machines decided.
            models.Index(
                fields=["decided_at"], condition=models.Q(decided_by=Decider.PERSON), name="decision_by_people_by_time"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(action__in=DecisionAction.values), name="decision_action_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(decided_by=Decider.MACHINE, user=None)
                | models.Q(decided_by=Decider.PERSON, user__isnull=False),
                name="decision_by_a_person_names_them",
            ),
            models.CheckConstraint(condition=~models.Q(reason=""), name="decision_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.label_id}: {self.action}"
