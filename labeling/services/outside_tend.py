"""Reported content that nobody handed in: look again whether it came, and end the waiting one day."""

from __future__ import annotations

import datetime as dt
from typing import Final

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from labeling.models import ContentItem, Outcome, ReviewTask
from labeling.services.report_accept import item_of
from labeling.services.review_close import AT_ONCE, tasks_close
from labeling.services.review_join import days_to_elections, language_of, views_of, weigh

_BECAUSE: Final = "The platform did not hand the content in."


def unknown_tend(*, now: dt.datetime | None = None) -> dict[str, int]:
    """Give tasks the content that came meanwhile, and close those that waited `REPORT_WAIT_DAYS`; how many of each.

    A task that somebody works on is theirs. Safe to call at any time, by anybody.
    """
    moment = now or timezone.now()
    return {"found": _found(), "closed": _closed(moment)}


def _found() -> int:
    found, after = 0, 0
    while True:
        with transaction.atomic():
            waiting = ReviewTask.objects.open().filter(item=None, pk__gt=after).order_by("pk")
            tasks = list(waiting.select_for_update(skip_locked=True, of=("self",))[:AT_ONCE])
            if not tasks:
                return found
            after = tasks[-1].pk
            for task in tasks:
                if (item := item_of(task.uri)) is not None:
                    _give(task, item)
                    found += 1


def _give(task: ReviewTask, item: ContentItem) -> None:
    task.item = item
    task.language = language_of(item.lang) or task.language
    task.version += 1
    days = days_to_elections({task.jurisdiction_id})
    weigh(task, views_of([item.pk]).get(item.pk, 0), days.get(task.jurisdiction_id))
    task.save(update_fields=["item", "language", "version", "rank", "factors"])


@transaction.atomic
def _closed(now: dt.datetime) -> int:
    limit = now - dt.timedelta(days=settings.REPORT_WAIT_DAYS)
    old = ReviewTask.objects.open().free(now).filter(item=None, opened_at__lt=limit).order_by("pk")
    tasks = list(old.select_for_update(skip_locked=True, of=("self",)).values_list("pk", flat=True)[:AT_ONCE])
    return tasks_close(tasks=tasks, because=_BECAUSE, outcome=Outcome.UNKNOWN) if tasks else 0
