"""PostgreSQL out of the wheel: its cluster, its command line, and whether it answers.

The wheel's Python wrapper is not used: as root it opens the permissions of every folder above the cluster, a
home included, and it counts its users in a file that a killed process never leaves.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import struct
import subprocess
import time
from pathlib import Path
from typing import Final

from electioncenters.embedded.owner import Owner, folder_own
from electioncenters.embedded.paths import DATABASE, POSTGRES_PORT, EmbeddedPaths
from electioncenters.embedded.programs import postgres_programs
from electioncenters.embedded.service import Report, ServiceError

#: The major version inside the wheel, as it stands in a cluster's PG_VERSION.
MAJOR_VERSION: Final = "18"

#: Modest: two cores, a few hundred megabytes, and room for web, worker, tests and shells at once.
_SETTINGS: Final[dict[str, str]] = {
    "listen_addresses": "",
    # The folder around the socket decides who may reach it.
    "unix_socket_permissions": "0777",
    "max_connections": "120",
    "shared_buffers": "128MB",
    "effective_cache_size": "1GB",
    "work_mem": "8MB",
    "maintenance_work_mem": "64MB",
    "max_wal_size": "1GB",
    "fsync": "on",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    "log_line_prefix": "%m [%p] ",
}

#: Nothing of the shell's PG* variables, which would change the port or the folder.
_ENVIRONMENT: Final = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}

_PROTOCOL_3: Final = 196608
_OTHER_SERVER_ENDS_WITHIN = 20.0  # seconds


class Postgres:
    """The embedded PostgreSQL of one checkout."""

    name = "postgres"
    #: "Fast shutdown": clients are sent away, data is written, nothing is to be recovered.
    stop_signal = signal.SIGINT

    def __init__(self, paths: EmbeddedPaths, owner: Owner) -> None:
        self.paths = paths
        self.owner = owner

    def prepare(self, report: Report) -> None:
        """Make the cluster if there is none; otherwise check its version and put away what a crash left."""
        if not self.paths.postgres_data.exists():
            report("creating the PostgreSQL database, once")
            self._create()
        self._check_version()
        self._end_other_server()

    def command(self) -> list[str]:
        """The postmaster in the foreground."""
        command = [str(self._programs() / "postgres"), "-D", str(self.paths.postgres_data)]
        command += ["-k", str(self.paths.sockets), "-p", str(POSTGRES_PORT)]
        for name, value in _SETTINGS.items():
            command += ["-c", f"{name}={value}"]
        return command

    def answers(self) -> bool:
        """Whether a connection to the project's database is accepted; "starting up" counts as no."""
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(2)
            connection.connect(str(self.paths.postgres_socket))
            connection.sendall(_startup_message())
            return connection.recv(1) == b"R"
        return False

    def _programs(self) -> Path:
        return postgres_programs(self.paths, self.owner)

    def _create(self) -> None:
        """Fill a folder beside the cluster's and rename it, so that a cluster is complete or absent."""
        unfinished = self.paths.postgres_data.with_name("postgres.unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        folder_own(unfinished, uid=self.owner.uid, gid=self.owner.gid, mode=0o700)
        # Whoever reaches the socket is trusted: only this person and the servers' own user can.
        how = ["-U", DATABASE, "--auth=trust", "--encoding=UTF8", "--locale=C"]
        how += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        self._run("initdb", ["-D", str(unfinished), *how])
        single_user = ["--single", "-D", str(unfinished), "postgres"]
        self._run("postgres", single_user, f"CREATE DATABASE {DATABASE};\n")
        unfinished.rename(self.paths.postgres_data)

    def _run(self, program: str, arguments: list[str], standard_input: str = "") -> None:
        other = self.owner.differs
        result = subprocess.run(  # noqa: S603  # our own program from the wheel
            [str(self._programs() / program), *arguments],
            input=standard_input,
            capture_output=True,
            text=True,
            cwd="/",  # the servers' user may not enter the folder this process stands in
            env=_ENVIRONMENT,
            user=self.owner.uid if other else None,
            group=self.owner.gid if other else None,
            extra_groups=[] if other else None,
            check=False,
        )
        if result.returncode:
            raise ServiceError(f"{program} failed in {self.paths.state}:\n{result.stderr.strip()}")

    def _check_version(self) -> None:
        file = self.paths.postgres_data / "PG_VERSION"
        found = file.read_text(encoding="ascii").strip() if file.exists() else "an unknown version"
        if found != MAJOR_VERSION:
            raise ServiceError(
                f"The data in {self.paths.postgres_data} was written by PostgreSQL {found}; the one here is "
                f"{MAJOR_VERSION} and cannot read it. Move that folder away to begin with an empty database, "
                f"or set DATABASE_URL to a PostgreSQL {found} server that holds the data."
            )

    def _end_other_server(self) -> None:
        """End a server left over by a killed keeper; let one that is gone not stand in the way.

        The pid file of a crashed server stays: by what else is in it, PostgreSQL refuses to start beside
        processes the crash left behind. But it also refuses when the file's number belongs to any other
        process by now, except its own parent, which is this one.
        """
        file = self.paths.postgres_data / "postmaster.pid"
        deadline = time.monotonic() + _OTHER_SERVER_ENDS_WITHIN
        while (pid := _first_number(file)) and self._is_ours(pid):
            late = time.monotonic() > deadline
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL if late else self.stop_signal)
            time.sleep(0.1)
        if pid and command_of(pid):
            rest = file.read_text(encoding="utf-8", errors="replace").partition("\n")[2]
            file.write_text(f"{os.getpid()}\n{rest}", encoding="utf-8", errors="replace")

    def _is_ours(self, pid: int) -> bool:
        return str(self.paths.postgres_data) in command_of(pid)


def command_of(pid: int) -> str:
    """The command line of process `pid`, empty when there is none."""
    proc = Path("/proc") / str(pid) / "cmdline"
    if proc.parent.parent.joinpath("self").exists():
        with contextlib.suppress(OSError):
            return os.fsdecode(proc.read_bytes().replace(b"\0", b" "))
        return ""
    ps = ["ps", "-o", "command=", "-p", str(pid)]
    return subprocess.run(ps, capture_output=True, text=True, check=False).stdout  # noqa: S603  # fixed command


def _first_number(file: Path) -> int:
    with contextlib.suppress(OSError, ValueError, IndexError):
        return abs(int(file.read_text(encoding="utf-8", errors="replace").split()[0]))
    return 0


def _startup_message() -> bytes:
    """First message of PostgreSQL's protocol 3.0: length, version, texts each ended by a zero byte."""
    pairs = b"".join(part.encode() + b"\0" for part in ("user", DATABASE, "database", DATABASE)) + b"\0"
    return struct.pack("!ii", 8 + len(pairs), _PROTOCOL_3) + pairs
