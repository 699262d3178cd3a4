"""The client: one request, one connection, one vetted IP address."""

from __future__ import annotations

import datetime as dt
import http.client
import ipaddress
import queue
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from electioncenters.safe_http.urls import Policy, Target, UnsafeUrlError, url_vet

#: Finds the IP addresses of a name. May raise `OSError`.
Resolver = Callable[[str], list[str]]

#: Of a name with many addresses so many are tried.
_TRIED_ADDRESSES: Final = 3
_CHUNK: Final = 16_384
_TOO_LONG: Final = "the answer took too long"


class UnreachableError(OSError):
    """No complete answer came; `reason` is a few words, without anything the other side sent."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class UntrustedError(UnreachableError):
    """Somebody answered, but not with encryption that shows who it is: a certificate that has ended, say."""


class _Call(NamedTuple):
    """One request on its way; `deadline` is in the seconds of `time.monotonic`."""

    target: Target
    method: str
    headers: dict[str, str]
    body: bytes | None
    deadline: float

    @property
    def left(self) -> float:
        """Seconds that are left."""
        return max(0.0, self.deadline - time.monotonic())


class _NotConnectedError(UnreachableError):
    """The request was not sent: another IP address may be tried."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds to find the name and to connect, each; seconds for everything together; bytes of the answer's body."""

    connect: float = 3.0
    total: float = 15.0
    body: int = 65_536


class Answer(NamedTuple):
    """What came back. Redirections are answers like any other; header names are in lower case.

    `is_whole` is `False` where the body was longer than wanted and is cut. `certificate_ends` is when the certificate
    of an encrypted connection does.
    """

    status: int
    headers: dict[str, str]
    body: bytes
    is_whole: bool
    certificate_ends: dt.datetime | None = None


def resolve(name: str) -> list[str]:
    """The name's IP addresses, as the system knows them."""
    found = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


@dataclass(frozen=True)
class Client:
    """Calls addresses that `policy` lets through. Follows no redirection, knows no proxy, keeps no cookie.

    `tls` is the system's trust unless given.
    """

    policy: Policy = field(default_factory=Policy)
    limits: Limits = field(default_factory=Limits)
    resolver: Resolver = resolve
    tls: ssl.SSLContext = field(default_factory=ssl.create_default_context)

    def request(self, method: str, url: str, *, body: bytes | None = None, headers: Mapping[str, str]) -> Answer:
        """Send one request. Raises `UnsafeUrlError` before anything is sent, `UnreachableError` when no answer came."""
        deadline = time.monotonic() + self.limits.total
        target = url_vet(url, self.policy)
        named = {"Host": target.host_header, "Accept-Encoding": "identity", "Connection": "close", **headers}
        call = _Call(target, method, named, body, deadline)
        addresses = self._addresses(call)
        for address in addresses[:-1]:
            with suppress(_NotConnectedError):
                return self._exchange(call, address)
        return self._exchange(call, addresses[-1])

    def _addresses(self, call: _Call) -> list[str]:
        """Where the connection may go. One address inside our network among public ones condemns the name."""
        found = self._resolved(call.target.host, min(self.limits.connect, call.left))
        if not found:
            raise UnreachableError("the name has no address")
        if not all(map(self._allows, found)):
            raise UnsafeUrlError("The name leads to an address that is not of the public Internet.")
        return found[:_TRIED_ADDRESSES]

    def _allows(self, address: str) -> bool:
        try:
            return self.policy.allows(ipaddress.ip_address(address))
        except ValueError:
            return False

    def _resolved(self, host: str, seconds: float) -> list[str]:
        """`resolver` within a time: the system's own takes as long as its name servers."""
        with suppress(ValueError):
            return [str(ipaddress.ip_address(host))]
        answers: queue.SimpleQueue[list[str] | None] = queue.SimpleQueue()

        def look_up() -> None:
            try:
                answers.put(self.resolver(host))
            except (OSError, UnicodeError):
                answers.put(None)

        threading.Thread(target=look_up, daemon=True).start()
        try:
            found = answers.get(timeout=seconds)
        except queue.Empty:
            raise UnreachableError("finding the name took too long") from None
        if found is None:
            raise UnreachableError("the name cannot be found")
        return found

    def _exchange(self, call: _Call, address: str) -> Answer:
        with self._connected(call, address) as sock:
            # Asked now: the socket is closed as soon as the answer was read.
            ends = _certificate_ends(sock)
            connection = http.client.HTTPConnection(call.target.host, call.target.port)
            connection.sock = sock
            try:
                connection.request(call.method, call.target.path, call.body, call.headers)
                return self._read(connection.getresponse())._replace(certificate_ends=ends)
            except http.client.HTTPException as error:
                raise UnreachableError("the answer is not HTTP") from error
            except OSError as error:
                raise UnreachableError("the connection broke") from error

    def _read(self, response: http.client.HTTPResponse) -> Answer:
        headers = {name.lower(): value for name, value in response.getheaders()}
        body = bytearray()
        while len(body) <= self.limits.body and (chunk := response.read1(_CHUNK)):
            body += chunk
        # What is left of an announced length was never sent.
        is_whole = len(body) <= self.limits.body and not response.length
        return Answer(response.status, headers, bytes(body[: self.limits.body]), is_whole)

    @contextmanager
    def _connected(self, call: _Call, address: str) -> Iterator[socket.socket]:
        """A connection that is cut at the deadline, whatever the other side sends until then, byte by byte."""
        if not call.left:
            raise UnreachableError(_TOO_LONG)
        try:
            plain = socket.create_connection((address, call.target.port), timeout=min(self.limits.connect, call.left))
        except OSError as error:
            raise _NotConnectedError("no connection could be made") from error
        # A second handle on the same connection, because encryption takes the first one over.
        with plain, plain.dup() as handle, _cut_after(handle, call.left) as is_cut:
            # Waiting is ended by the cut, and only by it.
            plain.settimeout(None)
            try:
                if call.target.scheme == "http":
                    yield plain
                else:
                    with self._encrypted(plain, call.target) as encrypted:
                        yield encrypted
            finally:
                if is_cut.is_set():
                    raise UnreachableError(_TOO_LONG)

    def _encrypted(self, plain: socket.socket, target: Target) -> ssl.SSLSocket:
        try:
            return self.tls.wrap_socket(plain, server_hostname=target.host)
        except ssl.SSLCertVerificationError as error:
            raise UntrustedError("the certificate is not valid for this name") from error
        except ssl.SSLError as error:
            raise UntrustedError("no encrypted connection could be made") from error
        except (OSError, ValueError) as error:
            raise UnreachableError("no encrypted connection could be made") from error


def _certificate_ends(sock: socket.socket) -> dt.datetime | None:
    """When the other side's certificate does; `None` without encryption."""
    certificate = sock.getpeercert() if isinstance(sock, ssl.SSLSocket) else None
    ends = (certificate or {}).get("notAfter")
    return dt.datetime.fromtimestamp(ssl.cert_time_to_seconds(str(ends)), dt.UTC) if ends else None


@contextmanager
def _cut_after(handle: socket.socket, seconds: float) -> Iterator[threading.Event]:
    """Cut a connection after so many seconds; the event says whether that happened."""
    is_cut = threading.Event()

    def cut() -> None:
        is_cut.set()
        with suppress(OSError):
            handle.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield is_cut
    finally:
        timer.cancel()
        timer.join()
