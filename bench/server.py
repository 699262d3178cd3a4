"""Runs the portal with its bare views (`bench.site`) under granian, in one process with one thread."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from electioncenters.leash import leashed
from electioncenters.supervisor.opening import readiness_problem

#: Bare views: `BARE` goes through the portal's middleware, `BAREST` through none.
BARE, BAREST = "/bench/bare/", "/bench/barest/"
_READY_WITHIN = 60.0  # seconds


@contextmanager
def serving(answers: Path) -> Iterator[int]:
    """Run the server; yields its port. Bare views answer what `answers` holds: headers, an empty line, a body."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    words = ["granian", "--interface", "wsgi", "--port", str(port), "--workers", "1", "--blocking-threads", "1"]
    server = subprocess.Popen(
        leashed([sys.executable, "-m", *words, "--no-ws", "--log-level", "warning", "bench.site:application"]),
        env={**os.environ, "BENCH_ANSWER": str(answers), "LOG_LEVEL": "WARNING"},
    )
    try:
        _await(port, server)
        yield port
    finally:
        server.terminate()
        server.wait(timeout=20)


def _await(port: int, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _READY_WITHIN
    while problem := readiness_problem(f"http://127.0.0.1:{port}"):
        if time.monotonic() > deadline or server.poll() is not None:
            raise RuntimeError(f"The server for benchmarks did not start: {problem}")
        time.sleep(0.1)
