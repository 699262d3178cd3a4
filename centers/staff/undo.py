"""Take back what was published: one change, or all that a proposal made; asked first, done at once, and recorded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from accounts.staff.access import StaffRequest, staff_view
from centers.curation import CurationError
from centers.curation.titles import record_titles
from centers.models import Jurisdiction, Proposal, ProposalAction, PublishedChange
from centers.services.change_undo import change_undo, proposal_changes, proposal_undo
from centers.staff.desk import PUBLISH, desk_place, desk_render
from centers.staff.differences import ShownRecord, change_shown
from centers.staff.people import people_of
from centers.staff.proposal_page import desk_proposal

_CHANGED_MEANWHILE: Final = 409
_NOTES: Final = {
    ProposalAction.CREATE: "This is removed: voters no longer see it.",
    ProposalAction.REMOVE: "This is added again.",
}
#: Does it for a reason, and answers where to look then.
Undo = Callable[[str], str]


class UndoForm(forms.Form):
    """Why it is taken back."""

    reason = forms.CharField(
        label="Why",
        max_length=2_000,
        widget=forms.Textarea({"rows": 3}),
        help_text="Read by colleagues only.",
    )


def desk_change(*, code: str, pk: int) -> PublishedChange:
    """A published change of this very place. Raises `Http404`."""
    desk_place(code=code)
    changes = PublishedChange.objects.select_related("jurisdiction__parent", "organisation", "published_by", "proposal")
    change = changes.filter(pk=pk, jurisdiction__code=code).first()
    if change is None:
        raise Http404
    return change


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked about: the changes, where one came from, and how it is done."""

    place: Jurisdiction
    changes: Sequence[PublishedChange]
    title: str
    back: str
    undo: Undo
    all_of: Proposal | None = None
    """The proposal that changed more than this."""


@staff_view(PUBLISH, target=desk_change)
def change_undo_page(request: StaffRequest, change: PublishedChange) -> HttpResponse:
    """One change. What else its proposal did stays; the page offers to take all of it back."""
    place = change.jurisdiction
    of_proposal = change.proposal if change.proposal and change.proposal.also else None
    title = record_titles([change.record])[change.record]
    back = reverse("record", args=[place.code, change.record])

    def undo(reason: str) -> str:
        done = change_undo(change=change, by=request.user, reason=reason)
        # A source that comes back has another number.
        return reverse("record", args=[place.code, done.record])

    return _answer(request, Asked(place, [change], title, back, undo, of_proposal))


@staff_view(PUBLISH, target=desk_proposal)
def proposal_undo_page(request: StaffRequest, proposal: Proposal) -> HttpResponse:
    """All that a proposal published, together or not at all."""
    changes = list(proposal_changes(proposal).select_related("organisation", "published_by"))
    if not changes:
        raise Http404
    place = proposal.jurisdiction
    back = reverse("proposal", args=[place.code, proposal.pk])

    def undo(reason: str) -> str:
        proposal_undo(proposal=proposal, by=request.user, reason=reason)
        return back

    title = record_titles([proposal.record])[proposal.record]
    return _answer(request, Asked(place, changes, title, back, undo))


def _answer(request: StaffRequest, asked: Asked) -> HttpResponse:
    form, status = UndoForm(request.POST if request.method == "POST" else None), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                then = asked.undo(form.cleaned_data["reason"])
            except CurationError as error:
                status = 422 if "reason" in error.errors else _CHANGED_MEANWHILE
                for name, sentences in error.errors.items():
                    form.add_error(name if name in form.fields else None, sentences)
            else:
                messages.success(request, "Taken back: voters see it as it was before.")
                return redirect(then)
    return _page(request, asked, form, status)


def _page(request: StaffRequest, asked: Asked, form: UndoForm, status: int) -> HttpResponse:
    titles = record_titles(change.record for change in asked.changes)
    people, first = people_of(request.user, asked.place), asked.changes[0]
    context = {
        "asked": asked,
        "change": first,
        "signed": people.signed(first.published_by, first.organisation),
        "records": [
            ShownRecord(
                change.record, titles[change.record], _NOTES.get(ProposalAction(change.action), ""),
                change_shown(_turned(change)),
            )
            for change in asked.changes
        ],
        "form": form,
    }  # fmt: skip
    crumbs = [(asked.title, asked.back), ("Take back", "")]
    return desk_render(
        request, "staff/centers/change_undo.html", asked.place, context, crumbs=crumbs, status=status
    )  # fmt: skip


def _turned(change: PublishedChange) -> PublishedChange:
    """The same in the other direction, never saved."""
    return PublishedChange(record=change.record, action=change.action, before=change.after, after=change.before)
