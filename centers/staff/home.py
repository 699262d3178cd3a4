"""Which desks a member has, what waits on each, and how far each centre is from being complete."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.staff.access import StaffRequest, staff_view
from accounts.staff.listing import page_of
from accounts.staff.waiting import WaitingAt, WaitingNumber
from centers.curation import KINDS
from centers.curation.overview import overviews_of
from centers.curation.titles import record_titles
from centers.models import Jurisdiction, PublishedChange
from centers.staff.desk import PROPOSE, VIEW, desk_place, desk_render, voter_path
from centers.staff.needs import Asked, NeedKind, PlaceNeeds, decision_kinds, need_kind, needs_of
from centers.staff.people import people_of
from centers.staff.places import places_granted

#: How many of the latest changes the desk's first page tells, and places the workspace's home.
LATEST: Final = 6
_PLACES_AT_HOME: Final = 12
_FEW: Final = 3
_ITEMS: Final = 50


@dataclass(frozen=True, slots=True)
class DeskRow:
    """A desk in the list of a member's desks."""

    needs: PlaceNeeds
    score: int


def desk_places(user: User) -> list[Jurisdiction]:
    """Places with a centre whose desk the member may see, with those above them."""
    found = places_granted(user, VIEW).filter(center__isnull=False)
    return list(found.select_related("parent__parent", "center"))


@staff_view(VIEW, methods=("GET", "HEAD"))
def desk_list(request: StaffRequest) -> HttpResponse:
    """The member's desks with what waits there; whoever has one only is taken to it. `?sort=name` for the alphabet."""
    places = desk_places(request.user)
    if len(places) == 1:
        return redirect("desk", code=places[0].code)
    asked = Asked(request.user, places)
    rows = [DeskRow(needs, asked.overviews[needs.place.pk].score) for needs in needs_of(asked)]
    sort = request.GET.get("sort", "waiting")
    context = {
        "rows": sorted(rows, key=_SORTS.get(sort, _by_waiting)),
        "sort": sort if sort in _SORTS else "waiting",
        "crumbs": [("Election centres", "")],
    }
    return render(request, "staff/centers/desks.html", context)


def _by_waiting(row: DeskRow) -> tuple[object, ...]:
    return (-row.needs.decisions, -row.needs.upkeep, row.needs.place.name_en)  # type: ignore[attr-defined]


def _by_name(row: DeskRow) -> tuple[object, ...]:
    return (row.needs.place.name_en,)  # type: ignore[attr-defined]


def _by_score(row: DeskRow) -> tuple[object, ...]:
    return (row.score, row.needs.place.name_en)  # type: ignore[attr-defined]


_SORTS: Final = {"waiting": _by_waiting, "name": _by_name, "score": _by_score}


@staff_view(VIEW, target=desk_place, methods=("GET", "HEAD"))
def desk_home(request: StaffRequest, place: Jurisdiction) -> HttpResponse:
    """What waits on this desk, each with a link that leads to the fix; the progress; the latest changes."""
    asked = Asked(request.user, [place])
    (needs,) = needs_of(asked)
    changes = list(_latest(place))
    titles = record_titles(change.record for change in changes)
    people = people_of(request.user, place)
    context = {
        "needs": needs,
        "in_order": [need for need in needs.lines if not need.count],
        "overview": asked.overviews[place.pk],
        "changes": [
            (titles[one.record], people.signed(one.published_by, one.organisation), one, _has_page(one))
            for one in changes
        ],
        "voter_path": voter_path(place),
    }  # fmt: skip
    return desk_render(request, "staff/centers/home.html", place, context, waiting=_in_tabs(asked, needs))


def _in_tabs(asked: Asked, needs: PlaceNeeds) -> dict[str, int]:
    """How much waits in the rooms, as counted for the lines."""
    notices = sum(need.count for need in needs.lines if need.kind.key == "notices")
    return {
        "desk-proposals": asked.proposals.get(needs.place.pk, {}).get("open", 0),
        "desk-notice": notices,
    }  # fmt: skip


def _has_page(change: PublishedChange) -> bool:
    return change.record.partition(":")[0] in KINDS


def _latest(place: Jurisdiction) -> Iterable[PublishedChange]:
    return place.published_changes.select_related("organisation", "published_by")[:LATEST]


@dataclass(frozen=True, slots=True)
class ListedNeed:
    """A line of the desk with its place: what the page about it is asked for."""

    jurisdiction: Jurisdiction
    kind: NeedKind


def _listed_need(*, code: str, key: str) -> ListedNeed:
    place, kind = desk_place(code=code), need_kind(key)
    if kind is None or kind.items is None:
        raise Http404
    return ListedNeed(place, kind)


@staff_view(VIEW, target=_listed_need, methods=("GET", "HEAD"))
def desk_need(request: StaffRequest, asked: ListedNeed) -> HttpResponse:
    """The records behind one line, each with a link to where it is put right."""
    place, kind = asked.jurisdiction, asked.kind
    overview = overviews_of([place], timezone.now().date())[place.pk]
    page = page_of(request, kind.items(overview) if kind.items else [], size=_ITEMS)
    titles = record_titles(item.record for item in page)
    may_propose = request.user.has_perm(PROPOSE, place)
    rows = [
        (
            titles[item.record], item, item.url or reverse("record", args=[place.code, item.record]),
            reverse("record-edit", args=[place.code, item.record]) if may_propose and kind.verb else "",
        )
        for item in page
    ]  # fmt: skip
    context = {"kind": kind, "page": page, "rows": rows}
    return desk_render(request, "staff/centers/need.html", place, context, crumbs=[(kind.title, "")])


def desks_waiting(user: User) -> list[WaitingAt]:
    """What waits for a member at their desks, for the workspace's home: the most urgent first.

    Who has many desks is told of decisions alone; the list of desks has all the rest.
    """
    if not user.has_perm(PROPOSE):
        return []
    places = desk_places(user)
    kinds = None if len(places) <= _FEW else decision_kinds()
    found = [DeskRow(needs, 0) for needs in needs_of(Asked(user, places), kinds) if needs.waiting]
    found.sort(key=_by_waiting)
    return [
        WaitingAt(
            row.needs.place.name_en,  # type: ignore[attr-defined]
            reverse("desk", args=[row.needs.place.code]),
            [WaitingNumber(need.count, need.kind.short, need.url, need.kind.is_decision) for need in row.needs.waiting],
        )
        for row in found[:_PLACES_AT_HOME]
    ]
