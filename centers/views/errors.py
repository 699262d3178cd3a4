"""What a visitor reads when there is no page, or when something broke."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.cache import patch_vary_headers

from centers.views.frame import Frame
from centers.views.negotiate import language_accepted
from electioncenters.languages import LANGUAGE_NAMES


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404 in the reader's language."""
    return _error_page(request, "404.html", 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """500 in the reader's language, written without the database."""
    return _error_page(request, "500.html", 500)


def unavailable(request: HttpRequest) -> HttpResponse:
    """503 while the database is away and a page was never read before."""
    response = _error_page(request, "500.html", 503)
    response.headers["Retry-After"] = "5"
    return response


def _error_page(request: HttpRequest, template: str, status: int) -> HttpResponse:
    language, from_path = _language(request)
    with translation.override(language):
        frame = Frame(language, f"/{language}/")
        html = render_to_string(template, {"frame": frame, "language": language})
    response = HttpResponse(html, status=status, headers={"Cache-Control": "no-store", "Content-Language": language})
    if not from_path:
        patch_vary_headers(response, ("Accept-Language",))
    return response


def _language(request: HttpRequest) -> tuple[str, bool]:
    """The language of the path, else the best the browser asks for; and whether the path named it."""
    first = request.path_info.split("/", 2)[1] if request.path_info.count("/") else ""
    if first in LANGUAGE_NAMES:
        return first, True
    return language_accepted(request.META.get("HTTP_ACCEPT_LANGUAGE", "")) or settings.LANGUAGE_CODE, False
