"""What moderators decide by."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from electioncenters.languages import LANGUAGE_CODES
from labeling.models.label import LabelKind


class Policy(models.Model):
    """A rule for people, in one version; a decision cites the version it was made by.

    `actions` are its reasons by code, each with what it leads to: `apply` what the policy provides for, `reject` it, or
    `change` where the label leads. `codes` are the same codes in the order moderators meet them, which JSON in a
    database does not keep. `ratings` say which reason is proposed where fact-checkers found so of a claim that content
    repeats (`{"false": {"reason": "rated-false"}}`, `none` where nobody has found anything), and `effects` what reasons
    lead to beyond the label (`labeling.claims.policy_data`). `label_kind` is the kind of label the policy is
    about; those without one only tell the platform. `severity` is how bad it is when such content stays (1 to 5),
    `answer_within` the minutes in which somebody should have decided. `is_sensitive` hides the content until a
    moderator asks for it. Of each key the highest version holds.
    """

    key = models.SlugField(max_length=60)
    version = models.PositiveSmallIntegerField()
    severity = models.PositiveSmallIntegerField()
    answer_within = models.PositiveIntegerField()
    is_sensitive = models.BooleanField(default=False)
    label_kind = models.CharField(max_length=20, choices=LabelKind, blank=True, db_default="")
    actions = models.JSONField(default=dict, db_default={})
    codes = ArrayField(models.CharField(max_length=60), default=list, db_default=[])
    ratings = models.JSONField(default=dict, db_default={}, blank=True)
    effects = models.JSONField(default=dict, db_default={}, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["key", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["key", "version"], name="policy_version_is_given_once"),
            models.CheckConstraint(
                condition=models.Q(severity__gte=1, severity__lte=5), name="policy_severity_is_in_its_scale"
            ),
            models.CheckConstraint(condition=models.Q(answer_within__gte=1), name="policy_leaves_time"),
        ]

    def __str__(self) -> str:
        return f"{self.key} v{self.version}"

    def reasons_in_order(self) -> list[tuple[str, str]]:
        """Each reason's code with what it leads to, as moderators meet them."""
        return [(code, self.actions[code]) for code in self.codes or self.actions]


class PolicyText(models.Model):
    """A policy in one language: its title, what it says, its reasons by code, and what people outside are told.

    `responses` are texts by audience (`author`, `reporter`) and action, each a whole text with `{reason}` in it.
    """

    policy = models.ForeignKey(Policy, on_delete=models.CASCADE, related_name="texts", db_index=False)
    language = models.CharField(max_length=8)
    title = models.CharField(max_length=120)
    text = models.CharField(max_length=1200)
    reasons = models.JSONField(default=dict)
    responses = models.JSONField(default=dict, db_default={})
    is_machine = models.BooleanField(default=True)

    class Meta:
        ordering = ["policy", "language"]
        constraints = [
            models.UniqueConstraint(fields=["policy", "language"], name="policy_has_one_text_per_language"),
            models.CheckConstraint(
                condition=models.Q(language__in=LANGUAGE_CODES), name="policy_text_language_is_known"
            ),
            models.CheckConstraint(
                condition=~models.Q(title="") & ~models.Q(text=""), name="policy_text_says_something"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.policy}/{self.language}"
