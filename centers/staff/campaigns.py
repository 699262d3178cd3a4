"""Media literacy at the desk: campaigns with their videos, files, captions from files, and reported views."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.core.files import File
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from accounts.staff.access import StaffRequest, staff_view
from accounts.staff.listing import page_of
from centers.curation import CurationError, record_ref
from centers.curation.fields import take_url
from centers.literacy.totals import totals_of
from centers.literacy.views_file import COLUMNS, FiguresError, figures_decode
from centers.literacy.views_file import LARGEST as LARGEST_FIGURES
from centers.literacy.webvtt import LARGEST as LARGEST_CAPTIONS
from centers.literacy.webvtt import WebVTTError, captions_clean, captions_decode
from centers.models import Campaign, Jurisdiction, LiteracyVideo, MediaFile, MediaKind, RecordDraft, ReportedViews
from centers.services.media_file_add import media_file_add
from centers.services.record_draft import record_draft_save
from centers.services.views_report import Source, views_forget, views_report
from centers.staff.desk import PROPOSE, PUBLISH, VIEW, Crumb, desk_place, desk_render
from centers.staff.sheet import Sheet, sheet_of
from centers.staff.widgets import languages_spoken
from electioncenters.languages import LANGUAGE_CODES, LANGUAGE_NAMES

_PREFIX: Final = "p0"
_FILES_SHOWN: Final = 60
_ROWS: Final = 50


def _crumbs(place: Jurisdiction, title: str) -> list[Crumb]:
    return [("Campaigns", reverse("desk-campaigns", args=[place.code])), (title, "")]


@staff_view(VIEW, target=desk_place, methods=("GET", "HEAD"))
def campaign_desk(request: StaffRequest, place: Jurisdiction) -> HttpResponse:
    """The place's campaigns with their videos and figures."""
    campaigns = list(Campaign.objects.filter(jurisdiction=place).prefetch_related("videos").order_by("slug"))
    totals = totals_of(campaigns, timezone.now().date())
    context = {
        "rows": [(campaign, totals[campaign.pk]) for campaign in campaigns],
        "may_propose": request.user.has_perm(PROPOSE, place),
        "may_publish": request.user.has_perm(PUBLISH, place),
    }
    return desk_render(request, "staff/centers/campaigns.html", place, context, crumbs=[("Campaigns", "")])


# Files.


class MediaForm(forms.Form):
    """A picture or a video."""

    kind = forms.ChoiceField(label="What it is", choices=MediaKind.choices, widget=forms.RadioSelect)
    title = forms.CharField(label="What it shows", max_length=200, help_text="Colleagues choose the file by this.")
    file = forms.FileField(
        label="File",
        allow_empty_file=True,
        help_text=(
            "A JPEG, PNG or WebP picture of at most 8 MB, which is made small; or an MP4 or WebM video that browsers "
            "play."
        ),
    )


@staff_view(PROPOSE, target=desk_place)
def media_desk(request: StaffRequest, place: Jurisdiction) -> HttpResponse:
    """Hand in posters and videos, and see which there are."""
    form = MediaForm(initial={"kind": MediaKind.POSTER})
    if request.method == "POST":
        form = MediaForm(request.POST, request.FILES)
        if form.is_valid():
            given = form.cleaned_data
            try:
                media_file_add(
                    place=place, by=request.user, kind=given["kind"], title=given["title"], file=given["file"]
                )
            except CurationError as error:
                _show(form, error.errors)
            else:
                messages.success(request, "The file is there: choose it in a video's record, and propose that.")
                return redirect("desk-media", code=place.code)
    files = MediaFile.objects.filter(jurisdiction=place).select_related("uploaded_by")[:_FILES_SHOWN]
    context = {"form": form, "files": files}
    status = 422 if form.errors else 200
    return desk_render(
        request, "staff/centers/media.html", place, context, crumbs=_crumbs(place, "Files"), status=status
    )


# Captions.


class CaptionsForm(forms.Form):
    """Whose captions a file holds, and in which language."""

    video = forms.ModelChoiceField(
        LiteracyVideo.objects.none(), label="Video", empty_label=None, error_messages={"required": "Choose the video."}
    )
    language = forms.ChoiceField(label="Language", choices=[(code, LANGUAGE_NAMES[code]) for code in LANGUAGE_CODES])
    file = forms.FileField(
        label="WebVTT file", allow_empty_file=True,
        help_text="It is read line by line and written anew; styles and unknown tags are refused.",
    )  # fmt: skip

    def __init__(self, *args: Any, place: Jurisdiction, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["video"]
        videos = LiteracyVideo.objects.listed().filter(campaign__jurisdiction=place)
        field.queryset = videos.select_related("campaign__jurisdiction").order_by("campaign__slug", "slug")
        field.label_from_instance = lambda one: f"{one.campaign.slug}: {one.slug}"

    def clean_file(self) -> str:
        """The captions as the portal writes them."""
        file: File[bytes] = self.cleaned_data["file"]
        try:
            # One byte more than may be tells that there are more, without reading all of them.
            text = captions_clean(captions_decode(file.read(LARGEST_CAPTIONS + 1)))
        except WebVTTError as error:
            raise forms.ValidationError(error.problems) from None
        if not text:
            raise forms.ValidationError("The file is empty.")
        return text


@staff_view(PROPOSE, target=desk_place)
def captions_desk(request: StaffRequest, place: Jurisdiction) -> HttpResponse:
    """Put a file's captions into the draft of the video's record, from where they are proposed like everything."""
    form = CaptionsForm(place=place, initial={"language": languages_spoken(place.languages)[0]})
    if request.method == "POST":
        form = CaptionsForm(request.POST, request.FILES, place=place)
        if form.is_valid():
            given = form.cleaned_data
            video: LiteracyVideo = given["video"]
            record = f"video:{place.code}/{video.campaign.slug}/{video.slug}"
            try:
                _draft_with(request, place, record, f"captions_{given['language']}", given["file"])
            except CurationError as error:
                _show(form, error.errors)
            else:
                messages.success(request, "The captions are in your draft. Look at them, and propose it.")
                return redirect(f"{reverse('record-edit', args=[place.code, record])}?draft=continue")
    status = 422 if form.errors else 200
    crumbs = _crumbs(place, "Captions")
    return desk_render(request, "staff/centers/captions.html", place, {"form": form}, crumbs=crumbs, status=status)


def _draft_with(request: StaffRequest, place: Jurisdiction, record: str, name: str, text: str) -> None:
    """The member's own draft, else what is published, with one text put into it."""
    kept = RecordDraft.objects.filter(user=request.user, record=record).first()
    entered = dict(kept.entered) if kept is not None else _entered(sheet_of(record_ref(record), place))
    entered[f"{_PREFIX}-{name}"] = [text]
    record_draft_save(user=request.user, place=place, record=record, entered=entered)


def _entered(sheet: Sheet) -> dict[str, list[str]]:
    """What the record's form would send if nobody touched it: texts of the languages it shows, and all else."""
    spoken = languages_spoken(sheet.jurisdiction.languages)
    found: dict[str, list[str]] = {}
    written = {one.language for one in sheet.ref.kind.own if one.language and sheet.values[one.name]}
    for one in sheet.ref.kind.own:
        if not one.language or one.language in written or one.language in spoken:
            value = sheet.values[one.name]
            found[f"{_PREFIX}-{one.name}"] = ["" if value is None else str(value)]
    return found


# Views.


class ViewsForm(forms.Form):
    """A file of figures, and who says so."""

    source_name = forms.CharField(
        label="Who reports it", max_length=250, help_text="The platform or partner, as voters read it."
    )
    source_url = forms.CharField(label="Where that can be looked up", max_length=500, required=False)
    file = forms.FileField(
        label="File", allow_empty_file=True,
        help_text="CSV or JSON. The same source's figure for the same period takes the place of the former.",
    )  # fmt: skip

    def clean_source_name(self) -> str:
        """On one line."""
        return " ".join(str(self.cleaned_data["source_name"]).split())

    def clean_source_url(self) -> str:
        """An address anybody may open, or none."""
        given = str(self.cleaned_data["source_url"] or "").strip()
        return take_url(given) if given else ""


@staff_view(VIEW, target=desk_place, to_post=PUBLISH)
def views_desk(request: StaffRequest, place: Jurisdiction) -> HttpResponse:
    """Figures others report, one by one; a publisher brings them and takes them back."""
    form = ViewsForm()
    problems: list[str] = []
    if request.method == "POST" and request.POST.get("do") == "forget":
        return _forgotten(request, place)
    if request.method == "POST":
        form = ViewsForm(request.POST, request.FILES)
        if form.is_valid():
            given = form.cleaned_data
            source = Source(given["source_name"], given["source_url"], ReportedViews.Via.FILE.value, request.user)
            try:
                figures = figures_decode(given["file"].read(LARGEST_FIGURES + 1))
                taken = views_report(figures=figures, source=source, place=place)
            except FiguresError as error:
                problems = [str(problem) for problem in error.problems]
                form.add_error("file", "Nothing was taken: see below what is wrong.")
            else:
                messages.success(
                    request,
                    f"Added: {taken.added}. Replaced: {taken.replaced}. Unchanged: {taken.unchanged}.",
                )
                return redirect("desk-views", code=place.code)
    rows = ReportedViews.objects.filter(campaign__jurisdiction=place).select_related("campaign", "video", "reported_by")
    context = {
        "form": form,
        "problems": problems,
        "columns": COLUMNS,
        "page": page_of(request, rows.order_by("-last_day", "-pk"), size=_ROWS),
        "may_publish": request.user.has_perm(PUBLISH, place),
    }
    status = 422 if form.errors else 200
    crumbs = _crumbs(place, "Reported views")
    return desk_render(request, "staff/centers/views.html", place, context, crumbs=crumbs, status=status)


def _forgotten(request: StaffRequest, place: Jurisdiction) -> HttpResponse:
    number = request.POST.get("pk", "")
    found = ReportedViews.objects.filter(campaign__jurisdiction=place).select_related("campaign__jurisdiction__parent")
    row = found.filter(pk=number).first() if number.isdecimal() and len(number) <= 18 else None  # noqa: PLR2004
    if row is None:
        raise Http404
    views_forget(reported=row, by=request.user)
    messages.success(request, "The figure is taken back.")
    return redirect("desk-views", code=place.code)


def _show(form: forms.Form, errors: Mapping[str, list[str]]) -> None:
    for name, said in errors.items():
        form.add_error(name if name in form.fields else None, said)
