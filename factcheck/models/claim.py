"""What is checked, and what each partner found."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.functional import cached_property

from accounts.models import User
from centers.models import Jurisdiction
from factcheck.models.partner import FactCheckPartner
from factcheck.querysets import ClaimQuerySet


class Rating(models.TextChoices):
    """The portal's scale; `docs/guides/factcheck.md` says what each means."""

    FALSE = "false", "False"
    ALTERED = "altered", "Altered"
    PARTLY_FALSE = "partly_false", "Partly false"
    MISSING_CONTEXT = "missing_context", "Missing context"
    SATIRE = "satire", "Satire"
    TRUE = "true", "True"
    UNVERIFIABLE = "unverifiable", "Cannot be verified"
    NOT_CHECKABLE = "not_checkable", "Not checkable"


class Origin(models.TextChoices):
    """Who brought a claim."""

    MODERATOR = "moderator", "A moderator"
    PARTNER = "partner", "A fact-checker"
    OPERATOR = "operator", "An operator"
    REPORT = "report", "A report from outside"
    NOTICE = "notice", "A notice of a known sender"


class Urgency(models.TextChoices):
    """How soon somebody has to look, by the nearest polling day where the claim spreads."""

    POLLING_DAY = "polling_day", "Polling day"
    ELECTION_NEAR = "election_near", "Election near"
    ROUTINE = "routine", "Routine"


class Claim(models.Model):
    """Something that is said, in the words and the language in which it spreads. `countries` are codes of places.

    `bands` are of its text (`factcheck.similar`); `merged_into` is the claim that this one is a copy of, which is no
    copy itself. `brought_by` is the partner whose people or system brought it; `repeat_key` is a digest of the name the
    system gave it, or of what is said. `seen_at` may be the address of somebody's post: it is in no audit, and goes
    with the post.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    text = models.TextField()
    language = models.CharField(max_length=8)
    countries = ArrayField(models.CharField(max_length=20))
    seen_at = models.URLField(max_length=2000, blank=True)
    origin = models.CharField(max_length=12, choices=Origin)
    urgency = models.CharField(max_length=15, choices=Urgency)
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField()
    opened_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    brought_by = models.ForeignKey(
        FactCheckPartner, on_delete=models.PROTECT, null=True, blank=True, related_name="brought", editable=False
    )
    repeat_key = models.CharField(max_length=64, null=True, blank=True, editable=False)
    bands = ArrayField(models.BigIntegerField(), default=list, blank=True, editable=False)
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="copies", editable=False
    )

    objects = models.Manager.from_queryset(ClaimQuerySet)()

    class Meta:
        ordering = ["due_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["brought_by", "repeat_key"], name="claim_is_brought_once"),
            models.CheckConstraint(condition=~models.Q(text=""), name="claim_says_something"),
            models.CheckConstraint(condition=models.Q(countries__len__gte=1), name="claim_spreads_somewhere"),
            models.CheckConstraint(condition=models.Q(origin__in=Origin.values), name="claim_origin_is_known"),
            models.CheckConstraint(condition=models.Q(urgency__in=Urgency.values), name="claim_urgency_is_known"),
            models.CheckConstraint(
                condition=models.Q(due_at__gt=models.F("opened_at")), name="claim_is_due_after_it_was_opened"
            ),
            models.CheckConstraint(
                condition=models.Q(merged_into=None) | ~models.Q(merged_into=models.F("id")),
                name="claim_is_no_copy_of_itself",
            ),
        ]
        # Read when claims that say nearly the same are looked for.
        indexes = [GinIndex(fields=["bands"], name="claim_by_bands")]

    def __str__(self) -> str:
        return self.text[:80]

    @cached_property
    def jurisdictions(self) -> list[Jurisdiction]:
        """Where it spreads: permissions ask for it; read once."""
        return list(Jurisdiction.objects.filter(code__in=self.countries).select_related("parent"))


class Assessment(models.Model):
    """What one partner found of a claim. It is never changed: another one ends it, or its withdrawal does.

    `evidence` are addresses anybody can look up. `word` is the rating in the partner's own words, empty where it was
    given on the portal's scale. `given_by` is empty for what came through the partner's key; `repeat_key` is then a
    digest of the name the partner's system gave it. `ended_because` is the reason of a withdrawal, empty where a newer
    one took its place.
    """

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="assessments")
    partner = models.ForeignKey(FactCheckPartner, on_delete=models.PROTECT, related_name="assessments")
    rating = models.CharField(max_length=20, choices=Rating)
    word = models.CharField(max_length=120, blank=True, db_default="")
    explanation = models.TextField()
    language = models.CharField(max_length=8)
    article_url = models.URLField(max_length=2000, blank=True)
    evidence = ArrayField(models.URLField(max_length=2000), default=list, blank=True)
    given_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    given_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_because = models.CharField(max_length=300, blank=True)
    repeat_key = models.CharField(max_length=64, null=True, blank=True, editable=False)

    class Meta:
        ordering = ["-given_at", "-id"]
        constraints = [
            # What a partner's system sends again after a lost answer is what it sent before.
            models.UniqueConstraint(fields=["partner", "repeat_key"], name="assessment_is_handed_in_once"),
            # Two at once would be an average of a partner with itself.
            models.UniqueConstraint(
                fields=["claim", "partner"], condition=models.Q(ended_at=None), name="assessment_stands_once"
            ),
            models.CheckConstraint(condition=models.Q(rating__in=Rating.values), name="assessment_rating_is_known"),
            # Nobody is called false without an explanation and something to look up.
            models.CheckConstraint(condition=~models.Q(explanation=""), name="assessment_explains"),
            models.CheckConstraint(
                condition=models.Q(rating__in=(Rating.UNVERIFIABLE, Rating.NOT_CHECKABLE))
                | models.Q(evidence__len__gte=1)
                | ~models.Q(article_url=""),
                name="assessment_shows_evidence",
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at=None) | models.Q(ended_at__gte=models.F("given_at")),
                name="assessment_ends_after_it_was_given",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.partner}: {self.rating}"
