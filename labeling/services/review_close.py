"""Keep tasks true to what they are about: what waits has a task, what is gone has none, ranks follow the calendar."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Final

from django.db import connection, transaction
from django.utils import timezone

from labeling.models import Outcome, ReviewTask, TaskState
from labeling.services.outside_settle import outside_close
from labeling.services.review_hashtags import hashtags_close, hashtags_join
from labeling.services.review_join import days_to_elections, labels_join, views_of, weigh

#: Rows looked at in one transaction.
AT_ONCE: Final = 500
_GONE: Final = "Nothing is left to decide: the content is gone, or its labels were decided otherwise."


def review_sweep() -> dict[str, int]:
    """Bring every label that waits to a task, and end tasks whose matter is gone; returns how many of each.

    What opens and ends tasks at once may fail or be missed; this makes up for it. Safe to call at any time, by anybody.
    """
    return {"joined": _join_missing() + hashtags_join(), "closed": _close_gone() + hashtags_close()}


def _join_missing() -> int:
    joined, after = 0, 0
    while labels := _labels_without_task(after):
        joined += labels_join(labels=labels, now=timezone.now())
        after = labels[-1]
    return joined


def _labels_without_task(after: int) -> list[int]:
    """Labels in review that no open task knows, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT label.id FROM labeling_label AS label
               JOIN labeling_contentitem AS item ON item.id = label.item_id AND item.erased_at IS NULL
               WHERE label.state = 'review' AND label.id > %s
                 AND NOT EXISTS (
                     SELECT FROM labeling_reviewsignal AS signal
                     JOIN labeling_reviewtask AS task ON task.id = signal.task_id AND task.state = 'open'
                          AND NOT task.is_blind
                     WHERE signal.label_id = label.id)
               ORDER BY label.id LIMIT %s""",
            [after, AT_ONCE],
        )
        return [pk for (pk,) in cursor.fetchall()]


def _close_gone() -> int:
    """Tasks that only machines' labels made, none of which waits any more. One that somebody works on is theirs."""
    closed = 0
    while found := _tasks_gone():
        closed += tasks_close(tasks=found, because=_GONE, outcome=Outcome.GONE)
    return closed


@transaction.atomic
def tasks_close(*, tasks: Sequence[int], because: str, outcome: Outcome) -> int:
    """End open tasks without a decision, and what people outside are waiting for with them; returns how many."""
    now = timezone.now()
    closed = ReviewTask.objects.filter(pk__in=tasks, state=TaskState.OPEN).update(
        state=TaskState.CLOSED, ended_at=now, closed_because=because, claimed_by=None, claimed_until=None
    )
    outside_close(tasks=tasks, outcome=outcome, now=now)
    return closed


def _tasks_gone() -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT task.id FROM labeling_reviewtask AS task
               LEFT JOIN labeling_contentitem AS item ON item.id = task.item_id
               WHERE task.state = 'open' AND NOT task.is_blind
                 AND (task.claimed_until IS NULL OR task.claimed_until < now())
                 AND NOT EXISTS (
                     SELECT FROM labeling_reviewsignal AS signal
                     LEFT JOIN labeling_label AS label ON label.id = signal.label_id
                     WHERE signal.task_id = task.id
                       AND (signal.kind NOT IN ('unsure', 'brake') OR label.state = 'review' OR signal.source = 'paid'
                            -- Asked about although the label stands, or was taken away by a person: until somebody
                            -- confirms it, or whoever posted it declares it.
                            OR signal.source LIKE 'ai:%%' AND NOT (label.state = 'applied' AND (
                                   label.decided_by = 'person'
                                   OR (SELECT coalesce(bool_or(said.says IN ('generated', 'partly')), false)
                                              AND NOT coalesce(bool_or(said.source = 'creator'
                                                                       AND said.says = 'not_ai'), false)
                                       FROM labeling_aievidence AS said
                                       WHERE said.item_id = label.item_id AND said.source <> 'content_credentials'))))
                       AND item.erased_at IS NULL)
                 AND task.kind <> 'hashtag'
               ORDER BY task.id LIMIT %s FOR UPDATE OF task SKIP LOCKED""",
            [AT_ONCE],
        )
        return [pk for (pk,) in cursor.fetchall()]


def review_weigh_again(*, today: dt.date | None = None) -> int:
    """Give open tasks the rank that the calendar and the audience make now; returns how many changed."""
    changed, after = 0, 0
    while True:
        with transaction.atomic():
            tasks = list(
                ReviewTask.objects.open()
                .filter(pk__gt=after)
                .order_by("pk")
                .select_for_update(skip_locked=True, of=("self",))[:AT_ONCE]
            )
            if not tasks:
                return changed
            after = tasks[-1].pk
            days = days_to_elections({task.jurisdiction_id for task in tasks}, today)
            views = views_of(task.item_id for task in tasks)
            moved = []
            for task in tasks:
                before = task.rank
                weigh(task, views.get(task.item_id or 0, 0), days.get(task.jurisdiction_id))
                if task.rank != before:
                    moved.append(task)
            ReviewTask.objects.bulk_update(moved, ["rank", "factors"])
            changed += len(moved)
