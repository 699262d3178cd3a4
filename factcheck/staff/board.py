"""The coverage board, and how coverage changed."""

from __future__ import annotations

import datetime as dt
from typing import Final

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.staff.access import StaffRequest, staff_view
from accounts.staff.listing import page_of
from factcheck.coverage import State, board_load
from factcheck.models import CoverageGap, CoverSpell, Days

VIEW: Final = "factcheck.view_desk"
_A_PAGE: Final = 100
#: What the states are called, and the mark they carry.
STATES: Final = (
    (State.ALL, "Every day", "tag-yes"),
    (State.SOME, "Some days", "tag-wait"),
    (State.UNKNOWN, "Hours unknown", ""),
    (State.NONE, "Nobody", "tag-off"),
)


@staff_view(VIEW, methods=("GET", "HEAD"))
def coverage(request: StaffRequest) -> HttpResponse:
    """Today's board; `?on=` another day's, `?show=gaps` only where somebody is missing."""
    today = timezone.now().date()
    day, problem = _day(request.GET.get("on", ""), today)
    board = board_load(day)
    only_gaps = request.GET.get("show") == "gaps"
    context = {
        "board": board,
        "states": [one for one in board.states if one.has_gap or not only_gaps],
        "only_gaps": only_gaps,
        "is_today": day == today,
        "problem": problem,
        "days": list(Days),
        "marks": {state.value: (name, mark) for state, name, mark in STATES},
        "figures": [(name, board.count(state), state.value) for state, name, _ in STATES],
        "notes": CoverageGap.objects.order_by("id"),
        "crumbs": [("Coverage", "")],
    }
    return render(request, "staff/factcheck/coverage.html", context, status=422 if problem else 200)


def _day(written: str, today: dt.date) -> tuple[dt.date, str]:
    """The day asked for, or today and what is wrong with it."""
    if not written:
        return today, ""
    try:
        day = dt.date.fromisoformat(written)
    except ValueError:
        return today, f"“{written[:40]}” is no day such as {today.isoformat()}. This is today’s board."
    if day > today:
        return today, "Nobody knows the cover of a day to come. This is today’s board."
    return day, ""


@staff_view(VIEW, methods=("GET", "HEAD"))
def coverage_history(request: StaffRequest) -> HttpResponse:
    """Every spell of cover, the latest first: who came, who went; `?country=` narrows it."""
    country = request.GET.get("country", "")[:20].replace("\0", "").lower()
    found = CoverSpell.objects.filter(Q(country=country) if country else Q())
    spells = found.select_related("partner__organisation").order_by("-since", "-id")
    codes = CoverSpell.objects.order_by("country").values_list("country", flat=True).distinct()
    context = {
        "page": page_of(request, spells, size=_A_PAGE),
        "countries": list(codes),
        "country": country,
        "crumbs": [("Coverage", "../"), ("History", "")],
    }
    return render(request, "staff/factcheck/coverage_history.html", context)
