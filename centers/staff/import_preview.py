"""What an uploaded file would do, entry by entry, and the button that proposes it."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from accounts.staff.access import StaffRequest, staff_view
from centers.curation import CurationError
from centers.curation.units import units_of
from centers.exchange.effects import FileError, Plan, counted, grouped
from centers.models import HeldUpload, Proposal, Translator, UploadKind
from centers.services.proposal_submit import LONGEST_REASON, MOST_PARTS
from centers.services.upload_apply import Asked, upload_apply
from centers.services.upload_hold import KEPT, plan_of
from centers.staff.desk import PROPOSE, desk_render
from centers.staff.translations import translation_source
from electioncenters.languages import LANGUAGE_NAMES


class ImportForm(forms.Form):
    """What is asked before a file becomes proposals."""

    translated_by = forms.ChoiceField(label="Who translated", choices=Translator.choices, widget=forms.RadioSelect)
    source = forms.URLField(
        label="Official page that says so",
        max_length=500,
        assume_scheme="https",
        help_text="For every row that names none of its own.",
    )
    verified_on = forms.DateField(
        label="Seen there on", widget=forms.DateInput({"type": "date"}), help_text="Today, if you leave it as it is."
    )
    reason = forms.CharField(label="Reason, for whoever approves", max_length=LONGEST_REASON)
    leaves_out = forms.BooleanField(required=False)

    def __init__(self, *args: Any, is_xliff: bool, wrong: int, **kwargs: Any) -> None:
        """Only the questions this file raises: a translation has its original for a source."""
        super().__init__(*args, **kwargs)
        for name in ("source", "verified_on") if is_xliff else ("translated_by",):
            del self.fields[name]
        if wrong:
            self.fields["leaves_out"].label = f"Leave out the {counted(wrong, 'line')} with errors"
            self.fields["leaves_out"].required = True
        else:
            del self.fields["leaves_out"]


def upload_of(*, code: str, public_id: uuid.UUID) -> HeldUpload:
    """A file that is waiting, or was confirmed within the hour. Raises `Http404`."""
    found = HeldUpload.objects.select_related("jurisdiction__parent", "user").filter(
        public_id=public_id, jurisdiction__code=code, created_at__gte=timezone.now() - KEPT
    )
    upload = found.first()
    if upload is None:
        raise Http404
    return upload


@staff_view(PROPOSE, target=upload_of)
def import_preview(request: StaffRequest, upload: HeldUpload) -> HttpResponse:
    """All that the file would do; confirmed, it becomes proposals."""
    if upload.user_id != request.user.pk:
        raise Http404
    if upload.applied_at is not None:
        return _done(request, upload, list(Proposal.objects.filter(pk__in=upload.proposals)))
    try:
        plan = plan_of(upload.kind, bytes(upload.content), upload.jurisdiction)
    except FileError as error:
        messages.error(request, f"The file can no longer be imported: {error}")
        return redirect("desk-import", code=upload.jurisdiction.code)
    if request.method != "POST":
        return _preview(request, upload, plan, _form(request, upload, plan))
    form = _form(request, upload, plan)
    if not form.is_valid():
        return _preview(request, upload, plan, form)
    try:
        proposals = upload_apply(upload=upload, by=request.user, asked=_asked(request, upload, plan, form))
    except CurationError as error:
        for name, said in error.errors.items():
            for sentence in said:
                form.add_error(name if name in form.fields else None, sentence)
        return _preview(request, upload, plan, form)
    return _done(request, upload, proposals)


def _form(request: StaffRequest, upload: HeldUpload, plan: Plan) -> ImportForm:
    said = f"Translation into {LANGUAGE_NAMES[plan.language]}" if plan.language else f"Import of {upload.name}"
    initial = {
        "reason": said,
        "translated_by": Translator.AGENCY,
        "verified_on": timezone.now().date(),
    }
    is_xliff = upload.kind == UploadKind.XLIFF
    data = request.POST if request.method == "POST" else None
    return ImportForm(data, initial=initial, is_xliff=is_xliff, wrong=len(plan.wrong))


def _asked(request: StaffRequest, upload: HeldUpload, plan: Plan, form: ImportForm) -> Asked:
    answered = form.cleaned_data
    source = answered.get("source", "")
    if upload.kind == UploadKind.XLIFF:
        records = {one.wish.record for one in plan.wished if one.wish}
        units = [unit for unit in units_of(upload.jurisdiction) if unit.name in records]
        source = translation_source(upload.jurisdiction, units)
    return Asked(
        stamp=request.POST.get("stamp", ""),
        reason=answered["reason"],
        source=source,
        verified_on=answered.get("verified_on"),
        leaves_out=bool(answered.get("leaves_out")),
        translated_by=answered.get("translated_by", ""),
    )


def _preview(request: StaffRequest, upload: HeldUpload, plan: Plan, form: ImportForm) -> HttpResponse:
    context = {
        "upload": upload,
        "plan": plan,
        "counts": [(verdict.value, number) for verdict, number in plan.counts.items()],
        "proposals": counted(len(grouped(plan.wished, MOST_PARTS)), "proposal"),
        "changes": counted(len(plan.wished), "change"),
        "form": form,
        "language_name": LANGUAGE_NAMES.get(plan.language, ""),
    }
    crumbs = [("Import and export", reverse("desk-import", args=[upload.jurisdiction.code])), ("Preview", "")]
    status = 422 if form.errors else 200
    template = "staff/centers/import_preview.html"
    return desk_render(request, template, upload.jurisdiction, context, crumbs=crumbs, status=status)


def _done(request: StaffRequest, upload: HeldUpload, proposals: list[Proposal]) -> HttpResponse:
    code = upload.jurisdiction.code
    messages.success(request, f"{counted(len(proposals), 'proposal')} made. A colleague who publishes decides.")
    if len(proposals) == 1:
        return redirect("proposal", code=code, pk=proposals[0].pk)
    return redirect("desk-proposals", code=code)
