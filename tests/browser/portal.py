"""A whole portal for browsers: its own database, facts, labelled sample, static files and web server."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import psycopg
import redis
from psycopg import sql

from electioncenters.supervisor.opening import readiness_problem

ROOT = Path(__file__).resolve().parent.parent.parent
#: Seconds for the preparation, and for the web server to answer, on a busy machine.
PREPARED_WITHIN, READY_WITHIN = 240.0, 60.0
#: Number of the Valkey database: the suite's own workers count up from 1.
REDIS_NUMBER = 15


@dataclass(frozen=True)
class Portal:
    """A running portal; what voters see is only read."""

    url: str
    environ: Mapping[str, str]

    @property
    def demo_password(self) -> str:
        """Of the demonstration logins, which are those of the checkout."""
        return (ROOT / ".data" / "demo-password").read_text(encoding="ascii")

    @property
    def demo_secret(self) -> str:
        """Of their authenticator app."""
        return (ROOT / ".data" / "demo-authenticator").read_text(encoding="ascii")

    def work(self) -> None:
        """Do what workers would: there are none."""
        self._prepare("work")

    def given_hook(self, url: str) -> None:
        """An address of the demonstration platform."""
        self._prepare("hook", url)

    def given_reviews(self, number: int) -> None:
        """So many fictional posts that a trusted flagger brought to the moderators."""
        self._prepare("reviews", str(number))

    def given_copies(self, name: str, text: str) -> None:
        """Two fictional videos, `demo:NAME-1` and `demo:NAME-2`, that say the same about Ireland."""
        self._prepare("copies", name, text)

    def given_member(self, email: str, password: str) -> None:
        """A moderator who has no second factor yet."""
        self._prepare("member", email, password)

    def _prepare(self, *words: str) -> None:
        command = [sys.executable, "-m", "tests.browser.prepare", *words]
        subprocess.run(command, cwd=ROOT, env=dict(self.environ), timeout=PREPARED_WITHIN, check=True)


@contextmanager
def portal_running(*, database: Mapping[str, Any], name: str, redis_url: str, folder: Path) -> Iterator[Portal]:
    """A portal on a new database `name` beside `database` (an entry of `DATABASES`); nothing of it survives.

    `folder` takes static files and logs. Raises `RuntimeError` with the logs when it does not get ready.
    """
    with database_made(database, name), valkey_emptied(redis_on(redis_url, REDIS_NUMBER)) as own_redis:
        port = free_port()
        environ = os.environ | {
            "DATABASE_URL": database_url(database, name),
            "REDIS_URL": own_redis,
            "DJANGO_SETTINGS_MODULE": "tests.browser.settings",
            "BROWSER_STATIC_ROOT": str(folder / "static"),
            "PUBLIC_URL": f"http://127.0.0.1:{port}",
            "LOG_FORMAT": "console",
            # Pages to recommend are asked of a server of the test's own.
            "OUTBOUND_LOCAL": "yes",
        }
        prepare(environ, folder / "prepare.log")
        with web_server(environ, port, folder / "web.log"):
            yield Portal(environ["PUBLIC_URL"], environ)


@contextmanager
def database_made(server: Mapping[str, Any], name: str) -> Iterator[None]:
    """An empty database on the suite's PostgreSQL; what an interrupted run left behind is replaced."""
    login = {"host": server["HOST"], "port": server["PORT"], "user": server["USER"], "password": server["PASSWORD"]}
    given: dict[str, Any] = {key: value for key, value in login.items() if value}
    drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
    with psycopg.connect(dbname="postgres", autocommit=True, **given) as connection:
        connection.execute(drop)
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield
        finally:
            connection.execute(drop)


@contextmanager
def valkey_emptied(url: str) -> Iterator[str]:
    """The database at `url` is empty before and after."""
    with redis.Redis.from_url(url) as connection:
        connection.flushdb()
        try:
            yield url
        finally:
            connection.flushdb()


def prepare(environ: dict[str, str], log: Path) -> None:
    """Fill the database and collect the static files."""
    with log.open("wb") as out:
        command = [sys.executable, "-m", "tests.browser.prepare"]
        done = subprocess.run(
            command, cwd=ROOT, env=environ, stdout=out, stderr=out, timeout=PREPARED_WITHIN, check=False
        )
    if done.returncode:
        raise RuntimeError(f"the portal could not be prepared:\n{log.read_text(errors='replace')[-4_000:]}")


@contextmanager
def web_server(environ: dict[str, str], port: int, log: Path, *, workers: int = 1) -> Iterator[None]:
    """The web server as `make run` starts it, with `workers` processes."""
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
    options = ["--workers", str(workers), "--blocking-threads", "2", "--no-ws", "--log-level", "warning"]
    with log.open("wb") as out:
        server = subprocess.Popen(
            [*command, *options, "electioncenters.wsgi:application"],
            cwd=ROOT,
            env=environ,
            stdout=out,
            stderr=out,
        )
    try:
        await_ready(server, environ["PUBLIC_URL"], log)
        yield
    finally:
        server.terminate()
        try:
            server.wait(timeout=10)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def await_ready(server: subprocess.Popen[bytes], url: str, log: Path) -> None:
    """Return once `/readyz` answers 200; raise `RuntimeError` when the server ended or time is up."""
    deadline = time.monotonic() + READY_WITHIN
    while problem := readiness_problem(url):
        if server.poll() is not None or time.monotonic() > deadline:
            said = log.read_text(errors="replace")[-4_000:]
            raise RuntimeError(f"the portal is not ready: {problem}\n{said}")
        time.sleep(0.1)


def database_url(server: Mapping[str, Any], name: str) -> str:
    """Database `name` on the same server, as `DATABASE_URL` spells it."""
    login = quote(server["USER"]) + (f":{quote(server['PASSWORD'])}" if server["PASSWORD"] else "")
    where = {key: server[key.upper()] for key in ("host", "port") if server[key.upper()]}
    return f"postgresql://{login}@/{quote(name)}?{urlencode(where)}"


def redis_on(url: str, number: int) -> str:
    """`url` with another database number."""
    if url.startswith("unix:"):
        return f"{url.partition('?')[0]}?db={number}"
    return f"{re.sub(r'/[0-9]*$', '', url)}/{number}"


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
