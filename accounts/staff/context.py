"""What every page of the workspace shows around its content."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from accounts.gate import GUARDED, second_factor_proven
from accounts.models import Notification, User
from accounts.staff.navigation import sections_for

#: More unread notifications than this are not counted.
_MOST_SHOWN: Final = 99


def workspace(request: HttpRequest) -> dict[str, Any]:
    """`menu`: groups of sections for the member, and `unread`: how many notifications; empty before the second factor.

    Nothing on voters' pages.
    """
    if not request.path_info.startswith(GUARDED):
        return {}
    return {"menu": SimpleLazyObject(lambda: _menu(request)), "unread": SimpleLazyObject(lambda: _unread(request))}


def _unread(request: HttpRequest) -> str:
    """From the partial index, and never more rows than can be shown."""
    user = getattr(request, "user", None)
    if not isinstance(user, User) or not second_factor_proven(request):
        return ""
    count = Notification.objects.of(user).unread()[: _MOST_SHOWN + 1].count()
    return f"{_MOST_SHOWN}+" if count > _MOST_SHOWN else str(count or "")


def _menu(request: HttpRequest) -> list[Any]:
    user = getattr(request, "user", None)
    if not isinstance(user, User) or not second_factor_proven(request):
        return []
    return sections_for(user)
