"""Hands content in over HTTP as a platform does: a few keep-alive connections, and patience when asked for it."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

_ACCEPTED, _TOO_MANY = 202, 429
_PAUSE = 0.2  # seconds before a request that failed is made again
_PATIENCE = 120.0


class NotAcceptedError(RuntimeError):
    """The portal refused a request for good, or for too long."""


@dataclass
class Intake:
    """`accepted` maps each batch's id to when it was acknowledged (`time.monotonic`) and how many items it took."""

    port: int
    key: str
    #: Whether a request that failed is made again, as platforms do; else it raises.
    patient: bool = False
    accepted: dict[str, tuple[float, int]] = field(default_factory=dict)
    retries: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def hand_in_all(self, requests: Iterable[tuple[int, bytes]], *, connections: int = 3) -> None:
        """Every body once, over several connections at a time. Raises `NotAcceptedError`, or what went wrong."""
        waiting = iter(requests)
        errors: list[Exception] = []

        def work() -> None:
            try:
                self._work(waiting)
            except Exception as error:  # handed to the caller's thread
                errors.append(error)

        threads = [threading.Thread(target=work) for _ in range(connections)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if errors:
            raise errors[0]

    def client(self) -> Callable[[bytes], str]:
        """A connection of one's own: hands a body in and returns the batch's id."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        return lambda body: self._hand_in(connection, body)

    def _work(self, waiting: Iterator[tuple[int, bytes]]) -> None:
        hand_in = self.client()
        while True:
            with self._lock:
                request = next(waiting, None)
            if request is None:
                return
            hand_in(request[1])

    def _hand_in(self, connection: http.client.HTTPConnection, body: bytes) -> str:
        deadline = time.monotonic() + _PATIENCE
        while True:
            status, document = self._once(connection, body)
            if status == _ACCEPTED:
                batch = str(document["batch"])
                with self._lock:
                    self.accepted[batch] = time.monotonic(), int(str(document["accepted"]))
                return batch
            if not self._is_passing(status) or time.monotonic() > deadline:
                raise NotAcceptedError(f"{status}: {document}")
            self.retries += 1
            time.sleep(_PAUSE)

    def _is_passing(self, status: int) -> bool:
        """No answer, an error of the server, or "later": the same request may succeed in a moment."""
        return self.patient and (status == 0 or status >= http.client.INTERNAL_SERVER_ERROR or status == _TOO_MANY)

    def _once(self, connection: http.client.HTTPConnection, body: bytes) -> tuple[int, dict[str, object]]:
        headers = {"Authorization": f"Api-Key {self.key}", "Content-Type": "application/json"}
        try:
            connection.request("POST", "/api/v1/content/", body, headers)
            answer = connection.getresponse()
            text = answer.read()
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            return 0, {"detail": repr(error)}
        try:
            return answer.status, json.loads(text)
        except ValueError:
            return answer.status, {"detail": text[:500].decode(errors="replace")}
