"""Two ways of handing content in from the command line: over HTTP as platforms do, or straight to the service."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol
from urllib.parse import SplitResult, urlsplit
from uuid import UUID

from labeling.intake import parse_lines
from labeling.models import IntakeBatch, Platform
from labeling.services.batch_store import batch_store

_ACCEPTED, _NO_VALID_ITEM = 202, 422
#: Answers and errors after which the same request may succeed a moment later.
_BUSY = frozenset({429, 502, 503, 504})
_TRIES = 5
_PAUSE = 0.5
#: The portal may name a longer pause (a quota is counted by the minute), but none longer than this.
_LONGEST_PAUSE = 120.0


class Receipt(NamedTuple):
    """What became of one piece: `invalid` as the API answers it."""

    batch: str | None
    accepted: int
    invalid: list[dict[str, Any]]


class RefusedError(RuntimeError):
    """The portal refused a whole request, or could not be reached."""


class Door(Protocol):
    """Where content is handed in."""

    def hand_in(self, body: bytes) -> Receipt:
        """Hand in NDJSON. Raises `RefusedError`."""
        ...

    def state(self, batch: str) -> dict[str, Any]:
        """State and counts of a batch, as the API names them. Raises `RefusedError`."""
        ...

    def close(self) -> None:
        """Nothing more will be handed in."""
        ...


@dataclass(frozen=True)
class ServiceDoor:
    """Straight to the service, for a platform named on the command line."""

    platform: Platform

    def hand_in(self, body: bytes) -> Receipt:
        """Parse and store."""
        parsed = parse_lines(body)
        batch = batch_store(platform=self.platform, items=parsed.items) if parsed.items else None
        invalid = [item.document() for item in parsed.invalid]
        return Receipt(str(batch.public_id) if batch else None, len(parsed.items), invalid)

    def state(self, batch: str) -> dict[str, Any]:
        """From the table."""
        row = IntakeBatch.objects.defer("payload").get(public_id=UUID(batch))
        return {"state": row.state, "labels": row.label_count, "repeated": row.repeated_count}

    def close(self) -> None:
        """There is nothing to close."""


class HttpDoor:
    """Over HTTP with a platform's key, as platforms do; one connection, kept open."""

    def __init__(self, url: str, key: str, *, sleep: Callable[[float], None] = time.sleep) -> None:
        """`url` is the portal's address; raises `ValueError` when it is none."""
        self._address = urlsplit(url)
        if self._address.scheme not in {"http", "https"} or not self._address.hostname:
            raise ValueError(f"{url!r} is not an address such as http://localhost:8000")
        self._headers = {"Authorization": f"Api-Key {key}", "Content-Type": "application/x-ndjson"}
        self._sleep = sleep
        self._connection: http.client.HTTPConnection | None = None

    def hand_in(self, body: bytes) -> Receipt:
        """POST the piece; a busy portal is asked again, which is harmless: the same items twice are one batch."""
        status, answer = self._ask("POST", "/api/v1/content/", body)
        if status not in {_ACCEPTED, _NO_VALID_ITEM}:
            raise RefusedError(f"{status}: {answer.get('detail', 'no reason was given')}")
        return Receipt(answer.get("batch"), answer.get("accepted", 0), answer["invalid"])

    def state(self, batch: str) -> dict[str, Any]:
        """GET the batch."""
        status, answer = self._ask("GET", f"/api/v1/content/{batch}/", b"")
        if status != http.client.OK:
            raise RefusedError(f"{status}: {answer.get('detail', 'no reason was given')}")
        return answer

    def close(self) -> None:
        """Hang up; asking again would call again."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _ask(self, method: str, path: str, body: bytes) -> tuple[int, dict[str, Any]]:
        problem, named = "", 0.0
        for attempt in range(_TRIES):
            if attempt:
                self._sleep(max(_PAUSE * 2**attempt, named))
            try:
                status, answer, named = self._once(method, path, body)
            except (OSError, http.client.HTTPException) as error:
                problem, named = f"{self._address.netloc} cannot be reached: {error}", 0.0
                self.close()
                continue
            if status not in _BUSY:
                return status, answer
            problem = f"{status}: {answer.get('detail', 'the portal is busy')}"
        raise RefusedError(problem)

    def _once(self, method: str, path: str, body: bytes) -> tuple[int, dict[str, Any], float]:
        """Status, document, and the seconds to wait that the portal names."""
        if self._connection is None:
            self._connection = _connection(self._address)
        self._connection.request(method, self._address.path.rstrip("/") + path, body, self._headers)
        response = self._connection.getresponse()
        text = response.read()
        try:
            document = json.loads(text)
        except ValueError:
            document = None
        return response.status, document if isinstance(document, dict) else {}, _retry_after(response)


def _retry_after(response: http.client.HTTPResponse) -> float:
    seconds = response.headers.get("Retry-After", "")
    return min(float(seconds), _LONGEST_PAUSE) if seconds.isdecimal() else 0.0


def _connection(address: SplitResult) -> http.client.HTTPConnection:
    kind = http.client.HTTPSConnection if address.scheme == "https" else http.client.HTTPConnection
    return kind(address.hostname or "", address.port, timeout=60)
