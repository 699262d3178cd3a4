"""What this portal is, and what crawlers need to know."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.templatetags.static import static
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from centers.pagecache import pages
from centers.views.frame import frame_of, page_rendered

_ROBOTS = "User-agent: *\nDisallow: /admin/\nDisallow: /staff/\nDisallow: /api/v1/\nDisallow: /media/\n"


@require_safe
def about(request: HttpRequest) -> HttpResponse:
    """Where facts come from, privacy, accessibility; needs no database."""
    page = pages.get((request.path,)) or pages.put(
        (request.path,), page_rendered("centers/about.html", frame_of(request), {})
    )
    return page.answer(request)


@require_safe
@cache_control(public=True, max_age=86400)
def robots(request: HttpRequest) -> HttpResponse:
    """`/robots.txt`."""
    return HttpResponse(_ROBOTS, content_type="text/plain; charset=utf-8")


@require_safe
@cache_control(public=True, max_age=86400)
def favicon(request: HttpRequest) -> HttpResponse:
    """`/favicon.ico`, which some readers ask for without being told."""
    return HttpResponseRedirect(static("icons/mark.svg"))
