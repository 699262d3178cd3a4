"""Liveness, readiness and metrics, for those who operate the portal."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.core.cache import cache
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django_prometheus.exports import ExportToDjangoView
from redis.exceptions import RedisError

from electioncenters.tasks import HEARTBEAT_KEY

#: A worker's last sign of life may be this old, in seconds: beat asks for one every 10 s, so two may be missed.
HEARTBEAT_MAX_AGE = 35


@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers; says nothing about what it depends on."""
    return HttpResponse("ok\n", content_type="text/plain")


@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """Database, broker and worker heartbeat: 200 when voters and intake can be served, 503 otherwise.

    A silent worker is reported but does not make the web process unready: what is handed in waits in the database.
    """
    checks = {"database": _check(_database), "broker": _check(_broker)}
    ready = all(state == "ok" for state in checks.values())
    return JsonResponse(checks | {"worker": worker_state()}, status=200 if ready else 503)


@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus metrics of this process. The shipped nginx does not pass this address on to the public."""
    response: HttpResponse = ExportToDjangoView(request)
    return response


def _check(probe: Callable[[], None]) -> str:
    try:
        probe()
    except (DatabaseError, RedisError, OSError) as error:
        return type(error).__name__
    return "ok"


def _database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _broker() -> None:
    cache.get(HEARTBEAT_KEY)


def worker_state() -> str:
    """The worker's last sign of life: `ok`, for how long it has been silent, `not seen`, or `unknown`."""
    try:
        seen = cache.get(HEARTBEAT_KEY)
    except (RedisError, OSError):
        return "unknown"
    if seen is None:
        return "not seen"
    age = time.time() - float(seen)
    return "ok" if age <= HEARTBEAT_MAX_AGE else f"silent for {int(age)} s"
