"""The label service's server: one event loop for all connections, a few threads for the database."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from typing import Final, ParamSpec, TypeVar

from django.db import Error as DatabaseError
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.frames import CloseCode
from websockets.http11 import Request, Response

from labeling.atproto import Identity, error_frame
from labeling.labeler.answers import SUBSCRIBE, Answer, Answers, BusyError, refusal
from labeling.labeler.hub import Event, Hub
from labeling.labeler.source import Horizon, Source, with_connection
from labeling.labeler.streams import Limits, Stream, StreamEndError
from labeling.services.atproto_query import Found, Query

logger = logging.getLogger(__name__)

Given = ParamSpec("Given")
Asked = TypeVar("Asked")

#: Threads that read for subscribers and queries; one more tells the network what changed.
READERS: Final = 3
#: Seconds after which the service is not well when the database was not heard of.
_PATIENCE: Final = 15.0
_AFTER_A_FAILURE: Final = 1.0
#: Nobody needs to say anything to us; what is said is read, so that answers to pings are, and dropped.
_LARGEST_MESSAGE: Final = 4096
#: Seconds for goodbyes: the supervisor waits eight for the whole process.
_CLOSE_WITHIN: Final = 3.0


class LabelServer:
    """Listens, and tells everyone what `source` has."""

    def __init__(self, *, source: Source, identity: Identity, endpoint: str, limits: Limits) -> None:
        self._source = source
        self._limits = limits
        self._hub = Hub(limits.held)
        self._stream = Stream(self._hub, limits, self._events, self._horizon)
        self._answers = Answers(identity=identity, endpoint=endpoint, query=self._query, is_well=self._is_well)
        self._writer = ThreadPoolExecutor(1, "tell")
        self._readers = ThreadPoolExecutor(READERS, "read")
        self._subscribers = 0
        self._queries = 0
        self._begun = False
        self._heard_at = 0.0

    async def run(self, *, host: str, port: int, ready: Callable[[int], None]) -> None:
        """Serve until SIGTERM or SIGINT; `ready` is called with the port once somebody may connect.

        Raises `OSError` when the address cannot be listened on, and whatever else makes going on impossible.
        """
        stop = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        async with self.listening(host, port) as server:
            ready(next(iter(server.sockets)).getsockname()[1])
            stopped = asyncio.create_task(stop.wait())
            await asyncio.wait({stopped, self._telling}, return_when=asyncio.FIRST_COMPLETED)
            stopped.cancel()
            if self._telling.done():
                self._telling.result()

    @contextlib.asynccontextmanager
    async def listening(self, host: str, port: int) -> AsyncIterator[Server]:
        """The server, listening, and following what changes; at the end everyone is asked to come back."""
        server = await serve(
            self._subscriber,
            host,
            port,
            process_request=self._request,
            # Frames are small and signed: compressing would cost memory for each subscriber and save little.
            compression=None,
            max_size=_LARGEST_MESSAGE,
            ping_interval=self._limits.ping_every,
            ping_timeout=self._limits.ping_every,
            close_timeout=_CLOSE_WITHIN,
            server_header=None,
            logger=_connections_logger(),
        )
        self._telling = asyncio.create_task(self._keep_telling())
        try:
            yield server
        finally:
            self._telling.cancel()
            await _close(server)
            for pool in (self._writer, self._readers):
                pool.shutdown(wait=True, cancel_futures=True)

    async def _keep_telling(self) -> None:
        """Say what changed, and hand what was said to all subscribers, a few times a second for ever."""
        while True:
            try:
                more = await self._tell_some() if self._begun else await self._begin()
            except DatabaseError as error:
                logger.warning("Labels could not be followed and will be: %s", type(error).__name__)
                await asyncio.sleep(_AFTER_A_FAILURE)
                continue
            self._heard_at = time.monotonic()
            if not more:
                await asyncio.sleep(self._limits.poll_every)

    async def _begin(self) -> bool:
        """From where on everything is held; nobody may subscribe before."""
        self._hub.begin((await self._horizon()).last)
        self._begun = True
        return True

    async def _tell_some(self) -> bool:
        more = await self._in_thread(self._writer, self._source.advance)
        page = await self._in_thread(self._writer, self._source.events, self._hub.head, self._limits.page)
        self._hub.tell(page)
        return more or len(page) == self._limits.page

    def _is_well(self) -> bool:
        return self._heard_at > 0 and time.monotonic() - self._heard_at < _PATIENCE

    async def _request(self, connection: ServerConnection, request: Request) -> Response | None:
        """`None` for a subscription, else the answer to a plain request."""
        wants_stream = request.headers.get("Upgrade", "").lower() == "websocket"
        if not wants_stream or request.path.partition("?")[0] != SUBSCRIBE:
            try:
                answer = await self._answers.answer(request.method, request.path)
            except Exception:
                logger.exception("A request failed")
                answer = refusal(HTTPStatus.INTERNAL_SERVER_ERROR, "InternalServerError", "Internal Server Error")
            return _response(answer, with_body=request.method != "HEAD")
        if not self._begun or self._subscribers >= self._limits.subscribers:
            message = "This service is starting, or has as many subscribers as it takes."
            again = [("Retry-After", "30")]
            return _response(refusal(HTTPStatus.SERVICE_UNAVAILABLE, "NotEnoughResources", message, again))
        return None

    async def _subscriber(self, connection: ServerConnection) -> None:
        self._subscribers += 1
        stream = asyncio.create_task(self._streamed(connection))
        ignoring = asyncio.create_task(_ignore(connection))
        try:
            # Whichever ends first: the stream, or the connection under it.
            await asyncio.wait({stream, ignoring}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._subscribers -= 1
            for task in (stream, ignoring):
                task.cancel()
            await asyncio.gather(stream, ignoring, return_exceptions=True)

    async def _streamed(self, connection: ServerConnection) -> None:
        try:
            if connection.request is not None:  # there is no connection without one
                await self._stream.serve(connection, connection.request.path)
        except StreamEndError as end:
            logger.info("A stream ends: %s", end.name)
            await _end(connection, end.name, end.message)
        except ConnectionClosed:
            # They left, or we do.
            pass
        except DatabaseError as error:
            logger.warning("A stream ends: %s", type(error).__name__)
            await connection.close(CloseCode.TRY_AGAIN_LATER, "The database does not answer")
        except Exception:
            logger.exception("A stream failed")
            await connection.close(CloseCode.INTERNAL_ERROR)

    async def _events(self, after: int, limit: int) -> list[Event]:
        return await self._in_thread(self._readers, self._source.events, after, limit)

    async def _horizon(self) -> Horizon:
        return await self._in_thread(self._readers, self._source.horizon)

    async def _query(self, query: Query) -> Found:
        if self._queries >= self._limits.queries_waiting:
            raise BusyError
        self._queries += 1
        try:
            return await self._in_thread(self._readers, self._source.query, query)
        finally:
            self._queries -= 1

    async def _in_thread(
        self,
        pool: ThreadPoolExecutor,
        ask: Callable[Given, Asked],
        *args: Given.args,
        **kwargs: Given.kwargs,
    ) -> Asked:
        work = with_connection(ask)
        return await asyncio.get_running_loop().run_in_executor(pool, lambda: work(*args, **kwargs))


async def _ignore(connection: ServerConnection) -> None:
    """Read what subscribers say and drop it, as the protocol wants."""
    with contextlib.suppress(ConnectionClosed):
        async for _ in connection:
            pass


async def _end(connection: ServerConnection, name: str, message: str) -> None:
    """The error frame, then the end. Who takes nothing is not waited for."""
    with contextlib.suppress(ConnectionClosed, TimeoutError):
        async with asyncio.timeout(_CLOSE_WITHIN):
            await connection.send(error_frame(name, message))
    await connection.close(CloseCode.POLICY_VIOLATION, name)


async def _close(server: Server) -> None:
    # Not "going away", which clients take for the end of the service: after this one they connect again.
    server.close(code=CloseCode.SERVICE_RESTART, reason="The service restarts: come back with your last cursor")
    await server.wait_closed()


def _response(answer: Answer, *, with_body: bool = True) -> Response:
    headers = Headers([*answer.headers, ("Connection", "close")])
    if answer.status != HTTPStatus.NO_CONTENT:
        headers["Content-Length"] = str(len(answer.body))
    return Response(answer.status.value, answer.status.phrase, headers, answer.body if with_body else b"")


def _connections_logger() -> logging.Logger:
    """The library names visitors' addresses and tells of every connection that breaks; neither is ours to keep."""
    quiet = logging.getLogger("labeling.labeler.connections")
    quiet.setLevel(logging.CRITICAL)
    return quiet
