"""What the rules of key dates give for the polling days there are. Reads, never writes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

from centers.dates_from_rules import RuleError, rule_of, ruled_values
from centers.models import Election, KeyDate, Round

#: A round's first and last polling day by its number.
Spans = Mapping[int, tuple[dt.date, dt.date]]


def round_spans(election: Election) -> dict[int, tuple[dt.date, dt.date]]:
    """The rounds of an election that have polling days, as they are stored."""
    if election._state.adding:
        return {}
    spans = {}
    for one in Round.objects.filter(election=election).prefetch_related("polling_days"):
        if days := sorted(day.date for day in one.polling_days.all()):
            spans[one.number] = (days[0], days[-1])
    return spans


def date_ruled(date: KeyDate, spans: Spans) -> dict[str, str | None] | None:
    """`day` and `instant` as the date's rule gives them; `None` without a rule or without days to count from.

    Raises `RuleError` for a rule that gives no day.
    """
    rule = rule_of(date)
    span = spans.get(rule.round) if rule else None
    return ruled_values(date, rule, *span) if rule and span else None


def date_held(date: KeyDate) -> dict[str, str | None]:
    """`day` and `instant` as they are, in the same form."""
    instant = date.instant.astimezone(dt.UTC).isoformat() if date.instant else None
    return {"day": date.day.isoformat() if date.day else None, "instant": instant}


def dates_moved(dates: Iterable[KeyDate], spans: Spans) -> list[tuple[KeyDate, dict[str, str | None]]]:
    """The dates whose rule gives another day than they have, with that day. A rule that gives none is left alone."""
    moved = []
    for date in dates:
        try:
            ruled = date_ruled(date, spans)
        except RuleError:
            continue
        if ruled is not None and ruled != date_held(date):
            moved.append((date, ruled))
    return moved
