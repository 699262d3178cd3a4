"""The one shape of errors the API answers with: RFC 9457 problem details, `application/problem+json`.

Every problem has `type` (a URN that names the kind and never changes), `title`, `status` and `detail`; problems with
particular fields list them under `errors` as `{"field": …, "reason": …}`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from accounts.gate import GUARDED
from accounts.staff import errors as workspace
from centers.views import errors as pages

CONTENT_TYPE = "application/problem+json"
#: Addresses under this prefix answer errors in this shape, even those Django finds before any view runs.
API_PREFIX = "/api/"


def problem(status: int, code: str, title: str, detail: str, **extra: Any) -> JsonResponse:
    """A problem response; `code` is the kind's stable name, `extra` holds members of that kind."""
    return JsonResponse(
        _document(status, code, title, detail) | extra,
        status=status,
        content_type=CONTENT_TYPE,
        json_dumps_params={"ensure_ascii": False},
    )


def problem_details(exc: Exception, context: Mapping[str, Any]) -> Response | None:
    """DRF's exception handler: every exception a view may raise, in the one shape; others stay a server error."""
    if isinstance(exc, Http404):
        exc = exceptions.NotFound()
    elif isinstance(exc, PermissionDenied):
        exc = exceptions.PermissionDenied()
    if not isinstance(exc, exceptions.APIException):
        return None
    set_rollback()
    return Response(_from_api_exception(exc), status=exc.status_code, headers=_headers(exc), content_type=CONTENT_TYPE)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: a problem under the API, the workspace's own page under it, one in the reader's language elsewhere."""
    if request.path.startswith(API_PREFIX):
        return problem(404, "not-found", "Not found", f"There is nothing at {request.path}.")
    if request.path.startswith(GUARDED):
        return workspace.not_found(request, exception)
    return pages.not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """500 in the same two shapes; what failed is in the log, not in the answer."""
    if request.path.startswith(API_PREFIX):
        return problem(500, "server-error", "Server error", "Something failed on our side. It has been recorded.")
    return pages.server_error(request)


def _from_api_exception(exc: exceptions.APIException) -> dict[str, Any]:
    code = exc.get_codes() if isinstance(exc.detail, str) else exc.default_code
    title = HTTPStatus(exc.status_code).phrase
    if isinstance(exc, exceptions.ValidationError):
        errors = [{"field": field, "reason": reason} for field, reason in _flatten(exc.detail)]
        return _document(exc.status_code, "invalid", title, "The request is not valid.") | {"errors": errors}
    return _document(exc.status_code, str(code).replace("_", "-"), title, str(exc.detail))


def _flatten(detail: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Field paths (`polling_days.0.date`) and reasons out of DRF's nested error detail."""
    if isinstance(detail, Mapping):
        for key, value in detail.items():
            yield from _flatten(value, f"{path}.{key}" if path else str(key))
    elif isinstance(detail, (list, tuple)):
        for index, value in enumerate(detail):
            nested = isinstance(value, (Mapping, list, tuple))
            yield from _flatten(value, f"{path}.{index}" if nested else path)
    else:
        yield path, str(detail)


def _document(status: int, code: str, title: str, detail: str) -> dict[str, Any]:
    return {"type": f"urn:election-centers:problem:{code}", "title": title, "status": status, "detail": detail}


def _headers(exc: exceptions.APIException) -> dict[str, str]:
    headers = {}
    if wait := getattr(exc, "wait", None):
        headers["Retry-After"] = str(int(wait) + 1)
    if challenge := getattr(exc, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    return headers
