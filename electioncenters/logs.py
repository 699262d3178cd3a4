"""Structured logs without personal data: JSON lines in production, readable ones at a desk.

A request is logged by its route, not its address: an address can carry what a voter typed. No IP address,
user agent, query string or body is ever logged.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import structlog
from django.http import HttpRequest, HttpResponse

_SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


def formatter(kind: str) -> structlog.stdlib.ProcessorFormatter:
    """The formatter for `kind` json or console; named in settings.LOGGING and made when logging is set up."""
    structlog.configure(
        processors=[*_SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    last: Any = (
        [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
        if kind == "json"
        # The default shows every local variable, and with them what people wrote.
        else [structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)]
    )
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=_SHARED,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
    )


class RequestLogMiddleware:
    """Logs each request's method, route, status and duration in milliseconds; probes only when they fail."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response
        self._log = structlog.get_logger("electioncenters.request")

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started = time.perf_counter()
        response = self._get_response(request)
        route = request.resolver_match.route if request.resolver_match else "(none)"
        if response.status_code < HTTPStatus.BAD_REQUEST and route in {"healthz", "readyz", "metrics"}:
            return response
        self._log.info(
            "request",
            method=request.method,
            route=route,
            status=response.status_code,
            ms=round((time.perf_counter() - started) * 1000, 1),
        )
        return response
