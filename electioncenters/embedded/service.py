"""What a service is to those who start, watch and stop it."""

from __future__ import annotations

import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from electioncenters.embedded.owner import Owner
from electioncenters.embedded.paths import EmbeddedPaths

#: Receives one short line about something that takes a while.
Report = Callable[[str], None]

_LOG_TAIL_LINES = 12


class ServiceError(RuntimeError):
    """A service cannot run; the text is for the person at the keyboard and says what can be done."""


class Service(Protocol):
    """One embedded server, made of a wheel's program and a checkout's folders."""

    name: str
    paths: EmbeddedPaths
    owner: Owner
    #: Asks for a prompt, clean end.
    stop_signal: signal.Signals

    def prepare(self, report: Report) -> None:
        """Make folders and first data, and put away what a crash left behind. Raises ServiceError."""

    def command(self) -> list[str]:
        """The server's command line, to run in the foreground."""

    def answers(self) -> bool:
        """Whether the server answers a real request now."""


@dataclass(frozen=True)
class ServiceFiles:
    """The files around one service: three locks and two logs.

    `holders`: everyone who needs the service holds it shared. `keeper`: the process that runs the service
    holds it exclusively. `start`: held exclusively while someone checks and starts.
    """

    holders: Path
    keeper: Path
    start: Path
    log: Path
    events: Path

    @classmethod
    def of(cls, name: str, paths: EmbeddedPaths) -> ServiceFiles:
        """The files of service `name`, none of them made yet."""
        locks, logs = paths.state / "locks", paths.state / "logs"
        return cls(
            holders=locks / f"{name}.holders",
            keeper=locks / f"{name}.keeper",
            start=locks / f"{name}.start",
            log=logs / f"{name}.log",
            events=logs / "services.log",
        )


def log_tail(log: Path) -> str:
    """The last lines of a log, indented, for a message; empty when there is none."""
    if not log.exists():
        return ""
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()[-_LOG_TAIL_LINES:]
    return "".join(f"\n    {line}" for line in lines)
