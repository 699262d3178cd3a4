"""Send one's own proposal again: changed, or against what has become of the record meanwhile."""

from __future__ import annotations

from dataclasses import replace

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404

from accounts.staff.access import StaffRequest, staff_view
from centers.curation import CurationError
from centers.curation.kind import Values
from centers.curation.parts import Part, parts_of
from centers.models import Jurisdiction, Proposal, ProposalAction
from centers.models.proposal import UNDECIDED
from centers.services.proposal_submit import proposal_revise as revise
from centers.staff.desk import PROPOSE, desk_place
from centers.staff.edit import EditPage, Send, edit_crumbs, every_language, proposal_url
from centers.staff.edit_sheets import Editing, editing_of, token_of
from centers.staff.sheet import Sheet, sheet_blank, sheet_of


def proposal_target(*, code: str, pk: int) -> Proposal:
    """A person's proposal for the place of the URL. Raises `Http404`."""
    place = desk_place(code=code)
    return get_object_or_404(
        Proposal.objects.by_people().select_related("jurisdiction__parent"), pk=pk, jurisdiction=place
    )


@staff_view(PROPOSE, target=proposal_target)
def proposal_revise(request: StaffRequest, proposal: Proposal) -> HttpResponse:
    """The form of a proposal, each of its records in a part of its own. Its author's only."""
    if proposal.author_id != request.user.pk:
        raise PermissionDenied
    place = proposal.jurisdiction
    if proposal.status not in UNDECIDED:
        return HttpResponseRedirect(proposal_url(proposal))
    parts = parts_of(proposal)
    sheets = [_sheet(part, place) for part in parts]
    sent = request.POST.get("revision", "")

    def opened(data: QueryDict | None) -> Editing:
        editing = editing_of(
            data,
            sheets,
            place=place,
            every_language=every_language(request, data),
            starts={str(part.ref): part.fields for part in parts},
            why={
                name: getattr(proposal, name)
                for name in ("reason", "source", "verified_on", "publish_at", "expires_at")
            },
            besides=proposal.pk,
            same_meaning=proposal.same_meaning,
        )
        if data is None:
            # What its author saw when it was made: what changed since is a conflict.
            bases: dict[str, Values] = {str(part.ref): part.base for part in parts}
            for form in editing.parts:
                form.base |= bases[form.sheet.record]
        return editing

    def sending(editing: Editing) -> Send:
        return lambda wishes, because: revise(
            proposal=proposal,
            author=request.user,
            wishes=wishes,
            because=because,
            publish_at=editing.why.moment("publish_at"),
            expires_at=editing.why.moment("expires_at"),
            revision=int(sent) if sent.isdecimal() and len(sent) < 6 else None,  # noqa: PLR2004
            submission=token_of(request.POST),
        )

    return EditPage(
        request=request,
        place=place,
        draft=f"proposal:{proposal.pk}",
        title=f"Revise proposal {proposal.pk}",
        open=opened,
        send=sending,
        crumbs=edit_crumbs(place, f"Revise proposal {proposal.pk}"),
        extra={"proposal": proposal, "revision": sent or proposal.revision},
    ).answer()


def _sheet(part: Part, place: Jurisdiction) -> Sheet:
    """As it is now. A record made after another one of the same proposal begins blank. Raises `Http404`."""
    try:
        sheet = sheet_of(part.ref, place)
    except CurationError:
        if part.action != ProposalAction.CREATE:
            raise Http404 from None
        return sheet_blank(part.ref, place)
    return replace(sheet, action=ProposalAction.REMOVE) if part.action == ProposalAction.REMOVE else sheet
