"""Bring what needs a person to the moderators: one open task for each item, which further signals join."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from django.db import connection, transaction

from centers.models import PollingDay
from labeling.models import LabelKind, Policy, ReviewSignal, ReviewTask, SignalKind, TaskState
from labeling.review.priority import factors_of, rank_of
from labeling.services.item_rows import json_rows, rows_prepared
from labeling.services.policies_load import policies_load

#: The policy by which labels of rules are judged.
ELECTION_LABEL: Final = "election-label"
#: The policies by which waiting labels of other kinds are judged.
_POLICIES: Final = {
    LabelKind.UNVERIFIED.value: "unverified",
    LabelKind.AI_GENERATED.value: "undisclosed-ai",
    LabelKind.OFFICIAL_ACCOUNT.value: "official-account",
}
#: How bad a kind of signal is at least, whatever its policy says.
_AT_LEAST: Final = {
    SignalKind.REPORT: 2,
    SignalKind.FACT_CHECK: 3,
    SignalKind.APPEAL: 3,
    SignalKind.TRUSTED_FLAGGER: 4,
    SignalKind.RAPID_RESPONSE: 5,
}
#: Of several kinds the strongest names the task.
_STRENGTH: Final = [
    SignalKind.QUALITY,
    SignalKind.UNSURE,
    SignalKind.HASHTAG,
    SignalKind.BRAKE,
    SignalKind.FACT_CHECK,
    SignalKind.REPORT,
    SignalKind.APPEAL,
    SignalKind.TRUSTED_FLAGGER,
    SignalKind.RAPID_RESPONSE,
]
#: How far ahead and back elections make a task more urgent.
_WINDOW: Final = dt.timedelta(days=30)


class Signal(NamedTuple):
    """A reason to look at something; `source` names it, so that it joins a task once.

    `severity` (1 to 5) is how grave this very signal is at least.
    """

    uri: str
    item: int | None
    place: int
    language: str
    kind: SignalKind
    source: str
    policy: str = ELECTION_LABEL
    label: int | None = None
    detail: Mapping[str, Any] = {}
    barred: tuple[int, ...] = ()
    severity: int = 1


def policies_in_force() -> dict[str, Policy]:
    """The newest version of every policy, by key; an installation that has none yet gets the shipped ones."""
    found = Policy.objects.order_by("key", "version")
    if policies := {policy.key: policy for policy in found}:
        return policies
    policies_load()
    return {policy.key: policy for policy in found.all()}


def language_of(tag: str) -> str:
    """The language of a BCP 47 tag, without script and region; empty when it is not known.

    >>> language_of("sr-Latn-RS"), language_of("und")
    ('sr', '')
    """
    language = tag.replace("_", "-").split("-", 1)[0].lower()
    return "" if language in ("und", "mul", "zxx") else language[:8]


# Without a savepoint, which would be two statements: whoever calls within a transaction has nothing to save from it.
@transaction.atomic(savepoint=False)
def signals_join(*, signals: Sequence[Signal], now: dt.datetime) -> int:
    """Open tasks, or join those that are open; returns how many signals were new.

    A signal that a task knows already changes nothing. Raises `KeyError` for a policy there is not.
    """
    if not signals:
        return 0
    policies = policies_in_force()
    came: dict[str, list[Signal]] = {}
    for signal in signals:
        came.setdefault(signal.uri, []).append(signal)
    tasks: dict[str, ReviewTask] = {}
    joined: dict[str, ReviewTask] = {}
    known: set[tuple[int, str]] = set()
    # Mostly once. A task that stood in the way may be ended by somebody before it is locked: then there is none again.
    while missing := [uri for uri in came if uri not in tasks]:
        tasks |= _tasks_open([_task_new(came[uri], policies, now) for uri in sorted(missing)])
        if len(tasks) < len(came):
            found = _tasks_locked(uri for uri in came if uri not in tasks)
            known |= _signals_known(task.pk for task in found.values())
            tasks |= found
            joined |= found
    new = [signal for signal in signals if (tasks[signal.uri].pk, signal.source) not in known]
    # Two signals of one source in one call are one.
    by_source = {(tasks[signal.uri].pk, signal.source): signal for signal in new}
    _signals_insert(by_source, now)
    _tasks_join(joined, new, policies)
    return len(by_source)


def labels_join(*, labels: Iterable[int], now: dt.datetime, kind: SignalKind | None = None) -> int:
    """Bring labels that wait for a moderator to their tasks; returns how many signals were new.

    Without a `kind` it is told from the label: a brake that holds one of its rules, or else that the machine is unsure.
    """
    named = list(labels)
    if not named:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT label.id, platform.key || ':' || item.external_id, item.id, item.lang, label.jurisdiction_id,
                      label.kind, ARRAY(SELECT brake.rule FROM labeling_rulebrake AS brake
                            WHERE brake.ruleset_id = label.ruleset_id AND brake.released_at IS NULL
                              AND brake.rule IN (SELECT sign->>'rule' FROM jsonb_array_elements(label.evidence) AS sign)
                            ORDER BY brake.rule)
               FROM labeling_label AS label
               JOIN labeling_contentitem AS item ON item.id = label.item_id AND item.erased_at IS NULL
               JOIN labeling_platform AS platform ON platform.id = item.platform_id
               WHERE label.id = ANY(%s) AND label.state = 'review'
               ORDER BY label.confidence DESC, label.id""",
            [named],
        )
        waiting = cursor.fetchall()
    signals = [
        Signal(
            uri=uri,
            item=item,
            place=place,
            language=language_of(lang),
            kind=kind or (SignalKind.BRAKE if held else SignalKind.UNSURE),
            source=f"label:{label}",
            policy=_POLICIES.get(about, ELECTION_LABEL),
            label=label,
            detail={"rules": held} if held else {},
        )
        for label, uri, item, lang, place, about, held in waiting
    ]
    return signals_join(signals=signals, now=now)


def _tasks_locked(uris: Iterable[str]) -> dict[str, ReviewTask]:
    """Open tasks by uri, in one order for everybody, so that two batches never wait for each other."""
    found = ReviewTask.objects.filter(uri__in=list(uris), state=TaskState.OPEN, is_blind=False).order_by("pk")
    return {task.uri: task for task in found.select_for_update(of=("self",))}


def _signals_known(tasks: Iterable[int]) -> set[tuple[int, str]]:
    """(task, source) of the signals that tasks have."""
    return set(ReviewSignal.objects.filter(task__in=list(tasks)).values_list("task_id", "source"))


def _signals_insert(signals: Mapping[tuple[int, str], Signal], now: dt.datetime) -> None:
    """Write signals by (task, source). One plain statement, as for tasks."""
    rows = [
        {
            "task": task,
            "source": source,
            "kind": signal.kind.value,
            "label": signal.label,
            "detail": {"policy": signal.policy, **signal.detail},
        }
        for (task, source), signal in signals.items()
    ]
    if not rows:
        return
    rows_prepared(
        """INSERT INTO labeling_reviewsignal (task_id, kind, source, label_id, count, detail, created_at)
           SELECT u.task, u.kind, u.source, u.label, 1, u.detail, %s
           FROM json_to_recordset(%s::json) AS u(task bigint, kind text, source text, label bigint, detail jsonb)
           RETURNING id""",
        [now, json_rows(rows)],
    )


def _task_new(signals: Sequence[Signal], policies: Mapping[str, Policy], now: dt.datetime) -> ReviewTask:
    """A task of an item that these signals (at least one) open, neither weighed nor written yet."""
    first = signals[0]
    policy = policies[first.policy]
    task = ReviewTask(
        uri=first.uri,
        item_id=first.item,
        jurisdiction_id=first.place,
        language=first.language,
        policy=policy,
        kind=first.kind,
        severity=policy.severity,
        opened_at=now,
        due_at=now + dt.timedelta(minutes=policy.answer_within),
    )
    _signals_take(task, signals, policies)
    return task


def _signals_take(task: ReviewTask, signals: Sequence[Signal], policies: Mapping[str, Policy]) -> None:
    for signal in signals:
        _take(task, signal, policies[signal.policy])
    task.signal_count += len({signal.source for signal in signals})


def _tasks_open(tasks: Sequence[ReviewTask]) -> dict[str, ReviewTask]:
    """Weigh and write new tasks, given in one order for everybody; returns them by uri, but those that have one open.

    One plain statement: labelling waits for it, and the ORM's are slow.
    """
    _tasks_weigh(tasks)
    rows = [
        _row(task)
        | {
            "uri": task.uri,
            "item": task.item_id,
            "place": task.jurisdiction_id,
            "language": task.language,
            "opened": task.opened_at.isoformat(),
        }
        for task in tasks
    ]
    found = rows_prepared(
        """INSERT INTO labeling_reviewtask
                   (public_id, uri, item_id, jurisdiction_id, language, policy_id, kind, state, severity, is_sensitive,
                    signal_count, rank, factors, version, barred, skipped_by, opened_at, due_at)
               SELECT gen_random_uuid(), u.uri, u.item, u.place, u.language, u.policy, u.kind, 'open', u.severity,
                      u.sensitive, u.signals, u.rank, u.factors, u.version, u.barred, '{}', u.opened, u.due
               FROM json_to_recordset(%s::json)
                    AS u(uri text, item bigint, place bigint, language text, policy bigint, kind text, severity int,
                         sensitive boolean, signals int, rank float8, factors jsonb, version int, barred bigint[],
                         opened timestamptz, due timestamptz)
               ON CONFLICT (uri) WHERE state = 'open' AND NOT is_blind DO NOTHING
               RETURNING id, uri""",
        [json_rows(rows)],
    )
    by_uri = {task.uri: task for task in tasks}
    for pk, uri in found:
        by_uri[uri].pk = pk
    return {uri: by_uri[uri] for _, uri in found}


def _tasks_weigh(tasks: Collection[ReviewTask]) -> None:
    """Set the rank that follows from a task's own place and item, whatever signals name."""
    views = views_of(task.item_id for task in tasks)
    days = days_to_elections({task.jurisdiction_id for task in tasks})
    for task in tasks:
        weigh(task, views.get(task.item_id or 0, 0), days.get(task.jurisdiction_id))


def _tasks_join(tasks: Mapping[str, ReviewTask], new: Sequence[Signal], policies: Mapping[str, Policy]) -> None:
    """Give tasks that were open before what new signals bring, the rank that follows and a new version."""
    by_uri: dict[str, list[Signal]] = {}
    for signal in new:
        if signal.uri in tasks:
            by_uri.setdefault(signal.uri, []).append(signal)
    for uri, signals in by_uri.items():
        task = tasks[uri]
        _signals_take(task, signals, policies)
        task.version += 1
        task.skipped_by = []
    if by_uri:
        moved = [tasks[uri] for uri in by_uri]
        _tasks_weigh(moved)
        _tasks_update(moved)


def _tasks_update(tasks: Iterable[ReviewTask]) -> None:
    """Write what a weighed task changed. One plain statement, since `bulk_update` is slow."""
    rows = [_row(task) | {"id": task.pk} for task in tasks]
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE labeling_reviewtask AS task SET
                   kind = u.kind, severity = u.severity, is_sensitive = u.sensitive, policy_id = u.policy,
                   due_at = u.due, signal_count = u.signals, version = u.version, skipped_by = '{}', barred = u.barred,
                   rank = u.rank, factors = u.factors
               FROM json_to_recordset(%s::json)
                    AS u(id bigint, kind text, severity int, sensitive boolean, policy bigint, due timestamptz,
                         signals int, version int, barred bigint[], rank float8, factors jsonb)
               WHERE task.id = u.id""",
            [json_rows(rows)],
        )


def _row(task: ReviewTask) -> dict[str, Any]:
    """What signals change about a task."""
    return {
        "kind": str(task.kind),
        "severity": task.severity,
        "sensitive": task.is_sensitive,
        "policy": task.policy_id,
        "due": task.due_at.isoformat(),
        "signals": task.signal_count,
        "version": task.version,
        "barred": task.barred,
        "rank": task.rank,
        "factors": task.factors,
    }


def _take(task: ReviewTask, signal: Signal, policy: Policy) -> None:
    """Let the stronger of two reasons decide the task's kind and policy, and the graver one its severity."""
    if _STRENGTH.index(signal.kind) >= _STRENGTH.index(SignalKind(task.kind)):
        task.kind, task.policy = signal.kind, policy
    task.severity = max(task.severity, policy.severity, _AT_LEAST.get(signal.kind, 1), signal.severity)
    task.is_sensitive = task.is_sensitive or policy.is_sensitive
    task.due_at = min(task.due_at, task.opened_at + dt.timedelta(minutes=policy.answer_within))
    task.barred = sorted({*task.barred, *signal.barred})


def weigh(task: ReviewTask, views: int, days: int | None) -> None:
    """Set `rank` and `factors` from what the task is and what is known around it."""
    factors = factors_of(severity=task.severity, views=views, days_to_election=days, signals=max(1, task.signal_count))
    task.factors = factors._asdict() | {"views": views, "days": days}
    task.rank = rank_of(factors, task.opened_at)


def task_weigh(task: ReviewTask) -> None:
    """Weigh one task as the calendar and the audience are now; the caller saves it."""
    views, days = views_of([task.item_id]), days_to_elections([task.jurisdiction_id])
    weigh(task, views.get(task.item_id or 0, 0), days.get(task.jurisdiction_id))


def views_of(items: Iterable[int | None]) -> dict[int, int]:
    """How often items were seen, as their platform says; by primary key."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, metrics FROM labeling_contentitem WHERE id = ANY(%s)", [[pk for pk in items if pk is not None]]
        )
        return {pk: _views(json.loads(metrics)) for pk, metrics in cursor.fetchall()}


def _views(metrics: Mapping[str, Any]) -> int:
    for name in ("views", "view_count", "plays"):
        value = metrics.get(name)
        if isinstance(value, int | float) and not isinstance(value, bool) and value >= 0:
            return int(min(value, 10**12))
    return 0


def days_to_elections(places: Iterable[int], today: dt.date | None = None) -> dict[int, int]:
    """Days to the nearest polling day of each place, a union's elections counted for its states; negative afterwards.

    Only days within a month are looked at. One query.
    """
    now = today or dt.datetime.now(dt.UTC).date()
    near: dict[int, int] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT place.id, day.date - %s AS days
                FROM centers_jurisdiction AS place
                JOIN centers_election AS election ON election.jurisdiction_id IN (place.id, place.parent_id)
                JOIN centers_round AS round ON round.election_id = election.id
                JOIN {PollingDay._meta.db_table} AS day ON day.round_id = round.id
                WHERE place.id = ANY(%s) AND day.date BETWEEN %s AND %s
                  AND election.status NOT IN ('cancelled', 'annulled', 'postponed')""",  # noqa: S608 -- our own name
            [now, list(places), now - _WINDOW, now + _WINDOW],
        )
        for place, days in cursor.fetchall():
            if place not in near or abs(days) < abs(near[place]):
                near[place] = days
    return near
