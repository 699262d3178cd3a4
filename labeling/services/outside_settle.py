"""What a moderator's decision means for those who reported or appealed. Called in the decision's transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any, Final

from django.db.models import Exists, OuterRef, Q

from labeling.models import Appeal, Outcome, Report, ReviewAction, ReviewDecision, ReviewTask, TaskState

_OUTCOMES: Final = {
    ReviewAction.APPLY: Outcome.UPHELD,
    ReviewAction.CHANGE: Outcome.UPHELD,
    ReviewAction.REJECT: Outcome.REJECTED,
    ReviewAction.CLOSE: Outcome.CLOSED,
}


def outside_settle(*, task: ReviewTask, decision: ReviewDecision, now: dt.datetime) -> None:
    """Settle the reports that the decision was about, and the appeals against labels it judged.

    Where the task goes on, to other moderators or about another policy, what it did not touch waits on.
    """
    outcome = _OUTCOMES.get(ReviewAction(decision.action))
    if outcome is None:
        return
    settled = {"decision": decision, "ended_at": now}
    reports = Report.objects.filter(task=task, outcome="")
    if task.state == TaskState.OPEN:
        reports = reports.filter(kind=decision.policy.key)
    reports.update(outcome=outcome, **settled)
    became = {effect["label"]: effect["after"]["state"] for effect in decision.effects}
    for appeal in Appeal.objects.filter(task=task, outcome="").select_for_update():
        if (own := _appeal_outcome(appeal, outcome, became, is_over=task.state != TaskState.OPEN)) is not None:
            Appeal.objects.filter(pk=appeal.pk).update(outcome=own, **settled)


def _appeal_outcome(appeal: Appeal, outcome: Outcome, became: dict[Any, str], *, is_over: bool) -> Outcome | None:
    """Right was whoever appealed against a label that is not as it was any more."""
    if appeal.label_id in became:
        return Outcome.REJECTED if became[appeal.label_id] == appeal.label_state else Outcome.UPHELD
    if not is_over:
        return None
    # Led to where it leads already, or decided by a policy about other labels: it stays as it is.
    return Outcome.CLOSED if outcome == Outcome.CLOSED else Outcome.REJECTED


def outside_wait_again(*, decision: ReviewDecision) -> None:
    """The decision was taken back: what it settled waits again, and who was told will be told anew."""
    again = {"decision": None, "outcome": "", "ended_at": None, "outcome_mailed_at": None}
    Report.objects.filter(decision=decision).update(**again)
    settled = Appeal.objects.filter(decision=decision)
    # Who has appealed again since waits with that appeal, not with two.
    newer = Appeal.objects.filter(label=OuterRef("label"), appellant_key=OuterRef("appellant_key"), outcome="")
    settled.filter(Exists(newer)).update(decision=None, outcome=Outcome.CLOSED)
    settled.update(**again)


def outside_close(*, tasks: Iterable[int], outcome: Outcome, now: dt.datetime) -> None:
    """Tasks ended without a decision; say so to whoever waits for one."""
    waiting = Q(task__in=list(tasks), outcome="")
    for model in (Report, Appeal):
        model.objects.filter(waiting).update(outcome=outcome, ended_at=now)
