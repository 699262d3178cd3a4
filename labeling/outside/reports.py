"""The public form for reports, and the private page that says what became of one."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from centers import formats
from centers.local_text import local_text
from centers.models import Jurisdiction
from centers.pagecache import DATABASE_AWAY
from centers.views import errors
from centers.views.frame import frame_of
from labeling.links import why_path
from labeling.models import Appeal, Report, ReportKind
from labeling.outside.answers import is_too_long, private_page, status_redirect
from labeling.outside.forms import MOST_WORDS, ReportForm
from labeling.outside.standing import entry_find, standing_of
from labeling.outside.throttle import is_too_much
from labeling.outside.tokens import form_token
from labeling.services.report_accept import ReportDraft, TooManyError, report_accept


# No cookie says who sends a form, so there is nothing a foreign site could use: the form's own signed token stands in
# for Django's check (decision 21).
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def report_page(request: HttpRequest) -> HttpResponse:
    """Report content: the form, and what is wrong with what was sent, beside each field."""
    try:
        return _received(request) if request.method == "POST" else _empty(request)
    except DATABASE_AWAY:
        return errors.unavailable(request)


@require_safe
def status_page(request: HttpRequest, token: str) -> HttpResponse:
    """What became of a report or appeal. 404 for a link that was never given."""
    try:
        return _status(request, token)
    except DATABASE_AWAY:
        return errors.unavailable(request)


def _empty(request: HttpRequest) -> HttpResponse:
    """With `link` and `place` from the address, where a page leads here."""
    given = {name: request.GET.get(name, "")[:2_000] for name in ("link", "place")}
    form = ReportForm(
        initial=given | {"token": form_token(ReportForm.purpose)}, places=places_named(frame_of(request).language)
    )
    return private_page(request, "labeling/report.html", {"form": form})


def _received(request: HttpRequest) -> HttpResponse:
    language = frame_of(request).language
    if is_too_long(request):
        form = ReportForm({"token": form_token(ReportForm.purpose)}, places=places_named(language))
        form.full_clean()
        form.add_error("said", _too_long(language))
        return _again(request, form, 413)
    form = ReportForm(request.POST, places=places_named(language))
    if not form.is_valid():
        return _again(request, form, 422)
    if is_too_much(request):
        return refused_for_now(request, form)
    draft = _draft(form, language)
    try:
        report, _is_new = report_accept(draft)
    except TooManyError:
        return refused_for_now(request, form)
    return status_redirect(language, report.public_id)


def _draft(form: ReportForm, language: str) -> ReportDraft:
    given = form.cleaned_data
    place = Jurisdiction.objects.filter(code=given["place"]).first() if given["place"] else None
    return ReportDraft(
        uri=given["link"],
        kind=ReportKind(given["kind"]),
        language=language,
        said=given["said"],
        contact=given["contact"],
        place=place,
        public_id=form.proven.id if form.proven else None,
    )


def _again(request: HttpRequest, form: ReportForm, status: int) -> HttpResponse:
    """The form with what was written; nothing was kept of it here."""
    form_renewed(form)
    return private_page(request, "labeling/report.html", {"form": form}, status=status)


def form_renewed(form: Any) -> None:
    """Give a form that is shown again a fresh token where the old one is too old, or none of ours.

    One that is good stays: sending it once more is the same report. One that came too fast stays, too.
    """
    data = form.data.copy()
    if form.proven is None or "token" in form.errors or form.non_field_errors():
        data["token"] = form_token(form.purpose, form.proven.about if form.proven else None)
    form.data = data


def refused_for_now(
    request: HttpRequest, form: Any, template: str = "labeling/report.html", **more: Any
) -> HttpResponse:
    """429, with all that was written."""
    form.add_error(None, _("Many messages come from your network just now. Please send it again in ten minutes."))
    response = private_page(request, template, {"form": form} | more, status=429)
    response.headers["Retry-After"] = "600"
    return response


def _too_long(language: str) -> str:
    return _("Please use at most %(count)s characters.") % {"count": formats.number(MOST_WORDS, language)}


def places_named(language: str) -> list[tuple[str, str]]:
    """Codes and names of the places with a centre, in the reader's order."""
    found = Jurisdiction.objects.filter(center__isnull=False)
    named = [(place.code, local_text(place, "name", language, place.languages).text) for place in found]
    return sorted(named, key=lambda entry: formats.sort_key(entry[1], language))


def _status(request: HttpRequest, token: str) -> HttpResponse:
    entry = entry_find(token)
    if entry is None:
        raise Http404("no such report or appeal")
    language = frame_of(request).language
    context = {
        "is_appeal": isinstance(entry, Appeal),
        "entry": entry,
        "kind": ReportKind(entry.kind).label if isinstance(entry, Report) else "",
        "about": why_path(entry.label.public_id, language) if isinstance(entry, Appeal) else "",
        "standing": standing_of(entry, language),
        "received_on": formats.date_full(entry.received_at.date(), language),
        "due": _moment(entry.due_at, language),
        "is_late": not entry.outcome and entry.due_at < timezone.now(),
        "ended_on": formats.date_full(entry.ended_at.date(), language) if entry.ended_at else "",
    }
    return private_page(request, "labeling/status.html", context)


def _moment(at: Any, language: str) -> str:
    """A day and the time, in UTC: nobody knows where the reader is."""
    return f"{formats.date_full(at.date(), language)}, {formats.clock(at.time(), language)} UTC"
