"""Golden items: decided content whose right answer is agreed, taken into the pool and out of it."""

from __future__ import annotations

from typing import Final

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from labeling.models import CheckState, GoldenItem, QualityCheck, ReviewAction, ReviewDecision, ReviewTask, TaskState
from labeling.services.quality_outcome import outcome_of_decision
from labeling.services.review_claim import ReviewConflict

LEAD: Final = "labeling.lead_reviews"
_JUDGES: Final = frozenset({ReviewAction.APPLY, ReviewAction.REJECT, ReviewAction.CHANGE})
_GONE: Final = "The content was erased."


def golden_mark(*, decision: ReviewDecision, by: User, why: str) -> GoldenItem:
    """Take a decision's content into the pool, with that decision as the agreed answer.

    Raises `PermissionDenied` for who does not lead in its place, `ValidationError` without a reason, and
    `ReviewConflict` when the decision holds no more or the content is golden already.
    """
    if not by.has_perm(LEAD, decision.task):
        raise PermissionDenied("Golden items are agreed on by those who lead the place's moderators.")
    if not why.strip():
        raise ValidationError({"reason": "Say why this is the right answer: moderators read it."})
    _check(decision)
    task = decision.task
    assert task.item is not None  # just checked  # noqa: S101
    try:
        with transaction.atomic():
            return GoldenItem.objects.create(
                decision=decision,
                item=task.item,
                uri=task.uri,
                jurisdiction_id=task.jurisdiction_id,
                language=task.language,
                policy_id=decision.policy_id,
                outcome=outcome_of_decision(decision),
                reason=decision.reason,
                why=why.strip()[:900],
                marked_by=by,
                marked_at=timezone.now(),
            )
    except IntegrityError as error:
        raise ReviewConflict("This content is a golden item already.") from error


def golden_retire(*, golden: GoldenItem, by: User, why: str) -> GoldenItem:
    """Take an item out of the pool; what was answered stays. Raises as `golden_mark` does."""
    if not by.has_perm(LEAD, golden):
        raise PermissionDenied("Golden items are agreed on by those who lead the place's moderators.")
    if not why.strip():
        raise ValidationError({"reason": "Say why it goes."})
    with transaction.atomic():
        locked = GoldenItem.objects.select_for_update().get(pk=golden.pk)
        if locked.retired_at is not None:
            raise ReviewConflict("It is out of the pool already.")
        locked.retired_by = by
        _retire(locked, why.strip()[:900])
    return locked


def goldens_forget() -> int:
    """Take items out of the pool whose content was erased; returns how many. Safe at any time."""
    gone = GoldenItem.objects.filter(retired_at=None, item__erased_at__isnull=False)
    retired = 0
    with transaction.atomic():
        for golden in gone.select_for_update(skip_locked=True, of=("self",)).order_by("pk")[:500]:
            _retire(golden, _GONE)
            retired += 1
    return retired


def _check(decision: ReviewDecision) -> None:
    task = decision.task
    if decision.action not in _JUDGES or task.is_blind:
        raise ReviewConflict("Only a decision on labels can be the agreed answer.")
    if ReviewDecision.objects.filter(undoes=decision).exists():
        raise ReviewConflict("This decision was taken back.")
    if decision.policy_id != task.policy_id:
        raise ReviewConflict("It was decided by another policy than the one it came for.")
    later = ReviewDecision.objects.filter(
        task__uri=task.uri, task__is_blind=False, pk__gt=decision.pk, undone_by=None, action__in=_JUDGES
    )
    if later.exists():
        raise ReviewConflict("It was decided on again since: take the later decision.")
    if task.item is None or task.item.erased_at is not None:
        raise ReviewConflict("The content is gone.")


def _retire(golden: GoldenItem, because: str) -> None:
    """Out of the pool, and out of the queues where nobody answered yet."""
    now = timezone.now()
    golden.retired_at, golden.retired_because = now, because
    golden.save(update_fields=["retired_by", "retired_at", "retired_because"])
    # The task's row before the check's, as whoever decides takes them.
    waiting = ReviewTask.objects.filter(quality_check__golden=golden, state=TaskState.OPEN)
    tasks = list(waiting.select_for_update(of=("self",)).values_list("pk", flat=True))
    ReviewTask.objects.filter(pk__in=tasks).update(
        state=TaskState.CLOSED, ended_at=now, closed_because="Golden item retired.", claimed_by=None, claimed_until=None
    )
    QualityCheck.objects.filter(task__in=tasks, state=CheckState.WAITING).update(state=CheckState.VOID)
