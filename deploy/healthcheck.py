"""`python deploy/healthcheck.py web|labeler|beat`: exit code 0 when that part is well; for container probes."""

from __future__ import annotations

import http.client
import os
import sys
import time
from pathlib import Path

#: Beat writes its schedule down every three minutes; twice missed is too often.
BEAT_SCHEDULE = Path(os.environ.get("BEAT_SCHEDULE", "/tmp/beat-schedule"))  # noqa: S108  # a container's own
_BEAT_MAX_AGE = 400.0  # seconds


def web_is_well() -> bool:
    """Whether the web server in this container says that it is ready, asked as the proxy would ask."""
    host = os.environ.get("ALLOWED_HOSTS", "localhost").split(",")[0].strip().lstrip(".")
    return _answers(8000, "/readyz", {"Host": host, "X-Forwarded-Proto": "https"})


def labeler_is_well() -> bool:
    """Whether the label service in this container says that it follows the database."""
    return _answers(8100, "/xrpc/_health", {})


def _answers(port: int, path: str, headers: dict[str, str]) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path, headers=headers)
        return connection.getresponse().status == http.client.OK
    except OSError:
        return False
    finally:
        connection.close()


def beat_is_well() -> bool:
    """Whether beat has written its schedule lately."""
    files = list(BEAT_SCHEDULE.parent.glob(BEAT_SCHEDULE.name + "*"))
    return any(time.time() - file.stat().st_mtime < _BEAT_MAX_AGE for file in files)


if __name__ == "__main__":
    sys.exit(not {"web": web_is_well, "labeler": labeler_is_well, "beat": beat_is_well}[sys.argv[1]]())
