"""A centre's page out of the application, against a bare Django view of the same bytes in the same server."""

from __future__ import annotations

import statistics
import tempfile
from pathlib import Path

from bench.load import Answer, ask, throughput
from bench.result import Result
from bench.server import BARE, BAREST, serving

PAGE = "/fr/centers/fr/"
#: Short rounds that take turns, so that whatever else the machine does meets all of them alike.
_ROUNDS, _SECONDS = 9, 1.0
_GOAL = 0.85
_OWN_OF_THE_SERVER = {"content-length", "date", "server"}


def run() -> list[Result]:
    """Pages a second from one process with one thread, medians of the rounds."""
    with tempfile.TemporaryDirectory() as folder:
        kept = Path(folder) / "answer"
        with serving(kept) as port:
            page = ask(port, PAGE)
            kept.write_bytes(_as_file(page))
            for bare in (BARE, BAREST):
                assert ask(port, bare).body == page.body, "the baseline must answer the same bytes"
            rates = _take_turns(port, [PAGE, BARE, BAREST])
    size = f"{len(page.body) / 1000:.1f} kB"
    return [
        Result(f"centre page, {size}", "pages/s", rates[PAGE], "bare view, same middleware", rates[BARE], _GOAL),
        Result(f"centre page, {size}", "pages/s", rates[PAGE], "bare view, no middleware", rates[BAREST]),
    ]


def _take_turns(port: int, paths: list[str]) -> dict[str, float]:
    rates: dict[str, list[float]] = {path: [] for path in paths}
    for path in paths:
        throughput(port, path, seconds=_SECONDS / 2)  # warm
    for _ in range(_ROUNDS):
        for path in paths:
            rates[path].append(throughput(port, path, seconds=_SECONDS))
    return {path: statistics.median(measured) for path, measured in rates.items()}


def _as_file(answer: Answer) -> bytes:
    lines = (f"{name}: {value}" for name, value in answer.headers.items() if name not in _OWN_OF_THE_SERVER)
    return "\n".join(lines).encode() + b"\n\n" + answer.body
