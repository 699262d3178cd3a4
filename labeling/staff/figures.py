"""Figures: how much and how fast is decided, and whether equally well in every language and place."""

from __future__ import annotations

import csv
import datetime as dt
from typing import Final

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.staff.access import StaffRequest, staff_view
from centers.staff.places import places_granted
from labeling.charts import Bars, bars_of
from labeling.figures import FEWEST_PEOPLE, Scope, work_together
from labeling.staff.figure_tables import TABLES, TEST, Table, tables_of
from labeling.staff.period import Period, period_of

FIGURES: Final = "labeling.view_figures"


@staff_view(FIGURES, methods=("GET", "HEAD"))
def figures_page(request: StaffRequest) -> HttpResponse:
    """All tables for a period and the viewer's places, with charts."""
    now, period = timezone.now(), period_of(request)
    scope = _scope(request, period)
    together = work_together(scope)
    days, *tables = tables_of(scope, now, fairness=False)
    is_enough = together.people >= FEWEST_PEOPLE
    length = (period.end - period.start).days
    context = {
        "period": period,
        "together": together,
        "per_day": together.decisions / length,
        "per_hour": together.decisions / (length * 24),
        "in_hand": together if is_enough else None,
        "charts": _charts(days),
        "days": days,
        "tables": tables,
        "fairness": tables_of(scope, now, fairness=True),
        "test": TEST,
        "crumbs": [("Figures", "")],
    }
    return render(request, "staff/labeling/figures.html", context, status=422 if period.form.errors else 200)


@staff_view(FIGURES, methods=("GET", "HEAD"))
def figures_file(request: StaffRequest, table: str) -> HttpResponse:
    """One table as CSV: numbers without units, nothing where a number is left out."""
    if table not in TABLES:
        raise Http404
    period = period_of(request)
    made = TABLES[table](_scope(request, period), timezone.now())
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    name = f"{table}-{period.start:%Y-%m-%d}-{period.last:%Y-%m-%d}.csv"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    rows = csv.writer(answer)
    rows.writerow(made.columns)
    rows.writerows([cell.raw for cell in row] for row in made.rows)
    return answer


def _scope(request: StaffRequest, period: Period) -> Scope:
    places = places_granted(request.user, FIGURES)
    return Scope(tuple(places.values_list("pk", flat=True)), period.start, period.end)


def _charts(days: Table) -> list[Bars]:
    """Decisions and backlog by day."""
    names = [dt.date.fromisoformat(row[0].shown).strftime("%-d %b") for row in days.rows]
    return [
        bars_of(
            title, [(name, int(row[column].raw or 0)) for name, row in zip(names, days.rows, strict=True)], unit=unit
        )
        for title, column, unit in (
            ("Decisions a day", 1, "decisions"),
            ("Waiting at the end of the day", 3, "tasks"),
        )
    ]
