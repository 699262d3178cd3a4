"""`PUT /api/v1/literacy/views/`: platforms report how often media-literacy campaigns were watched with them."""

from __future__ import annotations

import json
from typing import Any, Final

from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response

from centers.literacy.views_file import LARGEST, MOST_LINES, FigureProblem, FiguresError, figures_taken
from centers.models import ReportedViews
from centers.services.views_report import Source, views_report
from electioncenters.pace import MINUTE, pace_count
from labeling.api.content import Busy, PlatformView, TooLarge, Unreadable
from labeling.api.schema import PROBLEM
from labeling.models import ApiKey, Platform
from labeling.services.api_key import api_key_use
from labeling.services.intake_limits import BusyError

#: Calls of one platform that are answered in a minute: figures are reported by the day or the month.
_CALLS: Final = 30

_FIGURES: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["figures"],
    "additionalProperties": False,
    "properties": {
        "figures": {
            "type": "array",
            "minItems": 1,
            "maxItems": MOST_LINES,
            "items": {
                "type": "object",
                "required": ["campaign", "first_day", "last_day", "views"],
                "additionalProperties": False,
                "properties": {
                    "campaign": {"type": "string", "maxLength": 60, "description": "Its `key`."},
                    "video": {
                        "type": ["string", "null"],
                        "maxLength": 60,
                        "description": "The video's `key`; none for the campaign as a whole.",
                    },
                    "first_day": {"type": "string", "format": "date"},
                    "last_day": {"type": "string", "format": "date", "description": "Included."},
                    "views": {"type": "integer", "minimum": 0},
                },
            },
        }
    },
}
_COUNT: Final[dict[str, Any]] = {"type": "integer", "minimum": 0}
_TAKEN: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["added", "replaced", "unchanged"],
    "properties": {"added": _COUNT, "replaced": _COUNT, "unchanged": _COUNT},
}


class LiteracyViews(PlatformView):
    """Report views."""

    @extend_schema(
        operation_id="literacy_views_report",
        tags=["literacy"],
        summary="Report views of media-literacy campaigns",
        description=(
            "Totals for whole days, of campaigns or of their videos (`GET centers/{code}/campaigns/` names both). They "
            "are shown under the platform's name, apart from what this portal counts. A figure for the same thing and "
            "period takes the place of the former, so that the same call twice changes nothing. Periods must not "
            "overlap otherwise, and for a period either the campaign or its videos are reported. All figures are "
            "taken, or none."
        ),
        request={"application/json": _FIGURES},
        responses={
            200: OpenApiResponse(_TAKEN, "What became of them."),
            400: OpenApiResponse(PROBLEM, "Figures that cannot be taken; `errors` names each by its position from 0."),
            401: OpenApiResponse(PROBLEM, "No key, or one that is unknown or revoked."),
            413: OpenApiResponse(PROBLEM, "More bytes than a report can have."),
            415: OpenApiResponse(PROBLEM, "Not JSON."),
            429: OpenApiResponse(PROBLEM, "`quota`: more calls than a minute allows. Nothing was taken."),
        },
        examples=[
            OpenApiExample(
                "A month",
                request_only=True,
                value={
                    "figures": [
                        {"campaign": "look-twice", "first_day": "2029-05-01", "last_day": "2029-05-31", "views": 1200}
                    ]
                },
            )
        ],
    )
    def put(self, request: Request) -> Response:
        """Read, take all of it or nothing, answer."""
        platform = self.platform
        _quota_check(platform)
        source = Source(platform.name, "", ReportedViews.Via.API.value)
        try:
            taken = views_report(figures=figures_taken(_document(request)), source=source)
        except FiguresError as error:
            raise exceptions.ValidationError(_named(error.problems)) from error
        if isinstance(request.auth, ApiKey):
            api_key_use(key=request.auth)
        return Response(taken._asdict(), headers={"Cache-Control": "private, no-store"})


def _document(request: Request) -> Any:
    if (request.content_type or "").partition(";")[0].strip().lower() != "application/json":
        raise Unreadable("Send application/json.")
    if int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST:
        raise TooLarge(f"A report may hold at most {LARGEST} bytes.")
    try:
        document = json.loads(request.body)
    except (ValueError, RecursionError) as error:
        raise exceptions.ParseError("The body is no JSON.", "malformed") from error
    if not isinstance(document, dict) or set(document) != {"figures"}:
        raise exceptions.ValidationError({"figures": "Send an object with figures, and nothing else."})
    return document


def _named(problems: list[FigureProblem]) -> dict[str, str]:
    """By path, as all problems of the API are."""
    named: dict[str, str] = {}
    for one in problems:
        path = f"figures.{one.line - 1}.{one.field}" if one.line else "figures"
        named.setdefault(path, one.reason)
    return named


def _quota_check(platform: Platform) -> None:
    """Raises `Busy`."""
    if not pace_count(f"literacy-views:{platform.pk}", most=_CALLS):
        raise Busy("quota", f"{_CALLS} reports a minute are taken. Send it again later.", BusyError(MINUTE))
