"""Pictures and videos of a task, each on a page of its own in a frame: nothing is fetched before somebody asks.

The task's page keeps the strict policy of all pages. The framed one lets in exactly the one host its picture lies on,
runs no script, and is made when the moderator clicks.
"""

from __future__ import annotations

from typing import Final

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.templatetags.static import static

from accounts.staff.access import StaffRequest, staff_view
from electioncenters.safe_http.client import resolve
from labeling.models import ReviewTask
from labeling.review.media import Media, media_read, media_resolved
from labeling.services.review_claim import VIEW
from labeling.services.review_exposure import is_exposed
from labeling.staff.review_form import profile_of
from labeling.staff.review_found import task_found

#: Named apart so that tests need no name servers.
resolver: Final = resolve


def media_of(task: ReviewTask) -> list[Media]:
    """The media of a task's content, numbered; none of what was erased."""
    stored = task.item.media if task.item else []
    return [media_read(number, one) for number, one in enumerate(stored) if isinstance(one, dict)]


def _media(public_id: object, number: int) -> ReviewTask:
    task = task_found(public_id)
    if number >= len(media_of(task)):
        raise Http404
    task.media_number = number  # type: ignore[attr-defined]  # the frame's own argument
    return task


@staff_view(VIEW, target=_media, methods=("GET", "HEAD"))
def review_media(request: StaffRequest, task: ReviewTask) -> HttpResponse:
    """One picture or video, blurred, grey and muted as the moderator likes it."""
    media = media_of(task)[task.media_number]  # type: ignore[attr-defined]  # set above
    if task.is_sensitive and not is_exposed(user=request.user, task=task):
        media = media._replace(problem="Sensitive: ask to see the content first.")
    media = media_resolved(media, resolver)
    context = {"media": media, "profile": profile_of(request.user), "css": static("css/media.css")}
    response = render(request, "staff/labeling/review_media.html", context)
    return _framed(response, media)


def _framed(response: HttpResponse, media: Media) -> HttpResponse:
    response["X-Frame-Options"] = "SAMEORIGIN"
    response["Cache-Control"] = "no-store"
    # The host of the picture is not told whose content a moderator looks at.
    response["Referrer-Policy"] = "no-referrer"
    policy: dict[str, list[str]] = {
        "frame-ancestors": ["'self'"], "script-src": ["'none'"], "form-action": ["'none'"],
        "sandbox": ["allow-same-origin"],
    }  # fmt: skip
    if media.source and not media.problem:
        policy["img-src" if media.kind == "picture" else "media-src"] = [media.source]
    response._csp_replace = policy  # type: ignore[attr-defined]  # as django-csp's decorators do
    return response
