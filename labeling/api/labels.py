"""`GET /api/v1/labels/`: which labels items carry, ready to be shown."""

from __future__ import annotations

import re
from typing import Any, Final, NamedTuple
from urllib.parse import unquote_plus

import msgspec
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_cache_control
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.views import APIView

from electioncenters.languages import LANGUAGE_CODES
from labeling.api.auth import ApiKeyAuthentication
from labeling.api.parameters import LANG, language_read
from labeling.api.schema import LABELS, PROBLEM
from labeling.links import member_state
from labeling.shown_labels import Viewer, labels_shown
from labeling.uris import uri_parts

#: Items of one request.
MAX_URIS = 250
#: Seconds an answer may be reused: a label should be seen within two seconds of being given.
MAX_AGE = 1
STALE = 10

#: What clients of APIs, and those that say nothing, send as `Accept`.
_USUAL: Final = frozenset({"*/*", "application/json", "application/json, */*", "application/json, text/plain, */*"})
_MOST_PARTS: Final = MAX_URIS + 2
_NO_LABELS: Final[list[msgspec.Raw]] = []

_COUNTRY = re.compile(r"[a-z]{2}(-[a-z0-9]{1,10})?")
_PARAMETERS = [
    OpenApiParameter(
        "uri",
        {"type": "array", "items": {"type": "string"}, "minItems": 1, "maxItems": MAX_URIS},
        required=True,
        explode=True,
        description="`platform:external_id`, up to 250 times.",
    ),
    LANG,
    OpenApiParameter(
        "country",
        {"type": "string"},
        description="Where the viewer is, e.g. `fr`: labels about European elections then lead to its centre.",
    ),
]


class Query(NamedTuple):
    """The request's parameters, checked."""

    uris: dict[str, tuple[str, str]]
    language: str
    country: str | None


class LabelsView(APIView):
    """Labels are public: a key is not needed, but one that opens nothing is refused rather than ignored."""

    authentication_classes = [ApiKeyAuthentication]
    permission_classes = [AllowAny]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answer the usual request at once; whatever is unusual about others is the framework's to judge."""
        query = _read_usual(request)
        if query is None:
            return super().dispatch(request, *args, **kwargs)
        response = _answer(query)
        response.headers["Allow"] = ", ".join(self.allowed_methods)
        return response

    @extend_schema(
        operation_id="labels_look_up",
        tags=["labels"],
        summary="Look labels up",
        description=(
            "The labels shown on each item, with text and links in `lang`; an item without labels, or one that is "
            "not known, has an empty list. Readable without a key and cacheable by anyone."
        ),
        parameters=_PARAMETERS,
        responses={
            200: OpenApiResponse(LABELS, "In the order of the request, each uri once."),
            400: OpenApiResponse(PROBLEM, "A parameter is not valid; `errors` names it."),
            401: OpenApiResponse(PROBLEM, "A key was sent that is unknown or revoked."),
        },
    )
    def get(self, request: Request) -> HttpResponse:
        """Two queries at most, however many items are asked for."""
        return _answer(_read(request))


def _answer(query: Query) -> HttpResponse:
    viewer = Viewer(query.language, member_state(query.country))
    found = labels_shown(query.uris.values(), viewer)
    items = [{"uri": uri, "labels": found.get(parts, _NO_LABELS)} for uri, parts in query.uris.items()]
    document = {"lang": query.language, "country": query.country, "items": items}
    response = HttpResponse(msgspec.json.encode(document), content_type="application/json")
    patch_cache_control(response, public=True, max_age=MAX_AGE, stale_while_revalidate=STALE)
    return response


def _read_usual(request: HttpRequest) -> Query | None:
    """The parameters of a request without a key, that takes JSON and says nothing but what `_read` finds right."""
    meta = request.META
    if request.method != "GET" or "HTTP_AUTHORIZATION" in meta or meta.get("HTTP_ACCEPT", "*/*") not in _USUAL:
        return None
    # Colons of uris at once: nearly always nothing else is escaped.
    parts = meta["QUERY_STRING"].replace("%3A", ":").split("&", _MOST_PARTS)
    return _usual(parts) if len(parts) <= _MOST_PARTS else None


def _usual(parts: list[str]) -> Query | None:
    """The parameters out of `name=value`."""
    uris: dict[str, tuple[str, str]] = {}
    others = {"lang": "en", "country": ""}
    for part in parts:
        name, _, value = part.partition("=")
        if "%" in value or "+" in value:
            value = unquote_plus(value)
        if name == "uri" and (named := uri_parts(value)):
            uris[value] = named
        elif name in others and value:
            others[name] = value
        else:
            return None
    language, country = others["lang"], others["country"].lower()
    if not 0 < len(uris) <= MAX_URIS or language not in LANGUAGE_CODES or (country and not _COUNTRY.fullmatch(country)):
        return None
    return Query(uris, language, country or None)


def _read(request: Request) -> Query:
    """The parameters, or a `ValidationError` that names every one that is wrong."""
    problems: dict[str, str] = {}
    named = list(dict.fromkeys(request.query_params.getlist("uri")))
    if not named:
        problems["uri"] = "Name at least one item, as platform:external_id."
    elif len(named) > MAX_URIS:
        problems["uri"] = f"Name at most {MAX_URIS} items."
    uris = {uri: uri_parts(uri) for uri in named[: MAX_URIS + 1]}
    wrong = next((uri for uri, parts in uris.items() if parts is None), None)
    if wrong is not None:
        problems.setdefault("uri", f"{wrong[:100]!r} is not platform:external_id.")
    language = language_read(request, problems)
    country = (request.query_params.get("country") or "").lower()
    if country and not _COUNTRY.fullmatch(country):
        problems["country"] = "Must be a country's two-letter code such as fr."
    if problems:
        raise ValidationError(problems)
    return Query({uri: parts for uri, parts in uris.items() if parts}, language, country or None)
