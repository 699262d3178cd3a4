"""`GET /api/v1/labels/changes/`: what changed on a platform's items, read on from where the platform was."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

import msgspec
from django.http import HttpResponse
from django.utils.cache import patch_cache_control
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from electioncenters.errors import problem
from labeling.api.content import PlatformView
from labeling.api.parameters import LANG, language_read
from labeling.api.schema import LABEL_CHANGES, PROBLEM
from labeling.changes import CursorError, Stretch, changes_end, changes_read
from labeling.models import ApiKey
from labeling.services.api_key import api_key_use

#: Changes of one answer: unless said otherwise, and at most.
LIMIT: Final = 100
MAX_LIMIT: Final = 1000
#: The cursor of whoever wants only what happens from now on.
NOW: Final = "now"

_NUMBER = re.compile(r"[0-9]{1,18}")
_PARAMETERS = [
    OpenApiParameter(
        "cursor",
        {"type": "string"},
        description=(
            "The `cursor` of the last answer, or of the last change that was taken in. Without it the answer begins "
            f"with the oldest change that is kept; `{NOW}` answers no change and the cursor of this moment."
        ),
    ),
    OpenApiParameter(
        "limit", {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": LIMIT}, description="Changes."
    ),
    LANG,
]


class Query(NamedTuple):
    """The request's parameters, checked; `after` is `None` for the beginning."""

    after: int | None
    is_now: bool
    limit: int
    language: str


class LabelChangesView(PlatformView):
    """For platforms, each about its own items only."""

    @extend_schema(
        operation_id="labels_changes",
        tags=["labels"],
        summary="Follow labels",
        description=(
            "Labels applied, changed and withdrawn on the platform's own items, in the order in which they became "
            "visible. Reading on from the `cursor` of the answer misses nothing and tells nothing twice, however "
            "many are written meanwhile. A label that is not shown any more has neither text nor link."
        ),
        parameters=_PARAMETERS,
        responses={
            200: OpenApiResponse(LABEL_CHANGES, "The changes; `more` says whether there are more to be read now."),
            400: OpenApiResponse(PROBLEM, "A parameter is not valid; `errors` names it."),
            401: OpenApiResponse(PROBLEM, "No key, or one that is unknown or revoked."),
            410: OpenApiResponse(
                PROBLEM,
                "`cursor-gone`: changes after the cursor were erased, or it was never given. `detail` says how to "
                "start anew.",
            ),
        },
    )
    def get(self, request: Request) -> HttpResponse:
        """Three queries at most, however many changes are asked for."""
        query = _read(request)
        try:
            stretch = self._stretch(query)
        except CursorError as error:
            return _gone(error)
        if isinstance(request.auth, ApiKey):
            api_key_use(key=request.auth)
        document = {
            "lang": query.language,
            "changes": [change.document(self.platform, query.language) for change in stretch.changes],
            "cursor": str(stretch.end),
            "more": stretch.more,
        }
        response = HttpResponse(msgspec.json.encode(document), content_type="application/json")
        patch_cache_control(response, private=True, no_store=True)
        return response

    def _stretch(self, query: Query) -> Stretch:
        if query.is_now:
            return Stretch([], changes_end(), False)
        return changes_read(platform=self.platform, after=query.after, limit=query.limit)


def _gone(error: CursorError) -> HttpResponse:
    return problem(
        410,
        "cursor-gone",
        "Gone",
        "Changes after this cursor were erased, or the cursor was never given. Start anew: look your items up at "
        f"labels/ and go on with cursor={NOW}, or leave the cursor out to read all changes that are kept.",
        earliest_cursor=str(error.earliest),
    )


def _read(request: Request) -> Query:
    """The parameters, or a `ValidationError` that names every one that is wrong."""
    problems: dict[str, str] = {}
    language = language_read(request, problems)
    cursor = request.query_params.get("cursor") or ""
    if cursor and cursor != NOW and not _NUMBER.fullmatch(cursor):
        problems["cursor"] = f"Must be a cursor from an earlier answer, or {NOW}."
    limit = request.query_params.get("limit") or str(LIMIT)
    if not _NUMBER.fullmatch(limit) or not 1 <= int(limit) <= MAX_LIMIT:
        problems["limit"] = f"Must be a whole number from 1 to {MAX_LIMIT}."
    if problems:
        raise ValidationError(problems)
    after = int(cursor) if cursor and cursor != NOW else None
    return Query(after, cursor == NOW, int(limit), language)
