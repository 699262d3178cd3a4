"""The gate of the workspace: nobody passes by default."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import pghistory
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from accounts.audit import acting, is_told
from accounts.gate import GUARDED, OPEN, OWN, SET_UP, second_factor_proven
from accounts.staff.access import declares_access

View = Callable[..., HttpResponse]


class StaffGateMiddleware:
    """Signed in, second factor, declared access: in this order, for everything under `/staff/` and `/admin/`.

    A view of the workspace that does not say who may see it (`accounts.staff.access.staff_view`) is seen by nobody.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self._get_response(request)
        if request.path_info.startswith(GUARDED):
            # Neither shared caches nor the browser's back button after signing out.
            response.headers.setdefault("Cache-Control", "no-store, private")
        return response

    def process_view(
        self, request: HttpRequest, view: View, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        """None lets the view answer; otherwise the way to sign in or to a second factor, or `PermissionDenied`."""
        if not request.path_info.startswith(GUARDED) or request.resolver_match is None:
            return None
        name = request.resolver_match.view_name
        if name in OPEN:
            return None
        if not request.user.is_authenticated:
            # What was sent by a form is not sent again after signing in; the page is shown.
            return redirect_to_login(request.get_full_path() if request.method == "GET" else request.path)
        if name in SET_UP:
            return None
        if not second_factor_proven(request):
            return HttpResponseRedirect(reverse("mfa_index"))
        if request.path_info.startswith("/admin/"):
            may_enter = request.user.is_staff
        else:
            may_enter = name in OWN or declares_access(view)
        if not may_enter:
            raise PermissionDenied
        return None


#: Reading changes nothing.
_READING: Final = frozenset({"GET", "HEAD", "OPTIONS"})


class AuditMiddleware:
    """Lets the database's audit know who makes a request's changes, and at which address.

    In the workspace and the administration only: what programs hand in has histories of its own, and is not slowed
    down.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method in _READING or not request.path_info.startswith(GUARDED):
            return self._get_response(request)
        with acting():
            return self._get_response(request)

    def process_view(
        self, request: HttpRequest, view: View, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        """The member's number and the address's name; nothing else of the request."""
        if is_told() and request.resolver_match is not None:
            member = {"user": request.user.pk} if request.user.is_authenticated else {}
            pghistory.context(url=request.resolver_match.view_name, **member)
        return None
