"""A load generator: a few keep-alive connections that ask again as soon as they are answered.

Plain sockets in one thread: it uses a small part of one core, so that the server, on another, is the limit.
"""

from __future__ import annotations

import selectors
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import cycle

_CHUNK = 256 * 1024


class WrongAnswerError(RuntimeError):
    """The server did not answer 200; a throughput of errors says nothing."""


@dataclass(frozen=True)
class Answer:
    """One whole HTTP answer."""

    headers: dict[str, str]
    body: bytes


def ask(port: int, path: str) -> Answer:
    """The answer to one request. Raises WrongAnswerError."""
    client = _Client(port, path)
    try:
        client.send()
        while not (answer := client.receive()):
            pass
        return answer
    finally:
        client.connection.close()


def throughput(
    port: int, path: str | Sequence[str], *, seconds: float, connections: int = 8, accept: str = "text/html"
) -> float:
    """Answers a second over `seconds`; of several paths, each is asked for in turn. Raises WrongAnswerError."""
    paths = cycle([path] if isinstance(path, str) else path)
    clients = [_Client(port, next(paths), accept) for _ in range(connections)]
    with selectors.DefaultSelector() as selector:
        for client in clients:
            selector.register(client.connection, selectors.EVENT_READ, client)
            client.send()
        done, started = 0, time.perf_counter()
        while (now := time.perf_counter()) < started + seconds:
            for key, _ in selector.select(timeout=1):
                if key.data.receive():
                    done += 1
                    key.data.path = next(paths)
                    key.data.send()
    for client in clients:
        client.connection.close()
    return done / (now - started)


@dataclass
class _Client:
    port: int
    path: str
    accept: str = "text/html"
    connection: socket.socket = field(init=False)
    _read: bytearray = field(init=False, default_factory=bytearray)

    def __post_init__(self) -> None:
        self.connection = socket.create_connection(("127.0.0.1", self.port), timeout=30)

    def send(self) -> None:
        self._read.clear()
        request = f"GET {self.path} HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: br\r\nAccept: {self.accept}\r\n\r\n"
        self.connection.sendall(request.encode())

    def receive(self) -> Answer | None:
        """Read what is there; the answer once it is complete."""
        received = self.connection.recv(_CHUNK)
        if not received:
            raise WrongAnswerError(f"The server closed the connection for {self.path}.")
        self._read += received
        end = self._read.find(b"\r\n\r\n")
        if end < 0:
            return None
        status, *lines = self._read[:end].decode("latin-1").split("\r\n")
        if " 200 " not in f"{status} ":
            raise WrongAnswerError(f"{self.path}: {status}")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        body = self._read[end + 4 :]
        return Answer(headers, bytes(body)) if len(body) >= int(headers["content-length"]) else None
