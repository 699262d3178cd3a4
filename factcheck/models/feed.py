"""Where partners publish their own checks, and what was read there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from django.contrib.postgres.fields import ArrayField
from django.db import models

from accounts.models import User
from factcheck.models.claim import Assessment, Claim
from factcheck.models.partner import FactCheckPartner
from factcheck.querysets import FeedSourceQuerySet

if TYPE_CHECKING:
    from centers.models import Jurisdiction


_SECRET: Final = re.compile(r"([?&](?:key|api_?key|token|access_token)=)[^&]+", re.IGNORECASE)


class FeedKind(models.TextChoices):
    """How a partner publishes them."""

    ARTICLES = "articles", "RSS or Atom, with ClaimReview in each article"
    DATA_FEED = "data_feed", "JSON feed of ClaimReview"
    CLAIM_SEARCH = "claim_search", "Answer of Fact Check Tools (claims:search)"


class FeedSource(models.Model):
    """An address at which a partner's checks are read again and again.

    `language` is that of reviews which do not say theirs, `countries` are where the claims spread, since ClaimReview
    does not say. `not_before` is the moment until which its server asked to be left alone; `etag` and `last_modified`
    are what it said of the answer read last.
    """

    partner = models.ForeignKey(FactCheckPartner, on_delete=models.CASCADE, related_name="feeds")
    kind = models.CharField(max_length=12, choices=FeedKind)
    url = models.URLField(max_length=2000)
    host = models.CharField(max_length=253, editable=False)
    language = models.CharField(max_length=8)
    countries = ArrayField(models.CharField(max_length=20))
    added_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    added_at = models.DateTimeField(auto_now_add=True)
    paused_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True, blank=True, editable=False)
    not_before = models.DateTimeField(null=True, blank=True, editable=False)
    failures = models.PositiveSmallIntegerField(default=0, editable=False)
    etag = models.CharField(max_length=200, blank=True, editable=False)
    last_modified = models.CharField(max_length=60, blank=True, editable=False)

    objects = models.Manager.from_queryset(FeedSourceQuerySet)()

    class Meta:
        ordering = ["partner", "id"]
        constraints = [
            models.UniqueConstraint(fields=["partner", "url"], name="feed_is_read_once_for_a_partner"),
            models.CheckConstraint(condition=models.Q(kind__in=FeedKind.values), name="feed_kind_is_known"),
            models.CheckConstraint(condition=models.Q(countries__len__gte=1), name="feed_concerns_a_country"),
        ]

    def __str__(self) -> str:
        return self.address[:80]

    @property
    def address(self) -> str:
        """The address as people are shown it: some services want their key in it."""
        return _SECRET.sub(r"\1…", self.url)

    @property
    def organisation_id(self) -> int:
        """Whose it is: permissions ask for it."""
        return self.partner.organisation_id

    @property
    def jurisdictions(self) -> list[Jurisdiction]:
        """Where the partner checks: permissions ask for it."""
        return self.partner.jurisdictions


class RunOutcome(models.TextChoices):
    """How reading a feed ended."""

    READ = "read", "Read"
    UNCHANGED = "unchanged", "Nothing new"
    FAILED = "failed", "Failed"


class FeedRun(models.Model):
    """One reading of a feed: how it ended, with the named error that ended it, and how many reviews became what."""

    source = models.ForeignKey(FeedSource, on_delete=models.CASCADE, related_name="runs")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField()
    outcome = models.CharField(max_length=10, choices=RunOutcome)
    error = models.CharField(max_length=30, blank=True)
    detail = models.CharField(max_length=300, blank=True)
    entries = models.PositiveIntegerField(default=0)
    fetched = models.PositiveIntegerField(default=0)
    taken = models.PositiveIntegerField(default=0)
    held = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    missing = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=models.Q(outcome__in=RunOutcome.values), name="feed_run_outcome_is_known"),
            models.CheckConstraint(
                condition=~models.Q(outcome=RunOutcome.FAILED) | ~models.Q(error=""), name="feed_run_says_why_it_failed"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source}: {self.outcome}"


class FeedArticle(models.Model):
    """An article a feed named: when it was looked at, what its server and the feed said of it then, what was wrong.

    `stamp` is the feed's date of the entry, as written there.
    """

    source = models.ForeignKey(FeedSource, on_delete=models.CASCADE, related_name="articles")
    url = models.URLField(max_length=2000)
    title = models.CharField(max_length=300, blank=True)
    stamp = models.CharField(max_length=60, blank=True)
    listed_at = models.DateTimeField()
    looked_at = models.DateTimeField(null=True, blank=True)
    etag = models.CharField(max_length=200, blank=True)
    last_modified = models.CharField(max_length=60, blank=True)
    error = models.CharField(max_length=30, blank=True)
    detail = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-listed_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["source", "url"], name="feed_article_is_known_once")]

    def __str__(self) -> str:
        return self.url[:80]


class ReviewState(models.TextChoices):
    """What became of a review that was read."""

    TAKEN = "taken", "Taken"
    HELD = "held", "Held"
    REFUSED = "refused", "Refused"


class ImportedReview(models.Model):
    """A partner's ClaimReview as it was read, in the partner's own words, and what became of it.

    Its place is the article and a number within it. `claim` and `assessment` are what it was taken as; they stay when
    the article says something else that is held.
    `missing_since` is when its article, or its review in it, was gone: nothing is withdrawn for that.
    """

    partner = models.ForeignKey(FactCheckPartner, on_delete=models.CASCADE, related_name="reviews")
    source = models.ForeignKey(FeedSource, on_delete=models.SET_NULL, null=True, blank=True, related_name="reviews")
    article_url = models.URLField(max_length=2000)
    number = models.PositiveSmallIntegerField()
    claim_text = models.TextField(blank=True)
    language = models.CharField(max_length=8)
    rating_words = models.CharField(max_length=200, blank=True)
    rating_value = models.CharField(max_length=40, blank=True)
    worst_rating = models.CharField(max_length=40, blank=True)
    best_rating = models.CharField(max_length=40, blank=True)
    explanation = models.TextField(blank=True)
    author = models.CharField(max_length=300, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    appearances = ArrayField(models.URLField(max_length=2000), default=list, blank=True)
    digest = models.CharField(max_length=64)
    state = models.CharField(max_length=8, choices=ReviewState)
    reason = models.CharField(max_length=30, blank=True)
    detail = models.CharField(max_length=300, blank=True)
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, null=True, blank=True, related_name="imported")
    assessment = models.OneToOneField(
        Assessment, on_delete=models.PROTECT, null=True, blank=True, related_name="imported"
    )
    read_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    missing_since = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["-changed_at", "-id"]
        constraints = [
            # Reading the same article again finds the same row.
            models.UniqueConstraint(fields=["partner", "article_url", "number"], name="review_is_imported_once"),
            models.CheckConstraint(condition=models.Q(state__in=ReviewState.values), name="review_state_is_known"),
            models.CheckConstraint(
                condition=~models.Q(state=ReviewState.TAKEN)
                | models.Q(claim__isnull=False, assessment__isnull=False, reason=""),
                name="review_taken_is_an_assessment",
            ),
            models.CheckConstraint(
                condition=models.Q(state=ReviewState.TAKEN) | ~models.Q(reason=""),
                name="review_not_taken_has_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return (self.claim_text or self.article_url)[:80]

    @property
    def organisation_id(self) -> int:
        """Whose it is: permissions ask for it."""
        return self.partner.organisation_id

    @property
    def jurisdictions(self) -> list[Jurisdiction]:
        """Where the partner checks: permissions ask for it."""
        return self.partner.jurisdictions
