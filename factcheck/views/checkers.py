"""Who checks facts for a voter's country, in which language and when, and how to reach them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from babel.dates import get_timezone_location
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from centers import formats
from centers.local_text import LocalText, OrganisationName, local_text, organisation_name
from centers.pagecache import Page, Snapshots, publications
from centers.reading import SiteFacts, site_stamp
from centers.views.doors import site_answer
from centers.views.frame import frame_of, page_rendered
from centers.views.home import center_path
from factcheck.coverage import Board, Cell, StateRows, board_load
from factcheck.hours import DAYS_OF
from factcheck.models import DAY_MINUTES, CoverHours, CoverPlan, Days, FactCheckPartner

#: A Monday, whichever: only its weekday's name is shown.
_MONDAY: Final = dt.date(2024, 1, 1)

_boards: Snapshots[Board] = Snapshots()


def boards_forget() -> None:
    """Start as a new process does."""
    _boards.clear()


@dataclass(frozen=True, slots=True)
class HoursView:
    """One half of the week of a partner that told its hours: those of all its days, or of each, or none."""

    days: str
    hours: str
    each: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class CheckerView:
    """A partner as the reader gets it. `hours` is empty where it told none."""

    partner: FactCheckPartner
    name: OrganisationName
    hours: tuple[HoursView, ...]
    clock_of: str
    since: dt.date | None


@dataclass(frozen=True, slots=True)
class LanguageView:
    """An official language of a country; `gaps` are the halves of the week on which nobody works."""

    language: str
    checkers: tuple[CheckerView, ...]
    gaps: tuple[Cell, ...]
    nearest: tuple[CheckerView, ...]


@dataclass(frozen=True, slots=True)
class CountryView:
    """A country; `others` check for it in languages that are not official there."""

    code: str
    name: LocalText
    path: str
    languages: tuple[LanguageView, ...]
    others: tuple[CheckerView, ...]
    has_gap: bool


@require_safe
def checkers(request: HttpRequest) -> HttpResponse:
    """All member states on one page, each under its code (`#fr`), so that a centre can lead to its own."""
    return site_answer(request, _render)


def _render(request: HttpRequest, facts: SiteFacts) -> Page:
    frame = frame_of(request)
    today = timezone.now().date()
    # Every change of partners gives the centres concerned a new version (`center_touch`).
    _, board = _boards.get("", site_stamp(publications.current()), lambda: board_load(today))
    countries = [_country(state, board, frame.language) for state in board.states]
    countries.sort(key=lambda country: formats.sort_key(country.name.text, frame.language))
    return page_rendered("factcheck/checkers.html", frame, {"countries": countries, "Days": Days})


def _country(state: StateRows, board: Board, language: str) -> CountryView:
    place = state.place

    def view(partner: FactCheckPartner, since: dt.date | None = None) -> CheckerView:
        return _checker(partner, board.plans, language, place.languages, since)

    rows = []
    for row in state.rows:
        since = {one.partner.pk: one.since for cell in reversed(row.cells) for one in cell.covering}
        gaps = tuple(cell for cell in row.cells if cell.is_gap)
        nearest = {one.partner.pk: one.partner for cell in gaps for one in cell.nearest}
        checkers_here = tuple(view(partner, since[partner.pk]) for partner in row.partners)
        rows.append(LanguageView(row.language, checkers_here, gaps, tuple(map(view, nearest.values()))))
    return CountryView(
        code=place.code,
        name=local_text(place, "name", language, place.languages),
        path=center_path(place.code, language),
        languages=tuple(rows),
        others=tuple(map(view, state.others)),
        has_gap=state.has_gap,
    )


def _checker(
    partner: FactCheckPartner,
    plans: Mapping[int, CoverPlan],
    language: str,
    own_languages: list[str],
    since: dt.date | None,
) -> CheckerView:
    plan = plans.get(partner.pk)
    return CheckerView(
        partner=partner,
        name=organisation_name(partner.organisation, language, own_languages),
        hours=_hours(plan, language) if plan else (),
        clock_of=get_timezone_location(plan.time_zone, locale=formats.locale(language)) if plan else "",
        since=since,
    )


def _hours(plan: CoverPlan, language: str) -> tuple[HoursView, ...]:
    by_day: dict[int, list[CoverHours]] = {day: [] for day in range(7)}
    for one in plan.hours.all():
        by_day[one.weekday].append(one)
    return tuple(_half(days, by_day, language) for days in Days)


def _half(days: Days, by_day: Mapping[int, Sequence[CoverHours]], language: str) -> HoursView:
    written = {day: _written(by_day[day], language) for day in DAYS_OF[days]}
    if len(set(written.values())) == 1:
        return HoursView(days, written[DAYS_OF[days][0]], ())
    each = [
        (formats.weekday(_MONDAY + dt.timedelta(days=day), language), hours) for day, hours in written.items() if hours
    ]
    return HoursView(days, "", tuple(each))


def _written(spans: Iterable[CoverHours], language: str) -> str:
    return ", ".join(f"{_clock(one.opens, language)}–{_clock(one.closes, language)}" for one in spans)


def _clock(minutes: int, language: str) -> str:
    if minutes == DAY_MINUTES:
        # Python's clock has no 24:00, and 00:00 would read as the day's beginning.
        return formats.clock(dt.time(23), language).replace("23", "24")
    return formats.clock(dt.time(minutes // 60, minutes % 60), language)
