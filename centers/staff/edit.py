"""Edit one record: its texts side by side, previewed, drafted, compared with what others do, and proposed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect, JsonResponse, QueryDict
from django.urls import reverse
from django.utils import timezone

from accounts.staff.access import StaffRequest, staff_view
from centers.curation import CurationError
from centers.curation.errors import WHOLE
from centers.curation.kind import Values
from centers.curation.titles import record_title
from centers.models import Jurisdiction, Proposal, ProposalAction, RecordDraft
from centers.services.proposal_submit import Because, Wish, proposal_submit
from centers.services.record_draft import record_draft_discard, record_draft_save
from centers.staff.desk import PROPOSE, Crumb, desk_place, desk_render
from centers.staff.edit_sheets import Editing, data_of, editing_of, entered_of, settled, token_of
from centers.staff.local_time import zone_of
from centers.staff.preview import FRAME, anchor_of, preview_languages, preview_response
from centers.staff.sheet import Sheet, sheet_find

Send = Callable[[list[Wish], Because], Proposal]


@dataclass(frozen=True, slots=True)
class EditPage:
    """An editing page: what it edits (`open`, given what was sent), and what becomes of it (`send`).

    `draft` names what is kept of it meanwhile.
    """

    request: StaffRequest
    place: Jurisdiction
    draft: str
    title: str
    open: Callable[[QueryDict | None], Editing]
    send: Callable[[Editing], Send]
    crumbs: list[Crumb]
    extra: Mapping[str, Any] = field(default_factory=dict)
    template: str = "staff/centers/record_edit.html"

    def answer(self) -> HttpResponse:
        """To whatever button was pressed."""
        if self.request.method != "POST":
            return self._begun()
        buttons = {
            "preview": self._previewed, "save": self._saved, "autosave": self._autosaved, "discard": self._discarded,
            "rows": self._again, "languages": self._again,
        }  # fmt: skip
        return buttons.get(self.request.POST.get("do", ""), self._submitted)()

    def _begun(self) -> HttpResponse:
        kept = RecordDraft.objects.filter(user=self.request.user, record=self.draft).first()
        goes_on = kept is not None and self.request.GET.get("draft") == "continue"
        data = data_of(kept.entered) if kept is not None and goes_on else None
        return self._shown(self.open(data), offered=None if goes_on else kept)

    def _previewed(self) -> HttpResponse:
        return preview_response(self.request, self.open(self.request.POST))

    def _saved(self) -> HttpResponse:
        try:
            self._keep()
        except CurationError as error:
            editing = self.open(self.request.POST)
            editing.show(error)
            return self._shown(editing, status=422)
        messages.success(self.request, "Your draft is kept for 90 days. Nobody else sees it.")
        asked = self.request.GET.copy()
        asked["draft"] = "continue"
        return HttpResponseRedirect(f"{self.request.path}?{asked.urlencode()}")

    def _autosaved(self) -> HttpResponse:
        if self._made():
            # It was on its way when the form was sent.
            return JsonResponse({"saved": ""})
        try:
            draft = self._keep()
        except CurationError as error:
            return JsonResponse({"error": " ".join(error.errors[WHOLE])}, status=422)
        saved = timezone.localtime(draft.updated_at, zone_of(self.place.time_zones[0], "UTC"))
        return JsonResponse({"saved": saved.strftime("%H:%M")})

    def _keep(self) -> RecordDraft:
        entered = entered_of(self.request.POST)
        return record_draft_save(user=self.request.user, place=self.place, record=self.draft, entered=entered)

    def _discarded(self) -> HttpResponse:
        record_draft_discard(user=self.request.user, record=self.draft)
        messages.success(self.request, "The draft is gone. This is what is published.")
        return HttpResponseRedirect(self.request.path)

    def _again(self) -> HttpResponse:
        """More rows, or all languages, with what was written."""
        return self._shown(self.open(self.request.POST))

    def _made(self) -> Proposal | None:
        """The proposal this very form has made already."""
        return self.request.user.proposals.filter(submission=token_of(self.request.POST)).first()

    def _submitted(self) -> HttpResponse:
        editing = self.open(self.request.POST)
        proposal = self._made() or settled(editing, self.send(editing))
        if proposal is None:
            return self._shown(editing, status=409 if editing.conflicts and not editing.is_wrong else 422)
        record_draft_discard(user=self.request.user, record=self.draft)
        messages.success(self.request, "Your proposal is sent. A colleague who may publish decides about it.")
        return HttpResponseRedirect(proposal_url(proposal))

    def _shown(
        self,
        editing: Editing,
        *,
        offered: RecordDraft | None = None,
        status: int = 200,
    ) -> HttpResponse:
        sent = self.request.POST if self.request.method == "POST" else None
        context = {
            "title": self.title,
            "editing": editing,
            "token": token_of(sent),
            "offered": offered,
            "waiting": [one for sheet in editing.sheets for one in editing.others(sheet.record)],
            "frame": FRAME,
            "anchor": anchor_of(editing.sheets),
            "languages": preview_languages(editing),
            "preview_language": sent.get("preview_language", "") if sent else "",
            "zone": zone_of(self.place.time_zones[0], "UTC"),
            **self.extra,
        }
        response = desk_render(self.request, self.template, self.place, context, crumbs=self.crumbs, status=status)
        # The preview stands in a frame of the page.
        response._csp_update = {"frame-src": ["'self'"]}  # type: ignore[attr-defined]
        return response


def proposal_url(proposal: Proposal) -> str:
    """Where a proposal is read and discussed."""
    return reverse("proposal", args=[proposal.jurisdiction.code, proposal.pk])


def every_language(request: StaffRequest, data: QueryDict | None) -> bool:
    """Whether texts in all languages are wanted, or were before."""
    wanted = request.GET.get("languages") == "all" or request.POST.get("do") == "languages"
    return wanted or bool(data and data.get("languages") == "all")


def record_target(*, code: str, record: str) -> Sheet:
    """The sheet of the record in the URL. Raises `Http404` for another place's, and for what cannot be."""
    return sheet_find(record=record, place=desk_place(code=code))


@staff_view(PROPOSE, target=record_target)
def record_edit(request: StaffRequest, sheet: Sheet) -> HttpResponse:
    """Change a record or make it; `?takes_up=` begins with what the loader found doubtful."""
    material = _material(request, sheet)
    starts = {sheet.record: _usable(sheet, material)} if material else {}

    def opened(data: QueryDict | None) -> Editing:
        return editing_of(
            data, [sheet], place=sheet.jurisdiction, every_language=every_language(request, data), starts=starts
        )

    def sending(editing: Editing) -> Send:
        return lambda wishes, because: proposal_submit(
            author=request.user,
            wishes=wishes,
            because=because,
            publish_at=editing.why.moment("publish_at"),
            expires_at=editing.why.moment("expires_at"),
            takes_up=material,
            submission=token_of(request.POST),
        )

    return EditPage(
        request=request,
        place=sheet.jurisdiction,
        draft=sheet.record,
        title=record_title(sheet.record),
        open=opened,
        send=sending,
        crumbs=edit_crumbs(sheet.jurisdiction, record_title(sheet.record)),
        extra={"sheet": sheet, "material": material, "is_new": sheet.is_new},
    ).answer()


@staff_view(PROPOSE, target=record_target)
def record_remove(request: StaffRequest, sheet: Sheet) -> HttpResponse:
    """Ask, with reason and source, and propose to remove a record."""
    if sheet.is_new or not sheet.ref.kind.is_removable:
        raise Http404
    gone = Sheet(sheet.jurisdiction, sheet.ref, sheet.live, sheet.values, ProposalAction.REMOVE)

    def sending(editing: Editing) -> Send:
        return lambda wishes, because: proposal_submit(
            author=request.user,
            wishes=wishes,
            because=because,
            publish_at=editing.why.moment("publish_at"),
            submission=token_of(request.POST),
        )

    return EditPage(
        request=request,
        place=sheet.jurisdiction,
        draft=f"remove {sheet.record}",
        title=f"Remove: {record_title(sheet.record)}",
        open=lambda data: editing_of(data, [gone], place=sheet.jurisdiction, every_language=False),
        send=sending,
        crumbs=edit_crumbs(sheet.jurisdiction, f"Remove: {record_title(sheet.record)}"),
        extra={"sheet": gone, "is_removal": True},
    ).answer()


def edit_crumbs(place: Jurisdiction, title: str) -> list[Crumb]:
    """From the list of records on."""
    return [("Records", reverse("desk-records", args=[place.code])), (title, "")]


def _material(request: StaffRequest, sheet: Sheet) -> Proposal | None:
    """The loader's proposal that is taken up, if one is. Raises `Http404` for one of elsewhere or of somebody."""
    number = request.POST.get("takes_up") or request.GET.get("takes_up") or ""
    if not number:
        return None
    if not number.isdecimal() or len(number) > 18:  # noqa: PLR2004 -- digits of a key
        raise Http404
    waiting = Proposal.objects.waiting().filter(author=None, jurisdiction=sheet.jurisdiction)
    if (found := waiting.filter(pk=number).first()) is None and request.method != "POST":
        raise Http404
    return found


def _usable(sheet: Sheet, material: Proposal) -> Values:
    """The loader's values that fields of the record could hold; it notes others beside them."""
    values: Values = {}
    for name, value in material.fields.items():
        if name in sheet.ref.kind.by_name and value not in (None, "", []):
            try:
                values |= sheet.ref.kind.taken({name: value})
            except CurationError:
                continue
    return values
