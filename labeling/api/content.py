"""`POST /api/v1/content/`: platforms hand their content in."""

from __future__ import annotations

from collections import Counter
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpResponse
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import exceptions, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from electioncenters.collector import collector_paused
from electioncenters.errors import problem
from labeling.api.auth import ApiKeyAuthentication, IsPlatform
from labeling.api.schema import BATCH_STATE, ITEM, ITEMS_ACCEPTED, PROBLEM
from labeling.intake import MAX_ITEMS, MalformedBodyError, Parsed, TooManyItemsError, parse_array, parse_lines
from labeling.intake.encoding import (
    ENCODINGS,
    BodyTooLargeError,
    DamagedBodyError,
    UnknownEncodingError,
    body_decode,
)
from labeling.models import ApiKey, IntakeBatch, Platform
from labeling.services.api_key import api_key_use
from labeling.services.batch_accept import batch_accept
from labeling.services.intake_count import intake_count, invalid_count
from labeling.services.intake_limits import BacklogError, BusyError, OverQuotaError, QuotaError, backlog_check

_PARSERS = {
    "application/json": parse_array,
    "application/x-ndjson": parse_lines,
    "application/ndjson": parse_lines,
}


class TooLarge(exceptions.APIException):
    """More than one request may carry."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_code = "too_large"


class Unreadable(exceptions.APIException):
    """A format or compression we do not read."""

    status_code = status.HTTP_415_UNSUPPORTED_MEDIA_TYPE
    default_code = "unsupported_format"


class Busy(exceptions.APIException):
    """Nothing was taken now; `wait` seconds later it may be."""

    status_code = status.HTTP_429_TOO_MANY_REQUESTS

    def __init__(self, code: str, detail: str, error: BusyError, *, items: int = 0) -> None:
        """`items` is how many were refused, where the request was read at all."""
        super().__init__(detail, code)
        self.items = items
        # The handler rounds up to the next whole second.
        self.wait = error.retry_after - 0.5


class PlatformView(APIView):
    """A view for platforms only. `parser_classes` is empty: bodies are read here, by the byte."""

    authentication_classes = [ApiKeyAuthentication]
    permission_classes = [IsPlatform]
    parser_classes = []

    @property
    def platform(self) -> Platform:
        """Who is calling; the permission has made sure of it."""
        platform: object = self.request.user
        if not isinstance(platform, Platform):
            raise exceptions.NotAuthenticated
        return platform


class ContentView(PlatformView):
    """Hand in content to be labelled."""

    @extend_schema(
        operation_id="content_hand_in",
        tags=["content"],
        summary="Hand in content",
        description=(
            f"A JSON array of at most {MAX_ITEMS:,} items, or NDJSON with one item on a line; gzip or deflate may "
            "compress it. The answer comes after the items are stored; labels follow within seconds. Items that are "
            "not valid are listed with their position (from 0) and reasons, the others are taken. The same item "
            "twice is one item: a higher `revision` replaces a lower one, `deleted` withdraws labels and erases text. "
            "The platform is known by its key."
        ),
        parameters=[
            OpenApiParameter(
                "Retry-After",
                int,
                OpenApiParameter.HEADER,
                response=[429],
                description="Seconds after which the same request may be made again.",
            )
        ],
        request={
            "application/json": {"type": "array", "maxItems": MAX_ITEMS, "items": ITEM},
            "application/x-ndjson": ITEM,
        },
        responses={
            202: OpenApiResponse(ITEMS_ACCEPTED, "Stored; will be labelled."),
            400: OpenApiResponse(PROBLEM, "The body is not what it says it is, or holds no item."),
            401: OpenApiResponse(PROBLEM, "No key, or one that is unknown or revoked."),
            413: OpenApiResponse(PROBLEM, "Too many items or too many bytes."),
            415: OpenApiResponse(PROBLEM, "Neither JSON nor NDJSON, or compressed in another way."),
            429: OpenApiResponse(
                PROBLEM,
                "Too much at once, nothing was taken: `backlog` while workers are behind, `quota` when the platform is "
                "over its items a minute.",
            ),
            422: OpenApiResponse(PROBLEM, "None of the items is valid; `invalid` says why."),
        },
        examples=[OpenApiExample("Two items", request_only=True, value=[{"external_id": "7312", "text": "#EP2029"}])],
    )
    def post(self, request: Request) -> Response | HttpResponse:
        """Read, store, answer."""
        _refuse_when_behind()
        # What thousands of items are made of is no garbage until the answer is there, and then goes by itself.
        with collector_paused():
            return self._taken(request)

    def _taken(self, request: Request) -> Response | HttpResponse:
        parsed = _parse(request)
        if not parsed.items and not parsed.invalid:
            raise exceptions.ParseError("The body holds no item.")
        invalid = [item.document() for item in parsed.invalid]
        counts = invalid_count(parsed.invalid)
        if not parsed.items:
            intake_count(counts + Counter({("requests", "no_valid_item"): 1}))
            return problem(422, "no-valid-item", "No valid item", "None of the items could be taken.", invalid=invalid)
        batch = _accept(self.platform, parsed)
        intake_count(counts + Counter({("accepted", ""): len(parsed.items)}))
        if isinstance(request.auth, ApiKey):
            api_key_use(key=request.auth)
        answer = {"batch": str(batch.public_id), "accepted": len(parsed.items), "invalid": invalid}
        return Response(
            answer, status=status.HTTP_202_ACCEPTED, headers={"Location": f"{request.path}{batch.public_id}/"}
        )

    def handle_exception(self, exc: Exception) -> Response:
        """Count what is refused."""
        if isinstance(exc, exceptions.APIException):
            reason = str(exc.get_codes())
            intake_count(Counter({("requests", reason): 1, ("refused", reason): getattr(exc, "items", 0)}))
        return super().handle_exception(exc)


class BatchView(PlatformView):
    """How far a batch is."""

    @extend_schema(
        operation_id="content_batch",
        tags=["content"],
        summary="How far a batch is",
        responses={200: BATCH_STATE, 401: PROBLEM, 404: PROBLEM},
    )
    def get(self, request: Request, batch: UUID) -> Response:
        """State and counts of one of the platform's own batches."""
        found = IntakeBatch.objects.filter(platform=self.platform, public_id=batch).defer("payload").first()
        if found is None:
            raise Http404
        return Response(_batch_document(found))


def _batch_document(batch: IntakeBatch) -> dict[str, Any]:
    return {
        "batch": str(batch.public_id),
        "state": batch.state,
        "items": batch.item_count,
        "matched": batch.matched_count,
        "labels": batch.label_count,
        "repeated": batch.repeated_count,
        "failed": batch.failed_count,
        "error": batch.error,
        "received_at": batch.received_at,
        "finished_at": batch.finished_at,
    }


def _refuse_when_behind() -> None:
    """Before the body is read: that is what refusing is to save."""
    try:
        backlog_check()
    except BacklogError as error:
        detail = "More waits to be labelled than may. Send the same request again later."
        raise Busy("backlog", detail, error) from error


def _accept(platform: Platform, parsed: Parsed) -> IntakeBatch:
    count = len(parsed.items)
    try:
        return batch_accept(platform=platform, items=parsed.items)
    except QuotaError as error:
        detail = f"The quota is {error.quota} items a minute. Send the same request again later."
        raise Busy("quota", detail, error, items=count) from error
    except OverQuotaError as error:
        detail = f"The quota is {error.quota} items a minute, so a request may hold at most so many."
        raise TooLarge(detail, "too_many_items") from error


def _parse(request: Request) -> Parsed:
    """The request's items, or the exception that says what is wrong with the request."""
    content_type = (request.content_type or "").partition(";")[0].strip().lower()
    if content_type not in _PARSERS:
        raise Unreadable(f"Send application/json or application/x-ndjson, not {content_type or 'no content type'}.")
    body = _body(request)
    try:
        return _PARSERS[content_type](body)
    except TooManyItemsError as error:
        raise TooLarge(f"A request may hold at most {MAX_ITEMS} items.", "too_many_items") from error
    except MalformedBodyError as error:
        raise exceptions.ParseError(str(error), "malformed") from error


def _body(request: Request) -> bytes:
    limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    try:
        return body_decode(request.body, request.headers.get("Content-Encoding", ""), limit=limit)
    except (RequestDataTooBig, BodyTooLargeError) as error:
        raise TooLarge(f"A request may hold at most {limit} bytes, unpacked.") from error
    except UnknownEncodingError as error:
        raise Unreadable(f"Content-Encoding may be {' or '.join(ENCODINGS)}.") from error
    except DamagedBodyError as error:
        raise exceptions.ParseError(f"The compressed body cannot be unpacked: {error}.", "malformed") from error
