"""What the benchmarks' server runs: the portal, and beside its pages bare views that answer the same bytes."""

from __future__ import annotations

import os
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, HttpResponse
from django.test import override_settings
from django.urls import path

from bench.server import BARE, BAREST
from electioncenters.wsgi import application as portal


@cache
def _answer() -> tuple[dict[str, str], bytes]:
    """Headers and body out of the file that BENCH_ANSWER names: headers, an empty line, the body."""
    head, _, body = Path(os.environ["BENCH_ANSWER"]).read_bytes().partition(b"\n\n")
    return dict(line.split(": ", 1) for line in head.decode().splitlines()), body


def bare(request: HttpRequest) -> HttpResponse:
    """A view that does nothing but answer."""
    headers, body = _answer()
    return HttpResponse(body, headers=headers | {"Content-Length": str(len(body))})


def _with_bare_views() -> WSGIHandler:
    """Adds the bare views to the portal's addresses; returns a handler that has no middleware."""
    from electioncenters import urls  # only now are its models loaded

    urls.urlpatterns += [path(BARE[1:], bare), path(BAREST[1:], bare)]
    with override_settings(MIDDLEWARE=[]):
        return WSGIHandler()


_barest = _with_bare_views()


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """The portal, but for the barest view."""
    handler = _barest if environ["PATH_INFO"] == BAREST else portal
    return handler(environ, start_response)
