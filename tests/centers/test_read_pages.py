"""What strange pages say of themselves, and where addresses really lead: little is read and nothing trusted."""

from __future__ import annotations

import datetime as dt
import gzip
import socket
import zlib
from collections.abc import Iterator
from contextlib import suppress

import pytest

from centers.links.judge import probe_judge
from centers.links.page import LONGEST_TITLE, MOST_BYTES, page_read
from centers.links.probe import Probe, leads_elsewhere, url_ascii
from electioncenters.safe_http import UnsafeUrlError
from tests.centers.links import local_caller
from tests.servers import Answering, Server, http_server, raw_server

NOW = dt.datetime(2031, 6, 1, tzinfo=dt.UTC)
HTML = {"content-type": "text/html"}


@pytest.fixture
def server() -> Iterator[Server]:
    with http_server() as running:
        yield running


@pytest.mark.parametrize(
    ("body", "headers", "title", "languages"),
    [
        (b"<html lang=de-AT><title> Wahlen \n 2031 </title>", {}, "Wahlen 2031", ("de",)),
        (b"<!doctype html><HTML LANG='FR'><head><TITLE>\xc3\x89lections</TITLE>", {}, "Élections", ("fr",)),
        (b"<html><title>\xc9lections</title>", {"content-type": "text/html; charset=iso-8859-1"}, "Élections", ()),
        (b'<meta charset="windows-1250"><title>\x8aance</title>', {}, "Šance", ()),
        (b"<meta charset='no-such-charset'><title>Vote</title>", {}, "Vote", ()),
        (b"<meta charset=base64><title>Vote</title>", {}, "Vote", ()),
        ("\ufeff<title>Głos</title>".encode("utf-16-le"), {}, "Głos", ()),
        (b"<title>Vote</title>", {"content-language": "en-IE, ga"}, "Vote", ("en", "ga")),
        (
            b"<html lang=nl><link rel=alternate hreflang=fr-be href=/fr><link rel='alternate' hreflang='x-default'>"
            b"<link rel=stylesheet hreflang=de><title>Kies</title>",
            {}, "Kies", ("nl", "fr"),
        ),
        (b"<title>&lt;script&gt;alert(1)&lt;/script&gt;Vote &amp; win</title>", {}, "Vote & win", ()),
        ("<title>Vote \u202eyadnuS\u202c \x07now</title>".encode(), {}, "Vote yadnuS now", ()),
        (b"<body><svg><title>Logo</title></svg>", {}, "", ()),
        (b"<title>One</title><title>Two</title>", {}, "One", ()),
        (b"<html lang='\"><script>'><title>Vote</title>", {}, "Vote", ()),
        (b"<title>never closed", {}, "never closed", ()),
        (b"\x00\xff\xfe binary <title", {}, "", ()),
        (b"", {}, "", ()),
        (b"%PDF-1.7", {"content-type": "application/pdf", "content-language": "mt"}, "", ("mt",)),
        (gzip.compress(b"<title>Packed</title>", mtime=0), {"content-encoding": "gzip"}, "Packed", ()),
        (zlib.compress(b"<title>Packed</title>"), {"content-encoding": "deflate"}, "Packed", ()),
        (b"no gzip at all", {"content-encoding": "gzip"}, "", ()),
    ],
)  # fmt: skip
def test_page_says_its_title_and_languages(
    body: bytes, headers: dict[str, str], title: str, languages: tuple[str, ...]
) -> None:
    assert page_read(body, HTML | headers) == (title, languages)


@pytest.mark.parametrize(
    "body",
    [
        b"<title>" + b"x" * 1_000_000,
        b"<title>" + b"<b>" * 200_000,
        b"<!--" * 250_000,
        b"<a " * 300_000,
        b"<title>" + b"&amp" * 200_000,
        b"<link rel=alternate hreflang=" + b"aa><link rel=alternate hreflang=".join([b"fr"] * 20_000),
    ],
    ids=["long title", "tags", "comments", "attributes", "references", "languages"],
)
def test_hostile_page_costs_little_and_says_little(body: bytes) -> None:
    facts = page_read(body, HTML)
    assert len(facts.title) <= LONGEST_TITLE
    assert len(facts.languages) <= 50


def test_bomb_goes_off_only_a_little() -> None:
    bomb = gzip.compress(b"<title>Boom</title>" + b" " * 200_000_000, compresslevel=9)
    assert len(bomb) < 250_000
    assert page_read(bomb, HTML | {"content-encoding": "gzip"}).title == "Boom"
    assert MOST_BYTES < 1_000_000


@pytest.mark.parametrize(
    ("asked", "final", "elsewhere"),
    [
        ("https://a.example/x", "https://a.example/x", False),
        ("http://a.example/x", "https://www.a.example/x/", False),
        ("https://a.example/x", "https://a.example/x/de/", False),
        ("https://a.example/", "https://a.example/de/home", False),
        ("https://a.example/x?id=1", "https://a.example/y", False),
        ("https://a.example/x/y", "https://a.example/x", True),
        ("https://a.example/x", "https://a.example/", True),
        ("https://a.example/x", "https://b.example/x", True),
        ("https://a.example/x", "https://a.example.evil.example/x", True),
    ],
)
def test_redirection_to_another_host_or_a_page_above_leads_elsewhere(asked: str, final: str, elsewhere: bool) -> None:
    assert leads_elsewhere(asked, final) is elsewhere


def test_addresses_are_written_as_the_wire_wants_them() -> None:
    assert url_ascii("https://wählen.example/über uns?q=ä#x") == (
        "https://xn--whlen-gra.example/%C3%BCber%20uns?q=%C3%A4"
    )
    assert url_ascii("https://a.example:8443/%C3%BC") == "https://a.example:8443/%C3%BC"
    with pytest.raises(UnsafeUrlError):
        url_ascii("https://[::1/")


def test_redirections_are_followed_and_vetted_one_by_one(server: Server) -> None:
    base = f"http://wahl.example.org:{server.port}"
    onward = {
        "/in": "http://10.0.0.1/",
        "/meta": "http://169.254.169.254/latest/",
        "/file": "file:///etc/passwd",
        "/mail": "mailto:a@b.example",
    }
    caller = local_caller()

    server.answering = Answering(status=lambda got: 302 if got.path == "/a" else 200, headers={"Location": "/ü"})
    assert caller.probe(f"{base}/a", reads_page=True).final_url == f"{base}/%C3%BC"
    for path, location in onward.items():
        server.answering = Answering(status=302, headers={"Location": location})
        told = caller.probe(base + path, reads_page=True)
        assert told.is_unsafe, path
        assert probe_judge(base, told, expected=(), now=NOW).outcome == "unsafe"
    server.answering = Answering(status=302, headers={"Location": "/loop"})
    told = caller.probe(f"{base}/loop", reads_page=True)
    assert "without an end" in told.error
    assert probe_judge(base, told, expected=(), now=NOW).outcome == "status"
    assert len(server.received) < 20
    assert all("election-centers-links" in got.headers["user-agent"] for got in server.received)


def test_endless_page_is_read_to_its_limit_and_no_further() -> None:
    def talk(connection: socket.socket) -> None:
        connection.recv(4096)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html lang=de><title>Wahl</title>")
        with suppress(OSError):
            while True:
                connection.sendall(b" " * 65_536)

    with raw_server(talk) as port:
        told = local_caller(body=100_000).probe(f"http://wahl.example.org:{port}/", reads_page=True)
    assert len(told.body) == 100_000
    assert page_read(told.body, told.headers).title == "Wahl"


def test_page_that_comes_byte_by_byte_is_given_up() -> None:
    def talk(connection: socket.socket) -> None:
        connection.recv(4096)
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        with suppress(OSError):
            connection.recv(4096)

    with raw_server(talk) as port:
        told = local_caller(seconds=0.5).probe(f"http://wahl.example.org:{port}/", reads_page=True)
    assert (told.status, told.error) == (None, "the answer took too long")


@pytest.mark.parametrize(
    ("probe", "outcome"),
    [
        (Probe("https://a.example/", 1, 200), "ok"),
        (Probe("https://a.example/", 1, 304), "ok"),
        (Probe("https://a.example/", 1, 403), "guarded"),
        (Probe("https://a.example/", 1, 429), "guarded"),
        (Probe("https://a.example/", 1, 404), "status"),
        (Probe("https://a.example/", 1, 503), "status"),
        (Probe("https://a.example/", 1, error="the name cannot be found"), "unreachable"),
        (Probe("https://a.example/", 1, is_untrusted=True), "tls"),
        (Probe("https://b.example/", 1, 200), "elsewhere"),
        (Probe("https://a.example/", 1, 200, certificate_ends=NOW + dt.timedelta(days=3)), "certificate"),
        (Probe("https://a.example/", 1, 200, certificate_ends=NOW + dt.timedelta(days=30)), "ok"),
        (Probe("https://a.example/", 1, 200, headers=HTML, body=b"<html lang=ru>"), "language"),
        (Probe("https://a.example/", 1, 200, headers=HTML, body=b"<html lang=de-DE>"), "ok"),
        (Probe("https://a.example/", 1, 200, headers={"content-type": "application/pdf"}, body=b"x"), "ok"),
    ],
)
def test_probe_is_judged(probe: Probe, outcome: str) -> None:
    assert probe_judge("https://a.example/", probe, expected={"de"}, now=NOW).outcome == outcome


def test_language_stays_wrong_between_readings() -> None:
    seen = probe_judge(
        "https://a.example/", Probe("https://a.example/", 1, 200), expected={"de"}, now=NOW, known_language="ru"
    )
    assert seen.outcome == "language"
