"""Readers that wait for a publication: each with a connection of its own, which one worker process keeps answering."""

from __future__ import annotations

import http.client
import re
import threading
import time
from contextlib import closing
from dataclasses import dataclass, field

from bench.publishing import WORDS

_NUMBER = re.compile(rf"{WORDS} (\d{{6}})")
_PAUSE = 0.02


@dataclass
class Readers:
    """`seen` holds, for each reader, when (`time.monotonic`) an answer first had each number."""

    seen: list[dict[int, float]] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    _ended: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def start(self, port: int, path: str, count: int) -> None:
        """Let `count` readers ask for `path` again and again."""
        self.seen = [{} for _ in range(count)]
        for place in range(count):
            thread = threading.Thread(target=self._read, args=(port, path, place), daemon=True)
            thread.start()
            self._threads.append(thread)

    def wait(self, number: int, seconds: float) -> bool:
        """Whether every reader has seen `number` within so many seconds."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and not self.failures:
            if all(number in seen for seen in self.seen):
                return True
            time.sleep(_PAUSE)
        return False

    def stop(self) -> None:
        """Send them home."""
        self._ended.set()
        for thread in self._threads:
            thread.join(30)

    def slowest(self, number: int, published: float) -> float:
        """Seconds from the publication until the last reader had it, or a later one."""
        return max(min(at for had, at in seen.items() if had >= number) for seen in self.seen) - published

    def _read(self, port: int, path: str, place: int) -> None:
        try:
            with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
                while not self._ended.is_set():
                    connection.request("GET", path)
                    body = connection.getresponse().read().decode()
                    if found := _NUMBER.search(body):
                        self.seen[place].setdefault(int(found[1]), time.monotonic())
                    time.sleep(_PAUSE)
        except OSError as error:
            self.failures.append(repr(error))
