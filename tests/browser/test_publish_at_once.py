"""A publication reaches voters through every worker process of the running stack."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from bench.watching import Readers
from tests.browser.portal import ROOT, Portal, free_port, web_server

pytestmark = pytest.mark.browser

#: Seconds on a machine that does much else; `make bench ARGS=publish` measures on a quiet one.
PATIENCE = 120.0
READERS = 24


def test_publication_is_seen_by_every_worker_process(
    portal: Portal, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    port = free_port()
    environ = dict(portal.environ) | {"PUBLIC_URL": f"http://127.0.0.1:{port}"}
    with web_server(environ, port, tmp_path / "web.log", workers=3):
        readers = Readers()
        readers.start(urlsplit(environ["PUBLIC_URL"]).port or port, "/en/centers/cy/", READERS)
        try:
            words = [sys.executable, "-m", "bench.publishing", "cy", "2", "0.3"]
            done = subprocess.run(
                words, env=environ, cwd=ROOT, capture_output=True, text=True, check=True, timeout=PATIENCE
            )
            moments = {int(number): float(at) for number, at in (line.split() for line in done.stdout.splitlines())}
            assert readers.wait(2, PATIENCE), readers.failures
        finally:
            readers.stop()
    for seen in readers.seen:
        assert seen[2] >= moments[1], "nobody sees what is not published"
    record_property("seconds until the last reader saw it", readers.slowest(2, moments[2]))
