"""What was said last, once for all subscribers: each of them only remembers how far it has read."""

from __future__ import annotations

import asyncio
from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple


class Event(NamedTuple):
    """A number of the stream and the frame that is sent for it."""

    seq: int
    frame: bytes


class OvertakenError(Exception):
    """What comes next is not held any more; it is in the database."""


class Hub:
    """The newest events, at most `capacity` of them; to be used in one event loop only."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._events: list[Event] = []
        self._news = asyncio.Event()
        self.head = 0
        """The number up to which everything was told; there may be no event of that number."""
        self._floor = 0

    def begin(self, seq: int) -> None:
        """Hold nothing, and everything that comes after `seq`."""
        self._events.clear()
        self.head = self._floor = seq

    def tell(self, events: Sequence[Event]) -> None:
        """Add events, in order and all of them beyond `head`, and wake whoever waits."""
        if not events:
            return
        self._events.extend(events)
        self.head = events[-1].seq
        # Cut by halves: shifting a list at every event would cost more than what it saves.
        if len(self._events) > self._capacity:
            cut = len(self._events) - self._capacity // 2
            self._floor = self._events[cut - 1].seq
            del self._events[:cut]
        self._news.set()
        self._news = asyncio.Event()

    def after(self, seq: int, limit: int) -> list[Event]:
        """At most `limit` of the events after `seq`. Raises `OvertakenError` when some of them are not held."""
        if seq < self._floor:
            raise OvertakenError
        start = bisect_right(self._events, seq, key=_seq)
        return self._events[start : start + limit]

    async def beyond(self, seq: int) -> None:
        """Return when there is something after `seq`."""
        while self.head <= seq:
            await self._news.wait()


def _seq(event: Event) -> int:
    return event.seq
