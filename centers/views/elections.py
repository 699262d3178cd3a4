"""What is coming everywhere, by date."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from centers.local_text import LocalText, local_text
from centers.models import Jurisdiction
from centers.pagecache import Page
from centers.reading import SiteFacts
from centers.upcoming import Timing, Upcoming, upcoming_elections
from centers.views.doors import site_answer
from centers.views.frame import frame_of, page_rendered
from centers.views.home import center_path


@dataclass(frozen=True, slots=True)
class Entry:
    """One election in the list, with the place it is in."""

    item: Upcoming
    name: LocalText
    place: LocalText
    path: str


@dataclass(frozen=True, slots=True)
class Month:
    """The elections of a month; `first` is its first day, `None` for those without any date."""

    first: dt.date | None
    entries: list[Entry]


@require_safe
def election_list(request: HttpRequest) -> HttpResponse:
    """All elections ahead in every place with a centre."""
    return site_answer(request, _render_list)


def _render_list(request: HttpRequest, facts: SiteFacts) -> Page:
    frame = frame_of(request)
    items = sorted(_ahead(facts), key=lambda item: item.order)
    called = [_entry(item, frame.language) for item in items if item.is_called]
    expected = [_entry(item, frame.language) for item in items if not item.is_called]
    context = {"called": _by_month(called), "expected": _by_year(expected)}
    return page_rendered("centers/elections.html", frame, context)


def _ahead(facts: SiteFacts) -> Iterable[Upcoming]:
    """Elections ahead, each by the date at its own place."""
    now = timezone.now()
    for _, group in itertools.groupby(
        sorted(facts.elections, key=lambda election: election.jurisdiction_id),
        key=lambda election: election.jurisdiction_id,
    ):
        elections = list(group)
        today = now.astimezone(ZoneInfo(elections[0].jurisdiction.time_zones[0])).date()
        yield from upcoming_elections(elections, today)


def _entry(item: Upcoming, language: str) -> Entry:
    place: Jurisdiction = item.election.jurisdiction
    return Entry(
        item=item,
        name=local_text(item.election, "name", language, place.languages),
        place=local_text(place, "name", language, place.languages),
        path=center_path(place.code, language),
    )


def _by_month(entries: Iterable[Entry]) -> list[Month]:
    def first_of_month(entry: Entry) -> dt.date | None:
        day = entry.item.first
        return day.replace(day=1) if day else None

    return [Month(first, list(group)) for first, group in itertools.groupby(entries, key=first_of_month)]


def _by_year(entries: Iterable[Entry]) -> list[Month]:
    """Expected elections by the year in which their period ends."""

    def first_of_year(entry: Entry) -> dt.date | None:
        day = entry.item.last if entry.item.timing != Timing.CALLED_OFF else entry.item.first
        return day.replace(month=1, day=1) if day else None

    return [Month(first, list(group)) for first, group in itertools.groupby(entries, key=first_of_year)]
