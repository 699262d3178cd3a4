"""One subscriber's life: what it missed out of the database, then what is said now, until somebody ends it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, Protocol
from urllib.parse import parse_qs

from labeling.atproto import info_frame
from labeling.labeler.hub import Event, Hub, OvertakenError
from labeling.labeler.source import Horizon

#: The protocol's numbers end below 2^53.
_NUMBER: Final = re.compile(r"[0-9]{1,16}")


class StreamEndError(Exception):
    """The stream ends with an error frame: `name` as the lexicon has it, and `message` for people."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self.name = name
        self.message = message


@dataclass(frozen=True)
class Limits:
    """How much a subscriber and all of them together may take. Times are in seconds."""

    subscribers: int = 500
    page: int = 500
    """Events read from the database at once, for each subscriber that catches up."""
    held: int = 4000
    """Events in memory, for all subscribers together."""
    send_within: float = 10.0
    """A subscriber that takes nothing for so long is too slow."""
    queries_waiting: int = 64
    poll_every: float = 0.25
    ping_every: float = 20.0


class Connection(Protocol):
    """As much of a WebSocket connection as a stream needs."""

    async def send(self, message: bytes) -> None:
        """Return when the frame is on its way and the next one may come."""


@dataclass(frozen=True)
class Stream:
    """What all subscribers share: the newest events, and the way to older ones."""

    hub: Hub
    limits: Limits
    events: Callable[[int, int], Awaitable[list[Event]]]
    horizon: Callable[[], Awaitable[Horizon]]

    async def serve(self, connection: Connection, target: str) -> None:
        """Send events for as long as the connection holds. Raises `StreamEndError` when it must end before."""
        cursor = cursor_of(target)
        if cursor is None:
            last = self.hub.head
        else:
            await self._greet(connection, cursor)
            last = await self._catch_up(connection, cursor)
        while True:
            try:
                last = await self._follow(connection, last)
            except OvertakenError:
                # More was said than is held, faster than this subscriber takes it: the database has it all.
                last = await self._catch_up(connection, last)

    async def _greet(self, connection: Connection, cursor: int) -> None:
        horizon = await self.horizon()
        if cursor > horizon.last:
            raise StreamEndError("FutureCursor", f"The cursor {cursor} is beyond the last number, {horizon.last}.")
        if 0 < cursor < horizon.erased:
            message = "Withdrawals after the cursor were erased: compare what you hold with queryLabels."
            await self._send(connection, info_frame("OutdatedCursor", message))

    async def _catch_up(self, connection: Connection, last: int) -> int:
        """Send pages from the database until the hub holds what comes next; returns the last number sent."""
        while True:
            # Everything up to here can be read now, so a page that ends short of its size holds all of it.
            told = self.hub.head
            page = await self.events(last, self.limits.page)
            for event in page:
                await self._send(connection, event.frame)
                last = event.seq
            if len(page) < self.limits.page:
                return max(last, told)

    async def _follow(self, connection: Connection, last: int) -> int:
        """Send what the hub holds beyond `last`, or wait for it; returns the last number sent."""
        await self.hub.beyond(last)
        events = self.hub.after(last, self.limits.page)
        for event in events:
            await self._send(connection, event.frame)
        return events[-1].seq

    async def _send(self, connection: Connection, frame: bytes) -> None:
        try:
            async with asyncio.timeout(self.limits.send_within):
                await connection.send(frame)
        except TimeoutError:
            message = f"Nothing was taken for {self.limits.send_within:g} seconds. Come back with your last cursor."
            raise StreamEndError("ConsumerTooSlow", message) from None


def cursor_of(target: str) -> int | None:
    """The cursor in the address of a subscription; `None` for from now on. Raises `StreamEndError`."""
    values = parse_qs(target.partition("?")[2], keep_blank_values=True).get("cursor", [])
    if not values:
        return None
    if len(values) > 1 or not _NUMBER.fullmatch(values[0]):
        raise StreamEndError("InvalidRequest", "cursor must be one whole number, the last one you have received")
    return int(values[0])
