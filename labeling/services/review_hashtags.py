"""Rising hashtags in the moderators' queues: each proposal is a task, decided there or on the page of hashtags."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.models import User
from labeling.models import (
    EmergingHashtag,
    Policy,
    ReviewAction,
    ReviewSignal,
    ReviewTask,
    SignalKind,
    TaskState,
)
from labeling.services.emerging_hashtag import emerging_accept, emerging_dismiss, emerging_reopen
from labeling.services.policies_load import policies_load
from labeling.services.review_claim import ReviewConflict
from labeling.services.review_join import Signal, signals_join
from labeling.services.rule_parse import InvalidRuleError
from labeling.services.ruleset_steps import RulesetStepError

#: The policy by which rising hashtags are judged.
POLICY: Final = "rising-hashtag"
_PREFIX: Final = "hashtag:"
_GONE: Final = "The hashtag was decided on elsewhere, or does not rise any more."


def is_hashtag(task: ReviewTask) -> bool:
    """Whether a task is about a hashtag, not about content."""
    return task.kind == SignalKind.HASHTAG and task.uri.startswith(_PREFIX)


def hashtags_join(*, now: dt.datetime | None = None) -> int:
    """Bring every proposed hashtag that no task knows to the moderators; returns how many."""
    waiting = {f"{_PREFIX}{one.pk}": one for one in EmergingHashtag.objects.proposed().select_related("jurisdiction")}
    known = set(ReviewSignal.objects.filter(source__in=waiting).values_list("source", flat=True))
    new = [(source, one) for source, one in waiting.items() if source not in known]
    if new and not Policy.objects.filter(key=POLICY).exists():
        # An installation that was brought up to date without its facts.
        policies_load()
    signals = [
        Signal(
            uri=f"{_PREFIX}{one.jurisdiction.code}:{one.tag}"[:320],
            item=None,
            place=one.jurisdiction_id,
            language="",
            kind=SignalKind.HASHTAG,
            source=source,
            policy=POLICY,
            detail={"hashtag": one.pk},
        )
        for source, one in new
    ]
    return signals_join(signals=signals, now=now or timezone.now())


def hashtags_close() -> int:
    """End tasks of hashtags that wait no more; returns how many. One that somebody works on is theirs."""
    now = timezone.now()
    tasks = ReviewTask.objects.open().filter(kind=SignalKind.HASHTAG)
    sources = dict(ReviewSignal.objects.filter(task__in=tasks.free(now)).values_list("source", "task"))
    proposed = {f"{_PREFIX}{pk}" for pk in EmergingHashtag.objects.proposed().values_list("pk", flat=True)}
    gone = [task for source, task in sources.items() if source not in proposed]
    return tasks.filter(pk__in=gone).update(
        state=TaskState.CLOSED, ended_at=now, closed_because=_GONE, claimed_by=None, claimed_until=None
    )


def hashtag_of(task: ReviewTask) -> EmergingHashtag | None:
    """The hashtag a task is about; none when its proposal was dropped."""
    signal = task.signals.filter(kind=SignalKind.HASHTAG).last()
    found = EmergingHashtag.objects.select_related("jurisdiction__parent", "ruleset")
    return found.filter(pk=signal.detail.get("hashtag")).first() if signal else None


def hashtag_decide(*, task: ReviewTask, by: User, action: ReviewAction, why: str) -> dict[str, Any]:
    """Draft a rule for the task's hashtag, or dismiss it; returns the effect, for `hashtag_restore`.

    Raises `ReviewConflict` when it was decided on elsewhere or no rule can be drafted for it.
    """
    hashtag = hashtag_of(task)
    if hashtag is None:
        raise ReviewConflict("The hashtag does not rise any more: close the task.")
    decide = emerging_accept if action == ReviewAction.APPLY else emerging_dismiss
    try:
        decided = decide(by=by, hashtag=hashtag, reason=why)
    except (ValidationError, RulesetStepError, InvalidRuleError) as error:
        said = "; ".join(error.messages) if isinstance(error, ValidationError) else str(error)
        raise ReviewConflict(said) from error
    return {"hashtag": decided.pk, "state": decided.state}


def hashtag_restore(*, effect: dict[str, Any], by: User) -> dict[str, Any]:
    """Propose a hashtag again, as before the decision; raises `ReviewConflict` when its rule is in use."""
    try:
        hashtag = emerging_reopen(by=by, hashtag=EmergingHashtag.objects.get(pk=effect["hashtag"]))
    except ValidationError as error:
        raise ReviewConflict("; ".join(error.messages)) from error
    return {"hashtag": hashtag.pk, "state": hashtag.state}
