"""The public form for appeals against labels, for authors whose platform signed a link and for anyone."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from centers import formats
from centers.pagecache import DATABASE_AWAY
from centers.views import errors
from centers.views.frame import frame_of
from labeling.links import why_path
from labeling.models import Label, LabelState
from labeling.outside.answers import is_too_long, private_page, status_redirect
from labeling.outside.forms import MOST_WORDS, AppealForm
from labeling.outside.reports import form_renewed, refused_for_now
from labeling.outside.throttle import is_too_much
from labeling.outside.tokens import form_token
from labeling.services.appeal_accept import AppealDraft, NothingToAppealError, appeal_accept, may_be_appealed
from labeling.services.appeal_secret import LinkError, appeal_link_check

_TEMPLATE = "labeling/appeal.html"


# As with reports: nothing but the form's own token says who sends it (decision 21).
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def appeal_page(request: HttpRequest, public_id: str) -> HttpResponse:
    """Appeal against a label. 404 for one that is not public; 403 for a signed link that is not genuine."""
    try:
        return _appeal_page(request, public_id)
    except DATABASE_AWAY:
        return errors.unavailable(request)


def _appeal_page(request: HttpRequest, public_id: str) -> HttpResponse:
    found = Label.objects.exclude(state=LabelState.REVIEW).select_related("item__platform", "item__author")
    label = found.filter(public_id=public_id).first()
    if label is None:
        raise Http404("no such label")
    if not may_be_appealed(label):
        return _nothing(request, label)
    return _received(request, label) if request.method == "POST" else _empty(request, label)


def _empty(request: HttpRequest, label: Label) -> HttpResponse:
    form = AppealForm(label=label.public_id)
    about: dict[str, str] = {}
    status, is_refused = 200, False
    if "signature" in request.GET or "author" in request.GET:
        asked = {name: request.GET.get(name, "")[:300] for name in ("author", "expires", "signature")}
        try:
            about = {"author": appeal_link_check(label=label, **asked)}
        except LinkError:
            status, is_refused = 403, True
    form.initial = {"token": form_token(form.purpose, about)}
    context = _context(request, label) | {"form": form, "is_author": bool(about), "is_refused": is_refused}
    return private_page(request, _TEMPLATE, context, status=status)


def _received(request: HttpRequest, label: Label) -> HttpResponse:
    language = frame_of(request).language
    context = _context(request, label)
    if is_too_long(request):
        form = AppealForm({}, label=label.public_id)
        form.full_clean()
        limit = formats.number(MOST_WORDS, language)
        form.add_error("said", _("Please use at most %(count)s characters.") % {"count": limit})
        form_renewed(form)
        return private_page(request, _TEMPLATE, context | {"form": form}, status=413)
    form = AppealForm(request.POST, label=label.public_id)
    is_valid = form.is_valid()
    author = form.proven.about.get("author", "") if form.proven else ""
    context |= {"is_author": bool(author)}
    if not is_valid:
        form_renewed(form)
        return private_page(request, _TEMPLATE, context | {"form": form}, status=422)
    if is_too_much(request) or form.proven is None:
        return refused_for_now(request, form, _TEMPLATE, **context)
    given = form.cleaned_data
    draft = AppealDraft(label, given["said"], language, form.proven.id, given["contact"], author)
    try:
        appeal = appeal_accept(draft)
    except NothingToAppealError:
        return _nothing(request, label)
    return status_redirect(language, appeal.public_id)


def _nothing(request: HttpRequest, label: Label) -> HttpResponse:
    return private_page(
        request, _TEMPLATE, _context(request, label) | {"form": None}, status=409 if request.method == "POST" else 200
    )


def _context(request: HttpRequest, label: Label) -> dict[str, object]:
    why = why_path(label.public_id, frame_of(request).language)
    return {"label": label, "why": why, "is_author": False, "is_refused": False}
