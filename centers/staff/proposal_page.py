"""One proposal: what it changes, why and on what source, what is said about it, and the decision."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse

from accounts.staff.access import StaffRequest, staff_view
from centers.curation import CurationError, record_ref
from centers.curation.parts import proposal_conflicts
from centers.curation.titles import record_title
from centers.models import Proposal, ProposalStatus
from centers.services.change_preview import proposal_preview
from centers.services.change_undo import proposal_changes
from centers.services.proposal_decide import (
    proposal_approve,
    proposal_comment,
    proposal_reject,
    proposal_send_back,
    proposal_unschedule,
)
from centers.services.proposal_submit import proposal_withdraw
from centers.staff.desk import PROPOSE, PUBLISH, VIEW, desk_place, desk_render, voter_path
from centers.staff.differences import conflicts_shown, label_of, proposal_shown
from centers.staff.people import people_of
from centers.staff.preview import anchor_for, page_previewed, preview_framed, preview_html
from centers.staff.sheet import material_record
from centers.views.frame import HTML
from electioncenters.languages import LANGUAGE_NAMES

_UNDECIDED: Final = (ProposalStatus.OPEN, ProposalStatus.SENT_BACK)
#: Languages offered to look at; a page that changes in all of them needs no longer list.
_MOST_PREVIEWS: Final = 6
#: What was decided meanwhile is told with this status: the page below shows how it stands now.
_CHANGED_MEANWHILE: Final = 409


class NoteForm(forms.Form):
    """What goes with a decision; needed for all but an approval."""

    note = forms.CharField(
        label="Reason", max_length=2_000, required=False, widget=forms.Textarea({"rows": 3}),
        help_text="The author reads it. Needed to send back or to reject.",
    )  # fmt: skip


class ApprovalForm(NoteForm):
    """An original is worded otherwise, and its author says that it means the same."""

    same_meaning = forms.BooleanField(
        label="The meaning is the same", required=False, initial=True,
        help_text="Approved with this, translations stay as they are; without it, they become outdated.",
    )  # fmt: skip


class CommentForm(forms.Form):
    """Something said about a proposal."""

    text = forms.CharField(label="Comment", max_length=4_000, widget=forms.Textarea({"rows": 3}))


def desk_proposal(*, code: str, pk: int) -> Proposal:
    """A proposal of this very place. Raises `Http404` for another's."""
    desk_place(code=code)
    found = Proposal.objects.select_related("jurisdiction__parent", "author", "organisation", "decided_by")
    proposal = found.filter(pk=pk, jurisdiction__code=code).first()
    if proposal is None:
        raise Http404
    return proposal


@staff_view(VIEW, target=desk_proposal, methods=("GET", "HEAD"))
def proposal_page(request: StaffRequest, proposal: Proposal) -> HttpResponse:
    """What it changes, and what can be done with it by whom."""
    return _page(request, proposal, _note_form(proposal), CommentForm())


@staff_view(VIEW, target=desk_proposal, methods=("POST",))
def proposal_comment_page(request: StaffRequest, proposal: Proposal) -> HttpResponse:
    """Say something about it."""
    form = CommentForm(request.POST)
    if form.is_valid():
        try:
            proposal_comment(proposal=proposal, by=request.user, text=form.cleaned_data["text"])
        except CurationError as error:
            form.add_error("text", error.sentences)
        else:
            messages.success(request, "Your comment stands below.")
            return _back(proposal)
    return _page(request, proposal, _note_form(proposal), form, status=422)


@staff_view(PUBLISH, target=desk_proposal, methods=("POST",))
def proposal_decide(request: StaffRequest, proposal: Proposal) -> HttpResponse:
    """Approve, send back, reject or take back an approval; about the revision that was seen."""
    decide = _DECISIONS.get(request.POST.get("decision", ""))
    form = _note_form(proposal, request.POST)
    if decide is None or not request.POST.get("revision", "").isdecimal():
        raise Http404
    if not form.is_valid():
        return _page(request, proposal, form, CommentForm(), status=422)
    try:
        said = decide(request, proposal, int(request.POST["revision"][:9]), form.cleaned_data)
    except CurationError as error:
        return _refused(request, proposal, form, error)
    messages.success(request, said)
    return _back(proposal)


@staff_view(PROPOSE, target=desk_proposal, methods=("POST",))
def proposal_withdraw_page(request: StaffRequest, proposal: Proposal) -> HttpResponse:
    """Take back one's own."""
    try:
        proposal_withdraw(proposal=proposal, author=request.user)
    except CurationError as error:
        messages.error(request, " ".join(error.sentences))
    else:
        messages.success(request, "The proposal is withdrawn. Nothing of it was published.")
    return _back(proposal)


def _note_form(proposal: Proposal, data: QueryDict | None = None) -> NoteForm:
    return (ApprovalForm if proposal.same_meaning else NoteForm)(data)


def _approve(request: StaffRequest, proposal: Proposal, revision: int, given: Mapping[str, Any]) -> str:
    done = proposal_approve(
        proposal=proposal, by=request.user, revision=revision, note=given["note"],
        same_meaning=given.get("same_meaning", True),
    )  # fmt: skip
    if done.status == ProposalStatus.SCHEDULED:
        return "Approved. It will be published at the moment below."
    return "Published: voters see it now."


def _send_back(request: StaffRequest, proposal: Proposal, revision: int, given: Mapping[str, Any]) -> str:
    proposal_send_back(proposal=proposal, by=request.user, revision=revision, note=given["note"])
    return "Sent back to its author with your reason."


def _reject(request: StaffRequest, proposal: Proposal, revision: int, given: Mapping[str, Any]) -> str:
    proposal_reject(proposal=proposal, by=request.user, revision=revision, note=given["note"])
    return "Dismissed." if proposal.author_id is None else "Rejected. Nothing of it was published."


def _unschedule(request: StaffRequest, proposal: Proposal, revision: int, given: Mapping[str, Any]) -> str:
    proposal_unschedule(proposal=proposal, by=request.user)
    return "The approval is taken back. The proposal waits for a decision again."


Decide = Callable[[StaffRequest, Proposal, int, Mapping[str, Any]], str]
_DECISIONS: Final[dict[str, Decide]] = {
    "approve": _approve,
    "send_back": _send_back,
    "reject": _reject,
    "unschedule": _unschedule,
}


def _refused(request: StaffRequest, proposal: Proposal, form: NoteForm, error: CurationError) -> HttpResponse:
    """The page as it stands now, with what was wrong."""
    if "note" in error.errors:
        form.add_error("note", error.errors["note"])
        return _page(request, proposal, form, CommentForm(), status=422)
    noun = proposal.record.partition(":")[0]
    for name, sentences in error.errors.items():
        for sentence in sentences:
            form.add_error(None, f"{label_of(noun, name)}: {sentence}" if name else sentence)
    now = desk_proposal(code=proposal.jurisdiction.code, pk=proposal.pk)
    return _page(request, now, form, CommentForm(), status=_CHANGED_MEANWHILE)


@staff_view(VIEW, target=desk_proposal, methods=("GET", "HEAD"))
def proposal_preview_page(request: StaffRequest, proposal: Proposal) -> HttpResponse:
    """The page voters would read, in `?language=`, with the proposal applied and nothing written."""
    code = proposal.jurisdiction.code
    language = request.GET.get("language", "")
    if proposal.author_id is None or language not in LANGUAGE_NAMES:
        raise Http404
    ref = record_ref(proposal.record)
    try:
        page = proposal_preview(by=request.user, proposal=proposal, look=lambda: page_previewed(ref, code, language))
    except CurationError as error:
        messages.error(request, f"No preview: {' '.join(error.sentences)}")
        return _back(proposal)
    anchor = anchor_for(ref)
    return preview_framed(HttpResponse(preview_html(page, language, anchor), content_type=HTML))


def _previews(proposal: Proposal, changed: list[str]) -> list[tuple[str, str]]:
    """Languages to look at: those that change, else the place's own. None once it is decided."""
    if proposal.author_id is None or proposal.status not in (*_UNDECIDED, ProposalStatus.SCHEDULED):
        return []
    codes = dict.fromkeys(changed or proposal.jurisdiction.languages)
    return [(code, LANGUAGE_NAMES[code]) for code in codes if code in LANGUAGE_NAMES][:_MOST_PREVIEWS]


def _back(proposal: Proposal) -> HttpResponse:
    return redirect("proposal", code=proposal.jurisdiction.code, pk=proposal.pk)


def _page(
    request: StaffRequest, proposal: Proposal, form: NoteForm, comment_form: CommentForm, *, status: int = 200
) -> HttpResponse:
    place = proposal.jurisdiction
    comments = list(proposal.comments.select_related("author"))
    people = people_of(request.user, place, [proposal.decided_by, *(one.author for one in comments)])
    records = proposal_shown(proposal)
    title = records[0].title if records else record_title(proposal.record)
    languages = [one.language for record in records for one in record.differences if one.language]
    context = {
        "proposal": proposal,
        "title": title,
        "records": records,
        "signed": people.signed(proposal.author, proposal.organisation),
        "decided_by": people.signed(proposal.decided_by, None),
        "comments": [(people.signed(one.author, None), one) for one in comments],
        "form": form,
        "comment_form": comment_form,
        "voter_path": voter_path(place, languages[0] if languages else ""),
        "previews": _previews(proposal, languages),
        "is_public_source": proposal.source.startswith(("https://", "http://")),
        **_doing(request, proposal),
    }
    crumbs = [("Proposals", reverse("desk-proposals", args=[place.code])), (title, "")]
    return desk_render(request, "staff/centers/proposal.html", place, context, crumbs=crumbs, status=status)


def _doing(request: StaffRequest, proposal: Proposal) -> Mapping[str, Any]:
    """What this member may do with it, and why not more."""
    user, place = request.user, proposal.jurisdiction
    is_own = proposal.author_id == user.pk
    is_open = proposal.status == ProposalStatus.OPEN
    is_material = proposal.author_id is None
    may_publish = user.has_perm(PUBLISH, place)
    conflicts = proposal_conflicts(proposal) if proposal.author_id and proposal.status in _UNDECIDED else []
    return {
        "conflicts": conflicts_shown(conflicts),
        "is_own": is_own,
        "is_material": is_material,
        "may_decide": is_open and may_publish and not is_own,
        "may_unschedule": proposal.status == ProposalStatus.SCHEDULED and may_publish,
        "may_withdraw": is_own and proposal.status in _UNDECIDED and user.has_perm(PROPOSE, place),
        "taken_up_in": material_record(proposal) if is_open and is_material and user.has_perm(PROPOSE, place) else "",
        "may_undo": may_publish and proposal.status == ProposalStatus.APPROVED and proposal_changes(proposal).exists(),
        "may_propose": user.has_perm(PROPOSE, place),
        "why_not": _why_not(is_own, may_publish) if is_open else "",
    }


def _why_not(is_own: bool, may_publish: bool) -> str:
    if is_own:
        return "You made this proposal, so somebody else decides on it: four eyes on every change."
    return "" if may_publish else "Publishers decide on proposals. Your role lets you read and comment."
