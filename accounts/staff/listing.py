"""Long lists, page by page."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest


def page_of(request: HttpRequest, rows: QuerySet[Any] | list[Any], *, size: int, total: int | None = None) -> Page[Any]:
    """The page `?page=` asks for; the nearest one for numbers that are none.

    Two queries for a queryset, one where the `total` of its rows is known already.
    """
    paginator = Paginator(rows, size)
    if total is not None:
        # A cached property: what is there is not counted.
        paginator.count = total
    return paginator.get_page(request.GET.get("page"))
