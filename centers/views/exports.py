"""A centre for calendar programs."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.views.decorators.http import require_safe

from centers.calendar import calendar_of
from centers.pagecache import Page
from centers.reading import CenterFacts
from centers.views.doors import CenterMoment, center_answer
from centers.views.home import center_path


@require_safe
def center_calendar(request: HttpRequest, code: str) -> HttpResponse:
    """Polling days and deadlines as iCalendar."""
    return center_answer(request, code, _render_calendar)


def _render_calendar(request: HttpRequest, facts: CenterFacts, moment: CenterMoment) -> Page:
    language = translation.get_language() or settings.LANGUAGE_CODE
    url = settings.PUBLIC_URL + center_path(facts.place.code, language)
    body = calendar_of(facts, moment.publication, language, url)
    return Page(body, "text/calendar; charset=utf-8", language)
