"""Counters of what was handed in, for Prometheus: one sum over all web processes, whichever of them is scraped.

They live in Valkey, because nothing depends on them: where it is flushed they begin at zero again, which Prometheus
understands as a restart.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterable, Mapping

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

from labeling.intake import Item
from labeling.intake.parse import InvalidItem

#: A hash of counters; a field is the kind of count and its labels, joined by `|`.
KEY = "ec:intake-counters"
#: After a failure Valkey is left alone for so many seconds; counts are kept until then.
PAUSE = 5.0

#: What is counted: `("accepted", "")`, `("invalid", field)`, `("refused", reason)` in items and
#: `("requests", reason)` in requests that were refused as a whole.
Kind = tuple[str, str]


class _Counts:
    """What this process has not handed over yet."""

    lock = threading.Lock()
    pending: Counter[Kind] = Counter()
    silent_until = 0.0
    valkey: redis.Redis | None = None


def intake_count(counts: Mapping[Kind, int]) -> None:
    """Add `counts`. Never fails: what cannot be handed over now goes with the next ones."""
    with _Counts.lock:
        _Counts.pending.update({kind: count for kind, count in counts.items() if count})
        if time.monotonic() < _Counts.silent_until:
            return
        pending, _Counts.pending = _Counts.pending, Counter()
    try:
        _hand_over(pending)
    except (redis.RedisError, OSError):
        with _Counts.lock:
            _Counts.pending.update(pending)
            _Counts.silent_until = time.monotonic() + PAUSE


def invalid_count(invalid: Iterable[InvalidItem]) -> Counter[Kind]:
    """Invalid items by the field that is wrong; names that are not ours could be anything, so they are `other`."""
    return Counter(("invalid", _field(item)) for item in invalid)


def intake_counts() -> dict[Kind, int]:
    """All counters. Raises `redis.RedisError` or `OSError` when they cannot be read."""
    counts = {}
    for name, value in _valkey().hgetall(KEY).items():
        kind, _, label = str(name).partition("|")
        counts[kind, label] = int(value)
    return counts


def _field(item: InvalidItem) -> str:
    named = item.errors[0]["field"].partition(".")[0].partition("[")[0]
    if not named:
        return "item"
    return named if named in Item.__struct_fields__ else "other"


def _hand_over(counts: Counter[Kind]) -> None:
    pipeline = _valkey().pipeline()
    for (kind, label), amount in counts.items():
        pipeline.hincrby(KEY, f"{kind}|{label}", amount)
    pipeline.execute()


def _valkey() -> redis.Redis:
    """The one client of this process: another one that is dropped would hang up on whoever still uses it."""
    with _Counts.lock:
        if _Counts.valkey is None:
            _Counts.valkey = _connected()
        return _Counts.valkey


def _connected() -> redis.Redis:
    return redis.Redis.from_url(
        settings.REDIS_URL,
        decode_responses=True,
        socket_timeout=1.0,
        socket_connect_timeout=0.5,
        # Counts wait for the next request by themselves; the library's own retries would hold this one up for seconds.
        retry=Retry(NoBackoff(), 0),
    )
