"""A centre's page out of the shipped nginx cache, against the same nginx serving the same bytes as a file."""

from __future__ import annotations

import statistics
import sys
import tempfile
from pathlib import Path

from bench.load import ask, throughput
from bench.nginx import FILE, nginx_program, nginx_serving
from bench.result import Result
from bench.server import serving

PAGE = "/fr/centers/fr/"
_ROUNDS, _SECONDS = 9, 1.0
_GOAL = 0.9
#: nginx says these itself, of a file as of a page.
_OWN_OF_NGINX = {"content-length", "date", "server", "content-type", "etag", "last-modified", "x-cache", "connection"}


def run() -> list[Result]:
    """Pages a second, medians of rounds that take turns; nothing where the machine has no nginx."""
    program = nginx_program()
    if program is None:
        sys.stderr.write("page_cache: left out, this machine has no nginx.\n")
        return []
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        with serving(folder / "answer") as portal:
            page = ask(portal, PAGE)
            (folder / "page.html").write_bytes(page.body)
            headers = {name: value for name, value in page.headers.items() if name not in _OWN_OF_NGINX}
            with nginx_serving(program, folder=folder, portal=portal, headers=headers) as port:
                ask(port, PAGE)
                cached, file = ask(port, PAGE), ask(port, FILE)
                assert cached.headers["x-cache"] == "HIT", cached.headers
                assert cached.body == file.body == page.body, "the baseline must answer the same bytes"
                rates: dict[str, list[float]] = {PAGE: [], FILE: []}
                for _ in range(_ROUNDS):
                    for path, measured in rates.items():
                        measured.append(throughput(port, path, seconds=_SECONDS))
    ours, baseline = (statistics.median(rates[path]) for path in (PAGE, FILE))
    return [Result("centre page through the nginx cache", "pages/s", ours, "nginx, the same file", baseline, _GOAL)]
