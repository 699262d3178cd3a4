"""Changes that wait for a person, and what is said about them."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, User
from centers.models.jurisdiction import Jurisdiction
from centers.querysets import ProposalQuerySet


class ProposalAction(models.TextChoices):
    """What a proposal does to its record."""

    CREATE = "create", "Add"
    CHANGE = "change", "Change"
    REMOVE = "remove", "Remove"
    CONFIRM = "confirm", "Confirm"
    LOOK = "look", "Look at again"


class ProposalStatus(models.TextChoices):
    """Where a proposal stands."""

    OPEN = "open", _("Waiting for a decision")
    SENT_BACK = "sent_back", "Sent back to its author"
    SCHEDULED = "scheduled", "Approved, to be published later"
    APPROVED = "approved", _("Approved")
    REJECTED = "rejected", _("Rejected")
    WITHDRAWN = "withdrawn", "Withdrawn by its author"


class Translator(models.TextChoices):
    """Who made the translations a proposal consists of."""

    PERSON = "person", "Translated by a person"
    AGENCY = "agency", "Translated by an agency"


#: A proposal that somebody still has to do something about.
UNDECIDED = (ProposalStatus.OPEN, ProposalStatus.SENT_BACK)


class Proposal(models.Model):
    """A proposed change to a curated record, like a pull request on a fact. Voters never see one.

    `record` names the kind of record and its natural key (`election:at.regional.lower-austria.2028`), `fields` the
    proposed values by field name as JSON and `base` those the author saw (`centers.curation`). `also` lists what
    changes with it, all or nothing: `{"record", "action", "fields", "base"}`. An empty `author` is the loader of the
    facts pack. `verified_on` is the day the author saw the source. `revision` counts what the
    author sent; a decision names the revision it is about. `translated_by` says that nothing but translations change,
    `same_meaning` by record in which of its translated fields the original means what it meant, so that translations
    stay as they are.
    `submission` is the form that made it: the same one twice
    makes one proposal. What was published is taken back at `expires_at`; `expired_at` is when that was done, or given
    up, with the reason in `expiry_note`.
    """

    jurisdiction = models.ForeignKey(Jurisdiction, on_delete=models.CASCADE, related_name="proposals")
    record = models.CharField(max_length=700)
    action = models.CharField(
        max_length=10, choices=ProposalAction, default=ProposalAction.CHANGE, db_default=ProposalAction.CHANGE.value
    )
    fields = models.JSONField()
    base = models.JSONField(default=dict, blank=True, db_default={})
    also = models.JSONField(default=list, blank=True, db_default=[])
    reason = models.TextField()
    source = models.TextField()
    verified_on = models.DateField(null=True, blank=True)
    translated_by = models.CharField(max_length=10, choices=Translator, blank=True, default="", db_default="")
    same_meaning = models.JSONField(default=dict, blank=True, db_default={})
    status = models.CharField(max_length=10, choices=ProposalStatus, default=ProposalStatus.OPEN)
    revision = models.PositiveSmallIntegerField(default=1, db_default=1)
    author = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="proposals")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    publish_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    expired_at = models.DateTimeField(null=True, blank=True)
    expiry_note = models.TextField(blank=True, db_default="")
    submission = models.UUIDField(null=True, blank=True, editable=False)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    decision = models.TextField(blank=True, db_default="")

    objects = ProposalQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status__in=ProposalStatus.values), name="proposal_status_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(action__in=ProposalAction.values), name="proposal_action_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(translated_by__in=["", *Translator.values]), name="proposal_translator_is_known"
            ),
            # The loader may run any number of times and proposes each doubtful fact once.
            models.UniqueConstraint(
                fields=["record"], condition=models.Q(author=None), name="proposal_of_the_loader_is_made_once"
            ),
            # Four eyes, in the database too: nobody decides on their own proposal.
            models.CheckConstraint(
                condition=models.Q(author=None)
                | models.Q(decided_by=None)
                | ~models.Q(decided_by=models.F("author"))
                | models.Q(status=ProposalStatus.WITHDRAWN),
                name="proposal_is_decided_by_another",
            ),
            models.CheckConstraint(
                condition=~models.Q(status=ProposalStatus.SCHEDULED) | models.Q(publish_at__isnull=False),
                name="proposal_scheduled_says_when",
            ),
            models.UniqueConstraint(
                fields=["author", "submission"], name="proposal_is_submitted_once", nulls_distinct=True
            ),
            models.CheckConstraint(
                condition=models.Q(expires_at=None)
                | models.Q(publish_at=None)
                | models.Q(publish_at__lt=models.F("expires_at")),
                name="proposal_expires_after_it_is_published",
            ),
        ]
        indexes = [
            # Read by the desk: what waits for me, oldest first.
            models.Index(
                fields=["jurisdiction", "created_at"],
                condition=models.Q(status__in=UNDECIDED),
                name="proposal_undecided_by_place",
            ),
            # Read by beat every minute.
            models.Index(
                fields=["publish_at"], condition=models.Q(status=ProposalStatus.SCHEDULED), name="proposal_scheduled"
            ),
            # Read by beat every minute, too.
            models.Index(
                fields=["expires_at"],
                condition=models.Q(status=ProposalStatus.APPROVED, expired_at=None, expires_at__isnull=False),
                name="proposal_expiring",
            ),
        ]

    def __str__(self) -> str:
        return self.record


class ProposalComment(models.Model):
    """What somebody says about a proposal; stays as it was said."""

    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="comments")
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="proposal_comments")
    text = models.TextField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["created_at", "id"]
        constraints = [models.CheckConstraint(condition=~models.Q(text=""), name="proposal_comment_says_something")]

    def __str__(self) -> str:
        return f"{self.proposal_id}: {self.text[:40]}"
