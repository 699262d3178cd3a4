"""What the moderators' work comes to: how much, how fast, how often overturned; for places and a period.

Every function takes a `Scope` and asks once. Nothing here is about a single person: `people` says from how many
people a line comes, and whoever shows it leaves out what comes from fewer than `FEWEST_PEOPLE`. Blind repetitions count
as work and nowhere else.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Final, NamedTuple

from django.db import connection

from labeling.review.rates import Rate, rate_of

#: What comes from fewer people is about single persons.
FEWEST_PEOPLE: Final = 3


class Scope(NamedTuple):
    """Primary keys of places, and a period from `start` until before `end`."""

    places: tuple[int, ...]
    start: dt.datetime
    end: dt.datetime


class Work(NamedTuple):
    """Decisions of a queue. `median` and `slow` (the ninth of ten) are seconds in hand, where they are known."""

    policy: str
    language: str
    decisions: int
    people: int
    median: float | None
    slow: float | None
    hours: float
    timed: int

    @property
    def per_hour(self) -> float | None:
        """Decisions for an hour in hand."""
        return self.timed / self.hours if self.hours else None


class Waiting(NamedTuple):
    """What waits now in a queue; ages in seconds."""

    place: str
    language: str
    waiting: int
    late: int
    oldest: float
    median: float


class Day(NamedTuple):
    """A day in UTC: decisions made, tasks that came, and tasks that waited at its end."""

    date: dt.date
    decisions: int
    came: int
    waiting: int


class Service(NamedTuple):
    """Tasks of a policy that ended in the period, with those that ended late; and those late and waiting now."""

    policy: str
    late: Rate
    waiting_late: int


class Turned(NamedTuple):
    """Of a group's cases those that turned out otherwise; from so many people."""

    group: str
    hits: int
    n: int
    people: int


def work_of(scope: Scope) -> list[Work]:
    """By policy and language, most decisions first."""
    rows = _rows(
        """SELECT policy.key, task.language, count(*), count(DISTINCT decision.user_id),
                  percentile_cont(0.5) WITHIN GROUP (ORDER BY decision.seconds),
                  percentile_cont(0.9) WITHIN GROUP (ORDER BY decision.seconds),
                  coalesce(sum(decision.seconds), 0) / 3600.0, count(decision.seconds)
           FROM labeling_reviewdecision AS decision
           JOIN labeling_reviewtask AS task ON task.id = decision.task_id
           JOIN labeling_policy AS policy ON policy.id = decision.policy_id
           WHERE decision.decided_at >= %(start)s AND decision.decided_at < %(end)s AND decision.action <> 'undo'
             AND task.jurisdiction_id = ANY(%(places)s)
           GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2""",
        scope,
    )
    return [Work(*row) for row in rows]


def work_together(scope: Scope) -> Work:
    """All queues as one."""
    rows = _rows(
        """SELECT '', '', count(*), count(DISTINCT decision.user_id),
                  percentile_cont(0.5) WITHIN GROUP (ORDER BY decision.seconds),
                  percentile_cont(0.9) WITHIN GROUP (ORDER BY decision.seconds),
                  coalesce(sum(decision.seconds), 0) / 3600.0, count(decision.seconds)
           FROM labeling_reviewdecision AS decision
           JOIN labeling_reviewtask AS task ON task.id = decision.task_id
           WHERE decision.decided_at >= %(start)s AND decision.decided_at < %(end)s AND decision.action <> 'undo'
             AND task.jurisdiction_id = ANY(%(places)s)""",
        scope,
    )
    return Work(*rows[0])


def waiting_now(scope: Scope, now: dt.datetime) -> list[Waiting]:
    """By place and language, the oldest first."""
    rows = _rows(
        """SELECT place.code, task.language, count(*), count(*) FILTER (WHERE task.due_at < %(now)s),
                  extract(epoch FROM %(now)s - min(task.opened_at)),
                  percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM %(now)s - task.opened_at))
           FROM labeling_reviewtask AS task JOIN centers_jurisdiction AS place ON place.id = task.jurisdiction_id
           WHERE task.state = 'open' AND NOT task.is_blind AND task.jurisdiction_id = ANY(%(places)s)
           GROUP BY 1, 2 ORDER BY 5 DESC, 1, 2""",
        scope,
        now=now,
    )
    return [
        Waiting(place, language, waiting, late, float(oldest), float(median))
        for place, language, waiting, late, oldest, median in rows
    ]


def days_of(scope: Scope) -> list[Day]:
    """Each day of the period. What waited is counted from what came and what ended since the period began."""
    rows = _rows(
        """WITH task AS (
               SELECT opened_at, ended_at FROM labeling_reviewtask
               WHERE (state = 'open' OR ended_at >= %(start)s) AND NOT is_blind AND jurisdiction_id = ANY(%(places)s)
           ), event AS (
               SELECT CASE WHEN opened_at < %(start)s THEN NULL ELSE (opened_at AT TIME ZONE 'UTC')::date END AS day,
                      1 AS came, 0 AS ended, 0 AS decided FROM task WHERE opened_at < %(end)s
               UNION ALL
               SELECT (ended_at AT TIME ZONE 'UTC')::date, 0, 1, 0 FROM task WHERE ended_at < %(end)s
               UNION ALL
               SELECT (decision.decided_at AT TIME ZONE 'UTC')::date, 0, 0, 1
               FROM labeling_reviewdecision AS decision JOIN labeling_reviewtask AS about ON about.id = decision.task_id
               WHERE decision.decided_at >= %(start)s AND decision.decided_at < %(end)s AND decision.action <> 'undo'
                 AND about.jurisdiction_id = ANY(%(places)s)
           )
           SELECT day, sum(came), sum(ended), sum(decided) FROM event GROUP BY day""",
        scope,
    )
    by_day = {day: (int(came), int(ended), int(decided)) for day, came, ended, decided in rows}
    waiting = by_day.get(None, (0, 0, 0))[0]
    days = []
    for number in range((scope.end.date() - scope.start.date()).days):
        date = scope.start.date() + dt.timedelta(days=number)
        came, ended, decided = by_day.get(date, (0, 0, 0))
        waiting += came - ended
        days.append(Day(date, decided, came, waiting))
    return days


def service_of(scope: Scope, now: dt.datetime) -> list[Service]:
    """By policy: how often its time to answer was kept."""
    rows = _rows(
        """SELECT policy.key, count(*) FILTER (WHERE task.state <> 'open' AND task.ended_at > task.due_at),
                  count(*) FILTER (WHERE task.state <> 'open'),
                  count(*) FILTER (WHERE task.state = 'open' AND task.due_at < %(now)s)
           FROM labeling_reviewtask AS task JOIN labeling_policy AS policy ON policy.id = task.policy_id
           WHERE (task.state = 'open' OR (task.ended_at >= %(start)s AND task.ended_at < %(end)s))
             AND NOT task.is_blind AND task.jurisdiction_id = ANY(%(places)s)
           GROUP BY 1 ORDER BY 1""",
        scope,
        now=now,
    )
    return [Service(policy, rate_of(late, ended), waiting) for policy, late, ended, waiting in rows]


def overturned(scope: Scope, *, by: str) -> list[Turned]:
    """Of the decisions of the period those that somebody else decided otherwise later, by `language` or `place`.

    A decision is overturned when the next decision on one of its labels, by another person, gave that label another
    state. What whoever decided took back themselves counts as not decided.
    """
    rows = _rows(
        """WITH said AS (
               SELECT decision.id, decision.user_id, decision.decided_at, task.language, task.jurisdiction_id,
                      (effect->>'label')::bigint AS label, effect->'after'->>'state' AS state
               FROM labeling_reviewdecision AS decision
               JOIN labeling_reviewtask AS task ON task.id = decision.task_id
               CROSS JOIN LATERAL jsonb_array_elements(decision.effects) AS effect
               WHERE decision.decided_at >= %(start)s AND decision.action IN ('apply', 'reject', 'change')
                 AND effect->>'label' IS NOT NULL AND NOT task.is_blind AND task.jurisdiction_id = ANY(%(places)s)
                 AND NOT EXISTS (SELECT FROM labeling_reviewdecision AS undo WHERE undo.undoes_id = decision.id)
           ), followed AS (
               SELECT *, lead(state) OVER next AS next_state, lead(user_id) OVER next AS next_user
               FROM said WINDOW next AS (PARTITION BY label ORDER BY id)
           ), judged AS (
               SELECT id, min(user_id) AS user_id, min(language) AS language, min(jurisdiction_id) AS jurisdiction_id,
                      coalesce(bool_or(next_state <> state AND next_user <> user_id), false) AS is_overturned
               FROM followed WHERE decided_at < %(end)s GROUP BY id
           )
           SELECT CASE WHEN %(by)s = 'place' THEN place.code ELSE judged.language END,
                  count(*) FILTER (WHERE is_overturned), count(*), count(DISTINCT user_id)
           FROM judged JOIN centers_jurisdiction AS place ON place.id = judged.jurisdiction_id
           GROUP BY 1 ORDER BY 1""",
        scope,
        by=by,
    )
    return [Turned(*row) for row in rows]


def appealed(scope: Scope, *, by: str) -> list[Turned]:
    """Of the decisions of the period those after which somebody appealed, by `language` or `place`."""
    rows = _rows(
        """WITH appeal AS (
               SELECT task.uri, max(signal.created_at) AS at
               FROM labeling_reviewsignal AS signal JOIN labeling_reviewtask AS task ON task.id = signal.task_id
               WHERE signal.kind = 'appeal' AND signal.created_at >= %(start)s AND NOT task.is_blind GROUP BY 1
           ), judged AS (
               SELECT decision.id, decision.user_id, task.language, task.jurisdiction_id,
                      EXISTS (SELECT FROM appeal WHERE appeal.uri = task.uri AND appeal.at > decision.decided_at) AS hit
               FROM labeling_reviewdecision AS decision
               JOIN labeling_reviewtask AS task ON task.id = decision.task_id
               WHERE decision.decided_at >= %(start)s AND decision.decided_at < %(end)s
                 AND decision.action IN ('apply', 'reject', 'change')
                 AND NOT task.is_blind AND task.jurisdiction_id = ANY(%(places)s)
                 AND NOT EXISTS (SELECT FROM labeling_reviewdecision AS undo WHERE undo.undoes_id = decision.id)
           )
           SELECT CASE WHEN %(by)s = 'place' THEN place.code ELSE judged.language END,
                  count(*) FILTER (WHERE hit), count(*), count(DISTINCT user_id)
           FROM judged JOIN centers_jurisdiction AS place ON place.id = judged.jurisdiction_id
           GROUP BY 1 ORDER BY 1""",
        scope,
        by=by,
    )
    return [Turned(*row) for row in rows]


def machine_overturned(scope: Scope, *, by: str) -> list[Turned]:
    """Of the labels viewers saw and a person then judged in the period those taken away, by `language` or `place`."""
    rows = _rows(
        """WITH last AS (
               SELECT DISTINCT ON (label_id) label_id, action, user_id FROM labeling_labeldecision
               WHERE decided_by = 'person' AND decided_at >= %(start)s AND decided_at < %(end)s
               ORDER BY label_id, id DESC
           ), judged AS (
               SELECT last.action = 'withdrawn' AS hit, last.user_id, label.jurisdiction_id,
                      CASE WHEN item.lang IN ('und', 'mul', 'zxx') THEN ''
                           ELSE split_part(lower(item.lang), '-', 1) END AS language
               FROM last JOIN labeling_label AS label ON label.id = last.label_id AND label.decided_by = 'person'
               JOIN labeling_contentitem AS item ON item.id = label.item_id
               WHERE label.jurisdiction_id = ANY(%(places)s)
                 AND 'applied' = (SELECT former.action FROM labeling_labeldecision AS former
                                  WHERE former.label_id = label.id AND former.decided_by = 'machine'
                                  ORDER BY former.id DESC LIMIT 1)
           )
           SELECT CASE WHEN %(by)s = 'place' THEN place.code ELSE judged.language END,
                  count(*) FILTER (WHERE hit), count(*), count(DISTINCT user_id)
           FROM judged JOIN centers_jurisdiction AS place ON place.id = judged.jurisdiction_id
           GROUP BY 1 ORDER BY 1""",
        scope,
        by=by,
    )
    return [Turned(*row) for row in rows]


def _rows(statement: str, scope: Scope, **more: str | dt.datetime) -> list[tuple[Any, ...]]:
    asked: dict[str, Any] = {"places": list(scope.places), "start": scope.start, "end": scope.end, **more}
    with connection.cursor() as cursor:
        cursor.execute(statement, asked)
        return list(cursor.fetchall())
