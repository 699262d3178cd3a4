"""The children of `manage.py up`."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from electioncenters.supervisor.address import Address
from electioncenters.supervisor.child import Plan

#: Celery warns of a worker run by root because of pickled messages; this project's are JSON only.
_WARNINGS = "ignore:You're running the worker with superuser privileges"
#: Per web process. Threads bound the connections to the database (2 × 4); more requests than `_QUEUE` wait in
#: the kernel's backlog instead of in memory.
_WEB_PROCESSES, _WEB_THREADS, _QUEUE = 2, 4, 64
_WORKER_PROCESSES = 2
#: Messages on their way to platforms at the same time.
_COURIER_THREADS = 4


def plans(*, root: Path, data: Path, address: Address, labeler: Address | None) -> list[Plan]:
    """Web server, worker, courier, beat and, where it is on, the label service of the checkout at `root`; beat's
    schedule lies in `data`.
    """
    # What pages say their own address is: true also when PORT is another one.
    environ = {"PUBLIC_URL": os.environ.get("PUBLIC_URL") or address.url, "PYTHONWARNINGS": _WARNINGS}
    commands = {"web": _web(address), "worker": _worker(), "courier": _courier(), "beat": _beat(data)}
    made = [Plan(name, [sys.executable, "-m", *words], root, environ) for name, words in commands.items()]
    return [*made, _labeler(root, labeler, environ)] if labeler else made


def sample_plan(*, root: Path, address: Address) -> Plan:
    """Hands the shipped sample in through the HTTP API, as a platform would."""
    command = [sys.executable, "manage.py", "ingest", "labeling/data/sample_posts.ndjson"]
    return Plan("sample", [*command, "--url", address.url, "--demo-key", "--wait", "30"], root, once=True)


def _labeler(root: Path, address: Address, environ: dict[str, str]) -> Plan:
    command = [sys.executable, "manage.py", "labeler", "--host", address.host, "--port", str(address.port)]
    # What its DID document says of its address.
    return Plan("labeler", command, root, environ | {"LABELER_URL": os.environ.get("LABELER_URL") or address.url})


def _web(address: Address) -> list[str]:
    options = {
        "interface": "wsgi",
        "host": address.host,
        "port": address.port,
        "workers": _WEB_PROCESSES,
        "blocking-threads": _WEB_THREADS,
        "backpressure": _QUEUE,
        "workers-kill-timeout": 5,
        "log-level": "warning",
    }
    words = [word for name, value in options.items() for word in (f"--{name}", str(value))]
    return ["granian", *words, "--no-ws", "--respawn-failed-workers", "electioncenters.wsgi:application"]


def _worker() -> list[str]:
    # A name of its own: the courier runs on the same machine.
    return [*_CELERY, "worker", "--hostname", "worker@%h", "--queues", "celery", *_pool(_WORKER_PROCESSES)]


def _courier() -> list[str]:
    # Only waits for servers of others, so threads suffice: one process, and labelling never waits with it.
    pool = ["--pool", "threads", *_pool(_COURIER_THREADS)]
    return [*_CELERY, "worker", "--hostname", "courier@%h", "--queues", "outbound", *pool]


def _pool(concurrency: int) -> list[str]:
    # Nobody to gossip with, and start-up is a second shorter without looking for others. Beat's tasks every few
    # seconds are not worth a line; what goes wrong is.
    quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "WARNING"]
    return ["--concurrency", str(concurrency), *quiet]


def _beat(data: Path) -> list[str]:
    return [
        *_CELERY,
        "beat",
        "--schedule",
        str(data / "beat-schedule"),
        "--pidfile=",
        "--loglevel",
        "WARNING",
    ]


#: Checks have been made by `up`; the banner would come line by line.
_CELERY = ["celery", "--quiet", "--skip-checks", "-A", "electioncenters"]
