"""When to label: rules, and the versioned set that is live."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import lookups
from django.utils.translation import gettext_lazy as _

from labeling.matching import Thresholds
from labeling.querysets import RulesetQuerySet


class RulesetStatus(models.TextChoices):
    """Where a set of rules stands. Only a draft's rules can be changed."""

    DRAFT = "draft", "Draft"
    SHADOW = "shadow", "Shadow"
    RAMPING = "ramping", "Ramping"
    LIVE = "live", _("Live")
    RETIRED = "retired", _("Retired")


#: A candidate stands beside the live set: it is tried without labelling, or labels some of the items.
CANDIDATE_STATUSES = (RulesetStatus.SHADOW, RulesetStatus.RAMPING)
_IS_CANDIDATE = models.Q(status__in=CANDIDATE_STATUSES)
_IS_RAMPING = models.Q(status=RulesetStatus.RAMPING)


class Ruleset(models.Model):
    """A complete set of rules under a version number: made as a draft, never changed once it is more than that.

    `digest` is the SHA-256 of its rules, empty while it is a draft: the same rules make the same digest, so loading
    them again makes no version. A label is applied from the confidence `apply_from`, and a moderator is asked from
    `review_from`. `share` is the percentage of items a ramping set labels. `previous` was live before it. A set that
    was retired without ever going live (`went_live_at` is empty) is a draft or a candidate that was given up.
    """

    version = models.PositiveIntegerField(unique=True)
    status = models.CharField(max_length=10, choices=RulesetStatus)
    digest = models.CharField(max_length=64, blank=True)
    note = models.CharField(max_length=1000, blank=True, db_default="")
    based_on = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    apply_from = models.FloatField(default=Thresholds().apply, db_default=Thresholds().apply)
    review_from = models.FloatField(default=Thresholds().review, db_default=Thresholds().review)
    share = models.PositiveSmallIntegerField(null=True, blank=True)
    previous = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    went_live_at = models.DateTimeField(null=True, blank=True)
    retired_at = models.DateTimeField(null=True, blank=True)

    objects = RulesetQuerySet.as_manager()

    class Meta:
        ordering = ["-version"]
        constraints = [
            models.CheckConstraint(condition=models.Q(status__in=RulesetStatus.values), name="ruleset_status_is_known"),
            # Two live sets would label the same content differently, depending on the worker.
            models.UniqueConstraint(
                fields=["status"], condition=models.Q(status=RulesetStatus.LIVE), name="ruleset_live_is_one"
            ),
            # With two candidates nobody could say which of them a difference comes from.
            models.UniqueConstraint(
                models.ExpressionWrapper(_IS_CANDIDATE, output_field=models.BooleanField()),
                condition=_IS_CANDIDATE,
                name="ruleset_candidate_is_one",
            ),
            models.CheckConstraint(
                condition=models.Q(status=RulesetStatus.DRAFT) | ~models.Q(digest=""),
                name="ruleset_that_labels_has_a_digest",
            ),
            models.CheckConstraint(
                condition=models.Q(review_from__gt=0, review_from__lte=models.F("apply_from"), apply_from__lte=1),
                name="ruleset_thresholds_are_in_order",
            ),
            # The whole stream is what the live set has.
            models.CheckConstraint(
                condition=(_IS_RAMPING & models.Q(share__isnull=False, share__gte=1, share__lt=100))
                | (~_IS_RAMPING & models.Q(share=None)),
                name="ruleset_share_is_of_a_ramp",
            ),
        ]

    def __str__(self) -> str:
        return f"v{self.version}"


class RulesetEvent(models.Model):
    """One step in the life of a set: who took it from where to where, when and why. A trigger keeps it append-only.

    Without a user it was the command line or the loading of shipped rules; `from_status` is empty for a set just made.
    """

    ruleset = models.ForeignKey(Ruleset, on_delete=models.PROTECT, related_name="events")
    at = models.DateTimeField()
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    from_status = models.CharField(max_length=10, choices=RulesetStatus, blank=True)
    to_status = models.CharField(max_length=10, choices=RulesetStatus)
    from_share = models.PositiveSmallIntegerField(null=True, blank=True)
    to_share = models.PositiveSmallIntegerField(null=True, blank=True)
    reason = models.CharField(max_length=1000)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(to_status__in=RulesetStatus.values), name="ruleset_event_status_is_known"
            ),
            models.CheckConstraint(condition=~models.Q(reason=""), name="ruleset_event_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.ruleset_id}: {self.to_status}"


class RuleKind(models.TextChoices):
    """What a rule looks for; see `labeling.matching.model.Rule`."""

    HASHTAG = "hashtag", "Hashtag"
    PHRASE = "phrase", "Phrase"
    CONTRARY = "contrary", "Words of other kinds of votes"
    COMPOUND = "compound", "Several terms"


class RuleAction(models.TextChoices):
    """What follows when a rule is met."""

    APPLY = "apply", "Label"
    REVIEW = "review", "Ask a moderator"
    REMIND = "remind", "Show the reminder of its hashtags only"


class ComparedBy(models.TextChoices):
    """How exactly words must be written."""

    FOLDED = "folded", "Ignoring case and accents"
    EXACT = "exact", "Ignoring case only"


def _is_list(field: str) -> models.Q:
    return models.Q(lookups.Exact(models.Func(models.F(field), function="jsonb_typeof"), models.Value("array")))


_NO_TERMS = models.Q(any_of=[], all_of=[])


class Rule(models.Model):
    """One rule of a set; what its columns mean is said at `labeling.matching.model.Rule`.

    `jurisdiction`, `election` and `during` are keys, not references: a rule may speak of an election of long ago.
    Terms are lists of `{"kind": …, "pattern": …, "key": …}`. Rows are made and read in `labeling.services.rule_rows`.
    """

    ruleset = models.ForeignKey(Ruleset, on_delete=models.CASCADE, related_name="rules")
    key = models.CharField(max_length=200)
    kind = models.CharField(max_length=20, choices=RuleKind)
    pattern = models.CharField(max_length=300, blank=True)
    compared_by = models.CharField(max_length=10, choices=ComparedBy)
    weight = models.FloatField()
    jurisdiction = models.CharField(max_length=20, blank=True)
    inferred = models.BooleanField(default=False)
    election = models.CharField(max_length=80, blank=True)
    election_type = models.CharField(max_length=30, blank=True)
    languages = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    ambiguous = models.BooleanField(default=False)
    supporting = models.BooleanField(default=False)
    concept = models.CharField(max_length=300, blank=True)
    yearly = models.BooleanField(default=False)
    any_of = models.JSONField(default=list, db_default=[], blank=True)
    all_of = models.JSONField(default=list, db_default=[], blank=True)
    none_of = models.JSONField(default=list, db_default=[], blank=True)
    regions = ArrayField(models.CharField(max_length=20), default=list, db_default=[], blank=True)
    starts_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)
    during = models.CharField(max_length=80, blank=True, db_default="")
    action = models.CharField(max_length=10, choices=RuleAction, default=RuleAction.APPLY, db_default="apply")
    note = models.CharField(max_length=500, blank=True, db_default="")

    class Meta:
        ordering = ["ruleset", "key"]
        constraints = [
            models.UniqueConstraint(fields=["ruleset", "key"], name="rule_id_is_unique_in_its_set"),
            models.CheckConstraint(condition=models.Q(weight__gte=0, weight__lte=1), name="rule_weight_is_a_share"),
            models.CheckConstraint(condition=models.Q(kind__in=RuleKind.values), name="rule_kind_is_known"),
            models.CheckConstraint(condition=models.Q(action__in=RuleAction.values), name="rule_action_is_known"),
            models.CheckConstraint(
                condition=models.Q(compared_by__in=ComparedBy.values), name="rule_comparison_is_known"
            ),
            models.CheckConstraint(
                condition=_is_list("any_of") & _is_list("all_of") & _is_list("none_of"), name="rule_terms_are_lists"
            ),
            # A rule is one sign or several terms: half of each would be matched by one half only.
            models.CheckConstraint(
                condition=models.Q(kind=RuleKind.COMPOUND, pattern="") & ~_NO_TERMS
                | ~models.Q(kind=RuleKind.COMPOUND) & ~models.Q(pattern="") & _NO_TERMS & models.Q(none_of=[]),
                name="rule_has_a_pattern_or_terms",
            ),
            models.CheckConstraint(
                condition=models.Q(starts_at=None)
                | models.Q(ends_at=None)
                | models.Q(starts_at__lt=models.F("ends_at")),
                name="rule_period_is_in_order",
            ),
            models.CheckConstraint(
                condition=models.Q(election="") | ~models.Q(jurisdiction=""), name="rule_election_is_somewhere"
            ),
        ]

    def __str__(self) -> str:
        return self.key
