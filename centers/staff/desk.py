"""What every page of one place's desk shares: which place, who may, the tabs, the way back.

@staff_view(VIEW, target=desk_place)
def desk_home(request: StaffRequest, place: Jurisdiction) -> HttpResponse:
    return desk_render(request, "staff/centers/home.html", place, {...})
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.staff.access import StaffRequest
from centers.models import ElectionCenter, Jurisdiction, Proposal, UrgentNotice
from centers.views.home import center_path
from electioncenters.languages import LANGUAGE_CODES

#: The permissions of the desk (`accounts.permissions`).
VIEW: Final = "centers.view_desk"
PROPOSE: Final = "centers.propose_change"
CONFIRM: Final = "centers.confirm_fact"
PUBLISH: Final = "centers.publish_center"
AUDIT: Final = "centers.view_audit"

Crumb = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Tab:
    """A room of the desk; `url_name` takes the place's `code`. Shown to whom holds `permission` there.

    `pages` are the names of its other pages. `count` is how much waits in it, at most one query.
    """

    title: str
    url_name: str
    permission: str = VIEW
    pages: tuple[str, ...] = ()
    count: Callable[[User, Jurisdiction], int] | None = None


def _proposals_waiting(user: User, place: Jurisdiction) -> int:
    return Proposal.objects.waiting().by_people().filter(jurisdiction=place).count()


def _notices_to_review(user: User, place: Jurisdiction) -> int:
    """Those somebody else put up, for who may say that they are right."""
    if not user.has_perm(PUBLISH, place):
        return 0
    waiting = UrgentNotice.objects.to_review(timezone.now()).filter(center__jurisdiction=place)
    return waiting.exclude(published_by=user).count()


#: The rooms, in the order in which they stand in the tabs.
TABS: Final = (
    Tab("Overview", "desk", pages=("desk-need",)),
    Tab(
        "Records", "desk-records",
        pages=("record", "fact-confirm", "fact-look", "change-undo", "record-new", "record-edit", "record-remove"),
    ),
    Tab(
        "Proposals", "desk-proposals",
        pages=(
            "proposal", "proposal-decide", "proposals-approve", "proposal-revise", "proposal-comment", "proposal-undo",
        ),
        count=_proposals_waiting,
    ),
    Tab("Elections", "desk-elections", pages=("election-change",)),
    Tab("Notice", "desk-notice", pages=("desk-notice-one",), count=_notices_to_review),
    Tab("Campaigns", "desk-campaigns", pages=("desk-media", "desk-captions", "desk-views")),
    Tab("Translations", "desk-translations"),
    Tab("Audit", "desk-audit", AUDIT),
    Tab("Sources", "desk-sources", pages=("desk-source-look", "desk-link")),
    Tab("Import and export", "desk-import", pages=("desk-import-preview",)),
)  # fmt: skip


def desk_place(*, code: str) -> Jurisdiction:
    """The place whose centre is curated. Raises `Http404` when there is none."""
    center = ElectionCenter.objects.for_code(code).select_related("jurisdiction__parent").first()
    if center is None:
        raise Http404
    return center.jurisdiction


def voter_path(place: Jurisdiction, language: str = "") -> str:
    """The page voters read, in `language` if the portal speaks it, else in the place's own."""
    spoken = [code for code in (language, *place.languages, "en") if code in LANGUAGE_CODES]
    return center_path(place.code, spoken[0])


def desk_render(
    request: StaffRequest,
    template: str,
    place: Jurisdiction,
    context: Mapping[str, Any],
    *,
    crumbs: list[Crumb] | None = None,
    status: int = 200,
    waiting: Mapping[str, int] = {},
) -> HttpResponse:
    """A page of the desk (`staff/centers/base.html`). `crumbs` lead from the desk on to this page, itself last.

    `waiting` is how much waits in rooms by their `url_name`, where the page has counted it itself.
    """
    desk = f"{place.name_en} desk"  # type: ignore[attr-defined]
    lead = [("Election centres", reverse("desks")), (desk, reverse("desk", args=[place.code]) if crumbs else "")]
    tabs = [_tab(request, tab, place, waiting) for tab in TABS if request.user.has_perm(tab.permission, place)]
    page = {"place": place, "tabs": tabs, "crumbs": [*lead, *(crumbs or [])], **context}
    return render(request, template, page, status=status)


def _tab(request: StaffRequest, tab: Tab, place: Jurisdiction, waiting: Mapping[str, int]) -> tuple[str, str, str, int]:
    """Title, address, the value of `aria-current`, and how much waits."""
    here = _name(request)
    current = "page" if here == tab.url_name else "true" if here in tab.pages else ""
    count = waiting.get(tab.url_name)
    if count is None:
        count = tab.count(request.user, place) if tab.count else 0
    return tab.title, reverse(tab.url_name, args=[place.code]), current, count


def _name(request: StaffRequest) -> str | None:
    return request.resolver_match.url_name if request.resolver_match else None
