"""How a request becomes a kept page: the one way through which every voter page is answered."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse

from centers.pagecache import DATABASE_AWAY, Page, Publication, pages, publications
from centers.reading import CenterFacts, SiteFacts, center_facts, site_facts, site_stamp
from centers.views import errors

#: Every time zone's midnight falls on a quarter of an hour, so a page about many places lives no longer
#: than that.
QUARTER = 900


@dataclass(frozen=True, slots=True)
class CenterMoment:
    """When a centre's page is written: the date at the place, the publication it shows, and notices by their ids."""

    today: dt.date
    publication: Publication
    notices: frozenset[int] = frozenset()


def center_answer(
    request: HttpRequest, code: str, render: Callable[[HttpRequest, CenterFacts, CenterMoment], Page]
) -> HttpResponse:
    """The page `render` makes of a centre's facts, kept by path, publication, local date and notices shown."""
    try:
        publication = publications.current().get(code)
        if publication is None:
            raise Http404(code)
        # Before what is shown: a page that takes long to write may be thrown away too early, never too late.
        left = publication.seconds_left()
        today, shown = publication.today(), publication.notices_shown()
        page = pages.get((request.path, publication.versions, today, shown))
        if page is None:
            stamp, facts = center_facts(publication)
            page = render(request, facts, CenterMoment(today, publication, shown))
            pages.put((request.path, stamp, today, shown), page)
    except DATABASE_AWAY:
        return errors.unavailable(request)
    return page.answer(request, left)


def site_answer(
    request: HttpRequest, render: Callable[[HttpRequest, SiteFacts], Page], *, of: tuple[str, ...] = ()
) -> HttpResponse:
    """The page `render` makes of all centres' facts, kept by path, publications and quarter of an hour.

    `of` is what the page shows besides its path: choices from the query, in one order, and few of them.
    """
    try:
        known = publications.current()
        quarter = int(time.time()) // QUARTER
        page = pages.get((request.path, *of, site_stamp(known), quarter))
        if page is None:
            stamp, facts = site_facts(known)
            page = render(request, facts)
            pages.put((request.path, *of, stamp, quarter), page)
    except DATABASE_AWAY:
        return errors.unavailable(request)
    return page.answer(request)
