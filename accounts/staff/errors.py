"""Refusals in the workspace's own look."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.debug import sensitive_variables


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: signed in, but not for this."""
    return render(request, "staff/403.html", status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404 inside the workspace."""
    return render(request, "staff/404.html", status=404)


@sensitive_variables()
def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: the form was opened before signing in or out, or came from elsewhere; nothing was changed."""
    return render(request, "staff/csrf_failed.html", status=403)
