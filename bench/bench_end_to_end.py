"""From the platform's request to labels that can be looked up: throughput, who spends the time, and delay.

The baseline is the plain way to write it: one Celery task to an item, each with the ORM (`bench.plain`).
"""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

import redis

from bench.intake import Intake
from bench.posts import bodies, posts
from bench.result import Result
from bench.stack import PLATFORM, Stack, stack

_ITEMS, _BATCH = 200_000, 5_000
_WARM = 20_000
_GOAL = 40_000  # items a second
_WORKERS = (2, 1, 4)
_BASELINE_ITEMS = 4_000
#: Steady stream: so many items a second, handed in in batches of so many, for so long.
_STEADY, _STEADY_BATCH, _STEADY_SECONDS = 5_000, 250, 20.0
_VISIBLE_WITHIN = 2.0  # seconds, for 99 of 100
_ASK_EVERY = 0.03
_PATIENCE = 300.0
#: Parts that take less of a processor are not listed.
_WORTH_NAMING = 0.005
#: `bench.plain.DONE` as Django's cache calls it.
_PLAIN_DONE = "ec:1:bench-plain-done"
#: Labelled by the shipped rules without a doubt.
_SURE = "Europawahl 2029: wie wählen? #Europawahl2029"


def run() -> list[Result]:
    """Throughput with 2, 1 and 4 workers, the baseline, and the delay at a steady stream."""
    requests = {
        workers: list(bodies(posts(_ITEMS, seed=workers, prefix=f"w{workers}"), _BATCH)) for workers in _WORKERS
    }
    with stack() as portal:
        portal.start_web()
        portal.start_beat()
        rates: dict[int, float] = {}
        shares = ""
        for workers in _WORKERS:
            rate, spent = _measured(portal, workers, requests.pop(workers))
            rates[workers] = rate
            shares = shares or spent
        delays = _delays(portal)
        portal.stop("web")
        plain = _baseline(portal)
    main = _WORKERS[0]
    throughput = f"end to end, {main} workers"
    visible = sum(delay <= _VISIBLE_WITHIN for delay in delays) / len(delays) * 100
    steady = f"visible within {_VISIBLE_WITHIN:.0f} s at {_STEADY:,} items/s"
    steady += f", p50 {_percentile(delays, 50):.2f} s, p99 {_percentile(delays, 99):.2f} s"
    return [
        Result(f"{throughput} ({shares})", "items/s", rates[main], "goal", _GOAL, 1.0),
        Result(throughput, "items/s", rates[main], "one Celery task to an item", plain),
        *(
            Result(f"end to end, {n} workers", "items/s", rates[n], f"{main} workers", rates[main])
            for n in _WORKERS[1:]
        ),
        Result(steady, "%", visible, "goal", 99, 1.0),
    ]


def _measured(portal: Stack, workers: int, requests: list[tuple[int, bytes]]) -> tuple[float, str]:
    """Items a second, and the share of the processors that each part took."""
    portal.start_worker(processes=workers)
    intake = Intake(portal.port, portal.key)
    # Every process compiles its rules and opens its connections before anything is measured.
    intake.hand_in_all(bodies(posts(_WARM, seed=workers + 100, prefix=f"warm{workers}"), 1_000))
    await_labelled(portal)
    before, began = _cpu(portal), time.monotonic()
    intake.hand_in_all(requests)
    await_labelled(portal)
    seconds = time.monotonic() - began
    after = _cpu(portal)
    _assert_queryable(portal, f"w{workers}-")
    portal.stop("worker")
    spent = {name: after[name] - before[name] for name in before}
    shares = ", ".join(
        f"{name} {cpu / seconds:.0%} = {cpu / _ITEMS * 1e6:.0f} µs/item"
        for name, cpu in sorted(spent.items(), key=lambda part: -part[1])
        if cpu / seconds > _WORTH_NAMING
    )
    return _ITEMS / seconds, shares


def _cpu(portal: Stack) -> dict[str, float]:
    """Processor seconds spent by the portal's parts and by this process, which hands in."""
    return portal.cpu() | {"generator": time.process_time()}


def await_labelled(portal: Stack) -> None:
    """Until nothing waits any more; every batch must have been labelled."""
    deadline = time.monotonic() + _PATIENCE
    waiting = (
        "SELECT count(*), count(*) FILTER (WHERE state = 'poison') FROM labeling_intakebatch WHERE state <> 'done'"
    )
    with portal.database() as database:
        while (counts := database.execute(waiting).fetchone()) != (0, 0):
            if time.monotonic() > deadline or (counts and counts[1]):
                raise RuntimeError(f"(unfinished, set aside) batches: {counts}\n{portal.log('worker')}")
            time.sleep(0.02)


def _assert_queryable(portal: Stack, prefix: str) -> None:
    """The share that matched is the one meant, and viewers get the labels."""
    applied = (
        "SELECT item.external_id FROM labeling_label AS label "
        "JOIN labeling_contentitem AS item ON item.id = label.item_id "
        "WHERE label.state = 'applied' AND item.external_id LIKE %s ORDER BY item.id"
    )
    with portal.database() as database:
        rows = database.execute(applied, [f"{prefix}%"]).fetchall()
    assert 0.07 < len(rows) / _ITEMS < 0.13, f"{len(rows)} labels on {_ITEMS} items"
    asked = [str(external_id) for (external_id,) in rows[:: len(rows) // 200]]
    found = _look_up(http.client.HTTPConnection("127.0.0.1", portal.port, timeout=30), asked[:200])
    assert len(found) == len(set(asked[:200])), "a label that was written cannot be looked up"


def _look_up(connection: http.client.HTTPConnection, external_ids: list[str]) -> set[str]:
    """Those that show a label."""
    query = urlencode([("uri", f"{PLATFORM}:{external_id}") for external_id in external_ids])
    connection.request("GET", f"/api/v1/labels/?{query}")
    items = json.loads(connection.getresponse().read())["items"]
    return {entry["uri"].partition(":")[2] for entry in items if entry["labels"]}


def _delays(portal: Stack) -> list[float]:
    """Seconds from each 202 of a steady stream until a label of that batch is seen by a viewer."""
    portal.start_worker(processes=2)
    intake = Intake(portal.port, portal.key)
    intake.hand_in_all(bodies(posts(_WARM, seed=200, prefix="warm-steady"), 1_000))
    await_labelled(portal)
    seen = _Seen(portal.port)
    watching = threading.Thread(target=seen.watch)
    watching.start()
    try:
        _stream(intake, seen)
    finally:
        seen.ending = True
        watching.join()
    portal.stop("worker")
    assert not seen.waiting, f"{len(seen.waiting)} labels were never seen"
    return seen.delays


class _Seen:
    """Asks for the labels that are awaited, as a viewer does, until they are there."""

    def __init__(self, port: int) -> None:
        self.waiting: dict[str, float] = {}
        self.delays: list[float] = []
        self.ending = False
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)

    def watch(self) -> None:
        """Until told to end and nothing is awaited, or it was awaited for too long."""
        patience = 0.0
        while self.waiting or not self.ending:
            patience = patience + _ASK_EVERY if self.ending else 0.0
            if patience > 30:
                return
            if asked := list(self.waiting)[:200]:
                for external_id in _look_up(self._connection, asked):
                    self.delays.append(time.monotonic() - self.waiting.pop(external_id))
            time.sleep(_ASK_EVERY)


def _stream(intake: Intake, seen: _Seen) -> None:
    """Batches at their time, over a few connections so that a slow answer holds no other up."""
    count = int(_STEADY * _STEADY_SECONDS)
    items = list(posts(count, seed=300, prefix="steady"))
    marked = [items[start : start + _STEADY_BATCH] for start in range(0, count, _STEADY_BATCH)]
    for batch in marked:
        batch[-1] |= {"text": _SURE, "lang": "de", "region": "DE", "hashtags": None}
    plan = iter([(number, batch[-1]["external_id"], json.dumps(batch).encode()) for number, batch in enumerate(marked)])
    began, lock = time.monotonic(), threading.Lock()
    errors: list[Exception] = []

    def work(hand_in: Callable[[bytes], str]) -> None:
        try:
            _hand_in_on_time(hand_in, plan, lock, began, seen)
        except Exception as error:  # handed to the caller's thread
            errors.append(error)

    threads = [threading.Thread(target=work, args=[intake.client()]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


def _hand_in_on_time(
    hand_in: Callable[[bytes], str],
    plan: Iterator[tuple[int, Any, bytes]],
    lock: threading.Lock,
    began: float,
    seen: _Seen,
) -> None:
    while True:
        with lock:
            number, external_id, body = next(plan, (0, None, b""))
        if external_id is None:
            return
        time.sleep(max(0.0, began + number * _STEADY_BATCH / _STEADY - time.monotonic()))
        hand_in(body)
        seen.waiting[external_id] = time.monotonic()


def _baseline(portal: Stack) -> float:
    """Items a second of the plain way, the same posts."""
    portal.start_web(application="bench.plain")
    portal.start_worker(processes=2, name="plain", application="bench.plain")
    intake, warm = Intake(portal.port, portal.key), 400
    with redis.Redis.from_url(portal.paths.redis_url) as valkey:
        valkey.set(_PLAIN_DONE, 0)
        intake.hand_in_all(bodies(posts(warm, seed=400, prefix="warm-plain"), 100))
        _await_plain(portal, valkey, warm)
        began = time.monotonic()
        intake.hand_in_all(bodies(posts(_BASELINE_ITEMS, seed=1, prefix="plain"), 500))
        _await_plain(portal, valkey, warm + _BASELINE_ITEMS)
    return _BASELINE_ITEMS / (time.monotonic() - began)


def _await_plain(portal: Stack, valkey: redis.Redis, count: int) -> None:
    deadline = time.monotonic() + _PATIENCE
    while int(valkey.get(_PLAIN_DONE) or 0) < count:
        if time.monotonic() > deadline:
            raise RuntimeError(f"the baseline did not finish\n{portal.log('plain')}")
        time.sleep(0.02)


def _percentile(values: list[float], percent: int) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]
