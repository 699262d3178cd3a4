"""Know every link on voters' pages, and forget those that are gone."""

from __future__ import annotations

import datetime as dt
import random
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from centers.models import Answer, Campaign, Election, KeyDate, Link, LinkCheck, PageLook, Tip, TrustedSource

#: A link is checked once in so long.
CHECK_EVERY: Final = dt.timedelta(hours=24)
#: What was found about an address nobody added is forgotten after this.
LOOKS_KEPT: Final = dt.timedelta(days=2)


@transaction.atomic
def links_register() -> tuple[int, int]:
    """Bring the links up to date with the facts; returns how many came and went.

    New ones are checked some time within a day, so that a first start asks nobody for everything at once.
    """
    wanted = {
        *TrustedSource.objects.values_list("url", flat=True),
        *Answer.objects.values_list("source_url", flat=True),
        *Election.objects.values_list("source_url", flat=True),
        *KeyDate.objects.values_list("source_url", flat=True),
        *Campaign.objects.shown().exclude(source_url="").values_list("source_url", flat=True),
        *Tip.objects.exclude(source_url="").values_list("source_url", flat=True),
    }
    known = set(Link.objects.values_list("url", flat=True))
    now = timezone.now()
    made = Link.objects.bulk_create(
        (
            Link(url=url, host=host_of(url), due_at=now + CHECK_EVERY * random.random())  # noqa: S311  # no secret
            for url in sorted(wanted - known)
        ),
        ignore_conflicts=True,
    )
    gone, _ = Link.objects.filter(url__in=known - wanted).delete()
    return len(made), gone and len(known - wanted)


def links_erase() -> int:
    """Erase old checks and looks; returns how many checks."""
    now = timezone.now()
    PageLook.objects.filter(asked_at__lt=now - LOOKS_KEPT).delete()
    old = LinkCheck.objects.filter(checked_at__lt=now - dt.timedelta(days=settings.LINK_CHECK_DAYS))
    erased, _ = old.delete()
    return erased


def host_of(url: str) -> str:
    """The host of an address, in small letters; "" where it has none."""
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""
