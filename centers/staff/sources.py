"""Trusted sources on a place's desk: how each link is, and adding one by its address."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.contrib import messages
from django.core.cache import cache
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from accounts.staff.access import StaffRequest, staff_view
from accounts.staff.listing import page_of
from centers.curation import CurationError, record_of
from centers.models import Jurisdiction, Link, LinkCheck, LinkOutcome, PageLook, TrustedSource
from centers.models.link import DOUBTS, FAILURES, GRACE
from centers.services.links_check import OFFLINE_KEY, links_ask
from centers.services.links_register import links_register
from centers.services.links_wake import links_send
from centers.services.page_look import page_look_ask
from centers.services.proposal_submit import proposal_submit
from centers.staff.desk import PROPOSE, VIEW, desk_place, desk_render
from centers.staff.source_form import AddressForm, SourceForm

#: What somebody asked for is waited for so long; after that no worker came.
_PATIENCE: Final = dt.timedelta(minutes=3)
#: After so long a look is gone on with by hand, if wanted.
_BY_HAND: Final = dt.timedelta(seconds=20)


@dataclass(frozen=True, slots=True)
class Health:
    """How a link is, for a curator."""

    link: Link | None
    today: dt.date

    @property
    def tag(self) -> str:
        """The style of its mark."""
        if self.link is None or not self.link.outcome:
            return ""
        if self.link.outcome in FAILURES:
            return "off" if self.link.broken_since else "wait"
        return "wait" if self.link.outcome in (*DOUBTS, LinkOutcome.GUARDED) else "yes"

    @property
    def words(self) -> str:
        """In a few words."""
        if self.link is None or not self.link.outcome:
            return "Not checked yet"
        return str(LinkOutcome(self.link.outcome).label)

    @property
    def told_on(self) -> dt.date | None:
        """When voters are told, or were."""
        return self.link.broken_since.date() + GRACE if self.link and self.link.broken_since else None

    @property
    def is_told(self) -> bool:
        """Whether they are told now."""
        return self.link is not None and self.link.is_told(self.today)


@staff_view(VIEW, target=desk_place, to_post=PROPOSE)
def source_list(request: StaffRequest, place: Jurisdiction) -> HttpResponse:
    """Every source with its organisation and health; other links that need a look; an address to add."""
    asks_look = request.method == "POST" and request.POST.get("do") == "look"
    form = AddressForm(request.POST if asks_look else None)
    if request.method == "POST":
        if asks_look and (look := _look(request, place, form)) is not None:
            return redirect("desk-source-look", code=place.code, public_id=look.public_id)
        if request.POST.get("do") == "check":
            _check(request, place)
            return redirect("desk-sources", code=place.code)
    now = timezone.now()
    links = {link.url: link for link in Link.objects.of_place(place)}
    sources = list(TrustedSource.objects.of(place.center))
    shown = {source.url for source in sources}
    asked = [link for link in links.values() if link.asked_at and link.asked_at > now - _PATIENCE]
    context = {
        "form": form,
        "rows": [(source, str(record_of(source)), Health(links.get(source.url), now.date())) for source in sources],
        "others": [
            Health(link, now.date())
            for link in links.values()
            if link.url not in shown and link.outcome in (*FAILURES, *DOUBTS)
        ],
        "asked": len(asked),
        "total": len(links),
        "done": len(links) - len(asked),
        "offline_at": cache.get(OFFLINE_KEY),
        "may_propose": request.user.has_perm(PROPOSE, place),
    }
    status = 422 if form.errors else 200
    return desk_render(request, "staff/centers/sources.html", place, context, crumbs=[("Sources", "")], status=status)


def _look(request: StaffRequest, place: Jurisdiction, form: AddressForm) -> PageLook | None:
    if not form.is_valid():
        return None
    try:
        return page_look_ask(place=place, by=request.user, address=form.cleaned_data["address"])
    except CurationError as error:
        form.show(error)
        return None


def _check(request: StaffRequest, place: Jurisdiction) -> None:
    """Somebody may have added a source a moment ago."""
    links_register()
    count = links_ask(of=Link.objects.of_place(place))
    if links_send(center=place.code):
        messages.success(request, f"{count} links are being checked, one at a time on each site.")
    else:
        messages.error(request, "Nobody could be told to check the links. Try again in a minute.")


def _look_or_404(*, code: str, public_id: UUID) -> PageLook:
    found = PageLook.objects.select_related("jurisdiction__parent", "jurisdiction__center", "organisation")
    look = found.filter(public_id=public_id, jurisdiction__code=code).first()
    if look is None:
        raise Http404
    return look


@staff_view(PROPOSE, target=_look_or_404)
def source_look(request: StaffRequest, look: PageLook) -> HttpResponse:
    """How far the look is; then the form, filled with what the page says of itself."""
    place = look.jurisdiction
    form = SourceForm(request.POST or None, initial=SourceForm.suggested(look))
    if request.method == "POST" and form.is_valid():
        try:
            proposal = proposal_submit(author=request.user, wishes=[form.wish(look)], because=form.because(look))
        except CurationError as error:
            form.show(error)
        else:
            messages.success(request, "It is proposed. Voters see it when somebody else has approved it.")
            return redirect("proposal", code=place.code, pk=proposal.pk)
    waited = timezone.now() - look.asked_at
    context = {
        "look": look,
        "form": form,
        "is_waiting": look.finished_at is None and not form.is_bound,
        "is_slow": waited > _BY_HAND,
        "shows_form": form.is_bound or (not look.error and (look.finished_at is not None or waited > _BY_HAND)),
    }
    crumbs = [("Sources", reverse("desk-sources", args=[place.code])), ("Add", "")]
    status = 422 if form.errors else 200
    return desk_render(request, "staff/centers/source_look.html", place, context, crumbs=crumbs, status=status)


@dataclass(frozen=True, slots=True)
class PlaceLink:
    """A link on the pages of a place."""

    jurisdiction: Jurisdiction
    link: Link


def _link_or_404(*, code: str, pk: int) -> PlaceLink:
    place = desk_place(code=code)
    link = Link.objects.of_place(place).filter(pk=pk).first()
    if link is None:
        raise Http404
    return PlaceLink(place, link)


@staff_view(VIEW, target=_link_or_404, methods=("GET", "HEAD"))
def link_history(request: StaffRequest, found: PlaceLink) -> HttpResponse:
    """What the checks of one link found, latest first."""
    place, link = found.jurisdiction, found.link
    checks = page_of(request, LinkCheck.objects.filter(link=link), size=50)
    context = {"link": link, "health": Health(link, timezone.now().date()), "page": checks}
    crumbs = [("Sources", reverse("desk-sources", args=[place.code])), ("Checks", "")]
    return desk_render(request, "staff/centers/link.html", place, context, crumbs=crumbs)
