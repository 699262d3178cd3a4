"""Blind second decisions: drawn by chance, made by somebody else, settled by a third person where two differ."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from labeling.models import (
    CheckKind,
    CheckState,
    GoldenItem,
    QualityCheck,
    ReviewAction,
    ReviewDecision,
    ReviewSignal,
    ReviewTask,
    SignalKind,
    TaskState,
)
from labeling.review.sampling import is_drawn
from labeling.services.quality_outcome import outcome_of
from labeling.services.review_claim import PERMISSION, ReviewConflict
from labeling.services.review_join import Signal, days_to_elections, signals_join, views_of, weigh

if TYPE_CHECKING:
    from labeling.services.review_decide import Verdict

#: For so long a blind task waits for somebody who may decide it.
EXPIRES_AFTER: Final = dt.timedelta(days=14)
#: Blind tasks ended in one transaction.
AT_ONCE: Final = 500
_JUDGES: Final = frozenset({ReviewAction.APPLY, ReviewAction.REJECT, ReviewAction.CHANGE})
#: What is decided by a second person anyway is not drawn.
_SECOND_ALREADY: Final = frozenset({SignalKind.APPEAL, SignalKind.QUALITY})
_TAKEN_BACK: Final = "The decision it repeated was taken back."
_NOBODY: Final = "Nobody else could decide it in time."
_GONE: Final = "The content is gone."


def blind_allow(*, by: User, verdict: Verdict) -> None:
    """Refuse what the ordinary way would refuse, so that a blind task is not told by it. Raises `PermissionDenied`."""
    if verdict.place is not None and not by.has_perm(PERMISSION, verdict.place):
        raise PermissionDenied(f"Labels of {verdict.place.code} are given by its own moderators: escalate.")


def quality_follow(*, decision: ReviewDecision, task: ReviewTask, verdict: Verdict) -> None:
    """See to what a decision means for quality: it answers a check, settles one, or is drawn to be made again.

    Part of the decision's own transaction; `task` is locked and saved.
    """
    if task.is_blind:
        _answered(decision, task, verdict)
        return
    _settled(decision, task, verdict)
    if verdict.action not in _JUDGES or task.state != TaskState.DECIDED or task.item_id is None:
        return
    if task.kind not in _SECOND_ALREADY and decision_is_drawn(decision, task):
        check_open(decision=decision, task=task, outcome=outcome_of(verdict, task.policy))
    if _is_drawn(decision, "golden", settings.REVIEW_GOLDEN_SHARE):
        _golden_mix(decision, task)


def quality_undo(*, decision: ReviewDecision, task: ReviewTask) -> None:
    """See to what taking a decision back means for quality. Raises `ReviewConflict` when a third person settled it."""
    if task.is_blind:
        _unanswered(task)
        return
    now = timezone.now()
    for check in QualityCheck.objects.filter(final=decision).select_for_update():
        check.state, check.final, check.final_outcome = CheckState.DIFFERED, None, ""
        check.save(update_fields=["state", "final", "final_outcome"])
    found = QualityCheck.objects.filter(first=decision).select_for_update(of=("self",)).select_related("task").first()
    if found is not None:
        _void(found, _TAKEN_BACK, now)


def decision_is_drawn(decision: ReviewDecision, task: ReviewTask) -> bool:
    """Whether the decision is one of those that are made again, by the share of its task's policy."""
    share = settings.REVIEW_SECOND_SHARES.get(task.policy.key, settings.REVIEW_SECOND_SHARE)
    return _is_drawn(decision, "second", share)


def check_open(*, decision: ReviewDecision, task: ReviewTask, outcome: str) -> QualityCheck:
    """Give the task to somebody else once more, as it was; whoever decided on this content before is barred."""
    now = decision.decided_at
    blind = _blind_task(task, barred=_deciders(task.uri), now=now)
    return QualityCheck.objects.create(
        kind=CheckKind.SECOND,
        task=blind,
        first=decision,
        first_outcome=outcome,
        kind_of_queue=task.kind,
        jurisdiction_id=task.jurisdiction_id,
        language=task.language,
        policy_id=task.policy_id,
        opened_at=now,
    )


def quality_sweep(*, now: dt.datetime | None = None) -> int:
    """End blind tasks whose content is gone, or that nobody answered in time; returns how many. Safe at any time."""
    moment, ended = now or timezone.now(), 0
    while found := _sweep(moment):
        ended += found
    return ended


@transaction.atomic
def _sweep(now: dt.datetime) -> int:
    waiting = QualityCheck.objects.waiting().select_related("task")
    gone = waiting.filter(task__item__erased_at__isnull=False)
    late = waiting.filter(opened_at__lt=now - EXPIRES_AFTER)
    # Whoever is just deciding has the task's row, and takes the check's after it: in the same order here.
    found = list((gone | late).order_by("pk").values_list("pk", "task", "task__item__erased_at")[:AT_ONCE])
    locked = ReviewTask.objects.filter(pk__in=[task for _, task, _ in found], state=TaskState.OPEN)
    tasks = set(locked.select_for_update(skip_locked=True, of=("self",)).values_list("pk", flat=True))
    checks = {check.pk: check for check in waiting.filter(task__in=tasks)}
    ended = 0
    for pk, _, erased in found:
        if pk in checks:
            _void(checks[pk], _GONE if erased else _NOBODY, now)
            ended += 1
    return ended


def _is_drawn(decision: ReviewDecision, salt: str, share: float) -> bool:
    return is_drawn(seed=decision.pk, share=share, salt=salt, secret=settings.SECRET_KEY)


def _deciders(uri: str) -> set[int]:
    """Everybody who decided on this content in whatever task."""
    return set(ReviewDecision.objects.filter(task__uri=uri).order_by().values_list("user", flat=True).distinct())


def _blind_task(task: ReviewTask, *, barred: Collection[int], now: dt.datetime) -> ReviewTask:
    """A copy of the task that looks like any other of its kind. Its signals keep their kinds and lose their sources."""
    blind = ReviewTask(
        item_id=task.item_id, uri=task.uri, jurisdiction_id=task.jurisdiction_id, language=task.language,
        policy=task.policy, kind=task.kind, is_blind=True, is_sensitive=task.is_sensitive,
        severity=task.severity, signal_count=task.signal_count,
        barred=sorted(barred), opened_at=now, due_at=now + dt.timedelta(minutes=task.policy.answer_within),
    )  # fmt: skip
    days = days_to_elections({task.jurisdiction_id}).get(task.jurisdiction_id)
    weigh(blind, views_of([task.item_id]).get(task.item_id or 0, 0), days)
    blind.save()
    ReviewSignal.objects.bulk_create(
        ReviewSignal(
            task=blind, kind=signal.kind, source=f"blind:{signal.pk}", label_id=signal.label_id, count=signal.count,
            detail=signal.detail, created_at=now,
        )
        for signal in task.signals.all()
    )  # fmt: skip
    return blind


def _answered(decision: ReviewDecision, task: ReviewTask, verdict: Verdict) -> None:
    if task.state == TaskState.OPEN:
        # Escalated: somebody else answers.
        return
    check = QualityCheck.objects.select_for_update().get(task=task)
    if verdict.action not in _JUDGES:
        check.state = CheckState.VOID
        check.save(update_fields=["state"])
        return
    check.second, check.compared_at = decision, decision.decided_at
    check.second_outcome = outcome_of(verdict, task.policy)
    if check.second_outcome == check.first_outcome:
        check.state = CheckState.AGREED
    elif check.kind == CheckKind.GOLDEN:
        check.state, check.final_outcome = CheckState.SETTLED, check.first_outcome
    else:
        check.state, check.settling = CheckState.DIFFERED, _settling_task(check, task)
    check.save()


def _settling_task(check: QualityCheck, blind: ReviewTask) -> ReviewTask:
    """An ordinary task about the labels of the first decision, for neither of the two."""
    first, second = check.first, check.second
    assert first is not None  # of a blind second decision  # noqa: S101
    assert second is not None  # noqa: S101
    given = {effect["label"] for effect in first.label_effects() if effect["before"] is None}
    asked = set(blind.signals.exclude(label=None).values_list("label", flat=True))
    signals = [
        Signal(
            uri=blind.uri,
            item=blind.item_id,
            place=blind.jurisdiction_id,
            language=blind.language,
            kind=SignalKind.QUALITY,
            source=f"check:{check.pk}:{label or ''}",
            policy=blind.policy.key,
            label=label,
            # Labels of the first decision's own making go if the third person decides as the second one did.
            detail={"check": check.pk, "was_given": label in given},
            barred=(first.user_id, second.user_id),
        )
        for label in sorted({effect["label"] for effect in first.label_effects()} | asked) or [None]
    ]
    signals_join(signals=signals, now=second.decided_at)
    return ReviewTask.objects.get(uri=blind.uri, state=TaskState.OPEN, is_blind=False)


def labels_given_before(task: ReviewTask) -> set[int]:
    """Of the task's labels those that only the decision in doubt gave: applying the others takes these away."""
    return set(
        task.signals.filter(kind=SignalKind.QUALITY, detail__was_given=True).values_list("label", flat=True)
    )  # fmt: skip


def _settled(decision: ReviewDecision, task: ReviewTask, verdict: Verdict) -> None:
    if task.state == TaskState.OPEN:
        return
    for check in QualityCheck.objects.filter(settling=task, state=CheckState.DIFFERED).select_for_update():
        if verdict.action in _JUDGES:
            check.state, check.final = CheckState.SETTLED, decision
            check.final_outcome = outcome_of(verdict, task.policy)
        else:
            check.state = CheckState.VOID
        check.save(update_fields=["state", "final", "final_outcome"])


def _unanswered(task: ReviewTask) -> None:
    """The second answer was taken back: the blind task waits again, and nothing is to be settled."""
    check = QualityCheck.objects.select_for_update().get(task=task)
    if check.kind == CheckKind.SECOND and check.state == CheckState.SETTLED:
        raise ReviewConflict("Somebody decided on it again since.")
    first, golden = check.first, check.golden
    is_undone = first is not None and ReviewDecision.objects.filter(undoes=first).exists()
    if is_undone or (golden is not None and golden.retired_at is not None):
        raise ReviewConflict("There is nothing left to decide here.")
    settling = check.settling
    check.state, check.second, check.second_outcome = CheckState.WAITING, None, ""
    check.compared_at = check.settling = None
    check.final_outcome = ""
    check.save()
    if settling is not None:
        _settling_end(check, settling)


def _settling_end(check: QualityCheck, settling: ReviewTask) -> None:
    """Take the check's reasons out of the ordinary task, and end it if there are no others."""
    locked = ReviewTask.objects.select_for_update(of=("self",)).get(pk=settling.pk)
    locked.signals.filter(source__startswith=f"check:{check.pk}:").delete()
    if locked.state == TaskState.OPEN and not locked.signals.exists():
        _task_end(locked, _TAKEN_BACK, timezone.now())


def _void(check: QualityCheck, because: str, now: dt.datetime) -> None:
    check.state = CheckState.VOID
    check.save(update_fields=["state"])
    if check.task.state == TaskState.OPEN:
        _task_end(check.task, because, now)


def _task_end(task: ReviewTask, because: str, now: dt.datetime) -> None:
    ReviewTask.objects.filter(pk=task.pk, state=TaskState.OPEN).update(
        state=TaskState.CLOSED, ended_at=now, closed_because=because, claimed_by=None, claimed_until=None
    )


def _golden_mix(decision: ReviewDecision, task: ReviewTask) -> None:
    """Put a golden item into the queue of the decision's language, of its place if there is one there."""
    # Somebody who works in this language now has not met it yet.
    met = ReviewTask.objects.filter(decisions__user=decision.user_id).values("uri")
    waiting = ReviewTask.objects.open().filter(is_blind=True).values("uri")
    pool = GoldenItem.objects.in_pool().filter(language=task.language).exclude(uri__in=met).exclude(uri__in=waiting)
    golden = (
        pool.exclude(marked_by=decision.user_id)
        .select_related("decision__task__policy")
        .in_turn(task.jurisdiction_id)
        .first()
    )
    if golden is not None:
        golden_give(golden=golden, now=decision.decided_at)


def golden_give(*, golden: GoldenItem, now: dt.datetime) -> QualityCheck:
    """Open the blind task of a golden item, for anybody who has not met it."""
    shown = golden.decision.task
    blind = _blind_task(shown, barred={*_deciders(golden.uri), golden.marked_by_id}, now=now)
    return QualityCheck.objects.create(
        kind=CheckKind.GOLDEN,
        task=blind,
        golden=golden,
        first_outcome=golden.outcome,
        kind_of_queue=shown.kind,
        jurisdiction_id=golden.jurisdiction_id,
        language=golden.language,
        policy_id=golden.policy_id,
        opened_at=now,
    )
