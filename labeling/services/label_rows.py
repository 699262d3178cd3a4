"""The statements by which a batch writes its labels and their history."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any, NamedTuple

from django.db import connection

from labeling.models import DecisionAction, LabelState
from labeling.models.label import label_public_id
from labeling.services.item_rows import json_rows, rows_prepared

_ACTIONS = {
    LabelState.APPLIED: DecisionAction.APPLIED,
    LabelState.REVIEW: DecisionAction.SENT_TO_REVIEW,
    LabelState.WITHDRAWN: DecisionAction.WITHDRAWN,
}


class LabelKey(NamedTuple):
    """What a label is about; an item has at most one label of each key."""

    item: int
    kind: str
    jurisdiction: int
    election: int | None


class LabelDraft(NamedTuple):
    """A label as the matcher, or evidence of another kind, wants it; `ruleset` is the one that says so, if one does."""

    key: LabelKey
    state: LabelState
    confidence: float
    evidence: tuple[Any, ...]
    ruleset: int | None


class KnownLabel(NamedTuple):
    """A label already in the database."""

    pk: int
    key: LabelKey
    state: LabelState
    by_person: bool


class Verdict(NamedTuple):
    """One line for the history; `ruleset` is the one that decided, if one did."""

    label: int
    state: LabelState
    reason: str
    ruleset: int | None


def labels_known(items: Iterable[int]) -> list[KnownLabel]:
    """The labels of `items`, locked until the transaction ends."""
    if not (named := list(items)):
        return []
    rows = _rows(
        """SELECT id, item_id, kind, jurisdiction_id, election_id, state, decided_by = 'person'
           FROM labeling_label WHERE item_id = ANY(%s::bigint[]) ORDER BY id FOR UPDATE""",
        [named],
    )
    return [
        KnownLabel(pk, LabelKey(item, kind, place, election), LabelState(state), by_person)
        for pk, item, kind, place, election, state, by_person in rows
    ]


def labels_insert(drafts: list[LabelDraft], now: dt.datetime, reason: str) -> list[Verdict]:
    """Write new labels with the first lines of their history, and return these; a label that exists stays as it is."""
    if not drafts:
        return []
    rows = rows_prepared(
        """WITH given AS (
           INSERT INTO labeling_label (public_id, item_id, kind, jurisdiction_id, election_id, state, confidence,
                                       evidence, ruleset_id, decided_by, created_at, decided_at)
           SELECT u.public_id, u.item, u.kind, u.jurisdiction, u.election, u.state, u.confidence,
                  u.evidence, u.ruleset, 'machine', %s, %s
           FROM json_to_recordset(%s::json)
                AS u(public_id text, item bigint, kind text, jurisdiction bigint, election bigint, state text,
                     confidence float8, evidence jsonb, ruleset bigint)
           ON CONFLICT (item_id, kind, jurisdiction_id, election_id) DO NOTHING
           RETURNING id, state, ruleset_id
           ), told AS (
           INSERT INTO labeling_labeldecision (label_id, action, decided_by, reason, ruleset_id, decided_at)
           SELECT id, CASE state WHEN 'review' THEN 'sent_to_review' ELSE state END, 'machine', %s, ruleset_id, %s
           FROM given
           )
           SELECT id, state, ruleset_id FROM given""",
        [now, now, json_rows([_new_row(draft) for draft in drafts]), reason, now],
    )
    return [Verdict(pk, LabelState(state), reason, ruleset) for pk, state, ruleset in rows]


def labels_update(changes: list[tuple[int, LabelDraft]], now: dt.datetime) -> None:
    """Give labels the state, confidence and evidence of a newer revision of their item."""
    if not changes:
        return
    _rows(
        """UPDATE labeling_label AS label SET
               state = u.state, confidence = u.confidence, evidence = u.evidence, ruleset_id = u.ruleset,
               decided_at = CASE WHEN label.state = u.state THEN label.decided_at ELSE %s END
           FROM json_to_recordset(%s::json)
                AS u(id bigint, state text, confidence float8, evidence jsonb, ruleset bigint)
           WHERE label.id = u.id RETURNING 1""",
        [now, json_rows([{"id": pk} | _row(draft) for pk, draft in changes])],
    )


def labels_withdraw(labels: list[int], now: dt.datetime) -> None:
    """Withdraw labels automatically. Which rules had matched stays; the words that matched go with the text."""
    if not labels:
        return
    _rows(
        """UPDATE labeling_label SET state = 'withdrawn', decided_by = 'machine', decided_at = %s
           WHERE id = ANY(%s::bigint[]) RETURNING 1""",
        [now, labels],
    )
    evidence_erase(labels)


def evidence_erase(labels: list[int]) -> None:
    """Erase the words that matched; which rules they matched stays."""
    if not labels:
        return
    _rows(
        """UPDATE labeling_label SET
               evidence = coalesce((SELECT jsonb_agg(sign - 'text' - 'start' - 'end')
                                    FROM jsonb_array_elements(evidence) AS sign), '[]')
           WHERE id = ANY(%s::bigint[]) RETURNING 1""",
        [labels],
    )


def decisions_record(verdicts: list[Verdict], now: dt.datetime) -> None:
    """Add machines' decisions to the history."""
    if not verdicts:
        return
    _rows(
        """INSERT INTO labeling_labeldecision (label_id, action, decided_by, reason, ruleset_id, decided_at)
           SELECT u.label, u.action, 'machine', u.reason, u.ruleset, %s
           FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::bigint[]) AS u(label, action, reason, ruleset)
           RETURNING 1""",
        [
            now,
            [verdict.label for verdict in verdicts],
            [_ACTIONS[verdict.state].value for verdict in verdicts],
            [verdict.reason for verdict in verdicts],
            [verdict.ruleset for verdict in verdicts],
        ],
    )


def _new_row(draft: LabelDraft) -> dict[str, Any]:
    return {"public_id": label_public_id(), **draft.key._asdict(), **_row(draft)}


def _row(draft: LabelDraft) -> dict[str, Any]:
    return {
        "state": draft.state.value,
        "confidence": draft.confidence,
        "evidence": draft.evidence,
        "ruleset": draft.ruleset,
    }


def _rows(statement: str, parameters: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return list(cursor.fetchall())
