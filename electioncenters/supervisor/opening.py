"""After the children are started: wait for the web server, hand the sample in, say where everything is."""

from __future__ import annotations

import http.client
import time
from collections.abc import Callable
from urllib.parse import urlsplit

from electioncenters.supervisor.child import Plan
from electioncenters.supervisor.screen import Screen
from electioncenters.supervisor.supervise import Supervisor

_ASK_EVERY, _WORRY_AFTER = 0.3, 30.0  # seconds


class Opening:
    """One step at a time, called by the supervisor each round."""

    def __init__(
        self,
        *,
        supervisor: Supervisor,
        screen: Screen,
        url: str,
        sample: Plan | None,
        welcome: Callable[[], None],
    ) -> None:
        """`sample` is handed in once the web server is ready (None: it was already); then comes `welcome`."""
        self._supervisor = supervisor
        self._screen = screen
        self._url = url
        self._sample = sample
        self._welcome = welcome
        self._step: Callable[[], None] = self._await_web
        self._next_question = 0.0
        self._worry_at = time.monotonic() + _WORRY_AFTER

    def __call__(self) -> None:
        """Do what can be done now."""
        self._step()

    def _await_web(self) -> None:
        if time.monotonic() < self._next_question:
            return
        problem = readiness_problem(self._url)
        self._next_question = time.monotonic() + _ASK_EVERY
        if not problem:
            self._step = self._hand_in
        elif time.monotonic() > self._worry_at:
            self._screen.warn("web", f"is still not ready: {problem}")
            self._worry_at = time.monotonic() + _WORRY_AFTER

    def _hand_in(self) -> None:
        if self._sample is not None:
            self._supervisor.start(self._sample)
        self._step = self._await_sample

    def _await_sample(self) -> None:
        if self._sample is None or not self._supervisor.runs(self._sample.name):
            self._step = _rest
            self._welcome()


def readiness_problem(url: str) -> str:
    """Why `/readyz` under `url` does not say that it is ready; empty when it does."""
    where = urlsplit(url)
    connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=2)
    try:
        connection.request("GET", "/readyz")
        answer = connection.getresponse()
        text = answer.read(1000).decode(errors="replace")
    except OSError as error:
        return str(error)
    finally:
        connection.close()
    return "" if answer.status == http.client.OK else text


def _rest() -> None:
    """All done."""
