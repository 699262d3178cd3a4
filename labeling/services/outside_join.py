"""Bring what people outside say to a moderator's task: one task for each content, however many say it."""

from __future__ import annotations

import datetime as dt
from typing import Final

from django.utils import translation

from labeling.models import ReportKind, ReviewSignal, ReviewTask, TaskState
from labeling.services.review_join import Signal, days_to_elections, signals_join, views_of, weigh

#: Texts of one signal that moderators see; what more people write is kept with their reports.
_MOST_TEXTS: Final = 5
_LONGEST: Final = 600


def outside_join(*, signal: Signal, said: str, now: dt.datetime) -> ReviewTask:
    """Open a task or join the open one, and return it. Call it in a transaction.

    What says the same as a signal that is there adds to its count and to the task's urgency. The task's version stays
    then: a flood must not keep its moderator from deciding.
    """
    detail = {"texts": [said[:_LONGEST]] if said else [], "said": said[:_LONGEST]}
    is_new = signals_join(signals=[signal._replace(detail=detail)], now=now) > 0
    task = ReviewTask.objects.select_for_update(of=("self",)).get(uri=signal.uri, state=TaskState.OPEN, is_blind=False)
    if not is_new:
        _count(task, signal.source, said[:_LONGEST])
    return task


def _count(task: ReviewTask, source: str, said: str) -> None:
    known = ReviewSignal.objects.get(task=task, source=source)
    known.count += 1
    texts = known.detail.get("texts", [])
    if said and said not in texts and len(texts) < _MOST_TEXTS:
        known.detail = {"texts": [*texts, said], "said": " · ".join([*texts, said])}
    known.save(update_fields=["count", "detail"])
    task.signal_count += 1
    # Urgency grows with the logarithm: between powers of two it hardly moves.
    if task.signal_count & (task.signal_count - 1) == 0:
        days = days_to_elections({task.jurisdiction_id})
        weigh(task, views_of([task.item_id]).get(task.item_id or 0, 0), days.get(task.jurisdiction_id))
    task.save(update_fields=["signal_count", "rank", "factors"])


def report_words(kind: ReportKind, said: str) -> str:
    """What a moderator reads of a report, in the workspace's English."""
    with translation.override("en"):
        return f"{kind.label}: {said}" if said else str(kind.label)
