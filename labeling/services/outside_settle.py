"""What a moderator's decision means for those who reported or appealed. Called in the decision's transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any, Final

from django.db.models import Exists, OuterRef, Q

from labeling.models import (
    Appeal,
    Label,
    Outcome,
    Policy,
    Report,
    ReviewAction,
    ReviewDecision,
    ReviewTask,
    SignalKind,
)
from labeling.services.appeal_accept import policy_of
from labeling.services.review_join import policies_in_force

_OUTCOMES: Final = {
    ReviewAction.APPLY: Outcome.UPHELD,
    ReviewAction.CHANGE: Outcome.UPHELD,
    ReviewAction.REJECT: Outcome.REJECTED,
    ReviewAction.CLOSE: Outcome.CLOSED,
}


def outside_settle(*, task: ReviewTask, decision: ReviewDecision, now: dt.datetime) -> tuple[SignalKind, Policy] | None:
    """Settle what the decision was about: reports of its policy, and appeals against labels it judged.

    Answers what waits on and keeps the task open, with the policy it is judged by: an appeal first, then reports of
    another kind. A report is never answered by a decision about something else. `task.policy` is still that by which
    the decision was asked for.
    """
    outcome = _OUTCOMES.get(ReviewAction(decision.action))
    if outcome is None:
        return None
    settled = {"decision": decision, "ended_at": now}
    waiting = Report.objects.filter(task=task, outcome="")
    if outcome != Outcome.CLOSED:
        waiting = waiting.filter(kind__in={decision.policy.key, task.policy.key})
    waiting.update(outcome=outcome, **settled)
    became = {effect["label"]: effect["after"]["state"] for effect in decision.label_effects()}
    unsettled: Label | None = None
    for appeal in Appeal.objects.filter(task=task, outcome="").select_related("label").select_for_update(of=("self",)):
        own = _appeal_outcome(appeal, decision, outcome, became)
        if own is None:
            unsettled = unsettled or appeal.label
        else:
            Appeal.objects.filter(pk=appeal.pk).update(outcome=own, **settled)
    return _next(task, unsettled)


def _appeal_outcome(
    appeal: Appeal, decision: ReviewDecision, outcome: Outcome, became: dict[Any, str]
) -> Outcome | None:
    """Right was whoever appealed against a label that is not as it was any more; `None` where it was not judged."""
    if appeal.label_id in became:
        return Outcome.REJECTED if became[appeal.label_id] == appeal.label_state else Outcome.UPHELD
    if outcome == Outcome.CLOSED:
        return outcome
    # Led to where it leads already: it stays as it is.
    return Outcome.REJECTED if decision.policy.label_kind == appeal.label.kind else None


def _next(task: ReviewTask, appealed: Label | None) -> tuple[SignalKind, Policy] | None:
    if appealed is not None:
        return SignalKind.APPEAL, policy_of(appealed)
    report = Report.objects.filter(task=task, outcome="").order_by("pk").first()
    return (SignalKind.REPORT, policies_in_force()[report.kind]) if report else None


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
