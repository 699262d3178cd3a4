"""The proposals of a place: what waits, what is on its way, what was decided; and approving several at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from django import forms
from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from accounts.models import User
from accounts.staff.access import StaffRequest, staff_view
from accounts.staff.listing import page_of
from centers.curation import KINDS, CurationError
from centers.curation.parts import proposal_conflicts
from centers.curation.titles import record_titles
from centers.models import Jurisdiction, Proposal, ProposalStatus
from centers.services.proposal_decide import proposals_approve
from centers.staff.desk import PUBLISH, VIEW, desk_place, desk_render, voter_path
from centers.staff.differences import ShownRecord, proposal_shown
from centers.staff.people import people_of

PAGE_SIZE: Final = 50
_BY_PEOPLE: Final = Q(author__isnull=False)
#: What the page shows under which name, its heading, and what to say when there is nothing.
GROUPS: Final[dict[str, tuple[str, Q, str]]] = {
    "open": ("Waiting for a decision", _BY_PEOPLE & Q(status=ProposalStatus.OPEN), "Nothing waits for a decision."),
    "sent_back": (
        "Sent back", _BY_PEOPLE & Q(status=ProposalStatus.SENT_BACK), "No proposal is with its author.",
    ),
    "scheduled": (
        "Scheduled", _BY_PEOPLE & Q(status=ProposalStatus.SCHEDULED), "Nothing is approved for a later moment.",
    ),
    "compiled": (
        "Compiled, needs a person", Q(author=None, status=ProposalStatus.OPEN),
        "Everything that was compiled with doubts has been dealt with.",
    ),
    "decided": (
        "Decided",
        Q(status__in=[ProposalStatus.APPROVED, ProposalStatus.REJECTED, ProposalStatus.WITHDRAWN]),
        "Nothing has been decided yet.",
    ),
}  # fmt: skip


class ProposalFilter(forms.Form):
    """Which proposals of a group are listed."""

    q = forms.CharField(label="Words", max_length=100, required=False, widget=forms.TextInput({"type": "search"}))
    kind = forms.ChoiceField(
        label="About", required=False,
        choices=[("", "Everything"), *((noun, kind.label.capitalize()) for noun, kind in KINDS.items())],
    )  # fmt: skip
    whose = forms.ChoiceField(
        label="By", required=False, choices=[("", "Anyone"), ("mine", "Me"), ("others", "Others")]
    )

    def applied(self, proposals: QuerySet[Proposal], user: User) -> QuerySet[Proposal]:
        """The proposals that fit; all of them while the filter itself is wrong."""
        if not self.is_valid():
            return proposals
        given = self.cleaned_data
        if given["q"]:
            proposals = proposals.filter(
                Q(record__icontains=given["q"]) | Q(reason__icontains=given["q"]) | Q(source__icontains=given["q"])
            )
        if given["kind"]:
            proposals = proposals.filter(record__startswith=f"{given['kind']}:")
        if given["whose"]:
            own = Q(author=user)
            proposals = proposals.filter(own if given["whose"] == "mine" else ~own)
        return proposals


@dataclass(frozen=True, slots=True)
class Row:
    """A proposal in a list; `can_choose` when it can be approved together with others."""

    proposal: Proposal
    title: str
    signed: str
    can_choose: bool = False
    is_own: bool = False
    further: int = 0
    """Records that change with the first."""


@staff_view(VIEW, target=desk_place, methods=("GET", "HEAD"))
def proposal_list(request: StaffRequest, place: Jurisdiction) -> HttpResponse:
    """One group of them: `?show=` names it, `?q=`, `?kind=` and `?whose=` narrow it."""
    of_place = Proposal.objects.filter(jurisdiction=place)
    counts = of_place.aggregate(**{key: Count("pk", filter=group) for key, (_, group, _) in GROUPS.items()})
    show = request.GET.get("show", "open")
    if show not in GROUPS:
        raise Http404
    title, group, nothing = GROUPS[show]
    form = ProposalFilter(request.GET)
    found = form.applied(of_place.filter(group), request.user).select_related("author", "organisation", "decided_by")
    # What waits longest comes first; of what is over, the latest.
    found = found.order_by("-decided_at", "-pk") if show == "decided" else found.order_by("created_at", "pk")
    page = page_of(request, found, size=PAGE_SIZE)
    may_publish = request.user.has_perm(PUBLISH, place)
    rows = _rows(page.object_list, request.user, place, may_choose=may_publish and show == "open")
    groups = [(key, heading, counts[key], key == show) for key, (heading, _, _) in GROUPS.items()]
    context = {
        "groups": groups, "show": show, "title": title, "nothing": nothing, "filter": form, "page": page, "rows": rows,
        "can_choose": any(row.can_choose for row in rows), "is_narrowed": any(form[name].data for name in form.fields),
        "may_publish": may_publish,
    }  # fmt: skip
    return desk_render(request, "staff/centers/proposals.html", place, context, crumbs=[("Proposals", "")])


def _rows(found: Iterable[Proposal], user: User, place: Jurisdiction, *, may_choose: bool = False) -> list[Row]:
    proposals = list(found)
    titles = record_titles(one.record for one in proposals)
    people = people_of(user, place)
    return [
        Row(
            one,
            titles[one.record],
            people.signed(one.author, one.organisation) if one.author_id else "Compiled from public sources",
            can_choose=may_choose and one.author_id != user.pk,
            is_own=one.author_id == user.pk,
            further=len(one.also),
        )
        for one in proposals
    ]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A proposal on the page that asks before several are approved; `hindrance` says why it cannot be."""

    row: Row
    records: list[ShownRecord]
    hindrance: str = ""


@staff_view(PUBLISH, target=desk_place)
def proposals_approve_page(request: StaffRequest, place: Jurisdiction) -> HttpResponse:
    """Asked first, with the number and what each changes; then done, with those refused and why."""
    if request.method == "POST" and request.POST.getlist("chosen"):
        return _approved(request, place)
    chosen = _of_place(place, {_number(text) for text in request.GET.getlist("chosen")})
    if not chosen:
        messages.error(request, "Choose at least one proposal.")
        return redirect("desk-proposals", code=place.code)
    rows = _rows(chosen, request.user, place)
    candidates = [_candidate(row, request.user) for row in rows]
    context = {
        "ready": [one for one in candidates if not one.hindrance],
        "hindered": [one for one in candidates if one.hindrance],
    }
    return desk_render(request, "staff/centers/proposals_approve.html", place, context, crumbs=_crumbs(place))


def _candidate(row: Row, user: User) -> Candidate:
    proposal = row.proposal
    if row.is_own:
        return Candidate(row, [], "It is your own: somebody else decides.")
    if proposal.status != ProposalStatus.OPEN:
        return Candidate(row, [], f"{proposal.get_status_display()} already.")
    try:
        hindered = bool(proposal_conflicts(proposal))
        records = proposal_shown(proposal)
    except CurationError as error:
        return Candidate(row, [], " ".join(error.sentences))
    return Candidate(row, records, "Somebody changed the same since: open it to compare." if hindered else "")


def _approved(request: StaffRequest, place: Jurisdiction) -> HttpResponse:
    """The result. What this member approved a moment ago counts as done: a form sent twice must not frighten."""
    seen = dict(_seen(text) for text in request.POST.getlist("chosen"))
    proposals = _of_place(place, set(seen))
    waiting = [(one, seen[one.pk]) for one in proposals if not _is_done_by(one, request.user)]
    decided = proposals_approve(proposals=waiting, by=request.user)
    rows = _rows(_of_place(place, set(seen)), request.user, place)
    context = {
        "done": [row for row in rows if row.proposal.pk not in decided.refused],
        "refused": [(row, decided.refused[row.proposal.pk]) for row in rows if row.proposal.pk in decided.refused],
        "voter_path": voter_path(place),
    }
    return desk_render(request, "staff/centers/proposals_approved.html", place, context, crumbs=_crumbs(place))


def _is_done_by(proposal: Proposal, user: User) -> bool:
    return proposal.decided_by_id == user.pk and proposal.status in (ProposalStatus.APPROVED, ProposalStatus.SCHEDULED)


def _of_place(place: Jurisdiction, numbers: set[int]) -> list[Proposal]:
    """All of them or 404: a number that belongs to another place was forged, and nothing is done then."""
    found = Proposal.objects.filter(jurisdiction=place, pk__in=numbers).exclude(author=None)
    listed = list(found.select_related("author", "organisation", "jurisdiction__parent").order_by("created_at", "pk"))
    if len(listed) != len(numbers) or len(numbers) > PAGE_SIZE:
        raise Http404
    return listed


def _seen(text: str) -> tuple[int, int]:
    number, _, revision = text.partition(":")
    return _number(number), _number(revision)


def _number(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or len(text) > 18:  # noqa: PLR2004 -- digits of a bigint
        raise Http404
    return int(text)


def _crumbs(place: Jurisdiction) -> list[tuple[str, str]]:
    return [("Proposals", reverse("desk-proposals", args=[place.code])), ("Approve several", "")]
