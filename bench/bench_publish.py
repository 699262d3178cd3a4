"""From the end of a publication's transaction until every worker process shows it to voters."""

from __future__ import annotations

import statistics
import subprocess
import sys

from bench.result import Result
from bench.stack import Stack, stack
from bench.watching import Readers
from electioncenters.embedded.services import PROJECT

_CODE, _PATH = "ie", "/en/centers/ie/"
_PROCESSES, _READERS = 3, 24
_PUBLICATIONS, _EVERY = 20, 1.7
_VISIBLE_WITHIN = 1.0  # seconds, for each publication at each reader
_PATIENCE = 120.0


def run() -> list[Result]:
    """Publications a voter sees within a second, at three worker processes and 24 readers."""
    with stack() as portal:
        portal.start_web(processes=_PROCESSES)
        delays = sorted(_delays(portal))
    share = sum(delay <= _VISIBLE_WITHIN for delay in delays) / len(delays) * 100
    name = (
        f"publish → visible, {_PROCESSES} processes (median {statistics.median(delays):.2f} s, last {delays[-1]:.2f} s)"
    )
    return [Result(name, "% within 1 s", share, "all of them", 100, 1.0)]


def _delays(portal: Stack) -> list[float]:
    readers = Readers()
    readers.start(portal.port, _PATH, _READERS)
    try:
        words = [sys.executable, "-m", "bench.publishing", _CODE, str(_PUBLICATIONS), str(_EVERY)]
        done = subprocess.run(
            words, env=portal.environ, cwd=PROJECT, capture_output=True, text=True, check=True, timeout=_PATIENCE * 2
        )
        moments = {int(number): float(at) for number, at in (line.split() for line in done.stdout.splitlines())}
        if not readers.wait(_PUBLICATIONS, _PATIENCE):
            raise RuntimeError(f"not every reader saw the last publication {readers.failures}")
    finally:
        readers.stop()
    return [readers.slowest(number, at) for number, at in moments.items()]
