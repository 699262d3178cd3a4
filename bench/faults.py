"""`python -m bench.faults [ITEMS]`: everything fails while content flows, and nothing may be lost or labelled twice.

Items (200,000 unless said) are handed in over HTTP, at a bounded pace, by a client that repeats what got no answer, as
platforms do. Meanwhile workers are killed with -9 at random, the broker is flushed, and PostgreSQL is stopped or
killed. At the end what was acknowledged is compared with what is stored and labelled. Prints "lost 0, duplicated 0", or
names what is wrong and ends with exit code 1.
"""

from __future__ import annotations

import contextlib
import os
import random
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import msgspec
import psycopg
import redis

from bench.intake import Intake
from bench.posts import posts
from bench.stack import Stack, stack

_ITEMS, _BATCH = 200_000, 1_000
#: Items a second at most, so that the stream lasts through enough faults.
_PACE = 6_000
_WORKERS = ("worker-0", "worker-1")
#: Seconds between two faults.
_PAUSES = (0.5, 2.5)
#: The keeper gives up on a server that crashes too often within a minute, as it should.
_POSTGRES_REST = 13.0
_PATIENCE = 420.0
_SHOWN = 10

#: A label: the item's id on the platform and the place it is about.
Given = tuple[str, str]


@dataclass
class Verdict:
    """What is wrong in the end, in words."""

    lost: list[str] = field(default_factory=list)
    duplicated: list[str] = field(default_factory=list)

    @property
    def line(self) -> str:
        """The last line printed."""
        return f"lost {len(self.lost)}, duplicated {len(self.duplicated)}"


@dataclass
class Stream:
    """What is handed in: `expected` fills with the labels that the shipped rules give."""

    count: int
    expected: set[Given] = field(default_factory=set)

    def requests(self) -> Iterator[tuple[int, bytes]]:
        """Bodies at their pace; only one of them is in memory."""
        from labeling.intake import Item
        from labeling.services.matcher import item_for_matching
        from labeling.services.shipped import ruleset_shipped

        match, began, made = ruleset_shipped().match, time.monotonic(), 0
        batch: list[dict[str, Any]] = []
        for item in posts(self.count, seed=9, prefix="fault"):
            batch.append(item)
            for found in match(item_for_matching(msgspec.convert(item, Item))):
                self.expected.add((item["external_id"], found.jurisdiction))
            if len(batch) == _BATCH or len(batch) + made == self.count:
                made += len(batch)
                time.sleep(max(0.0, began + made / _PACE - time.monotonic()))
                yield len(batch), msgspec.json.encode(batch)
                batch = []


class Faults:
    """What goes wrong, at random; every kind at least once."""

    def __init__(self, portal: Stack, seed: int) -> None:
        self.done: Counter[str] = Counter()
        self._portal = portal
        self._chance = random.Random(seed)
        self._postgres_at = time.monotonic() + 3.0

    def go_on_until(self, ended: threading.Event) -> None:
        """Faults with short pauses until `ended`."""
        while not ended.wait(self._chance.uniform(*_PAUSES)):
            if time.monotonic() > self._postgres_at:
                self._postgres()
                self._postgres_at = time.monotonic() + _POSTGRES_REST
            elif self._chance.random() < 0.3:
                self._broker()
            else:
                self._worker(self._chance.choice(_WORKERS))

    def _worker(self, name: str) -> None:
        self._portal.kill(name)
        self._portal.start_worker(processes=1, name=name)
        self.done["worker killed"] += 1

    def _broker(self) -> None:
        with redis.Redis.from_url(self._portal.paths.redis_url) as valkey:
            valkey.flushall()
        self.done["broker flushed"] += 1

    def _postgres(self) -> None:
        """Stopped as an operator restarts it, and killed as a crash does, in turns; the keeper starts it again."""
        crash = self.done["database stopped"] > self.done["database killed"]
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._portal.postmaster(), signal.SIGKILL if crash else signal.SIGINT)
        self.done["database killed" if crash else "database stopped"] += 1


def main(count: int) -> int:
    """Exit code 1 when anything was lost or duplicated."""
    with stack() as portal:
        portal.start_web()
        portal.start_beat()
        for name in _WORKERS:
            portal.start_worker(processes=1, name=name)
        intake, stream, faults = Intake(portal.port, portal.key, patient=True), Stream(count), Faults(portal, count)
        began = time.monotonic()
        _run(intake, stream, faults)
        handed_in = time.monotonic() - began
        _say(f"{count:,} items handed in within {handed_in:.0f} s, {intake.retries} requests repeated")
        _say(", ".join(f"{number} × {what}" for what, number in sorted(faults.done.items())))
        waited = _await_end(portal)
        _say(f"All labelled {waited:.0f} s after the last acknowledgement")
        verdict = _compare(portal, intake, stream)
    for kind, named in (("lost", verdict.lost), ("duplicated", verdict.duplicated)):
        for one in named[:_SHOWN]:
            _say(f"{kind}: {one}")
    _say(verdict.line)
    return 1 if verdict.lost or verdict.duplicated else 0


def _run(intake: Intake, stream: Stream, faults: Faults) -> None:
    """The stream in a thread of its own, the faults in this one: children are started by the main thread."""
    ended, errors = threading.Event(), []

    def hand_in() -> None:
        try:
            intake.hand_in_all(stream.requests(), connections=4)
        except Exception as error:  # raised again below
            errors.append(error)
        finally:
            ended.set()

    handing_in = threading.Thread(target=hand_in)
    handing_in.start()
    faults.go_on_until(ended)
    handing_in.join()
    if errors:
        raise errors[0]


def _await_end(portal: Stack) -> float:
    """Seconds until no batch waits any more, or until patience ends."""
    began = time.monotonic()
    waiting = "SELECT count(*) FROM labeling_intakebatch WHERE state IN ('received', 'working')"
    while time.monotonic() - began < _PATIENCE:
        with contextlib.suppress(psycopg.OperationalError), portal.database() as database:
            if database.execute(waiting).fetchone() == (0,):
                break
        time.sleep(0.2)
    return time.monotonic() - began


def _compare(portal: Stack, intake: Intake, stream: Stream) -> Verdict:
    """What was acknowledged against what is stored."""
    verdict = Verdict()
    with portal.database() as database:
        states = {str(batch): (state, items) for batch, state, items in database.execute(
            "SELECT public_id, state, item_count FROM labeling_intakebatch"
        )}  # fmt: skip
        for batch, (_, items) in intake.accepted.items():
            if states.get(batch) != ("done", items):
                verdict.lost.append(f"batch {batch} with {items} items is {states.get(batch, 'not stored')}")
        acknowledged = sum(items for _, items in intake.accepted.values())
        if acknowledged != stream.count:
            verdict.lost.append(f"{stream.count - acknowledged} items were never acknowledged")
        given: Counter[Given] = Counter()
        for external_id, place, number in database.execute(
            "SELECT item.external_id, place.code, count(*) FROM labeling_label AS label "
            "JOIN labeling_contentitem AS item ON item.id = label.item_id "
            "JOIN centers_jurisdiction AS place ON place.id = label.jurisdiction_id GROUP BY 1, 2"
        ):
            given[str(external_id), str(place)] = int(str(number))
        twice = database.execute(
            "SELECT label_id, count(*) FROM labeling_labeldecision GROUP BY label_id HAVING count(*) > 1"
        ).fetchall()
        stored = "SELECT count(*) - count(DISTINCT external_id) FROM labeling_contentitem"
        (known,) = database.execute(stored).fetchone() or (0,)
    verdict.lost += [f"label of {one[0]} for {one[1]}" for one in sorted(stream.expected - given.keys())]
    verdict.duplicated += [f"label of {one[0]} for {one[1]}" for one, number in given.items() if number > 1]
    unasked = given.keys() - stream.expected
    verdict.duplicated += [f"label of {one[0]} for {one[1]}, which no rule gives" for one in unasked]
    verdict.duplicated += [f"label {label} was decided {number} times" for label, number in twice]
    verdict.duplicated += [f"{known} items are stored twice"] if known else []
    _say(f"{len(intake.accepted):,} batches acknowledged, {len(states):,} stored")
    _say(f"{sum(given.values()):,} labels given, {len(stream.expected):,} expected")
    return verdict


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "electioncenters.settings")
    django.setup()
    sys.exit(main(int(sys.argv[1]) if sys.argv[1:] else _ITEMS))
