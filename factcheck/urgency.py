"""How soon a claim has to be looked at: the nearer the vote where it spreads, the sooner."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Final
from zoneinfo import ZoneInfo

from django.db.models import Q

from centers.models import Jurisdiction, PollingDay
from factcheck.models import Urgency

#: An election is near from so many days before its polling day.
NEAR: Final = dt.timedelta(days=14)
#: Within which somebody has to have looked.
LIMITS: Final = {
    Urgency.POLLING_DAY: dt.timedelta(hours=2),
    Urgency.ELECTION_NEAR: dt.timedelta(hours=12),
    Urgency.ROUTINE: dt.timedelta(hours=48),
}
#: Within which a partner that was asked has to say that it takes the claim: a sixth of the time, so that two who stay
#: silent and then everybody have been asked when half of it is over, and operators still have the other half.
ACCEPT_LIMITS: Final = {urgency: limit / 6 for urgency, limit in LIMITS.items()}
_CALLED: Final = ("scheduled", "open")


def urgency_of(countries: Iterable[str], now: dt.datetime) -> Urgency:
    """By the nearest polling day of a called election in these places or in the union above them, by the date there."""
    found = Urgency.ROUTINE
    for place in Jurisdiction.objects.filter(code__in=list(countries)).select_related("parent"):
        today = now.astimezone(ZoneInfo(place.time_zones[0])).date()
        here = Q(round__election__jurisdiction=place) | Q(round__election__jurisdiction=place.parent)
        days = PollingDay.objects.filter(
            here,
            date__gte=today,
            date__lte=today + NEAR,
            round__election__status__in=_CALLED,
            round__status__in=_CALLED,
        )
        nearest = days.order_by("date").values_list("date", flat=True).first()
        if nearest == today:
            return Urgency.POLLING_DAY
        if nearest is not None:
            found = Urgency.ELECTION_NEAR
    return found


def places_near(now: dt.datetime) -> frozenset[str]:
    """Codes of the places in which, by the date there, an election is near, in them or in the union above. Two queries.

    The same rule as `urgency_of`, for all places at once.
    """
    about = now.astimezone(dt.UTC).date()
    days = PollingDay.objects.filter(
        # A day wider at both ends: at some places it is yesterday, or tomorrow already.
        date__gte=about - dt.timedelta(days=1),
        date__lte=about + NEAR + dt.timedelta(days=1),
        round__election__status__in=_CALLED,
        round__status__in=_CALLED,
    )
    held: dict[int, list[dt.date]] = {}
    for place, day in days.values_list("round__election__jurisdiction", "date"):
        held.setdefault(place, []).append(day)
    if not held:
        return frozenset()
    near = set()
    for pk, parent, code, zones in Jurisdiction.objects.values_list("pk", "parent", "code", "time_zones"):
        today = now.astimezone(ZoneInfo(zones[0])).date()
        if any(today <= day <= today + NEAR for one in (pk, parent) if one for day in held.get(one, ())):
            near.add(code)
    return frozenset(near)
