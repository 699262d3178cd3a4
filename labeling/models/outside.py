"""What people outside say: reports about content, and appeals against labels."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from electioncenters.languages import LANGUAGE_CODES
from labeling.models.label import Label, LabelState
from labeling.models.platform import Platform
from labeling.models.review import ReviewDecision, ReviewTask


class ReportKind(models.TextChoices):
    """What is wrong with content, as reporters say it. Each value is the key of the policy it is judged by."""

    VOTING_INFORMATION = "voting-information", _("Wrong information about voting")
    IMPERSONATION = "impersonation", _("Somebody pretends to be an authority or a candidate")
    UNDISCLOSED_AI = "undisclosed-ai", _("Made with artificial intelligence without saying so")
    INCITEMENT = "incitement", _("Incitement to violence or hatred")
    PAID_POLITICAL = "paid-political", _("Paid political advertising that does not say so")
    OTHER = "other", pgettext_lazy("kind of report", "Something else")


class Outcome(models.TextChoices):
    """What became of a report or an appeal; empty while it waits. Pages word it for their readers."""

    UPHELD = "upheld", "Upheld"
    REJECTED = "rejected", "Rejected"
    CLOSED = "closed", "Closed by a moderator without a decision"
    UNKNOWN = "unknown", "Closed: the platform never handed the content in"
    GONE = "gone", "Closed: the content is gone, or nothing was left to decide"


class FromOutside(models.Model):
    """What reports and appeals have in common.

    `token_digest` is the SHA-256 of the private link's token. `contact` is a sealed address, erased some time after the
    end; `said` is erased later (`outside_erase`). `decision` is the one that settled it; an undo takes it away again.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    token_digest = models.BinaryField(max_length=32, editable=False)
    said = models.CharField(max_length=2000, blank=True)
    language = models.CharField(max_length=8)
    contact = models.BinaryField(max_length=600, null=True, blank=True)
    task = models.ForeignKey(ReviewTask, on_delete=models.PROTECT, related_name="%(class)ss")
    decision = models.ForeignKey(
        ReviewDecision, on_delete=models.PROTECT, null=True, blank=True, related_name="%(class)ss"
    )
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True, db_default="")
    received_at = models.DateTimeField()
    due_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    receipt_mailed_at = models.DateTimeField(null=True, blank=True)
    outcome_mailed_at = models.DateTimeField(null=True, blank=True)
    erased_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True


def _shared_constraints(name: str) -> list[models.BaseConstraint]:
    return [
        models.UniqueConstraint(fields=["token_digest"], name=f"{name}_link_is_its_own"),
        models.CheckConstraint(condition=models.Q(language__in=LANGUAGE_CODES), name=f"{name}_language_is_known"),
        models.CheckConstraint(
            condition=models.Q(outcome="", ended_at=None)
            | models.Q(outcome__in=Outcome.values, ended_at__isnull=False),
            name=f"{name}_ended_has_an_outcome",
        ),
        models.CheckConstraint(
            condition=models.Q(erased_at=None) | models.Q(said="", contact=None), name=f"{name}_erased_holds_nothing"
        ),
    ]


class Report(FromOutside):
    """Somebody says that something is wrong with some content, by the form or through their platform.

    `uri` is `platform:id`, also of content nobody handed in. `reporter` is what the platform calls who reported, never
    more than a pseudonym; `repeat_key` makes a platform's repeated call one report.
    """

    platform = models.ForeignKey(
        Platform, on_delete=models.PROTECT, null=True, blank=True, related_name="reports", db_index=False
    )
    reporter = models.CharField(max_length=100, blank=True)
    repeat_key = models.CharField(max_length=64, null=True, blank=True)  # none is not the same twice
    uri = models.CharField(max_length=320)
    kind = models.CharField(max_length=30, choices=ReportKind)

    class Meta:
        ordering = ["id"]
        constraints = [
            *_shared_constraints("report"),
            models.UniqueConstraint(fields=["platform", "repeat_key"], name="report_is_taken_once"),
            models.CheckConstraint(condition=models.Q(kind__in=ReportKind.values), name="report_kind_is_known"),
        ]
        indexes = [
            # Read by the limit of a platform's reports in a minute.
            models.Index(fields=["platform", "received_at"], name="report_by_platform_and_time"),
            # Read by what mails and erases.
            models.Index(fields=["received_at"], condition=models.Q(erased_at=None), name="report_not_erased"),
        ]

    def __str__(self) -> str:
        return f"{self.uri}: {self.kind}"


class Appellant(models.TextChoices):
    """Who appeals."""

    AUTHOR = "author", "The author, as the platform says"
    ANYONE = "anyone", "Somebody else"


class Appeal(FromOutside):
    """Somebody says that a label is wrong. `label_state` is how the label stood then: who gets it changed was right.

    `appellant_key` tells appellants of one label apart without saying who they are: a keyed digest of the author's id,
    of the address, or of what was said. Whoever appeals again while it waits has appealed once.
    """

    label = models.ForeignKey(Label, on_delete=models.PROTECT, related_name="appeals")
    label_state = models.CharField(max_length=10, choices=LabelState)
    by = models.CharField(max_length=10, choices=Appellant)
    appellant_key = models.BinaryField(max_length=32)

    class Meta:
        ordering = ["id"]
        constraints = [
            *_shared_constraints("appeal"),
            models.UniqueConstraint(
                fields=["label", "appellant_key"],
                condition=models.Q(outcome=""),
                name="appeal_is_open_once_per_appellant",
            ),
            models.CheckConstraint(condition=models.Q(by__in=Appellant.values), name="appellant_is_known"),
        ]
        indexes = [
            models.Index(fields=["received_at"], condition=models.Q(erased_at=None), name="appeal_not_erased"),
        ]

    def __str__(self) -> str:
        return f"{self.label_id}: {self.outcome or 'waits'}"


class AppealSecret(models.Model):
    """What a platform signs its authors' appeal links with, sealed. Several may be valid while one is replaced."""

    platform = models.ForeignKey(Platform, on_delete=models.CASCADE, related_name="appeal_secrets")
    secret = models.BinaryField(max_length=300)
    created_at = models.DateTimeField(auto_now_add=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.platform_id}/{self.pk}"
