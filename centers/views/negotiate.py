"""The front door: which language a visitor reads."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_safe

from electioncenters.languages import LANGUAGE_NAMES


@require_safe
def language_negotiate(request: HttpRequest) -> HttpResponse:
    """Redirect `/` to the visitor's language; nothing is stored."""
    response = HttpResponseRedirect(f"/{language_accepted(request.META.get('HTTP_ACCEPT_LANGUAGE', ''))}/")
    response.headers["Vary"] = "Accept-Language"
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response


def language_accepted(header: str) -> str:
    """The best of our languages for an `Accept-Language` header (RFC 9110), English where none is wanted.

    A regional form (`pt-BR`, `el-GR`) asks for its language; of equally wanted ones the first wins.
    """
    wanted: dict[str, float] = {}
    for part in header[:500].split(","):
        tag, _, parameters = part.partition(";")
        language = tag.strip().lower().replace("_", "-").split("-")[0]
        if language in LANGUAGE_NAMES:
            wanted[language] = max(wanted.get(language, 0.0), _quality(parameters))
    best = max(wanted, key=lambda language: wanted[language], default=settings.LANGUAGE_CODE)
    return best if wanted.get(best, 1.0) > 0 else settings.LANGUAGE_CODE


def _quality(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    if name.strip().lower() != "q":
        return 1.0
    try:
        quality = float(value)
    except ValueError:
        return 0.0
    return quality if 0.0 <= quality <= 1.0 else 0.0
