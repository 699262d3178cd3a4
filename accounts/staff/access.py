"""The one place where views of the workspace say who may see them.

    @staff_view("labeling.edit_rules")
    def rule_list(request: StaffRequest) -> HttpResponse: ...

    @staff_view("centers.propose_change", target=center_of)   # center_of(code=…) finds the record or raises Http404
    def center_edit(request: StaffRequest, center: ElectionCenter) -> HttpResponse: ...

The gate (`accounts.middleware`) has seen to sign-in and second factor before; a view without this decorator is shut.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Final

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed

from accounts.models import User

Finder = Callable[..., Any]

#: The permission of pages every member may see, with whatever roles.
MEMBER: Final = "accounts.be_member"


class StaffRequest(HttpRequest):
    """A request that passed the gate: its user is a member."""

    user: User


def staff_view(
    permission: str,
    *,
    target: Finder | None = None,
    record: Finder | None = None,
    methods: tuple[str, ...] = ("GET", "HEAD", "POST"),
    to_post: str | None = None,
) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """A view that answers only members with `permission`.

    `target` takes the URL's arguments and finds the record the permission is asked for, which the view gets instead of
    them; it raises `Http404` when there is none. `record` does the same for what belongs to no place: there the
    permission is asked for as such, and first. `to_post` is a second permission, asked for anything but reading.
    Raises `PermissionDenied` otherwise; other methods are answered 405.
    """

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def checked(request: StaffRequest, **kwargs: Any) -> HttpResponse:
            found = target(**kwargs) if target is not None else None
            asked = permission if to_post is None or request.method in {"GET", "HEAD"} else to_post
            if not request.user.has_perm(asked, found):
                raise PermissionDenied
            if request.method not in methods:
                return HttpResponseNotAllowed(methods)
            if record is not None:
                return view(request, record(**kwargs))
            return view(request, found) if target is not None else view(request, **kwargs)

        checked.staff_access = permission  # type: ignore[attr-defined]
        return checked

    return decorate


def declares_access(view: Callable[..., HttpResponse]) -> bool:
    """Whether a view was made by `staff_view`."""
    return hasattr(view, "staff_access")
