"""Import and export of one place: everything as a file, texts for translators, tables of sources and dates."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.core.files import File
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from accounts.staff.access import StaffRequest, staff_view
from centers.curation.units import Unit, languages_of, units_of
from centers.exchange.effects import FileError
from centers.exchange.rows import TABLES, columns_of, table_template
from centers.exchange.sheets_write import center_archive, document_write
from centers.exchange.xliff_read import LARGEST
from centers.exchange.xliff_write import VERSIONS, xliff_write
from centers.models import Jurisdiction, UploadKind
from centers.services.upload_hold import upload_hold
from centers.staff.desk import PROPOSE, VIEW, desk_place, desk_render
from electioncenters.languages import LANGUAGE_NAMES

_READ: Final = ("GET", "HEAD")


class UploadForm(forms.Form):
    """A file, and what is in it."""

    kind = forms.ChoiceField(label="What is in the file", choices=UploadKind.choices, widget=forms.RadioSelect)
    file = forms.FileField(
        label="File",
        allow_empty_file=True,
        help_text="Nothing is proposed before you have seen what the file would do, line by line.",
    )

    def clean_file(self) -> File[bytes]:
        """Not larger than anything an import takes."""
        file: File[bytes] = self.cleaned_data["file"]
        if (file.size or 0) > LARGEST:
            raise forms.ValidationError(f"The file is larger than {LARGEST // 1024 // 1024} MB.")
        return file


class XliffForm(forms.Form):
    """Which texts go to translators."""

    source = forms.ChoiceField(label="From")
    target = forms.ChoiceField(label="Into")
    which = forms.ChoiceField(
        label="Which texts", choices=[("todo", "Missing, outdated and machine drafts"), ("all", "All")]
    )
    version = forms.ChoiceField(label="Format", choices=[(one, f"XLIFF {one}") for one in VERSIONS])

    def __init__(self, *args: Any, place: Jurisdiction, units: list[Unit], **kwargs: Any) -> None:
        """The languages originals are in, and those of the portal."""
        super().__init__(*args, **kwargs)
        sources = sorted({unit.original for unit in units}, key=lambda code: (code not in place.languages, code))
        for name, codes in (("source", sources), ("target", languages_of(place))):
            field = self.fields[name]
            if isinstance(field, forms.ChoiceField):
                field.choices = [(code, f"{LANGUAGE_NAMES[code]} ({code})") for code in codes]

    def clean(self) -> dict[str, Any]:
        """Two languages."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("source") and cleaned.get("source") == cleaned.get("target"):
            self.add_error("target", "Choose another language than that of the originals.")
        return cleaned


@staff_view(VIEW, target=desk_place, to_post=PROPOSE)
def import_page(request: StaffRequest, place: Jurisdiction) -> HttpResponse:
    """Where files come from and go to; a file sent here is looked at, and kept until its sender confirms it."""
    form = UploadForm(initial={"kind": UploadKind.XLIFF})
    if request.method == "POST":
        form = UploadForm(request.POST, request.FILES)
        if form.is_valid():
            file, kind = form.cleaned_data["file"], form.cleaned_data["kind"]
            try:
                held = upload_hold(place=place, by=request.user, kind=kind, name=file.name or "", content=file.read())
            except FileError as error:
                form.add_error("file", str(error))
            else:
                return redirect("desk-import-preview", code=place.code, public_id=held.public_id)
    return _page(request, place, form=form, status=422 if form.errors else 200)


def _page(
    request: StaffRequest, place: Jurisdiction, *, form: UploadForm | None = None, xliff: XliffForm | None = None,
    status: int = 200,
) -> HttpResponse:  # fmt: skip
    units = units_of(place)
    target = next((code for code in languages_of(place) if code != (units[0].original if units else "")), "")
    context = {
        "form": form or UploadForm(initial={"kind": UploadKind.XLIFF}),
        "xliff": xliff or XliffForm(place=place, units=units, initial={"target": target}),
        "has_units": bool(units),
        "may_propose": request.user.has_perm(PROPOSE, place),
        "tables": [(UploadKind(name).label, name, columns_of(name)) for name in TABLES],
    }
    crumbs = [("Import and export", "")]
    return desk_render(request, "staff/centers/exchange.html", place, context, crumbs=crumbs, status=status)


@staff_view(VIEW, target=desk_place, methods=_READ)
def xliff_export(request: StaffRequest, place: Jurisdiction) -> HttpResponse:
    """Texts of one pair of languages for a translation agency."""
    units = units_of(place)
    form = XliffForm(request.GET, place=place, units=units)
    if not form.is_valid():
        return _page(request, place, xliff=form, status=422)
    asked = form.cleaned_data
    chosen = [unit for unit in units if asked["which"] == "all" or not unit.state(asked["target"]).is_done]
    data = xliff_write(place, chosen, source=asked["source"], target=asked["target"], version=asked["version"])
    name = f"{place.code}-{asked['source']}-{asked['target']}-{_today()}.xlf"
    return _file(data, name, "application/xliff+xml")


@staff_view(VIEW, target=desk_place, methods=_READ)
def export_json(request: StaffRequest, place: Jurisdiction) -> HttpResponse:
    """Everything published about the place, as JSON."""
    return _file(document_write(place), f"{place.code}-{_today()}.json", "application/json")


@staff_view(VIEW, target=desk_place, methods=_READ)
def export_csv(request: StaffRequest, place: Jurisdiction) -> HttpResponse:
    """The same as tables."""
    return _file(center_archive(place), f"{place.code}-{_today()}.zip", "application/zip")


def _template_of(*, code: str, table: str) -> Jurisdiction:
    """The place. Raises `Http404` also where there is no such table."""
    if table not in TABLES:
        raise Http404
    return desk_place(code=code)


@staff_view(VIEW, target=_template_of, methods=_READ)
def template(request: StaffRequest, place: Jurisdiction) -> HttpResponse:
    """A table to fill in, its columns explained."""
    kwargs = request.resolver_match.kwargs if request.resolver_match else {}
    name = str(kwargs["table"])
    return _file(table_template(name, place), f"{place.code}-{name}.csv", "text/csv; charset=utf-8")


def _today() -> str:
    return timezone.now().date().isoformat()


def _file(data: bytes, name: str, kind: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return HttpResponse(data, content_type=kind, headers=headers)
