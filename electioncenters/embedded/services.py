"""The embedded services as everyone uses them: `with services.ensure(): …`.

`ensure` finds a checkout's PostgreSQL and Valkey running or starts them, and holds them until the handle is
released or the process ends, however it ends. The last to leave stops them; a keeper process per service sees
to that. Safe to call from any number of processes at once. `DATABASE_URL` and `REDIS_URL` replace one service
each.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Final

from electioncenters.embedded.keeper import FAILED, READY, SAYS, SERVICES
from electioncenters.embedded.locks import FileLock
from electioncenters.embedded.owner import Owner, OwnerError, folder_own
from electioncenters.embedded.paths import EmbeddedPaths
from electioncenters.embedded.service import Report, Service, ServiceError, ServiceFiles, log_tail

__all__ = ["Handle", "ServiceError", "ensure", "erase", "needed"]

#: The project's folder: the code a keeper runs, and the checkout served by default.
PROJECT: Final = Path(__file__).resolve().parent.parent.parent

KEEPER: Final = "electioncenters.embedded.keeper"

_VARIABLES: Final = {"postgres": "DATABASE_URL", "valkey": "REDIS_URL"}
#: Seconds; the last is for a keeper that is just stopping its server.
_ANSWERS_WITHIN, _STOPS_WITHIN, _ENDING_TAKES = 60.0, 30.0, 3.0
#: How often keepers are started before one that ends each time is reported.
_STARTS: Final = 3

_WHERE = """\
The embedded services of this checkout keep their data here:
  {state}
and listen on sockets here, reachable for one user only:
  {sockets}
`make reset` stops them and removes both.
"""


class Handle:
    """A hold on services; release it, leave its `with` block, or end the process."""

    def __init__(self, held: list[_Hold]) -> None:
        self._held = held

    @property
    def names(self) -> list[str]:
        """The services held: none when real servers are configured."""
        return [hold.service.name for hold in self._held]

    def running(self) -> bool:
        """Whether every held service has its keeper; false after someone killed one."""
        return all(hold.has_keeper() for hold in self._held)

    def revive(self, report: Report | None = None) -> None:
        """Start again what has no keeper. Raises ServiceError."""
        _start_all(self._held, report or _silence)

    def release(self, *, wait: bool = False) -> None:
        """Hold the services no longer; with `wait`, return once they stopped or others need them."""
        for hold in self._held:
            hold.leave()
        if wait:
            for hold in self._held:
                hold.await_end()
        self._held = []

    def __enter__(self) -> Handle:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release(wait=True)


def needed(environ: Mapping[str, str]) -> list[str]:
    """Names of the services that `environ` does not replace by a real server; none in production."""
    if environ.get("ENVIRONMENT", "").strip() == "production":
        return []
    return [name for name, variable in _VARIABLES.items() if not environ.get(variable, "").strip()]


def ensure(root: Path = PROJECT, *, environ: Mapping[str, str] | None = None, report: Report | None = None) -> Handle:
    """Hold the services of the checkout at `root`, running and answering. Raises ServiceError.

    `report` receives a line before anything that takes longer than a moment.
    """
    names = needed(os.environ if environ is None else environ)
    if not names:
        return Handle([])
    try:
        services = _services(names, EmbeddedPaths.for_checkout(root))
    except (OwnerError, PermissionError) as error:
        raise ServiceError(str(error)) from error
    held = [_Hold(service, root) for service in services]
    try:
        _start_all(held, report or _silence)
    except BaseException:
        Handle(held).release()
        raise
    return Handle(held)


def erase(root: Path = PROJECT) -> EmbeddedPaths:
    """Remove all data of the services of the checkout at `root`, and its `.data`; returns where they were.

    Raises ServiceError, and removes nothing, while anyone uses them.
    """
    paths = EmbeddedPaths.for_checkout(root)
    files = [ServiceFiles.of(name, paths).holders for name in SERVICES]
    locks = [FileLock(file) for file in files if file.exists()]
    try:
        if not all(lock.take_within(_ENDING_TAKES) for lock in locks):
            raise ServiceError("Something still uses the services. End it first: Ctrl-C where `make run` runs.")
        for folder in (paths.sockets, paths.state, paths.data):
            if folder.exists():
                shutil.rmtree(folder)
    finally:
        for lock in locks:
            lock.close()
    return paths


def _services(names: list[str], paths: EmbeddedPaths) -> list[Service]:
    owner = Owner.current()
    own, group = os.getuid(), owner.gid
    folder_own(paths.data, uid=own, gid=os.getgid())
    folder_own(paths.state, uid=own, gid=os.getgid(), mode=0o755 if owner.differs else None)
    for name in ("locks", "logs"):
        folder_own(paths.state / name, uid=own, gid=os.getgid(), mode=0o700)
    # Where the servers run as their own user, that user makes the sockets and this one uses them.
    folder_own(paths.sockets, uid=own, gid=group, mode=0o770 if owner.differs else 0o700)
    where = _WHERE.format(state=paths.state, sockets=paths.sockets)
    (paths.data / "WHERE").write_text(where, encoding="utf-8")
    return [SERVICES[name](paths, owner) for name in names]


def _start_all(held: list[_Hold], report: Report) -> None:
    """Start what is not running, all at once; each under its lock, taken in the same order by everyone."""
    starts = [FileLock(hold.files.start) for hold in held]
    try:
        for start in starts:
            start.take()
        for _ in range(_STARTS):
            keepers = [(hold, hold.start_keeper()) for hold in held if not hold.has_keeper()]
            for hold, pipe in keepers:
                hold.await_ready(pipe, report)
            # A keeper that was there may just have been dying: then it is started after all.
            if all(hold.await_answer() for hold in held):
                return
        names = " or ".join(hold.service.name for hold in held)
        raise ServiceError(f"Who keeps {names} ends again and again.{log_tail(held[0].files.events)}")
    finally:
        for start in starts:
            start.close()


class _Hold:
    """One process's share in one service."""

    def __init__(self, service: Service, root: Path) -> None:
        self.service = service
        self.files = ServiceFiles.of(service.name, service.paths)
        self._root = root
        self._holders = FileLock(self.files.holders)
        # Waits while a keeper that found nobody is stopping the service; afterwards there is no keeper.
        self._holders.share()
        if not self._holders.is_in_place():
            raise ServiceError(f"{self.files.holders} was removed by someone just now. Try again.")

    def has_keeper(self) -> bool:
        """Whether a keeper process lives."""
        keeper = FileLock(self.files.keeper)
        free = keeper.share_now()  # shared, so that two who look at once do not take each other for a keeper
        keeper.close()
        return not free

    def start_keeper(self) -> int:
        """Start the keeper in the background; returns the number of the pipe on which it says how it goes."""
        reading, writing = os.pipe()
        try:
            subprocess.run(  # noqa: S603  # our own module
                [sys.executable, "-P", "-m", KEEPER, self.service.name, str(self._root), str(writing)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=[writing],
                cwd="/",
                env=os.environ | {"PYTHONPATH": str(PROJECT)},
                check=True,
            )
        finally:
            os.close(writing)
        return reading

    def await_ready(self, pipe: int, report: Report) -> None:
        """Read what the keeper says until the service is ready. Raises ServiceError with its reason."""
        with os.fdopen(pipe, encoding="utf-8", newline="\n") as lines:
            for line in lines:
                word, _, text = line.rstrip("\n").replace("\r", "\n").partition(" ")
                if word == READY:
                    return
                if word == SAYS:
                    report(text)
                if word == FAILED:
                    raise ServiceError(text)
        raise ServiceError(f"The keeper of {self.service.name} ended early.{log_tail(self.files.events)}")

    def await_answer(self) -> bool:
        """Wait for an answer: usually there at once, later while the keeper revives a crashed server.

        False when there is no keeper any more, so that nobody will. Raises ServiceError after a minute.
        """
        deadline = time.monotonic() + _ANSWERS_WITHIN
        while not self.service.answers():
            if not self.has_keeper():
                return False
            if time.monotonic() > deadline:
                raise ServiceError(f"{self.service.name} does not answer.{log_tail(self.files.log)}")
            time.sleep(0.1)
        return self.has_keeper()

    def leave(self) -> None:
        """Hold it no longer."""
        self._holders.release()

    def await_end(self) -> None:
        """Wait until the keeper has stopped the service; return at once when others hold it."""
        deadline = time.monotonic() + _STOPS_WITHIN
        while self.has_keeper() and not self._others_hold() and time.monotonic() < deadline:
            time.sleep(0.05)
        self._holders.close()

    def _others_hold(self) -> bool:
        if self._holders.take_now():
            self._holders.release()  # nobody; the keeper will notice
            return False
        if self._holders.share_now():
            self._holders.release()  # shared with others
            return True
        return False  # held alone by the keeper, which is stopping the service


def _silence(_: str) -> None:
    """Report nothing."""
