"""Which content repeats which claim, and which labels rest on what fact-checkers found of it."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from factcheck.models import Claim
from labeling.models.content import ContentItem
from labeling.models.label import Label
from labeling.models.review import ReviewDecision


class MatchHow(models.TextChoices):
    """What made it likely that content repeats a claim."""

    PHRASE = "phrase", "A key phrase"
    TEXT = "text", "Similar words"
    MEDIA = "media", "The same file"
    PICTURE = "picture", "A similar picture"
    PERSON = "person", "Named by a person"


class MatchState(models.TextChoices):
    """Whether a person said that the content repeats the claim."""

    PROPOSED = "proposed", "Proposed"
    CONFIRMED = "confirmed", "Confirmed"
    REFUSED = "refused", "Refused"


class ClaimMatch(models.Model):
    """That an item repeats a claim: found by `how` with its `evidence`, and said so, or not, by a moderator's decision.

    `evidence` holds nothing of the item's words: `{"phrase"}`, `{"likeness"}`, `{"sha256"}`, `{"distance"}` or
    `{"by"}`. `mark` is the state of the claim's findings that this row follows already (`labeling.claims.effects`);
    `asked_at` is when moderators were last asked: the match waits for them until a decision that is younger.
    """

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="matches", db_index=False)
    item = models.ForeignKey(ContentItem, on_delete=models.CASCADE, related_name="claim_matches")
    how = models.CharField(max_length=10, choices=MatchHow)
    evidence = models.JSONField(default=list)
    likeness = models.FloatField(null=True, blank=True)
    state = models.CharField(max_length=10, choices=MatchState, default=MatchState.PROPOSED)
    decision = models.ForeignKey(
        ReviewDecision, on_delete=models.PROTECT, null=True, blank=True, related_name="claim_matches"
    )
    mark = models.CharField(max_length=32, blank=True)
    found_at = models.DateTimeField()
    asked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        verbose_name_plural = "claim matches"
        constraints = [
            models.UniqueConstraint(fields=["claim", "item"], name="claim_match_is_found_once"),
            models.CheckConstraint(condition=models.Q(how__in=MatchHow.values), name="claim_match_how_is_known"),
            models.CheckConstraint(condition=models.Q(state__in=MatchState.values), name="claim_match_state_is_known"),
            models.CheckConstraint(
                condition=models.Q(likeness=None) | models.Q(likeness__gte=0, likeness__lte=1),
                name="claim_match_likeness_is_a_share",
            ),
            # Only people say that content repeats a claim, in a decision that stands in the task's history.
            models.CheckConstraint(
                condition=models.Q(state=MatchState.PROPOSED, decision=None)
                | (~models.Q(state=MatchState.PROPOSED) & models.Q(decision__isnull=False)),
                name="claim_match_is_decided_by_people",
            ),
        ]
        indexes = [
            # Read by what follows changed findings: the matches of a claim that do not follow its present mark.
            models.Index(fields=["claim", "mark"], name="claim_match_by_mark"),
        ]

    def __str__(self) -> str:
        return f"{self.claim_id}: {self.item_id} ({self.state})"


class LabelBasis(models.Model):
    """That a label rests on what was found of the claim its item repeats, since a decision, for one of its reasons.

    `assessments` are those that stood then. It ends with a decision (`ended_by`), or without one when the findings no
    longer bear it. `proposes_action` says that the platform was asked to act.
    """

    label = models.ForeignKey(Label, on_delete=models.CASCADE, related_name="bases", db_index=False)
    match = models.ForeignKey(ClaimMatch, on_delete=models.CASCADE, related_name="bases")
    decision = models.ForeignKey(ReviewDecision, on_delete=models.PROTECT, related_name="bases")
    reason = models.CharField(max_length=60)
    assessments = ArrayField(models.BigIntegerField(), default=list, blank=True)
    proposes_action = models.BooleanField(default=False)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        ReviewDecision, on_delete=models.PROTECT, null=True, blank=True, related_name="ended_bases"
    )

    class Meta:
        ordering = ["id"]
        verbose_name_plural = "label bases"
        constraints = [
            models.UniqueConstraint(
                fields=["label", "match"], condition=models.Q(ended_at=None), name="label_basis_stands_once"
            ),
            models.CheckConstraint(condition=~models.Q(reason=""), name="label_basis_has_a_reason"),
            models.CheckConstraint(
                condition=models.Q(ended_by=None) | models.Q(ended_at__isnull=False), name="label_basis_ended_says_when"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label_id} on {self.match_id}: {self.reason}"


class ClaimSearch(models.Model):
    """How far the search for content that repeats a claim has come among what was stored before.

    Items with ids from after `after_item` up to `until_item` are yet to be compared; later ones are met as they come
    (`SearchCursor`). `signs` and `learned` are digests of what was searched for: what people gave, and what confirmed
    copies taught. `is_paused` while too many of its proposals wait.
    """

    claim = models.OneToOneField(Claim, on_delete=models.CASCADE, primary_key=True, related_name="+")
    signs = models.CharField(max_length=32)
    learned = models.CharField(max_length=32, blank=True)
    after_item = models.BigIntegerField(default=0)
    until_item = models.BigIntegerField()
    compared = models.BigIntegerField(default=0)
    is_paused = models.BooleanField(default=False)
    noticed_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "claim searches"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(after_item__gte=0, until_item__gte=0), name="claim_search_begins_at_the_beginning"
            ),
        ]
        indexes = [
            # Read by beat every few seconds.
            models.Index(fields=["noticed_at"], condition=models.Q(finished_at=None), name="claim_search_unfinished"),
        ]

    def __str__(self) -> str:
        return f"{self.claim_id}: {self.after_item}/{self.until_item}"


class SearchCursor(models.Model):
    """How far newly stored items were compared with claims. `late` follows behind for what was committed late."""

    name = models.CharField(max_length=10, primary_key=True)
    after_item = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(name__in=["new", "late"]), name="search_cursor_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.name}: {self.after_item}"
