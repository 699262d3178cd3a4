"""One child process: in a process group of its own, ended by the kernel if the supervisor is killed."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from electioncenters.leash import leashed


@dataclass(frozen=True)
class Plan:
    """What to run under which name. A child that runs `once` is done when it ends with exit code 0."""

    name: str
    command: list[str]
    folder: Path
    environ: Mapping[str, str] = field(default_factory=dict)
    once: bool = False


class Child:
    """A running process of a plan; its lines go to `say(name, line)`."""

    def __init__(self, plan: Plan, say: Callable[[str, str], None]) -> None:
        self.plan = plan
        self._process = subprocess.Popen(  # noqa: S603  # our own programs
            leashed(plan.command),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=plan.folder,
            env={**os.environ, **plan.environ, "PYTHONUNBUFFERED": "1"},
            # Its own session: Ctrl-C in the terminal reaches the supervisor alone, which ends children in
            # order.
            start_new_session=True,
            text=True,
            encoding="utf-8",
            errors="replace",
        )
        self._reader = threading.Thread(target=self._pass_lines_on, args=[say], daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        """Process id, which is also the id of its process group."""
        return self._process.pid

    def returncode(self) -> int | None:
        """None while it runs; afterwards its exit code, or minus the number of the signal that ended it.

        Whatever it left behind in its process group is killed before the group's number can be used again.
        """
        if self._process.returncode is None and self._has_ended():
            self.kill()
            self._process.wait()
            # Its last lines come before what is said about its end.
            self._reader.join(timeout=1)
        return self._process.returncode

    def ask_to_end(self) -> None:
        """SIGTERM to the process itself: it ends its own helpers in order."""
        if self._process.returncode is None:
            self._process.terminate()

    def kill(self) -> None:
        """SIGKILL to the whole process group."""
        if self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, signal.SIGKILL)

    def _has_ended(self) -> bool:
        how = os.WEXITED | os.WNOHANG | os.WNOWAIT  # look without taking its number out of use
        return os.waitid(os.P_PID, self.pid, how) is not None

    def _pass_lines_on(self, say: Callable[[str, str], None]) -> None:
        if self._process.stdout is None:  # asked for as a pipe above, so always there
            return
        with self._process.stdout as lines:
            for line in lines:
                say(self.plan.name, line)
