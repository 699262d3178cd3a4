"""Partners' own rating words, what they mean on the portal's scale, and what is held until somebody says so."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from accounts.models import User
from centers.models import Jurisdiction
from factcheck.models.claim import Assessment, Claim, Rating
from factcheck.models.partner import FactCheckPartner


class RatingWord(models.Model):
    """A word by which one partner rates, and the portal's rating it stands for: empty until a person has said so.

    `key` is the word as it is compared (`factcheck.words`), `word` as the partner first wrote it. A number on the
    partner's own scale is a word, too: "2 (1-5)". What is changed here holds for what comes later, never for what was
    given before.
    """

    partner = models.ForeignKey(FactCheckPartner, on_delete=models.CASCADE, related_name="words")
    key = models.CharField(max_length=120)
    word = models.CharField(max_length=120)
    rating = models.CharField(max_length=20, choices=Rating, blank=True)
    added_at = models.DateTimeField()
    mapped_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    mapped_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["key"]
        constraints = [
            models.UniqueConstraint(fields=["partner", "key"], name="rating_word_is_known_once"),
            models.CheckConstraint(condition=~models.Q(key=""), name="rating_word_is_no_empty_one"),
            models.CheckConstraint(
                condition=models.Q(rating__in=["", *Rating.values]), name="rating_word_stands_for_a_rating"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.word}: {self.rating or 'held'}"

    @property
    def organisation_id(self) -> int:
        """Whose word it is: permissions ask for it."""
        return self.partner.organisation_id

    @property
    def jurisdictions(self) -> list[Jurisdiction]:
        """Where the partner checks: permissions ask for it."""
        return self.partner.jurisdictions


class HeldEnd(models.TextChoices):
    """What became of something that was held."""

    TAKEN = "taken", "Became an assessment"
    REPLACED = "replaced", "The partner said something newer"
    WITHDRAWN = "withdrawn", "The partner took it back"


class HeldAssessment(models.Model):
    """What a partner found, in a word nobody has mapped: kept aside, shown to no voter and counted as no verdict.

    It ends when the word is mapped (then `assessment` is what it became), when the partner says something newer of the
    claim, or takes it back.
    """

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="held")
    partner = models.ForeignKey(FactCheckPartner, on_delete=models.PROTECT, related_name="held")
    word = models.ForeignKey(RatingWord, on_delete=models.PROTECT, related_name="held")
    explanation = models.TextField()
    language = models.CharField(max_length=8)
    article_url = models.URLField(max_length=2000, blank=True)
    evidence = ArrayField(models.URLField(max_length=2000), default=list, blank=True)
    received_at = models.DateTimeField()
    repeat_key = models.CharField(max_length=64, null=True, blank=True, editable=False)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_as = models.CharField(max_length=10, choices=HeldEnd, blank=True)
    assessment = models.OneToOneField(
        Assessment, on_delete=models.PROTECT, null=True, blank=True, related_name="held_before"
    )

    class Meta:
        ordering = ["received_at", "id"]
        constraints = [
            # The newer one takes the place of the older: two would become two assessments of one partner.
            models.UniqueConstraint(
                fields=["claim", "partner"], condition=models.Q(ended_at=None), name="assessment_is_held_once"
            ),
            models.UniqueConstraint(fields=["partner", "repeat_key"], name="held_assessment_is_handed_in_once"),
            models.CheckConstraint(condition=~models.Q(explanation=""), name="held_assessment_explains"),
            # It may turn out to be any rating, and most need something to look up.
            models.CheckConstraint(
                condition=models.Q(evidence__len__gte=1) | ~models.Q(article_url=""),
                name="held_assessment_shows_evidence",
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at=None, ended_as="")
                | models.Q(ended_at__isnull=False, ended_as__in=HeldEnd.values),
                name="held_assessment_that_ended_says_how",
            ),
            models.CheckConstraint(
                condition=models.Q(ended_as=HeldEnd.TAKEN, assessment__isnull=False)
                | (~models.Q(ended_as=HeldEnd.TAKEN) & models.Q(assessment=None)),
                name="held_assessment_that_was_taken_names_it",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.partner}: {self.word.word}"
