"""Probes for operators."""

from __future__ import annotations

import time

import pytest
from django.core.cache import cache
from django.db import OperationalError
from django.test import Client
from redis.exceptions import ConnectionError as RedisAway

from electioncenters import health


def test_process_answers_without_the_database(client: Client) -> None:
    assert client.get("/healthz").content == b"ok\n"


@pytest.mark.django_db
@pytest.mark.parametrize(("age", "state"), [(1, "ok"), (100, "silent for 100 s"), (None, "not seen")])
def test_worker_is_reported_but_does_not_decide(client: Client, age: int | None, state: str) -> None:
    if age is not None:
        cache.set(health.HEARTBEAT_KEY, time.time() - age)
    response = client.get("/readyz")
    assert response.status_code == 200
    assert response.json() == {"database": "ok", "broker": "ok", "worker": state}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("probe", "error", "name"), [("_database", OperationalError, "database"), ("_broker", RedisAway, "broker")]
)
def test_portal_is_not_ready_when_a_service_is_away(
    client: Client, monkeypatch: pytest.MonkeyPatch, probe: str, error: type[Exception], name: str
) -> None:
    def fail() -> None:
        raise error("away")

    monkeypatch.setattr(health, probe, fail)
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()[name] == error.__name__


@pytest.mark.django_db
def test_metrics_are_prometheus_text(client: Client) -> None:
    client.get("/healthz")
    body = client.get("/metrics").content.decode()
    assert "django_http_requests_total_by_method_total" in body
