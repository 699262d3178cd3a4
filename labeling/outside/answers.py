"""How pages that are one person's are answered: by nobody's cache, and without telling other sites where they were."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from centers.views.frame import HTML, frame_of, page_rendered
from labeling.outside.forms import MOST_BYTES
from labeling.outside.tokens import status_token


def private_page(request: HttpRequest, template: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """A page that is written for this request alone."""
    page = page_rendered(template, frame_of(request), context)
    response = HttpResponse(page.body, content_type=HTML, status=status)
    response.headers["Cache-Control"] = "private, no-store"
    # The address of a status page is its key.
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def status_redirect(language: str, public_id: Any) -> HttpResponse:
    """To the private page; by 303, so that loading it again sends nothing again."""
    response = HttpResponseRedirect(f"/{language}/status/{status_token(public_id)}/", status=303)
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def is_too_long(request: HttpRequest) -> bool:
    """Whether the body is longer than any honest form; asked before it is read."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    return not str(length).isdecimal() or int(length) > MOST_BYTES
