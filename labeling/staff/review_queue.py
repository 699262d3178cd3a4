"""The page of queues, and the overview of how they stand: size, oldest, service level, people."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.core.paginator import Paginator
from django.db.models import Count, F, Min, Q
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property

from accounts.models import Membership, Role
from accounts.staff.access import StaffRequest, staff_view
from centers.models import Jurisdiction
from centers.staff.places import places_granted
from electioncenters.languages import LANGUAGE_NAMES
from labeling.models import ReviewerProfile, ReviewTask, TaskState
from labeling.querysets import ReviewTaskQuerySet
from labeling.review.queue import ALL, Queue
from labeling.services.review_claim import PERMISSION, VIEW
from labeling.services.review_exposure import LEAST_PEOPLE, exposure_of_all
from labeling.services.review_exposure import PERMISSION as WELLBEING
from labeling.services.review_notice import PERMISSIONS as NOTICES
from labeling.staff.review_choices import policy_titles
from labeling.staff.review_form import QueueForm, language_name, profile_of

#: Rows shown of a table, urgent ones first.
_MOST_ROWS: Final = 200
_LEVEL_OVER: Final = dt.timedelta(days=7)


@dataclass(slots=True)
class QueueRow:
    """One queue: what waits under a policy, in a place and language. `in_time` is per cent of the last week's."""

    policy: str
    title: str
    place: str
    language: str
    language_name: str
    size: int
    overdue: int
    oldest: dt.datetime
    next_due: dt.datetime
    in_time: int | None = None
    ended: int = 0


@dataclass(slots=True)
class Staffing:
    """Who could decide what waits in a language; `gaps` are places where nobody can, with how much waits there."""

    language: str
    name: str
    waiting: int = 0
    overdue: int = 0
    readers: set[int] = field(default_factory=set)
    gaps: dict[str, int] = field(default_factory=dict)


def queue_page(request: StaffRequest) -> dict[str, Any]:
    """The queues of the member's places; a dozen queries however much waits."""
    now = timezone.now()
    places = _places(request)
    everything = _waiting(places)
    form = QueueForm(request.GET or None)
    asked = form.queue() if form.is_valid() else ALL
    waiting = everything.in_queue(asked)
    titles = policy_titles()
    rows = queue_rows(waiting, titles, now)
    total = sum(row.size for row in rows)
    profile = profile_of(request.user)
    names = {code: name or code for _, code, name in places}
    tasks = waiting.select_related("item", "policy", "jurisdiction").order_by("-rank")
    return {
        "rows": rows[:_MOST_ROWS],
        "total": total,
        "overdue": sum(row.overdue for row in rows),
        "oldest": min((row.oldest for row in rows), default=None),
        "form": form.offer(names.items(), titles, {row.language for row in rows}),
        "asked": queue_said(asked, titles, names),
        "asked_items": list(asked._asdict().items()),
        "page": _Counted(tasks, 25, total).get_page(request.GET.get("page")),
        "may_decide": request.user.has_perm(PERMISSION),
        "may_notify": any(request.user.has_perm(permission) for permission in NOTICES.values()),
        "profile": profile,
        "now": now,
        "crumbs": [("Reviews", "")],
    }


class _Counted(Paginator):  # type: ignore[type-arg]  # not generic at run time
    """Pages of what was counted before."""

    def __init__(self, rows: ReviewTaskQuerySet, size: int, total: int) -> None:
        super().__init__(rows, size)
        self._total = total

    @cached_property
    def count(self) -> int:
        """How many rows there are."""
        return self._total


def queue_rows(waiting: ReviewTaskQuerySet, titles: Mapping[str, str], now: dt.datetime) -> list[QueueRow]:
    """The queues that hold something, those that are late first. One query."""
    counted = waiting.values("policy__key", "jurisdiction__code", "language").annotate(
        size=Count("pk"), overdue=Count("pk", filter=Q(due_at__lt=now)), oldest=Min("opened_at"), due=Min("due_at")
    )
    return [
        QueueRow(
            row["policy__key"], titles.get(row["policy__key"], row["policy__key"]), row["jurisdiction__code"],
            row["language"], language_name(row["language"]), row["size"], row["overdue"], row["oldest"], row["due"],
        )
        for row in counted.order_by("-overdue", "-size", "policy__key", "jurisdiction__code", "language")
    ]  # fmt: skip


def queue_said(queue: Queue, titles: Mapping[str, str], names: Mapping[str, str]) -> str:
    """A queue in words."""
    kinds = dict(ReviewTask._meta.get_field("kind").choices or ())
    said = [
        titles.get(queue.policy, queue.policy),
        names.get(queue.place, queue.place),
        language_name(queue.language) if queue.language else "",
        str(kinds.get(queue.kind, queue.kind)),
    ]
    return ", ".join(one for one in said if one) or "everything you may decide"


@staff_view(VIEW, methods=("GET", "HEAD"))
def review_overview(request: StaffRequest) -> HttpResponse:
    """How the queues stand: service levels and breaches, who works on what now, who reads what."""
    now = timezone.now()
    places = _places(request)
    waiting = _waiting(places)
    rows = queue_rows(waiting, policy_titles(), now)
    _levels(rows, [pk for pk, _, _ in places], now)
    held = waiting.filter(claimed_until__gt=now).select_related("claimed_by", "policy", "jurisdiction")
    context = {
        "rows": rows[:_MOST_ROWS],
        "hidden_rows": max(0, len(rows) - _MOST_ROWS),
        "total": sum(row.size for row in rows),
        "overdue": sum(row.overdue for row in rows),
        "oldest": min((row.oldest for row in rows), default=None),
        "in_time": _share(rows),
        "held": held.order_by("claimed_at")[:100],
        "staffing": staffing(rows, places),
        "wellbeing": exposure_of_all(request.user) if request.user.has_perm(WELLBEING) else None,
        "sees_wellbeing": request.user.has_perm(WELLBEING),
        "least_people": LEAST_PEOPLE,
        "now": now,
        "crumbs": [("Reviews", reverse("reviews")), ("Overview", "")],
    }
    return render(request, "staff/labeling/review_overview.html", context)


def staffing(rows: Sequence[QueueRow], places: Iterable[tuple[int, str, str | None]]) -> list[Staffing]:
    """For each language in which something waits, or that is one of the portal's: who reads it, and where nobody does.

    Two queries. A moderator counts where they may decide: their places and all below.
    """
    reach = _reach()
    by_code = {code: pk for pk, code, _ in places}
    found = {code: Staffing(code, name) for code, name in LANGUAGE_NAMES.items()}
    waiting: defaultdict[tuple[str, str], int] = defaultdict(int)
    for row in rows:
        one = found.setdefault(row.language, Staffing(row.language, row.language_name))
        one.waiting += row.size
        one.overdue += row.overdue
        waiting[row.language, row.place] += row.size
    for one in found.values():
        one.readers = {user for user, languages, _ in reach if not one.language or one.language in languages}
    for (language, place), size in waiting.items():
        may = {user for user, _, everywhere_or in reach if everywhere_or is None or by_code.get(place) in everywhere_or}
        if not may & found[language].readers:
            found[language].gaps[place] = size
    return sorted(found.values(), key=lambda one: (not one.gaps, -one.waiting, one.name))


def _reach() -> list[tuple[int, frozenset[str], frozenset[int] | None]]:
    """Moderators with the languages they read and the places they decide for, with all below; `None` is everywhere."""
    held: dict[int, set[int] | None] = {}
    roles = Membership.objects.filter(role=Role.MODERATOR, user__is_active=True)
    for user, place in roles.values_list("user_id", "jurisdiction_id"):
        known = held.setdefault(user, set())
        if place is None or known is None:
            held[user] = None
        else:
            known.add(place)
    languages = dict(ReviewerProfile.objects.filter(user__in=held).values_list("user_id", "languages"))
    above = dict(Jurisdiction.objects.values_list("pk", "parent_id"))
    return [
        (user, frozenset(languages.get(user, ())), None if own is None else _with_below(own, above))
        for user, own in held.items()
    ]


def _with_below(own: set[int], above: Mapping[int, int | None]) -> frozenset[int]:
    below = set(own)
    for place in above:
        at: int | None = place
        while at is not None and at not in own:
            at = above.get(at)
        if at is not None:
            below.add(place)
    return frozenset(below)


def _levels(rows: Iterable[QueueRow], places: list[int], now: dt.datetime) -> None:
    """What share of each queue was decided in its time, over a week. One query."""
    ended = ReviewTask.objects.filter(state=TaskState.DECIDED, ended_at__gt=now - _LEVEL_OVER, jurisdiction__in=places)
    counted = ended.values("policy__key", "jurisdiction__code", "language").annotate(
        ended=Count("pk"), in_time=Count("pk", filter=Q(ended_at__lte=F("due_at")))
    )
    levels = {(row["policy__key"], row["jurisdiction__code"], row["language"]): row for row in counted}
    for row in rows:
        level = levels.get((row.policy, row.place, row.language))
        if level:
            row.ended, row.in_time = level["ended"], round(100 * level["in_time"] / level["ended"])


def _share(rows: Iterable[QueueRow]) -> int | None:
    known = [(row.in_time, row.ended) for row in rows if row.in_time is not None]
    total = sum(ended for _, ended in known)
    return round(sum(share * ended for share, ended in known) / total) if total else None


def _places(request: StaffRequest) -> list[tuple[int, str, str | None]]:
    return list(places_granted(request.user, VIEW).values_list("pk", "code", "name_en"))


def _waiting(places: Iterable[tuple[int, str, str | None]]) -> ReviewTaskQuerySet:
    return ReviewTask.objects.open().filter(jurisdiction__in=[pk for pk, _, _ in places])
