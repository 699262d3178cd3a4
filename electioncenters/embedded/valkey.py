"""Valkey out of the wheel: its command line and whether it answers."""

from __future__ import annotations

import contextlib
import signal
import socket
from typing import Final

from electioncenters.embedded.owner import Owner, folder_own
from electioncenters.embedded.paths import EmbeddedPaths
from electioncenters.embedded.programs import valkey_program
from electioncenters.embedded.service import Report

_SETTINGS: Final[dict[str, str]] = {
    "port": "0",
    # The folder around the socket decides who may reach it.
    "unixsocketperm": "777",
    # One for the portal and one for each test process.
    "databases": "64",
    # Nothing is written to disk: a message is only a nudge, the batch's row in PostgreSQL is the truth.
    "save": "",
    "appendonly": "no",
    "maxmemory": "256mb",
    # Broker and cache share the memory. Cached values carry a time to live and make room; queued messages
    # carry none and are never thrown away.
    "maxmemory-policy": "volatile-lru",
    "loglevel": "notice",
    "daemonize": "no",
}


class Valkey:
    """The embedded Valkey of one checkout."""

    name = "valkey"
    stop_signal = signal.SIGTERM

    def __init__(self, paths: EmbeddedPaths, owner: Owner) -> None:
        self.paths = paths
        self.owner = owner

    def prepare(self, report: Report) -> None:
        """Make its working folder. A socket left by a crash needs no care: Valkey replaces it."""
        folder_own(self.paths.state / "valkey", uid=self.owner.uid, gid=self.owner.gid, mode=0o700)

    def command(self) -> list[str]:
        """The server in the foreground."""
        command = [str(valkey_program(self.paths, self.owner))]
        places = {"unixsocket": str(self.paths.valkey_socket), "dir": str(self.paths.state / "valkey")}
        settings = _SETTINGS | places
        for name, value in settings.items():
            command += [f"--{name}", value]
        return command

    def answers(self) -> bool:
        """Whether it answers PING."""
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(2)
            connection.connect(str(self.paths.valkey_socket))
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
        return False
