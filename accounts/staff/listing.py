"""Long lists, page by page."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest


def page_of(request: HttpRequest, rows: QuerySet[Any] | list[Any], *, size: int) -> Page[Any]:
    """The page `?page=` asks for; the nearest one for numbers that are none. Two queries for a queryset."""
    return Paginator(rows, size).get_page(request.GET.get("page"))
