"""A whole portal of its own for a benchmark: own PostgreSQL and Valkey in a temporary folder, web, worker, beat.

Nothing of a portal that runs from this checkout is touched, and all of it is gone afterwards.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import redis

from bench.processes import cpu_seconds
from electioncenters.embedded import services
from electioncenters.embedded.paths import EmbeddedPaths
from electioncenters.embedded.services import PROJECT
from electioncenters.leash import leashed
from electioncenters.supervisor.opening import readiness_problem

#: The platform of the stack, whose key it has.
PLATFORM = "clips"
_READY_WITHIN = 90.0  # seconds
_STOPS_WITHIN = 20.0
_PLATFORM_MADE = (
    "from labeling.models import Platform; from labeling.services.api_key import api_key_create; "
    f"print(api_key_create(platform=Platform.objects.create(key='{PLATFORM}', name='Clips'), name='bench'))"
)


class StackError(RuntimeError):
    """A process did not start, or ended; the text says which."""


@dataclass
class Stack:
    """The running portal. `key` is its platform's API key, `port` the web server's."""

    paths: EmbeddedPaths
    folder: Path
    key: str = ""
    port: int = 0
    _children: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def environ(self) -> dict[str, str]:
        """For processes that work on this stack."""
        return os.environ | {
            "DATABASE_URL": self.paths.database_url,
            "REDIS_URL": self.paths.redis_url,
            "DJANGO_SETTINGS_MODULE": "electioncenters.settings",
            "LOG_LEVEL": "WARNING",
        }

    def database(self) -> psycopg.Connection[tuple[object, ...]]:
        """A connection of one's own."""
        return psycopg.connect(self.paths.database_url, autocommit=True)

    def manage(self, *words: str) -> str:
        """What a command of `manage.py` prints. Raises `StackError`."""
        command = [sys.executable, str(PROJECT / "manage.py"), *words]
        done = subprocess.run(command, env=self.environ, cwd=PROJECT, capture_output=True, text=True, check=False)
        if done.returncode:
            raise StackError(f"{words[0]}: {done.stderr[-2_000:]}")
        return done.stdout

    def start_web(self, *, processes: int = 2, threads: int = 4, application: str = "electioncenters.wsgi") -> None:
        """granian as `manage.py up` runs it."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        words = ["granian", "--interface", "wsgi", "--port", str(self.port), "--workers", str(processes)]
        words += ["--blocking-threads", str(threads), "--backpressure", "64", "--workers-kill-timeout", "5"]
        self._start("web", [*words, "--respawn-failed-workers", "--no-ws", f"{application}:application"])
        self._wait(lambda: not readiness_problem(f"http://127.0.0.1:{self.port}"), "the web server")

    def start_worker(self, *, processes: int, name: str = "worker", application: str = "electioncenters") -> None:
        """A Celery worker as `manage.py up` runs it."""
        quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "WARNING"]
        words = ["celery", "--quiet", "--skip-checks", "-A", application, "worker", "--concurrency", str(processes)]
        self._start(name, [*words, "--hostname", f"{name}@%h", *quiet])

    def start_beat(self) -> None:
        """The clock that wakes the sweeper."""
        words = ["celery", "--quiet", "--skip-checks", "-A", "electioncenters", "beat", "--pidfile="]
        self._start("beat", [*words, "--schedule", str(self.folder / "beat-schedule"), "--loglevel", "WARNING"])

    def pid(self, name: str) -> int:
        """The process, which leads a process group of its own."""
        return self._children[name].pid

    def kill(self, name: str) -> None:
        """`kill -9`, with everything it started."""
        child = self._children.pop(name)
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()

    def stop(self, *names: str) -> None:
        """End processes in order; all of them without names."""
        wanted = {name: self._children.pop(name) for name in names or list(self._children)}
        for child in wanted.values():
            child.terminate()
        for child in wanted.values():
            try:
                child.wait(_STOPS_WITHIN)
            except subprocess.TimeoutExpired:
                os.killpg(child.pid, signal.SIGKILL)
                child.wait()

    def cpu(self) -> dict[str, float]:
        """Processor seconds by what spent them: each child with all its processes, PostgreSQL, Valkey."""
        spent = {name: cpu_seconds(child.pid) for name, child in self._children.items()}
        return spent | {name: cpu_seconds(pid) for name, pid in self._servers().items()}

    def log(self, name: str) -> str:
        """The end of what a child said."""
        return (self.folder / f"{name}.log").read_text(encoding="utf-8", errors="replace")[-20_000:]

    def postmaster(self) -> int:
        """The process id of PostgreSQL."""
        return int((self.paths.postgres_data / "postmaster.pid").read_text(encoding="ascii").split()[0])

    def _servers(self) -> dict[str, int]:
        with redis.Redis.from_url(self.paths.redis_url) as valkey:
            return {"postgres": self.postmaster(), "valkey": valkey.info("server")["process_id"]}

    def _start(self, name: str, words: list[str]) -> None:
        with (self.folder / f"{name}.log").open("ab") as log:
            self._children[name] = subprocess.Popen(
                leashed([sys.executable, "-m", *words]),
                cwd=PROJECT,
                env=self.environ,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def _wait(self, ready: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + _READY_WITHIN
        while not ready():
            ended = [name for name, child in self._children.items() if child.poll() is not None]
            if ended or time.monotonic() > deadline:
                said = "\n".join(self.log(name) for name in ended)
                raise StackError(f"{what} is not ready after {_READY_WITHIN:.0f} s; ended: {ended}\n{said}")
            time.sleep(0.1)


@contextmanager
def stack() -> Iterator[Stack]:
    """A portal with all its facts and one platform; only its servers run yet. From the main thread only."""
    # Ended by SIGTERM, it cleans up as after Ctrl-C.
    before = signal.signal(signal.SIGTERM, _end)
    try:
        with _stack() as portal:
            yield portal
    finally:
        signal.signal(signal.SIGTERM, before)


def _end(*_: object) -> None:
    raise SystemExit("Asked to end.")


@contextmanager
def _stack() -> Iterator[Stack]:
    with tempfile.TemporaryDirectory(prefix="ec-bench-") as name:
        root = Path(name)
        root.chmod(0o755)
        with services.ensure(root, environ={}):
            portal = Stack(EmbeddedPaths.for_checkout(root), root)
            try:
                portal.manage("migrate", "--verbosity", "0", "--skip-checks")
                portal.manage("compile_locale")
                portal.manage("load_facts", "--quiet")
                portal.key = portal.manage("shell", "--verbosity", "0", "-c", _PLATFORM_MADE).split()[-1]
                yield portal
            except BaseException:
                # The folder with their logs is about to go.
                for log in sorted(root.glob("*.log")):
                    sys.stderr.write(f"{log.stem}: {portal.log(log.stem)}\n")
                raise
            finally:
                portal.stop()
        services.erase(root)
