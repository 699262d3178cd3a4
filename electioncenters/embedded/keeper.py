"""The keeper of one embedded server: a background process that starts, revives and at last stops it.

Everyone who needs the server holds a shared lock. The keeper ends when it gets that lock alone, which the
kernel grants even when the last holder was killed. If the keeper is killed, the kernel ends the server (see
`leash`).
"""

from __future__ import annotations

import contextlib
import datetime
import os
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Final

from electioncenters.embedded.locks import FileLock
from electioncenters.embedded.owner import Owner, OwnerError
from electioncenters.embedded.paths import EmbeddedPaths
from electioncenters.embedded.postgres import Postgres
from electioncenters.embedded.service import Service, ServiceError, ServiceFiles, log_tail
from electioncenters.embedded.valkey import Valkey
from electioncenters.leash import adopt_orphans, children, leashed

SERVICES: Final[dict[str, Callable[[EmbeddedPaths, Owner], Service]]] = {
    "postgres": Postgres,
    "valkey": Valkey,
}

#: Words a keeper says to the process that started it, one line each: the word, a blank, text.
SAYS, READY, FAILED = "says", "ready", "failed"

#: Seconds.
_ROUND, _ANSWERS_WITHIN, _STOPS_WITHIN, _CRASH_WINDOW = 0.2, 120.0, 20.0, 60.0
_CRASHES_ALLOWED = 5
_START_ATTEMPTS = 5
_LOG_LIMIT = 5 * 1024 * 1024  # bytes; beyond, the log is put aside at the next start

_ENVIRONMENT: Final = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


class Keeper:
    """Keeps one service running while anyone holds it."""

    def __init__(self, service: Service, starter: int) -> None:
        """`starter` is the pipe, as a file number, to the process that waits for the service."""
        self._service = service
        self._files = ServiceFiles.of(service.name, service.paths)
        self._starter = starter
        self._asked_to_stop = False
        self._server: subprocess.Popen[bytes] | None = None
        self._crashes: deque[float] = deque(maxlen=_CRASHES_ALLOWED)

    def run(self) -> int:
        """Start, keep, stop; returns the exit code."""
        adopt_orphans()
        own = FileLock(self._files.keeper)
        own.take()  # waits for a keeper that is just ending, or for someone who looks whether there is one
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._ask_to_stop)
        try:
            self._start()
            self._tell(READY)
            self._keep()
        except (ServiceError, OwnerError, OSError) as error:
            self._note(f"cannot run: {error}")
            self._tell(FAILED, str(error))
            return 1
        finally:
            self._stop()
        return 0

    def _keep(self) -> None:
        os.close(self._starter)
        self._starter = -1
        holders = FileLock(self._files.holders)
        while not self._asked_to_stop and holders.is_in_place() and not holders.take_now():
            if self._server is not None and self._server.poll() is not None:
                self._revive(self._server.returncode)
            time.sleep(_ROUND)
        self._stop()

    def _revive(self, returncode: int) -> None:
        ended = how_it_ended(returncode)
        now = time.monotonic()
        if len(self._crashes) == _CRASHES_ALLOWED and now - self._crashes[0] < _CRASH_WINDOW:
            times = f"{_CRASHES_ALLOWED + 1} times within a minute"
            raise ServiceError(f"it {ended}, {times}{log_tail(self._files.log)}")
        self._crashes.append(now)
        self._note(f"{ended}; starting it again")
        self._end_orphans()
        self._start()
        self._note("answers again")

    def _end_orphans(self) -> None:
        """End what a crashed server left behind: PostgreSQL's processes may still work on its files."""
        while orphans := children():
            for orphan in orphans:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(orphan, signal.SIGKILL)
                with contextlib.suppress(ChildProcessError):
                    os.waitpid(orphan, 0)

    def _start(self) -> None:
        self._service.prepare(lambda text: self._tell(SAYS, text))
        _put_aside_when_long(self._files.log)
        for _ in range(_START_ATTEMPTS):
            if self._attempt() or self._asked_to_stop:
                return
            # After a crash the remains of the last server may need a moment to go.
            time.sleep(0.5)
        log = self._files.log
        raise ServiceError(f"{self._service.name} does not start. The end of {log}:{log_tail(log)}")

    def _attempt(self) -> bool:
        owner = self._service.owner
        command = leashed(
            self._service.command(),
            farewell=self._service.stop_signal,
            **({"uid": owner.uid, "gid": owner.gid} if owner.differs else {}),
        )
        with self._files.log.open("ab") as log:
            server = subprocess.Popen(  # noqa: S603  # our own program from the wheel
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/", env=_ENVIRONMENT
            )
        self._server = server
        deadline = time.monotonic() + _ANSWERS_WITHIN
        while server.poll() is None and time.monotonic() < deadline and not self._asked_to_stop:
            if self._service.answers():
                return True
            time.sleep(0.03)
        return False

    def _stop(self) -> None:
        server, self._server = self._server, None
        if server is None or server.poll() is not None:
            return
        server.send_signal(self._service.stop_signal)
        try:
            server.wait(_STOPS_WITHIN)
        except subprocess.TimeoutExpired:
            self._note("did not stop when asked and is killed")
            server.kill()
            server.wait()

    def _tell(self, word: str, text: str = "") -> None:
        # The starter may be gone; then nobody waits for an answer, and nobody holds the service either.
        if self._starter >= 0:
            with contextlib.suppress(BrokenPipeError):
                os.write(self._starter, f"{word} {text}".replace("\n", "\r").encode() + b"\n")

    def _note(self, text: str) -> None:
        """One line for `manage.py up`, which shows the file as it grows."""
        moment = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d %H:%M:%S")
        with self._files.events.open("a", encoding="utf-8") as events:
            events.write(f"{moment} {self._service.name} {text}\n")

    def _ask_to_stop(self, *_: object) -> None:
        self._asked_to_stop = True


def how_it_ended(returncode: int) -> str:
    """A process's end in words: `ended with exit code 3` or `was ended by SIGKILL`."""
    if returncode >= 0:
        return f"ended with exit code {returncode}"
    try:
        return f"was ended by {signal.Signals(-returncode).name}"
    except ValueError:
        return f"was ended by signal {-returncode}"


def _put_aside_when_long(log: Path) -> None:
    if log.exists() and log.stat().st_size > _LOG_LIMIT:
        log.replace(log.with_suffix(".log.1"))


def main(name: str, root: str, starter: str) -> int:
    """Become a background process and keep service `name` of the checkout at `root`."""
    if os.fork():
        os._exit(0)  # the starter waits for this one only, and gets no child to look after
    os.setsid()
    paths = EmbeddedPaths.for_checkout(Path(root))
    return Keeper(SERVICES[name](paths, Owner.current()), int(starter)).run()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
