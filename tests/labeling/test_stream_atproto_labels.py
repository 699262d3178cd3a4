"""The label service's server without a database: subscribers that are slow, too many, idle, or gone."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest
from atproto_core.cbor import decode_dag_multi
from django.db import OperationalError
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosedError, InvalidStatus

from labeling.atproto import Identity, SigningKey, message_frame
from labeling.labeler.answers import InvalidRequestError, query_read
from labeling.labeler.hub import Event, Hub, OvertakenError
from labeling.labeler.server import LabelServer
from labeling.labeler.source import Horizon
from labeling.labeler.streams import Limits
from labeling.services.atproto_query import Found, Query

KEY = SigningKey("9085d2bef69286a6cbb51623c8fa258629945cd55ca705cc4e66700396894e0c")
#: Seconds a step may take on a busy machine.
PATIENCE = 60
STREAM = "/xrpc/com.atproto.label.subscribeLabels"


class Listed:
    """A source that has what the test says."""

    def __init__(self, count: int = 0, size: int = 10) -> None:
        self.count = count
        self.broken = False
        self._filling = b"x" * size

    def advance(self) -> bool:
        self._check()
        return False

    def horizon(self) -> Horizon:
        self._check()
        return Horizon(self.count, 0)

    def events(self, after: int, limit: int) -> list[Event]:
        self._check()
        return [self._event(seq) for seq in range(after + 1, min(self.count, after + limit) + 1)]

    def query(self, query: Query) -> Found:
        self._check()
        return Found([], None)

    def _event(self, seq: int) -> Event:
        return Event(seq, message_frame("#labels", {"seq": seq, "labels": [], "filling": self._filling}))

    def _check(self) -> None:
        if self.broken:
            raise OperationalError("the database is away")


Test = Callable[[str], Awaitable[None]]


def serve(source: Listed, test: Test, **limits: Any) -> None:
    """Run `test` with the host and port of a server on `source`."""

    async def run() -> None:
        server = LabelServer(
            source=source,
            identity=Identity("did:web:elections.example", KEY),
            endpoint="https://elections.example",
            limits=Limits(**{"poll_every": 0.01} | limits),
        )
        async with server.listening("127.0.0.1", 0) as listening:
            port = next(iter(listening.sockets)).getsockname()[1]
            async with asyncio.timeout(PATIENCE):
                await test(f"127.0.0.1:{port}")

    asyncio.run(run())


async def subscribed(place: str, query: str = "", **options: Any) -> ClientConnection:
    """A connection, as soon as the service takes one."""
    while True:
        try:
            return await connect(f"ws://{place}{STREAM}{query}", **options)
        except InvalidStatus:
            await asyncio.sleep(0.01)


async def numbers(connection: ClientConnection, count: int) -> list[int]:
    """The numbers of the next `count` events."""
    return [number(await connection.recv()) for _ in range(count)]


async def drained(connection: ClientConnection) -> tuple[list[Any], int | None]:
    """All that still comes, and the code with which the service closed."""
    frames = []
    try:
        while True:
            frames.append(await connection.recv())
    except ConnectionClosedError as closed:
        return frames, closed.rcvd and closed.rcvd.code


def number(frame: str | bytes) -> int:
    assert isinstance(frame, bytes)
    header, body = decode_dag_multi(frame)
    assert header == {"op": 1, "t": "#labels"}
    return int(body["seq"])


def test_subscriber_that_takes_nothing_is_told_that_it_is_too_slow(caplog: pytest.LogCaptureFixture) -> None:
    source = Listed(count=5000, size=65536)

    async def test(place: str) -> None:
        # It reads one message and then leaves the rest in the network's buffers.
        connection = await subscribed(place, "?cursor=0", max_queue=1, max_size=None)
        await connection.recv()
        while "ConsumerTooSlow" not in caplog.text:
            await asyncio.sleep(0.01)
        frames, closed = await drained(connection)
        header, body = decode_dag_multi(frames[-1])
        assert (header, body["error"]) == ({"op": -1}, "ConsumerTooSlow")
        assert closed == 1008
        # What it got is whole and in order, so it can go on from there.
        assert [number(frame) for frame in frames[:-1]] == list(range(2, len(frames) + 1))
        assert len(frames) < source.count

    caplog.set_level(logging.INFO)
    serve(source, test, send_within=0.2)


def test_nothing_is_missed_or_repeated_when_more_is_said_than_is_held() -> None:
    source = Listed(count=3)

    async def test(place: str) -> None:
        connection = await subscribed(place, "?cursor=0")
        assert await numbers(connection, 3) == [1, 2, 3]
        source.count = 3000
        assert await numbers(connection, 2997) == list(range(4, 3001))
        source.count = 3001
        assert await numbers(connection, 1) == [3001]
        await connection.close()

    serve(source, test, held=4, page=3)


def test_subscribers_at_different_places_hear_the_same() -> None:
    source = Listed(count=10)

    async def test(place: str) -> None:
        early = await subscribed(place, "?cursor=0")
        late = await subscribed(place, "?cursor=8")
        live = await subscribed(place)
        source.count = 12
        assert await numbers(early, 12) == list(range(1, 13))
        assert await numbers(late, 4) == [9, 10, 11, 12]
        assert await numbers(live, 2) == [11, 12]
        for connection in (early, late, live):
            await connection.close()

    serve(source, test)


def test_no_more_subscribers_are_taken_than_allowed_until_one_leaves() -> None:
    async def test(place: str) -> None:
        first = await subscribed(place)
        with pytest.raises(InvalidStatus) as refused:
            await connect(f"ws://{place}{STREAM}")
        assert refused.value.response.status_code == 503
        assert refused.value.response.headers["Retry-After"]
        assert b"NotEnoughResources" in (refused.value.response.body or b"")
        # Nothing is ever sent to it, and still it is noticed that it has gone.
        await first.close()
        second = await subscribed(place)
        await second.close()

    serve(Listed(), test, subscribers=1)


def test_subscriber_that_answers_no_ping_loses_its_place() -> None:
    async def test(place: str) -> None:
        await (await subscribed(place)).close()
        host, _, port = place.partition(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        headers = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        key = "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
        while True:
            writer.write(f"GET {STREAM} HTTP/1.1\r\nHost: {place}\r\n{headers}{key}\r\n".encode())
            if b" 101 " in await reader.readline():
                break
            # The first one's place is not free yet.
            writer.close()
            reader, writer = await asyncio.open_connection(host, int(port))
        # It holds the connection and says nothing: there is room for another one when it was given up.
        await (await subscribed(place)).close()
        writer.close()

    serve(Listed(), test, subscribers=1, ping_every=0.2)


def test_subscribers_are_asked_to_come_back_when_the_service_stops() -> None:
    kept: list[ClientConnection] = []

    async def run() -> None:
        server = LabelServer(
            source=Listed(count=1),
            identity=Identity("did:web:elections.example", KEY),
            endpoint="https://elections.example",
            limits=Limits(),
        )
        async with server.listening("127.0.0.1", 0) as listening:
            port = next(iter(listening.sockets)).getsockname()[1]
            kept.append(await subscribed(f"127.0.0.1:{port}"))
        with pytest.raises(ConnectionClosedError) as closed:
            await kept[0].recv()
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1012

    asyncio.run(asyncio.wait_for(run(), PATIENCE))


def test_streams_outlive_a_database_that_is_away() -> None:
    source = Listed(count=1)

    async def test(place: str) -> None:
        connection = await subscribed(place)
        source.broken = True
        async with httpx.AsyncClient(base_url=f"http://{place}") as client:
            answer = await client.get("/xrpc/com.atproto.label.queryLabels?uriPatterns=*")
        assert (answer.status_code, answer.json()["error"]) == (503, "ServiceUnavailable")
        assert answer.headers["cache-control"] == "no-store"
        # Who wants what is in the database cannot be served now, and is asked to come back.
        other = await subscribed(place, "?cursor=0")
        with pytest.raises(ConnectionClosedError) as closed:
            await other.recv()
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1013
        source.count = 2
        source.broken = False
        assert await numbers(connection, 1) == [2]
        await connection.close()

    serve(source, test)


def test_service_is_not_well_before_the_database_answered() -> None:
    source = Listed()
    source.broken = True

    async def test(place: str) -> None:
        async with httpx.AsyncClient(base_url=f"http://{place}") as client:
            assert (await client.get("/xrpc/_health")).status_code == 503
            with pytest.raises(InvalidStatus):
                await connect(f"ws://{place}{STREAM}")
            source.broken = False
            while (await client.get("/xrpc/_health")).status_code != 200:
                await asyncio.sleep(0.01)

    serve(source, test)


def test_query_is_put_off_when_too_many_wait() -> None:
    async def test(place: str) -> None:
        async with httpx.AsyncClient(base_url=f"http://{place}") as client:
            answer = await client.get("/xrpc/com.atproto.label.queryLabels?uriPatterns=*")
        assert (answer.status_code, answer.json()["error"]) == (503, "ServiceUnavailable")
        assert answer.headers["retry-after"] == "5"

    serve(Listed(), test, queries_waiting=0)


def test_what_subscribers_say_is_ignored() -> None:
    source = Listed()

    async def test(place: str) -> None:
        connection = await subscribed(place)
        for _ in range(100):
            await connection.send("hello")
        source.count = 1
        assert await numbers(connection, 1) == [1]
        await connection.close()

    serve(source, test)


async def raw(place: str, request: bytes) -> bytes:
    """What comes back for bytes that no client would send."""
    host, _, port = place.partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(request)
    answer = await reader.read()
    writer.close()
    return answer


@pytest.mark.parametrize(
    ("request_line", "status"),
    [
        (b"GET //[ HTTP/1.1", b" 404 "),
        (b"GET http://elections.example/xrpc/_health HTTP/1.1", b" 404 "),
        (b"GET /xrpc/%00 HTTP/1.1", b" 501 "),
        (b"DELETE /xrpc/com.atproto.label.queryLabels HTTP/1.1", b" 405 "),
        # No HTTP, so no answer of HTTP's either.
        (b"nonsense", b""),
        (b"GET /" + b"x" * 20_000 + b" HTTP/1.1", b" 4"),
    ],
)
def test_strange_requests_get_a_clear_answer(request_line: bytes, status: bytes) -> None:
    async def test(place: str) -> None:
        answer = await raw(place, request_line + b"\r\nHost: elections.example\r\n\r\n")
        assert status in answer.partition(b"\r\n")[0], answer
        # And it goes on.
        async with httpx.AsyncClient(base_url=f"http://{place}") as client:
            assert (await client.get("/.well-known/did.json")).status_code == 200

    serve(Listed(), test)


def test_hub_holds_the_newest_events_only() -> None:
    async def run() -> None:
        hub = Hub(4)
        hub.begin(10)
        assert hub.after(10, 5) == []
        hub.tell([Event(seq, b"") for seq in (12, 15, 16, 20, 21)])
        assert hub.head == 21
        with pytest.raises(OvertakenError):
            hub.after(10, 5)
        assert [event.seq for event in hub.after(16, 5)] == [20, 21]
        assert [event.seq for event in hub.after(17, 1)] == [20]
        assert hub.after(21, 5) == []
        waiting = asyncio.create_task(hub.beyond(21))
        await asyncio.sleep(0)
        assert not waiting.done()
        hub.tell([Event(30, b"")])
        await waiting

    asyncio.run(run())


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("", "uriPatterns"),
        ("uriPatterns=", "uriPatterns"),
        ("uriPatterns=a*b", "uriPatterns"),
        ("uriPatterns=%00", "uriPatterns"),
        ("uriPatterns=%ff", "uriPatterns"),
        ("&".join(["uriPatterns=a"] * 51), "uriPatterns"),
        ("&".join(["uriPatterns=a"] * 200), "parameters"),
        ("uriPatterns=*&limit=0", "limit"),
        ("uriPatterns=*&limit=251", "limit"),
        ("uriPatterns=*&limit=%D9%A5", "limit"),
        ("uriPatterns=*&limit=1&limit=2", "limit"),
        ("uriPatterns=*&sources=nobody", "sources"),
        ("uriPatterns=*&cursor=", "cursor"),
        ("uriPatterns=*&cursor=42", "cursor"),
        ("uriPatterns=*&cursor=AAAA", "cursor"),
        ("uriPatterns=*&cursor=AAAgYQ==", "cursor"),
        ("uriPatterns=*&cursor=%C3%A0", "cursor"),
    ],
)
def test_query_is_refused_by_name_of_what_is_wrong(query: str, named: str) -> None:
    with pytest.raises(InvalidRequestError, match=named):
        query_read(query)


def test_query_has_the_protocols_defaults() -> None:
    query = query_read("uriPatterns=at://did:plc:x/*")
    assert (query.limit, query.sources, query.after) == (50, [], None)
