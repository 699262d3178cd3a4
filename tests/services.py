"""Early pytest plugin: where the suite's PostgreSQL and Valkey are, settled before Django's settings are read.

Embedded services by default; `DATABASE_URL` and `REDIS_URL` switch to real servers, each alone. Every xdist worker
has its own test database (pytest-django names it) and its own Valkey database, numbered here.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from electioncenters.embedded import services
from electioncenters.embedded.paths import EmbeddedPaths

_ROOT = Path(__file__).resolve().parent.parent

#: Held until this process ends: the services stop when the last process that needs them leaves.
_handle = services.ensure()


def _own_redis(url: str) -> str:
    """`url` with the database number of this xdist worker; 0 is left to a portal that may be running."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0")
    number = 1 + int(re.sub(r"\D", "", worker) or 0)
    if url.startswith("unix:"):
        return f"{url.partition('?')[0]}?db={number}"
    return f"{re.sub(r'/[0-9]*$', '', url)}/{number}"


os.environ["REDIS_URL"] = _own_redis(os.environ.get("REDIS_URL") or EmbeddedPaths.for_checkout(_ROOT).redis_url)
