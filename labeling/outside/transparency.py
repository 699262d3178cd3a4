"""Public figures on appeals. Small numbers are told together, so that nobody can be recognised by them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from babel.dates import format_timedelta
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from centers import formats
from centers.local_text import local_text
from centers.models import Jurisdiction
from centers.pagecache import DATABASE_AWAY, pages
from centers.views import errors
from centers.views.frame import frame_of, page_rendered

#: Fewer are never told apart.
SMALLEST: Final = 5
#: Seconds for which the figures are kept.
KEPT: Final = 600


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one language or place: ready texts, empty where too few were decided to say."""

    name: str
    received: str
    decided: str
    granted: str
    median: str


@dataclass(slots=True)
class Counted:
    """As it was counted; `seconds` are of each decided appeal."""

    name: str
    received: int
    granted: int
    seconds: list[float]

    @property
    def decided(self) -> int:
        """Granted or rejected; what was closed without a decision is neither."""
        return len(self.seconds)


@require_safe
def appeals_figures(request: HttpRequest) -> HttpResponse:
    """How many appealed, how long it took, and how often they were right; kept for ten minutes."""
    key = (request.path, int(timezone.now().timestamp()) // KEPT)
    try:
        page = pages.get(key) or pages.put(key, _rendered(request))
    except DATABASE_AWAY:
        return errors.unavailable(request)
    return page.answer(request)


def _rendered(request: HttpRequest) -> Any:
    frame = frame_of(request)
    rows = _read()
    places = {
        place.code: local_text(place, "name", frame.language, place.languages).text
        for place in Jurisdiction.objects.filter(code__in={row[1] for row in rows})
    }
    tables = [
        figures_of(
            ((row[0], *row[2:]) for row in rows),
            lambda code: formats.language_name(code, frame.language),
            frame.language,
        ),
        figures_of(((row[1], *row[2:]) for row in rows), lambda code: places.get(code, code), frame.language),
    ]
    whole = Counted("", len(rows), sum(row[3] for row in rows), [row[2] for row in rows if row[2] is not None])
    context = {
        "is_small": len(rows) < SMALLEST,
        "is_empty": not rows,
        "whole": _figures(whole, "", frame.language),
        "by_language": tables[0],
        "by_place": tables[1],
    }
    return page_rendered("labeling/appeals_figures.html", frame, context)


def _read() -> list[tuple[str, str, float | None, bool]]:
    """Language, place, seconds to a decision (none while it waits or without one), and whether it was granted."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT appeal.language, place.code,
                      CASE WHEN appeal.outcome IN ('upheld', 'rejected')
                           THEN extract(epoch FROM appeal.ended_at - appeal.received_at)::float8 END,
                      appeal.outcome = 'upheld'
               FROM labeling_appeal AS appeal
               JOIN labeling_label AS label ON label.id = appeal.label_id
               JOIN centers_jurisdiction AS place ON place.id = label.jurisdiction_id"""
        )
        rows: list[tuple[str, str, float | None, bool]] = cursor.fetchall()
        return rows


def figures_of(rows: Iterable[tuple[str, float | None, bool]], naming: Any, language: str) -> list[Figures]:
    """The rows by their first column, most first; those with small numbers together in a last one without a name.

    The last one takes in further rows until it is large enough itself: otherwise the total would give it away.
    """
    counted: dict[str, Counted] = {}
    for code, seconds, granted in rows:
        one = counted.setdefault(code, Counted(code, 0, 0, []))
        one.received += 1
        one.granted += granted
        one.seconds += [seconds] if seconds is not None else []
    ordered = sorted(counted.values(), key=lambda one: (-one.received, one.name))
    rest = [one for one in ordered if _is_small(one)]
    ordered = [one for one in ordered if not _is_small(one)]
    while ordered and _is_small(_together(rest)):
        rest.append(ordered.pop())
    found = [_figures(one, naming(one.name), language) for one in ordered]
    together = _together(rest)
    return [*found, _figures(together, "", language)] if together.received >= SMALLEST else found


def _is_small(one: Counted) -> bool:
    """Nobody at all may be said; few may not."""
    return 0 < one.received < SMALLEST or 0 < one.decided < SMALLEST


def _together(rest: Sequence[Counted]) -> Counted:
    seconds = [one for row in rest for one in row.seconds]
    return Counted("", sum(row.received for row in rest), sum(row.granted for row in rest), seconds)


def _figures(one: Counted, name: str, language: str) -> Figures:
    if one.decided < SMALLEST:
        return Figures(name, formats.number(one.received, language), "", "", "")
    share = formats.percent(Decimal(round(100 * one.granted / one.decided)), language)
    ordered = sorted(one.seconds)
    middle = (ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) / 2
    median = format_timedelta(dt.timedelta(seconds=middle), granularity="hour", locale=formats.locale(language))
    return Figures(name, formats.number(one.received, language), formats.number(one.decided, language), share, median)
