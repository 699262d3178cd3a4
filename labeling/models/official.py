"""Official accounts (of governments, parties, candidates, news, authorities) and authorities' lists of candidates."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from centers.models import Election, Jurisdiction
from labeling.models.platform import Platform
from labeling.querysets import OfficialAccountQuerySet


class AccountCategory(models.TextChoices):
    """Whose account it is."""

    GOVERNMENT = "government", "Government"
    POLITICIAN = "politician", "Politician"
    PARTY = "party", "Political party"
    CANDIDATE = "candidate", "Candidate"
    NEWS = "news", "News organisation"
    ELECTORAL_AUTHORITY = "electoral_authority", "Electoral authority"


#: What these pay for is political, whatever it says.
POLITICAL: tuple[AccountCategory, ...] = (
    AccountCategory.GOVERNMENT,
    AccountCategory.POLITICIAN,
    AccountCategory.PARTY,
    AccountCategory.CANDIDATE,
)


class OfficialState(models.TextChoices):
    """How far a person vouches for it."""

    PROPOSED = "proposed", "Proposed"
    VERIFIED = "verified", "Verified"
    REFUSED = "refused", "Refused"
    ENDED = "ended", "Ended"


class Badge(models.TextChoices):
    """Whether the platform should show its own mark of verified accounts."""

    NONE = "", "Not asked for"
    RECOMMENDED = "recommended", "Recommended"
    REQUIRED = "required", "Required"


class CandidateList(models.Model):
    """An authority's list of the candidates of one election, from one file.

    Looked at before it is taken: until `imported_at` it is a preview that holds the file (`payload`) and no candidates.
    `mapping` names the file's columns by field; `digest` is the SHA-256 of the file.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    election = models.ForeignKey(Election, on_delete=models.PROTECT, related_name="candidate_lists", db_index=False)
    source_url = models.URLField(max_length=2000)
    published_on = models.DateField()
    file_name = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    encoding = models.CharField(max_length=20)
    mapping = models.JSONField(default=dict)
    payload = models.BinaryField(null=True, blank=True)
    candidate_count = models.PositiveIntegerField(default=0)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    created_at = models.DateTimeField()
    imported_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["election", "digest"],
                condition=models.Q(imported_at__isnull=False),
                name="candidate_list_is_imported_once",
            ),
            models.CheckConstraint(
                condition=models.Q(imported_at=None, payload__isnull=False, candidate_count=0)
                | models.Q(imported_at__isnull=False, payload=None, candidate_count__gte=1),
                name="candidate_list_is_preview_or_imported",
            ),
            models.CheckConstraint(
                condition=models.Q(source_url__startswith="https://") | models.Q(source_url__startswith="http://"),
                name="candidate_list_source_is_an_address",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.election_id}: {self.file_name}"

    @property
    def jurisdiction(self) -> Jurisdiction:
        """Whose election it is of; permissions are asked for there."""
        return self.election.jurisdiction


class Candidate(models.Model):
    """One line of a list. `key` is the name folded for comparing; two people may have the same."""

    list = models.ForeignKey(CandidateList, on_delete=models.CASCADE, related_name="candidates", db_index=False)
    line = models.PositiveIntegerField()
    name = models.CharField(max_length=200)
    party = models.CharField(max_length=200, blank=True)
    constituency = models.CharField(max_length=200, blank=True)
    key = models.CharField(max_length=200)

    class Meta:
        ordering = ["list", "line"]
        constraints = [
            models.UniqueConstraint(fields=["list", "line"], name="candidate_is_one_line"),
            models.CheckConstraint(condition=~models.Q(name="") & ~models.Q(key=""), name="candidate_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name


class OfficialAccount(models.Model):
    """That an account is who it says it is: proposed by one person with a source, verified by another.

    Known by its id on the platform, whether or not anything of it was labelled (`Account` is forgotten with its
    content). The flags are what the platform is told to do; `is_nuanced` says that nobody acts against it alone.
    `must_follow` is set while labels on its items are not yet what its state asks for.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    platform = models.ForeignKey(Platform, on_delete=models.PROTECT, related_name="official_accounts", db_index=False)
    external_id = models.CharField(max_length=255)
    handle = models.CharField(max_length=255, blank=True)
    name = models.CharField(max_length=200)
    category = models.CharField(max_length=20, choices=AccountCategory)
    jurisdiction = models.ForeignKey(Jurisdiction, on_delete=models.PROTECT, related_name="official_accounts")
    election = models.ForeignKey(
        Election, on_delete=models.PROTECT, null=True, blank=True, related_name="official_accounts"
    )
    candidate = models.ForeignKey(
        Candidate, on_delete=models.SET_NULL, null=True, blank=True, related_name="official_accounts"
    )
    source_url = models.URLField(max_length=2000)
    state = models.CharField(max_length=10, choices=OfficialState, default=OfficialState.PROPOSED)
    no_paid_political_advertising = models.BooleanField(default=True)
    no_monetisation = models.BooleanField(default=True)
    verified_badge = models.CharField(max_length=12, choices=Badge, blank=True, default=Badge.RECOMMENDED)
    is_nuanced = models.BooleanField(default=True)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    proposed_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    must_follow = models.BooleanField(default=False)

    objects = OfficialAccountQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            # Also how intake finds the accounts of a batch.
            models.UniqueConstraint(
                fields=["platform", "external_id"],
                condition=models.Q(state__in=[OfficialState.PROPOSED, OfficialState.VERIFIED]),
                name="official_account_stands_once",
            ),
            models.CheckConstraint(
                condition=models.Q(category__in=AccountCategory.values), name="official_account_category_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=OfficialState.values), name="official_account_state_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(verified_badge__in=Badge.values), name="official_account_badge_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(source_url__startswith="https://") | models.Q(source_url__startswith="http://"),
                name="official_account_has_a_source",
            ),
            models.CheckConstraint(
                condition=models.Q(state=OfficialState.PROPOSED, decided_by=None, decided_at=None)
                | (
                    ~models.Q(state=OfficialState.PROPOSED)
                    & models.Q(decided_by__isnull=False, decided_at__isnull=False)
                ),
                name="official_account_decided_says_who",
            ),
            # Who proposed it may take that back, and nothing else.
            models.CheckConstraint(
                condition=models.Q(decided_by=None)
                | models.Q(state=OfficialState.REFUSED)
                | ~models.Q(decided_by=models.F("proposed_by")),
                name="official_account_is_verified_by_another",
            ),
            models.CheckConstraint(
                condition=models.Q(state=OfficialState.ENDED, ended_at__isnull=False)
                | (~models.Q(state=OfficialState.ENDED) & models.Q(ended_at=None)),
                name="official_account_ended_says_when",
            ),
        ]
        indexes = [
            # Read by beat: whose labels must be brought to what was decided.
            models.Index(fields=["id"], condition=models.Q(must_follow=True), name="official_account_to_follow"),
        ]

    def __str__(self) -> str:
        return f"{self.platform_id}:{self.external_id}"

    @property
    def uri(self) -> str:
        """`platform:id`, as the API takes it; needs the platform loaded."""
        return f"{self.platform.key}:{self.external_id}"


class OfficialStep(models.Model):
    """One line of an account's history. Lines are only ever added: a trigger in the database refuses all else."""

    account = models.ForeignKey(OfficialAccount, on_delete=models.PROTECT, related_name="steps")
    state = models.CharField(max_length=10, choices=OfficialState)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    reason = models.CharField(max_length=1000)
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=OfficialState.values), name="official_step_state_is_known"
            ),
            models.CheckConstraint(condition=~models.Q(reason=""), name="official_step_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.account_id}: {self.state}"
