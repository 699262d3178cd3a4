"""Middleware of the whole site."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from electioncenters.languages import LANGUAGE_NAMES

GetResponse = Callable[[HttpRequest], HttpResponse]


class LanguageFromPathMiddleware:
    """Activates the language named by the first part of the path, and nothing else.

    Django's own LocaleMiddleware also looks at cookies and headers and so adds `Vary` to every page; a voter page
    must be the same bytes for everyone who asks for its address.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = path_language(request.path_info)
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self._get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response


def path_language(path: str) -> str:
    """The language a path asks for with its first part, the default language when it names none we speak."""
    first = path.split("/", 2)[1] if path.startswith("/") else ""
    return first if first in LANGUAGE_NAMES else settings.LANGUAGE_CODE
