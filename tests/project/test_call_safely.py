"""Calling addresses that others chose reaches the public Internet, and nothing that only we can reach."""

from __future__ import annotations

import datetime as dt
import ipaddress
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from electioncenters.safe_http import (
    Answer,
    Client,
    Limits,
    Policy,
    UnreachableError,
    UnsafeUrlError,
    UntrustedError,
    client,
    url_vet,
)
from electioncenters.safe_http.addresses import is_public
from tests.servers import Answering, Server, http_server, raw_server, tls_contexts

NAME = "hooks.example.org"
PUBLIC = "93.184.215.14"
LOCAL = Policy(local=True)


@pytest.fixture
def server() -> Iterator[Server]:
    """A server on this machine."""
    with http_server() as running:
        yield running


def leads_to(*addresses: str) -> Callable[[str], list[str]]:
    """A resolver to which every name leads there."""
    return lambda name: list(addresses)


def call(port: int, path: str = "/hook", **options: Any) -> Answer:
    """A request to a server on this machine, by a name."""
    options = {"policy": LOCAL, "resolver": leads_to("127.0.0.1")} | options
    return Client(**options).request("POST", f"http://{NAME}:{port}{path}", body=b"{}", headers={"X-Test": "1"})


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",  # noqa: S104  # nothing is bound to it
        "0.1.2.3", "10.0.0.1", "100.64.0.1", "100.100.100.200", "127.0.0.1", "127.255.255.254",
        "168.63.129.16", "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.192", "192.0.2.1", "192.88.99.1",
        "192.168.0.1", "198.18.0.1", "198.51.100.7", "203.0.113.9", "224.0.0.1", "239.1.2.3", "240.0.0.1",
        "255.255.255.255", "::", "::1", "::7f00:1", "::ffff:127.0.0.1", "::ffff:93.184.215.14", "64:ff9b::7f00:1",
        "64:ff9b::5db8:d70e", "64:ff9b:1::1", "100::1", "2001::1", "2001:0:4136:e378::1", "2001:20::1", "2001:db8::1",
        "2002:7f00:1::1", "2002:5db8:d70e::1", "3fff::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fec0::1", "ff02::1",
    ],
)  # fmt: skip
def test_an_address_of_a_network_of_ours_is_not_public(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", [PUBLIC, "1.1.1.1", "172.32.0.1", "100.128.0.1", "2606:4700:4700::1111"])
def test_an_address_of_the_internet_is_public(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    ("url", "host", "port", "path", "header"),
    [
        ("https://hooks.example.org", NAME, 443, "/", NAME),
        ("https://hooks.example.org/a?b=c#d", NAME, 443, "/a?b=c", NAME),
        ("HTTPS://Hooks.EXAMPLE.org./x", NAME, 443, "/x", NAME),
        ("https://hooks.example.org:8443/", NAME, 8443, "/", f"{NAME}:8443"),
        ("https://xn--bcher-kva.example/", "xn--bcher-kva.example", 443, "/", "xn--bcher-kva.example"),
        (f"https://{PUBLIC}/", PUBLIC, 443, "/", PUBLIC),
        ("https://[2606:4700:4700::1111]:8443/", "2606:4700:4700::1111", 8443, "/", "[2606:4700:4700::1111]:8443"),
    ],
)
def test_a_good_address_is_taken_apart(url: str, host: str, port: int, path: str, header: str) -> None:
    target = url_vet(url, Policy())

    assert (target.host, target.port, target.path, target.host_header) == (host, port, path, header)


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("", "printable ASCII"),
        ("http://hooks.example.org/", "begin with https://"),
        ("ftp://hooks.example.org/", "begin with https://"),
        ("file:///etc/passwd", "begin with https://"),
        ("//hooks.example.org/", "begin with https://"),
        ("hooks.example.org", "begin with https://"),
        ("javascript:alert(1)", "begin with https://"),
        ("https://user@hooks.example.org/", "user name"),
        ("https://user:secret@hooks.example.org/", "user name"),
        ("https://hooks.example.org@10.0.0.1/", "user name"),
        ("https://", "full name"),
        ("https:///path", "full name"),
        ("https://localhost/", "full name"),
        ("https://intranet/", "full name"),
        ("https://-bad.example.org/", "full name"),
        ("https://a..example.org/", "full name"),
        ("https://hooks.example.org../", "full name"),
        ("https://127.0.0.1%2eexample.org/", "full name"),
        ("https://hooks.example.org:/", "full name"),
        ("https://[2606:4700::1]evil.example/", "full name"),
        ("https://[fe80::1%25eth0]/", "full name"),
        (f"https://{'a' * 64}.example.org/", "full name"),
        ("https://127.0.0.1/", "public Internet"),
        ("https://127.0.0.1./", "public Internet"),
        ("https://169.254.169.254/latest/meta-data/", "public Internet"),
        ("https://[::1]/", "public Internet"),
        ("https://[::ffff:10.0.0.1]/", "public Internet"),
        ("https://[64:ff9b::a9fe:a9fe]/", "public Internet"),
        ("https://2130706433/", "usual form"),
        ("https://0x7f000001/", "usual form"),
        ("https://0x7f.1/", "usual form"),
        ("https://0177.0.0.1/", "usual form"),
        ("https://127.1/", "usual form"),
        ("https://127.0.0.1.1/", "usual form"),
        ("https://hooks.0x10/", "usual form"),
        ("https://hooks.example.org:22/", "port"),
        ("https://hooks.example.org:6379/", "port"),
        ("https://hooks.example.org:0/", "port"),
        ("https://hooks.example.org:99999/", "taken apart"),
        ("https://[::1/", "taken apart"),
        ("https://hooks.example.org\\@10.0.0.1/", "printable ASCII"),
        ("https:\\\\hooks.example.org/", "printable ASCII"),
        ("https://hooks.example.org/\r\nX-Injected: 1", "printable ASCII"),
        ("https://hooks.example.org/a b", "printable ASCII"),
        ("https://hooks.example.org/\t", "printable ASCII"),
        (" https://hooks.example.org/", "printable ASCII"),
        ("https://hooks.example.org\x00.evil.example/", "printable ASCII"),
        ("https://bücher.example/", "printable ASCII"),
        ("https://１２７.0.0.1/", "printable ASCII"),
        ("https://ⓛocalhost.example/", "printable ASCII"),
        ("https://hooks.example。org/", "printable ASCII"),
        ("https://hooks.example.org/" + "a" * 2000, "printable ASCII"),
    ],
)
def test_a_doubtful_address_is_refused_with_the_reason(url: str, reason: str) -> None:
    with pytest.raises(UnsafeUrlError, match=reason):
        url_vet(url, Policy())


def test_http_is_for_whom_it_is_allowed() -> None:
    assert url_vet("http://hooks.example.org/", Policy(http=True)).port == 80


@pytest.mark.parametrize(
    "addresses",
    [["127.0.0.1"], ["10.1.2.3"], ["::1"], ["::ffff:127.0.0.1"], [PUBLIC, "192.168.1.1"], ["fe80::1%eth0"], ["?"]],
)
def test_a_name_that_leads_inside_is_not_called(
    server: Server, monkeypatch: pytest.MonkeyPatch, addresses: list[str]
) -> None:
    def never(*args: Any, **options: Any) -> None:
        pytest.fail("a connection was tried")

    monkeypatch.setattr(client.socket, "create_connection", never)

    with pytest.raises(UnsafeUrlError, match="public Internet"):
        Client(resolver=leads_to(*addresses)).request("GET", f"https://{NAME}/", headers={})


def test_a_name_is_asked_for_once_and_the_answer_is_where_the_connection_goes(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a name server says a moment later, when the name has been found harmless, is never heard."""
    answers = iter([[PUBLIC], ["127.0.0.1"]])
    asked: list[str] = []
    connected: list[tuple[str, int]] = []

    def rebinding(name: str) -> list[str]:
        asked.append(name)
        return next(answers)

    def connect(address: tuple[str, int], timeout: float) -> socket.socket:
        connected.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(client.socket, "create_connection", connect)

    with pytest.raises(UnreachableError, match="no connection"):
        Client(resolver=rebinding).request("GET", f"https://{NAME}/", headers={})
    assert asked == [NAME]
    assert connected == [(PUBLIC, 443)]


def test_a_request_arrives_with_the_name_it_was_for(server: Server) -> None:
    answer = call(server.port, "/hook?x=1")

    assert answer == Answer(200, answer.headers, b"ok", is_whole=True)
    (got,) = server.received
    assert (got.method, got.path, got.body) == ("POST", "/hook?x=1", b"{}")
    assert got.headers["host"] == f"{NAME}:{server.port}"
    assert got.headers["x-test"] == "1"
    assert "cookie" not in got.headers
    assert got.headers["accept-encoding"] == "identity"


def test_another_address_is_tried_when_the_first_does_not_answer(server: Server) -> None:
    # Nobody listens on the second loopback address.
    assert call(server.port, resolver=leads_to("127.0.0.2", "127.0.0.1")).status == 200


def test_a_redirection_is_an_answer_and_not_followed(server: Server) -> None:
    server.answering = Answering(302, {"Location": "http://169.254.169.254/"})

    answer = call(server.port)

    assert (answer.status, answer.headers["location"]) == (302, "http://169.254.169.254/")
    assert len(server.received) == 1


def test_cookies_are_not_kept(server: Server) -> None:
    server.answering = Answering(200, {"Set-Cookie": "a=b"})
    calling = Client(policy=LOCAL, resolver=leads_to("127.0.0.1"))

    for _ in range(2):
        calling.request("GET", f"http://{NAME}:{server.port}/", headers={})

    assert all("cookie" not in got.headers for got in server.received)


def test_no_proxy_is_taken_from_the_environment(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9/")

    assert call(server.port).status == 200


def test_a_long_answer_is_cut(server: Server) -> None:
    server.answering = Answering(body=b"x" * 100_000)

    answer = call(server.port, limits=Limits(body=1000))

    assert (answer.body, answer.is_whole) == (b"x" * 1000, False)


def test_an_answer_that_ends_early_is_not_whole(server: Server) -> None:
    server.answering = Answering(headers={"Content-Length": "10"}, body=b"short")

    answer = call(server.port)

    assert (answer.body, answer.is_whole) == (b"short", False)


def drip(*beginning: bytes) -> Callable[[socket.socket], None]:
    """Sends something, then a byte now and then, and never ends."""

    def talk(connection: socket.socket) -> None:
        for part in beginning:
            connection.sendall(part)
        pause = threading.Event()
        while True:
            connection.sendall(b"x")
            pause.wait(0.02)

    return talk


def listen(connection: socket.socket) -> None:
    """Never answers, and hangs up after the other side only."""
    while connection.recv(65_536):
        pass


@pytest.mark.parametrize(
    "talk",
    [
        drip(),
        drip(b"HTTP/1.1 200 OK\r\n"),
        drip(b"HTTP/1.1 200 OK\r\nX-Long: "),
        drip(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n"),
        listen,
    ],
)
def test_an_answer_that_never_ends_is_cut_at_the_deadline(talk: Callable[[socket.socket], None]) -> None:
    with raw_server(talk) as port, pytest.raises(UnreachableError, match="took too long"):
        call(port, limits=Limits(total=0.3))


def test_a_handshake_that_never_ends_is_cut_at_the_deadline() -> None:
    def talk(connection: socket.socket) -> None:
        # A handshake record that announces more than will come.
        drip(b"\x16\x03\x03\x40\x00")(connection)

    calling = Client(policy=LOCAL, resolver=leads_to("127.0.0.1"), limits=Limits(total=0.3))
    with raw_server(talk) as port, pytest.raises(UnreachableError, match="took too long"):
        calling.request("GET", f"https://{NAME}:{port}/", headers={})


def test_a_name_that_is_never_found_does_not_hold_anybody_up() -> None:
    released = threading.Event()

    def slow(name: str) -> list[str]:
        released.wait(30)
        return []

    with pytest.raises(UnreachableError, match="finding the name took too long"):
        Client(resolver=slow, limits=Limits(connect=0.05)).request("GET", f"https://{NAME}/", headers={})
    released.set()


def test_what_cannot_be_reached_is_said_in_a_few_words() -> None:
    def unknown(name: str) -> list[str]:
        raise socket.gaierror(-2, "Name or service not known")

    with pytest.raises(UnreachableError, match="cannot be found"):
        Client(resolver=unknown).request("GET", f"https://{NAME}/", headers={})
    with pytest.raises(UnreachableError, match="no address"):
        Client(resolver=leads_to()).request("GET", f"https://{NAME}/", headers={})


@pytest.mark.parametrize(
    ("sent", "reason"), [(b"SSH-2.0-OpenSSH\r\n", "not HTTP"), (b"", "not HTTP"), (b"HTTP/1.1 abc\r\n\r\n", "not HTTP")]
)
def test_what_is_not_http_is_no_answer(sent: bytes, reason: str) -> None:
    def talk(connection: socket.socket) -> None:
        connection.recv(65_536)
        connection.sendall(sent)
        connection.shutdown(socket.SHUT_WR)
        # Closed with something unread the connection would be reset, and the client told of that instead.
        while connection.recv(65_536):
            pass

    with raw_server(talk) as port, pytest.raises(UnreachableError, match=reason):
        call(port)


def test_a_header_cannot_be_smuggled_in(server: Server) -> None:
    with pytest.raises(ValueError, match="Invalid header value"):
        Client(policy=LOCAL, resolver=leads_to("127.0.0.1")).request(
            "GET", f"http://{NAME}:{server.port}/", headers={"X-Test": "1\r\nX-Injected: 1"}
        )
    assert server.received == []


def test_the_certificate_must_be_for_the_name_and_not_for_the_address(tmp_path: Path) -> None:
    serving, trusting = tls_contexts(tmp_path, NAME)
    with http_server(serving) as server:
        calling = Client(policy=LOCAL, resolver=leads_to("127.0.0.1"), tls=trusting)

        assert calling.request("GET", f"https://{NAME}:{server.port}/", headers={}).status == 200
        with pytest.raises(UnreachableError, match="certificate"):
            calling.request("GET", f"https://other.example.org:{server.port}/", headers={})
        with pytest.raises(UnreachableError, match="certificate"):
            calling.request("GET", f"https://127.0.0.1:{server.port}/", headers={})
    assert [got.headers["host"] for got in server.received] == [f"{NAME}:{server.port}"]


def test_a_certificate_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    serving, _ = tls_contexts(tmp_path, NAME)
    with http_server(serving) as server:
        calling = Client(policy=LOCAL, resolver=leads_to("127.0.0.1"))
        with pytest.raises(UnreachableError, match="certificate"):
            calling.request("GET", f"https://{NAME}:{server.port}/", headers={})
    assert server.received == []


def test_the_answer_says_when_the_certificate_ends(tmp_path: Path) -> None:
    serving, trusting = tls_contexts(tmp_path, NAME)
    with http_server(serving) as server:
        calling = Client(policy=LOCAL, resolver=leads_to("127.0.0.1"), tls=trusting)
        ends = calling.request("GET", f"https://{NAME}:{server.port}/", headers={}).certificate_ends
    assert ends is not None
    assert dt.timedelta(hours=23) < ends - dt.datetime.now(dt.UTC) <= dt.timedelta(days=1)


def test_a_broken_certificate_is_told_apart_from_silence(tmp_path: Path) -> None:
    serving, _ = tls_contexts(tmp_path, NAME)
    with http_server(serving) as server, pytest.raises(UntrustedError):
        Client(policy=LOCAL, resolver=leads_to("127.0.0.1")).request(
            "GET", f"https://{NAME}:{server.port}/", headers={}
        )
