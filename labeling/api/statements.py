"""`GET /api/v1/statements/`: the statements of reasons for restrictions of a platform's own content."""

from __future__ import annotations

import re
from typing import Final

from django.utils.cache import patch_cache_control
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from labeling.api.content import PlatformView
from labeling.api.schema import PROBLEM, STATEMENTS
from labeling.models import ApiKey, StatementOfReasons
from labeling.services.api_key import api_key_use
from labeling.services.statement import statement_document

LIMIT: Final = 100
_NUMBER: Final = re.compile(r"[0-9]{1,18}")


class StatementsView(PlatformView):
    """For platforms, each about its own content only."""

    @extend_schema(
        operation_id="statements",
        tags=["statements"],
        summary="Statements of reasons",
        description=(
            "One for each restriction that a decision here brings with it, in the order in which they were made or "
            f"withdrawn; at most {LIMIT} in an answer. Read on from the `cursor` of the answer. `statement` is ready "
            "for the EU's DSA Transparency Database. A statement that is withdrawn comes again with `withdrawn_at`: "
            "submit it no more. A label about an election restricts nothing and has none."
        ),
        parameters=[
            OpenApiParameter(
                "cursor", {"type": "string"}, description="The `cursor` of the last answer; none: from the first."
            )
        ],
        responses={
            200: OpenApiResponse(STATEMENTS, "The statements; `more` says whether there are more to be read now."),
            400: OpenApiResponse(PROBLEM, "The cursor was never given."),
            401: OpenApiResponse(PROBLEM, "No key, or one that is unknown or revoked."),
        },
    )
    def get(self, request: Request) -> Response:
        """Two queries, however many there are."""
        cursor = request.query_params.get("cursor") or "0"
        if not _NUMBER.fullmatch(cursor):
            raise ValidationError({"cursor": "Must be a cursor from an earlier answer."})
        found = StatementOfReasons.objects.filter(platform=self.platform, position__gt=int(cursor))
        rows = list(found.select_related("platform", "label__item").order_by("position")[: LIMIT + 1])
        if isinstance(request.auth, ApiKey):
            api_key_use(key=request.auth)
        shown = rows[:LIMIT]
        response = Response(
            {
                "statements": [statement_document(row) for row in shown],
                "cursor": str(shown[-1].position) if shown else cursor,
                "more": len(rows) > LIMIT,
            }
        )
        patch_cache_control(response, private=True, no_store=True)
        return response
