"""How much sensitive content moderators see: counted to spare them, never to judge them."""

from __future__ import annotations

import datetime as dt
from typing import Final, NamedTuple

from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.utils import timezone

from accounts.models import User
from labeling.models import ReviewDecision, ReviewExposure, ReviewTask

#: Who is told sums over all moderators.
PERMISSION: Final = "labeling.view_wellbeing"
#: Sums of fewer people say too much about each.
LEAST_PEOPLE: Final = 5
_KEPT: Final = dt.timedelta(days=30)
_WEEK: Final = dt.timedelta(days=6)
#: Who decides nothing for so long has had a break.
BREAK: Final = dt.timedelta(minutes=5)
_LOOKED_AT: Final = 600


class Exposure(NamedTuple):
    """Sensitive items seen today and in seven days, both by days of UTC."""

    today: int
    week: int


class ExposureOfAll(NamedTuple):
    """Of how many people, and their sums."""

    people: int
    today: int
    week: int


def exposure_note(*, user: User, task: ReviewTask) -> None:
    """The moderator has sensitive content in front of them. Once a day for each task."""
    if task.is_sensitive:
        ReviewExposure.objects.get_or_create(user=user, task=task, day=timezone.now().date())


def is_exposed(*, user: User, task: ReviewTask) -> bool:
    """Whether they asked to see it today."""
    return ReviewExposure.objects.filter(user=user, task=task, day=timezone.now().date()).exists()


def exposure_own(user: User) -> Exposure:
    """A moderator's own; nobody else may be told."""
    today = timezone.now().date()
    found = ReviewExposure.objects.filter(user=user, day__gte=today - _WEEK)
    counted = found.aggregate(today=Count("pk", filter=Q(day=today)), week=Count("pk"))
    return Exposure(counted["today"], counted["week"])


def exposure_of_all(by: User) -> ExposureOfAll | None:
    """Sums over everybody, for who looks after moderators; `None` where they are of fewer than `LEAST_PEOPLE`.

    Raises `PermissionDenied`.
    """
    if not by.has_perm(PERMISSION):
        raise PermissionDenied("Sums are for who looks after moderators.")
    today = timezone.now().date()
    found = ReviewExposure.objects.filter(day__gte=today - _WEEK)
    counted = found.aggregate(
        people=Count("user", distinct=True),
        now=Count("user", distinct=True, filter=Q(day=today)),
        today=Count("pk", filter=Q(day=today)),
        week=Count("pk"),
    )
    if counted["people"] < LEAST_PEOPLE:
        return None
    # A day that few worked on is told within the week only.
    return ExposureOfAll(counted["people"], counted["today"] if counted["now"] >= LEAST_PEOPLE else 0, counted["week"])


def exposures_erase() -> int:
    """Forget what is older than a month; returns how many."""
    return ReviewExposure.objects.filter(day__lt=timezone.now().date() - _KEPT).delete()[0]


def working_minutes(user: User) -> int:
    """Minutes since the moderator's last break: since the first of the decisions that follow each other closely."""
    now = timezone.now()
    since = now
    decided = ReviewDecision.objects.filter(user=user).order_by("-pk").values_list("decided_at", "seconds")
    for decided_at, seconds in decided[:_LOOKED_AT]:
        if since - decided_at > BREAK:
            break
        # A case that takes long is no break.
        since = decided_at - dt.timedelta(seconds=seconds or 0)
    return int((now - since).total_seconds() // 60)
