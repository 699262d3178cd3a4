"""Answers to plain HTTP requests: the DID document, the service's health, and the queries of the protocol (XRPC).

Errors are XRPC's: `{"error": …, "message": …}`. Everything is public and asks for no key, so pages of any origin may
read it.
"""

from __future__ import annotations

import base64
import binascii
import logging
import re
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any, Final, NamedTuple
from urllib.parse import parse_qs

import msgspec
from django.db import Error as DatabaseError

from labeling.atproto import (
    DID_PATTERN,
    Identity,
    InvalidPatternError,
    did_document,
    label_json,
    spans_of_patterns,
)
from labeling.services.atproto_query import Found, Place, Query

logger = logging.getLogger(__name__)

SUBSCRIBE: Final = "/xrpc/com.atproto.label.subscribeLabels"
QUERY: Final = "/xrpc/com.atproto.label.queryLabels"
HEALTH: Final = "/xrpc/_health"
DID_DOCUMENT: Final = "/.well-known/did.json"

#: As the lexicon has it.
MAX_LIMIT, DEFAULT_LIMIT = 250, 50
MAX_PATTERNS, MAX_SOURCES = 50, 50
#: Seconds an answer may be reused: labels as long as look-ups of our own API, who we are for a few minutes.
_LABELS_FRESH: Final = "public, max-age=1, stale-while-revalidate=10"
_DOCUMENT_FRESH: Final = "public, max-age=300"
_CORS: Final = [("Access-Control-Allow-Origin", "*")]
_PREFLIGHT: Final = [
    *_CORS,
    ("Access-Control-Allow-Methods", "GET, HEAD"),
    # A star would not cover `Authorization`, which some clients send to every service.
    ("Access-Control-Allow-Headers", "*, Authorization"),
    ("Access-Control-Max-Age", "86400"),
]
_DID: Final = re.compile(DID_PATTERN)


class Answer(NamedTuple):
    """A response: headers hold neither length nor connection."""

    status: HTTPStatus
    headers: list[tuple[str, str]]
    body: bytes


class InvalidRequestError(ValueError):
    """A parameter is missing or wrong; the text says which and why."""


class BusyError(Exception):
    """More is asked of the database than it is let answer at once."""


class Answers:
    """Everything but the stream."""

    def __init__(
        self,
        *,
        identity: Identity,
        endpoint: str,
        query: Callable[[Query], Awaitable[Found]],
        is_well: Callable[[], bool],
    ) -> None:
        """`endpoint` is the service's public address; `query` asks the database and `is_well` whether it answers."""
        self._identity = identity
        self._endpoint = endpoint
        self._query = query
        self._is_well = is_well

    async def answer(self, method: str, target: str) -> Answer:
        """The answer to a request for `target`, a path with its query; HEAD is answered as GET is."""
        if method == "OPTIONS":
            return Answer(HTTPStatus.NO_CONTENT, _PREFLIGHT, b"")
        if method not in {"GET", "HEAD"}:
            return refusal(HTTPStatus.METHOD_NOT_ALLOWED, "InvalidRequest", "Everything here is asked for by GET.")
        path, _, query = target.partition("?")
        return await self._labels(query) if path == QUERY else self._page(path)

    def _page(self, path: str) -> Answer:
        if path == DID_DOCUMENT:
            return self._document()
        if path == HEALTH:
            return self._health()
        if path == SUBSCRIBE:
            upgrade = [("Upgrade", "websocket")]
            message = "Labels are subscribed to over WebSocket."
            return refusal(HTTPStatus.UPGRADE_REQUIRED, "InvalidRequest", message, upgrade)
        if path.startswith("/xrpc/"):
            return refusal(HTTPStatus.NOT_IMPLEMENTED, "MethodNotImplemented", "Method Not Implemented")
        return refusal(HTTPStatus.NOT_FOUND, "NotFound", "There is nothing here: this is a label service.")

    def _document(self) -> Answer:
        if not self._identity.did.startswith("did:web:"):
            return refusal(HTTPStatus.NOT_FOUND, "NotFound", f"The document of {self._identity.did} is not kept here.")
        return _json(did_document(self._identity, self._endpoint), _DOCUMENT_FRESH)

    def _health(self) -> Answer:
        if self._is_well():
            return _json({"version": "1"}, "no-store")
        return refusal(HTTPStatus.SERVICE_UNAVAILABLE, "ServiceUnavailable", "The database does not answer.")

    async def _labels(self, query: str) -> Answer:
        try:
            asked = query_read(query)
        except InvalidRequestError as error:
            return refusal(HTTPStatus.BAD_REQUEST, "InvalidRequest", str(error))
        try:
            found = await self._query(asked)
        except (DatabaseError, BusyError) as error:
            logger.warning("Labels could not be read: %s", type(error).__name__)
            message = "The database is away or busy. Ask again later."
            return refusal(HTTPStatus.SERVICE_UNAVAILABLE, "ServiceUnavailable", message, [("Retry-After", "5")])
        document: dict[str, Any] = {"labels": [label_json(label) for label in found.labels]}
        if found.next:
            document["cursor"] = _cursor_text(found.next)
        return _json(document, _LABELS_FRESH)


def refusal(status: HTTPStatus, error: str, message: str, headers: list[tuple[str, str]] | None = None) -> Answer:
    """An error in XRPC's shape."""
    answer = _json({"error": error, "message": message}, "no-store")
    return Answer(status, answer.headers + (headers or []), answer.body)


def query_read(query: str) -> Query:
    """The parameters of `queryLabels`. Raises `InvalidRequestError`."""
    try:
        given = parse_qs(query, keep_blank_values=True, max_num_fields=MAX_PATTERNS + MAX_SOURCES + 10)
    except ValueError as error:
        raise InvalidRequestError("There are too many parameters") from error
    patterns = given.get("uriPatterns", [])
    if not 1 <= len(patterns) <= MAX_PATTERNS:
        raise InvalidRequestError(f"uriPatterns must be given, at most {MAX_PATTERNS} times")
    try:
        spans = spans_of_patterns(patterns)
    except InvalidPatternError as error:
        raise InvalidRequestError(f"uriPatterns: {error}") from error
    sources = given.get("sources", [])
    if len(sources) > MAX_SOURCES or not all(map(_DID.fullmatch, sources)):
        raise InvalidRequestError(f"sources must be DIDs, at most {MAX_SOURCES}")
    return Query(spans, sources, _limit(_single(given, "limit")), _place(_single(given, "cursor")))


def _single(given: dict[str, list[str]], name: str) -> str | None:
    values = given.get(name, [])
    if len(values) > 1:
        raise InvalidRequestError(f"{name} must be given once")
    return values[0] if values else None


def _limit(text: str | None) -> int:
    if text is None:
        return DEFAULT_LIMIT
    if not re.fullmatch(r"[0-9]{1,3}", text) or not 1 <= int(text) <= MAX_LIMIT:
        raise InvalidRequestError(f"limit must be a whole number from 1 to {MAX_LIMIT}")
    return int(text)


def _place(text: str | None) -> Place | None:
    if text is None:
        return None
    try:
        uri, val = base64.b64decode(text, altchars=b"-_", validate=True).decode("ascii").split(" ")
    except (ValueError, binascii.Error) as error:
        raise InvalidRequestError("cursor must be one that this service gave") from error
    if "\0" in uri + val:
        raise InvalidRequestError("cursor must be one that this service gave")
    return Place(uri, val)


def _cursor_text(place: Place) -> str:
    return base64.urlsafe_b64encode(f"{place.uri} {place.val}".encode()).decode()


def _json(document: dict[str, Any], freshness: str) -> Answer:
    headers = [("Content-Type", "application/json"), ("Cache-Control", freshness), *_CORS]
    return Answer(HTTPStatus.OK, headers, msgspec.json.encode(document))
