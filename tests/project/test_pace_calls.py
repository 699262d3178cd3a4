"""Calls in a minute are counted for each caller, and let through while nobody can count."""

from __future__ import annotations

import time

import pytest
from django.core.cache import cache
from redis.exceptions import RedisError

from electioncenters.pace import MINUTE, pace_count


@pytest.fixture(autouse=True)
def _one_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    cache.clear()
    moment = time.time()
    monkeypatch.setattr("electioncenters.pace.time.time", lambda: moment)


def test_calls_beyond_the_most_are_refused_until_the_next_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    assert [pace_count("one", most=2) for _ in range(3)] == [True, True, False]
    assert pace_count("other", most=2)

    later = time.time() + MINUTE
    monkeypatch.setattr("electioncenters.pace.time.time", lambda: later)
    assert pace_count("one", most=2)


@pytest.mark.parametrize("error", [RedisError, ValueError])
def test_nobody_is_refused_while_nobody_can_count(monkeypatch: pytest.MonkeyPatch, error: type[Exception]) -> None:
    def away(key: str) -> int:
        raise error

    monkeypatch.setattr(cache, "incr", away)
    assert pace_count("one", most=0)
