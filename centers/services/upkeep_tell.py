"""Tell who looks after a place of facts past their review date and of broken links: once, and while it is so.

Nobody's act brings them about, so beat looks; it knows from `UpkeepTold` what was told before.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import NotificationKind
from accounts.services.notification import members_nearest, notifications_settle, notify
from centers.curation.overview import Overview, overviews_of
from centers.models import Jurisdiction, UpkeepKind, UpkeepTold

#: Whose upkeep it is: who works for the place's authority. Contributors see the lines on the desk.
_TEND: Final = "centers.confirm_fact"
#: Two workers at the same time would tell twice.
_LOCK: Final = 0x5570_6B65


def upkeep_tell() -> int:
    """Look at every place with a centre and tell what is new; returns how many places were told something.

    A handful of queries for all places while nothing changed; safe to call at any time, by anybody.
    """
    places = list(Jurisdiction.objects.filter(center__isnull=False).select_related("parent__parent", "center"))
    overviews = overviews_of(places, timezone.now().date())
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        known = {(one.jurisdiction_id, one.kind): one for one in UpkeepTold.objects.all()}
        return sum(
            _tell(place, kind, matters, known.get((place.pk, kind)))
            for place in places
            for kind, matters in _matters(overviews[place.pk])
        )


def _matters(overview: Overview) -> list[tuple[UpkeepKind, frozenset[str]]]:
    return [
        (UpkeepKind.FACTS_STALE, frozenset(fact.record for fact in overview.stale)),
        (UpkeepKind.LINKS_BROKEN, overview.broken),
    ]


def _tell(place: Jurisdiction, kind: UpkeepKind, matters: frozenset[str], known: UpkeepTold | None) -> bool:
    """Tell of matters that are new; forget those that are dealt with. Whether anybody was told."""
    before = frozenset(known.matters if known else ())
    if matters == before:
        return False
    UpkeepTold.objects.update_or_create(
        jurisdiction=place, kind=kind, defaults={"matters": sorted(matters), "looked_at": timezone.now()}
    )
    subject, notification = f"{kind}:{place.code}", NotificationKind(kind.value)
    if not matters:
        notifications_settle(subject=subject, kinds=[notification])
    if matters <= before:
        return False
    # Whoever has not read the former one reads one that counts everything.
    notifications_settle(subject=subject, kinds=[notification])
    notify(
        recipients=members_nearest(permission=_TEND, place=place),
        kind=notification,
        place=place,
        subject=subject,
        title=_title(place, kind, matters),
        path=_path(place, kind),
    )
    return True


def _title(place: Jurisdiction, kind: UpkeepKind, matters: Iterable[str]) -> str:
    number = len(list(matters))
    name = place.name_en  # type: ignore[attr-defined]  # translated
    if kind == UpkeepKind.FACTS_STALE:
        return f"{name}: {number} {'fact is' if number == 1 else 'facts are'} past the review date"
    return f"{name}: {number} {'link has' if number == 1 else 'links have'} not answered for a day"


def _path(place: Jurisdiction, kind: UpkeepKind) -> str:
    if kind == UpkeepKind.FACTS_STALE:
        return reverse("desk-need", args=[place.code, "stale"])
    return reverse("desk-sources", args=[place.code])
