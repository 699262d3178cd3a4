"""Links that voters are sent to: how each one is, what its checks found, and pages looked at for the first time."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Final

from django.contrib.postgres.fields import ArrayField
from django.db import models

from accounts.models import Organisation, User
from centers.models.jurisdiction import Jurisdiction
from centers.querysets import LinkQuerySet


class LinkOutcome(models.TextChoices):
    """What a check found. The workspace's words, in English."""

    OK = "ok", "Answers"
    ELSEWHERE = "elsewhere", "Leads elsewhere"
    CERTIFICATE = "certificate", "Certificate ends soon"
    LANGUAGE = "language", "In another language"
    GUARDED = "guarded", "Shuts out automatic checks"
    STATUS = "status", "Answers with an error"
    UNREACHABLE = "unreachable", "Does not answer"
    TLS = "tls", "Encryption is broken"
    UNSAFE = "unsafe", "Not a public address"


#: A voter who follows the link gets nothing.
FAILURES = (LinkOutcome.STATUS, LinkOutcome.UNREACHABLE, LinkOutcome.TLS, LinkOutcome.UNSAFE)
#: A voter gets something, and a curator should look at it.
DOUBTS = (LinkOutcome.ELSEWHERE, LinkOutcome.CERTIFICATE, LinkOutcome.LANGUAGE)


#: Between the moment at which a link is believed broken and the day on which voters are told, curators can mend it.
GRACE: Final = dt.timedelta(days=7)


class _Found(models.Model):
    """What one check found. `duration_ms` is for all redirections together; `status` is empty without an answer."""

    outcome = models.CharField(max_length=12, choices=LinkOutcome, blank=True)
    checked_at = models.DateTimeField(null=True, blank=True)
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    detail = models.CharField(max_length=200, blank=True)
    final_url = models.CharField(max_length=2000, blank=True)
    duration_ms = models.PositiveIntegerField(null=True, blank=True)
    certificate_ends = models.DateTimeField(null=True, blank=True)
    content_language = models.CharField(max_length=60, blank=True)

    class Meta:
        abstract = True


class Link(_Found):
    """An address on voters' pages, with what its last check found; the same address is one link, wherever it stands.

    `due_at` is when it is checked next, `asked_at` when somebody asked for a check at once. Who checks it has it until
    `leased_until`. `failures` counts failed checks in a row, `failing_since` is the first of them, `broken_since` when
    there were enough to believe it. `answered_at` is when its server last answered, with whatever.
    """

    url = models.URLField(max_length=500, unique=True)
    host = models.CharField(max_length=255)
    due_at = models.DateTimeField()
    asked_at = models.DateTimeField(null=True, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveSmallIntegerField(default=0)
    failing_since = models.DateTimeField(null=True, blank=True)
    broken_since = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    page_read_at = models.DateTimeField(null=True, blank=True)
    etag = models.CharField(max_length=200, blank=True)
    last_modified = models.CharField(max_length=60, blank=True)

    objects = models.Manager.from_queryset(LinkQuerySet)()

    class Meta:
        ordering = ["url"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(outcome__in=["", *LinkOutcome.values]), name="link_outcome_is_known"
            ),
            models.CheckConstraint(condition=models.Q(url__regex=r"^https?://"), name="link_is_a_web_address"),
            # One bad minute of a server is no broken link.
            models.CheckConstraint(
                condition=models.Q(broken_since=None) | models.Q(failures__gte=3, failing_since__isnull=False),
                name="link_is_broken_after_three_failures",
            ),
        ]
        indexes = [
            # Read by the checker: what is due, oldest first.
            models.Index(fields=["due_at"], name="link_by_due"),
            models.Index(fields=["host"], name="link_by_host"),
            # Read by the desk and with every centre's facts.
            models.Index(fields=["broken_since"], condition=models.Q(broken_since__isnull=False), name="link_broken"),
        ]

    def __str__(self) -> str:
        return self.url

    def is_told(self, today: dt.date) -> bool:
        """Whether voters are told, on a day, that it did not answer."""
        return self.broken_since is not None and self.broken_since.date() + GRACE <= today


class LinkCheck(_Found):
    """One check of a link, kept for some time."""

    link = models.ForeignKey(Link, on_delete=models.CASCADE, related_name="checks")

    class Meta:
        ordering = ["-checked_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(outcome__in=LinkOutcome.values), name="link_check_outcome_is_known"
            ),
            models.CheckConstraint(condition=models.Q(checked_at__isnull=False), name="link_check_has_a_time"),
        ]
        indexes = [
            models.Index(fields=["link", "-checked_at"], name="link_check_by_link"),
            # Read when old ones are erased.
            models.Index(fields=["checked_at"], name="link_check_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.link}: {self.outcome}"


class PageLook(models.Model):
    """An address somebody wants to recommend, looked at by a worker: what its page says of itself.

    It ends at `finished_at`, with an `error` in words for that person, or with what was found.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True)
    jurisdiction = models.ForeignKey(Jurisdiction, on_delete=models.CASCADE, related_name="+")
    asked_by = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    asked_at = models.DateTimeField()
    url = models.URLField(max_length=500)
    finished_at = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=300, blank=True)
    final_url = models.CharField(max_length=2000, blank=True)
    title = models.CharField(max_length=250, blank=True)
    languages = ArrayField(models.CharField(max_length=8), default=list, blank=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=models.Q(url__regex=r"^https?://"), name="page_look_is_at_a_web_address"),
        ]

    def __str__(self) -> str:
        return self.url
