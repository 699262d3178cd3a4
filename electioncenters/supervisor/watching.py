"""Keeps an eye on the embedded services while `up` runs: shows their events, replaces a lost keeper."""

from __future__ import annotations

import time
from pathlib import Path

from electioncenters.embedded import services
from electioncenters.supervisor.screen import Screen
from electioncenters.supervisor.supervise import GiveUpError

_LOOK_EVERY = 1.0  # seconds


class ServiceWatch:
    """Called by the supervisor each round; looks once a second."""

    def __init__(self, handle: services.Handle, events: Path, screen: Screen) -> None:
        self._handle = handle
        self._events = events
        self._screen = screen
        self._read_to = events.stat().st_size if events.exists() else 0
        self._next_look = 0.0

    def __call__(self) -> None:
        """Show new events and start what has no keeper. Raises GiveUpError when that does not work."""
        if time.monotonic() < self._next_look:
            return
        self._next_look = time.monotonic() + _LOOK_EVERY
        self._show_events()
        if not self._handle.running():
            self._screen.warn("services", "a keeper has gone; starting its service again")
            try:
                self._handle.revive(lambda line: self._screen.say("services", line))
            except services.ServiceError as error:
                raise GiveUpError(str(error)) from error

    def _show_events(self) -> None:
        if self._events.exists() and self._events.stat().st_size > self._read_to:
            with self._events.open(encoding="utf-8") as lines:
                lines.seek(self._read_to)
                for line in lines.read().splitlines():
                    self._screen.warn("services", line)
                self._read_to = lines.tell()
