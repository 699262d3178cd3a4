"""Moderators at a full queue: how soon the next task is there, and what the queue page asks of the database."""

from __future__ import annotations

import statistics
import subprocess
import sys

from bench.result import Result
from bench.reviewing import MODERATORS
from bench.stack import Stack, stack
from electioncenters.embedded.services import PROJECT

_TASKS = 100_000
_SECONDS = 30.0
_WITHIN = 100.0  # milliseconds, for 99 of 100
_QUERIES = 12
_PATIENCE = 600.0


def run() -> list[Result]:
    """Eight moderators, each a process with its own connection, take and decide ten times as fast as people."""
    with stack() as portal:
        _run(portal, "fill", str(_TASKS))
        queries = int(_run(portal, "page").split()[-1])
        waits, spent, decisions = _work(portal)
    if len(waits) < len(MODERATORS) * 10:
        raise RuntimeError(f"only {len(waits)} tasks were taken")
    p99, half = _percentile(waits, 99), _percentile(waits, 50)
    what = (
        f"next task p99, {len(MODERATORS)} moderators, {_TASKS:,} waiting (p50 {half:.0f} ms, p99 {p99:.0f} ms, "
        f"{statistics.mean(spent):.1f} ms of a processor; decided in {_percentile(decisions, 50):.0f} ms)"
    )
    return [
        # Higher is better in all rows, so both are told as how many would fit.
        Result(what, "a second", 1000 / p99, f"goal: {_WITHIN:.0f} ms", 1000 / _WITHIN, 1.0),
        Result(f"queue page ({queries} queries)", "pages", _QUERIES / queries, f"goal: {_QUERIES} queries", 1.0, 1.0),
    ]


def _work(portal: Stack) -> tuple[list[float], list[float], list[float]]:
    """Milliseconds of all moderators: until the next task was there, of a processor, and until it was decided."""
    people = [
        subprocess.Popen(
            [sys.executable, "-m", "bench.reviewing", "work", name, str(_SECONDS)],
            env=portal.environ, cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        for name in MODERATORS
    ]  # fmt: skip
    try:
        for person in people:
            # All of them have started before the first one begins.
            assert person.stdout is not None
            person.stdout.readline()
        for person in people:
            assert person.stdin is not None
            person.stdin.write("go\n")
            person.stdin.flush()
        said = [person.communicate(timeout=_PATIENCE)[0] for person in people]
    finally:
        for person in people:
            person.kill()
    if any(person.returncode for person in people):
        raise RuntimeError("a moderator failed; see above")
    told = [tuple(map(float, line.split())) for lines in said for line in lines.splitlines() if line]
    return [one[0] for one in told], [one[1] for one in told], [one[2] for one in told]


def _run(portal: Stack, *words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "bench.reviewing", *words],
        env=portal.environ, cwd=PROJECT, capture_output=True, text=True, check=False, timeout=_PATIENCE,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"{words}: {done.stderr[-2_000:]}")
    return done.stdout


def _percentile(values: list[float], percent: int) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]
