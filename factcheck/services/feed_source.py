"""Which feeds of a partner are read: add one, pause it, read it at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from accounts.audit import acting
from accounts.models import User
from accounts.models.organisation import Vetting
from centers.models import Jurisdiction
from electioncenters.safe_http import Policy, UnsafeUrlError, url_vet
from factcheck.models import FactCheckPartner, FeedSource

KEEP: Final = "factcheck.keep_partner"
#: So many feeds of one partner are read.
MOST: Final = 10


@transaction.atomic
def feed_add(
    *, partner: FactCheckPartner, by: User, kind: str, url: str, language: str, countries: Sequence[str]
) -> FeedSource:
    """Read it from now on. Raises `PermissionDenied`, and `ValidationError` by field."""
    _may(by, partner)
    if not partner.organisation.url:
        # Whose checks they are is told by the site they stand on.
        raise ValidationError("The organisation's own address is not known: enter it first.")
    try:
        target = url_vet(url, Policy(local=settings.OUTBOUND_LOCAL))
    except UnsafeUrlError as error:
        raise ValidationError({"url": str(error)}) from error
    if partner.feeds.count() >= MOST:
        raise ValidationError(f"No more than {MOST} feeds of one partner are read.")
    if partner.feeds.filter(url=url).exists():
        raise ValidationError({"url": "This feed is read already."})
    if unknown := set(countries) - set(partner.countries):
        raise ValidationError({"countries": f"The partner does not check for {', '.join(sorted(unknown))}."})
    if Jurisdiction.objects.filter(code__in=countries).count() != len(set(countries)):
        raise ValidationError({"countries": "The portal knows no place for one of these countries."})
    feed = FeedSource(
        partner=partner, kind=kind, url=url, host=target.host, language=language, countries=sorted(set(countries)),
        added_by=by, due_at=timezone.now(),
    )  # fmt: skip
    feed.full_clean(exclude=["added_by", "host"])
    with acting(by=by, reason="Feed added"):
        feed.save()
    return feed


@transaction.atomic
def feed_pause(*, feed: FeedSource, by: User, paused: bool) -> None:
    """Read it no more for now, or again; what was taken from it stays. Raises `PermissionDenied`."""
    _may(by, feed.partner)
    now = timezone.now()
    with acting(by=by, reason="Feed paused" if paused else "Feed read again"):
        if paused:
            FeedSource.objects.filter(pk=feed.pk, paused_at=None).update(paused_at=now)
        else:
            FeedSource.objects.filter(pk=feed.pk).update(paused_at=None, due_at=now)


def feed_ask(*, feed: FeedSource, by: User) -> None:
    """Read it as soon as a worker is free: not before its server wants that.

    Raises `PermissionDenied`, and `ValidationError` where it is paused or has to be left alone.
    """
    _may(by, feed.partner)
    now = timezone.now()
    if feed.partner.organisation.vetting == Vetting.SUSPENDED:
        raise ValidationError("The organisation is suspended: nothing of it is read.")
    if feed.paused_at is not None:
        raise ValidationError("It is paused.")
    if feed.not_before is not None and feed.not_before > now:
        raise ValidationError(f"Its server asked to be left alone until {feed.not_before:%-d %B, %H:%M} (UTC).")
    FeedSource.objects.filter(pk=feed.pk).update(due_at=now)


def _may(by: User, partner: FactCheckPartner) -> None:
    if not by.has_perm(KEEP, partner):
        raise PermissionDenied
