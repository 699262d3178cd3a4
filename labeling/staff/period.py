"""Which period a page is about."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final

from django import forms
from django.http import HttpRequest
from django.utils import timezone

DAYS: Final = 30
LONGEST: Final = 366


class PeriodForm(forms.Form):
    """From one day to another, both of them included."""

    since = forms.DateField(label="From", widget=forms.DateInput({"type": "date"}))
    until = forms.DateField(label="Until", widget=forms.DateInput({"type": "date"}))

    def clean(self) -> dict[str, Any]:
        """In order, and no longer than the database is asked for."""
        given = self.cleaned_data
        since, until = given.get("since"), given.get("until")
        if since and until and since > until:
            self.add_error("until", "It ends before it begins.")
        elif since and until and (until - since).days >= LONGEST:
            self.add_error("until", f"A period has at most {LONGEST} days.")
        return given


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days in UTC, from `start` until before `end`; and the form it was asked for with."""

    start: dt.datetime
    end: dt.datetime
    form: PeriodForm

    @property
    def last(self) -> dt.date:
        """The last day that belongs to it."""
        return (self.end - dt.timedelta(days=1)).date()

    @property
    def query(self) -> str:
        """For addresses of the same period."""
        return f"since={self.start:%Y-%m-%d}&until={self.last:%Y-%m-%d}"


def period_of(request: HttpRequest, *, today: dt.date | None = None) -> Period:
    """The period asked for with `?since=&until=`; the last 30 days without, or when it is none."""
    day = today or timezone.now().date()
    usual = {"since": day - dt.timedelta(days=DAYS - 1), "until": day}
    asked = bool({"since", "until"} & set(request.GET))
    form = PeriodForm(request.GET if asked else None, initial=usual)
    given = form.cleaned_data if asked and form.is_valid() else usual
    # Days near the ends of the calendar have no day after them.
    until = min(given["until"], dt.date.max - dt.timedelta(days=1))
    return Period(_midnight(given["since"]), _midnight(until + dt.timedelta(days=1)), form)


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), dt.UTC)
