"""Runs the shipped nginx configuration on this machine, in front of a benchmark's server.

`deploy/nginx.conf` is written for containers: names of hosts, ports below 1024, certificates. Only those are replaced,
each where it must be found; what decides about caching is used as it is shipped.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from electioncenters.leash import leashed

SHIPPED: Final = Path(__file__).resolve().parent.parent / "deploy" / "nginx.conf"
#: Where the same nginx serves a file, beside the portal.
FILE: Final = "/bench-file"
_READY_WITHIN = 10.0  # seconds

#: What each part is replaced with; `{…}` are filled in.
_REPLACED: Final = (
    (r"worker_processes auto;", "worker_processes 1;\ndaemon off;\n{user}"),
    (r"pid /tmp/nginx\.pid;", "pid {folder}/nginx.pid;"),
    (r"include /etc/nginx/mime\.types;", "types {{ text/html html; }}"),
    (r"/var/cache/nginx/pages", "{folder}/pages"),
    (r"resolver [^;]+;", ""),
    (r"server web:8000 resolve;", "server 127.0.0.1:{portal};"),
    (r"server labeler:8100 resolve;", "server 127.0.0.1:{portal};"),
    (r"\n    # For the container's own probe;.*?(?=\n    server \{\n        listen 443)", ""),
    (r"listen 443 ssl default_server;.*?http2 on;", "listen 127.0.0.1:{port};"),
    (r"ssl_certificate .*?ssl_session_tickets off;", "{file}"),
)
_FILE: Final = """# nginx would close each connection after a thousand requests.
        keepalive_requests 100000000;
        location = %s {{
            alias {folder}/page.html;
            {headers}
        }}"""


def nginx_program() -> str | None:
    """Where nginx is; `None` where there is none."""
    return shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


def configuration(*, folder: Path, portal: int, port: int, headers: dict[str, str]) -> str:
    """The shipped configuration for this machine; `headers` come with the file. Raises ValueError if it changed."""
    text = SHIPPED.read_text(encoding="utf-8")
    lines = "\n            ".join(f"add_header {name} {_quoted(value)};" for name, value in headers.items())
    given = {
        "folder": str(folder),
        "portal": str(portal),
        "port": str(port),
        "user": "user root;" if os.getuid() == 0 else "",
        "file": (_FILE % FILE).format(folder=folder, headers=lines),
    }
    for pattern, replacement in _REPLACED:
        # Whatever stands between the pieces is kept as it is, backslashes included.
        pieces = re.split(pattern, text, flags=re.DOTALL)
        if len(pieces) == 1:
            raise ValueError(f"deploy/nginx.conf has no {pattern!r} any more: bench/nginx.py must follow it.")
        text = replacement.format(**given).join(pieces)
    return text


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


@contextmanager
def nginx_serving(program: str, *, folder: Path, portal: int, headers: dict[str, str]) -> Iterator[int]:
    """Run nginx in front of the server at port `portal`; yields its port. `page.html` in `folder` is the file."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    file = folder / "nginx.conf"
    file.write_text(configuration(folder=folder, portal=portal, port=port, headers=headers), encoding="utf-8")
    server = subprocess.Popen(leashed([program, "-c", str(file), "-e", str(folder / "error.log")]))
    try:
        _await(port, server, folder)
        yield port
    finally:
        server.terminate()
        server.wait(timeout=20)


def _await(port: int, server: subprocess.Popen[bytes], folder: Path) -> None:
    deadline = time.monotonic() + _READY_WITHIN
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError as error:
            if server.poll() is not None or time.monotonic() > deadline:
                log = folder / "error.log"
                said = log.read_text(errors="replace") if log.exists() else ""
                raise RuntimeError(f"nginx did not start: {error}\n{said}") from error
            time.sleep(0.05)
        else:
            return
