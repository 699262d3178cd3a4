"""Decide: labels stay, go or lead elsewhere, with the reason; and take a decision back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from centers.models import Election, Jurisdiction
from labeling.models import (
    Appeal,
    BulkDecision,
    ContentItem,
    Decider,
    DecisionAction,
    Label,
    LabelDecision,
    LabelKind,
    LabelState,
    Policy,
    ReviewAction,
    ReviewDecision,
    ReviewTask,
    SignalKind,
    TaskState,
)
from labeling.services.changes_sequence import changes_nudge
from labeling.services.claim_judge import (
    Judged,
    claim_judge,
    claim_restore,
    claim_settle,
    claim_waits,
    claims_pass,
    labels_spared,
)
from labeling.services.outside_settle import outside_settle, outside_wait_again
from labeling.services.quality_check import blind_allow, labels_given_before, quality_follow, quality_undo
from labeling.services.review_claim import PERMISSION, ReviewConflict, is_held_by_another, may_decide
from labeling.services.review_hashtags import hashtag_decide, hashtag_restore, is_hashtag
from labeling.services.review_join import task_weigh
from labeling.services.review_official import second_person_check
from labeling.services.statement import statements_follow, statements_withdraw

#: For so long a decision can be taken back by whoever made it.
UNDO_WITHIN: Final = dt.timedelta(hours=24)
#: Most items decided together.
MOST_AT_ONCE: Final = 200
LONGEST_NOTE: Final = 2_000
_ACTIONS: Final = {
    LabelState.APPLIED: DecisionAction.APPLIED,
    LabelState.REVIEW: DecisionAction.SENT_TO_REVIEW,
    LabelState.WITHDRAWN: DecisionAction.WITHDRAWN,
}
#: What says something about labels; the rest is about the task alone.
_JUDGES: Final = frozenset({ReviewAction.APPLY, ReviewAction.REJECT, ReviewAction.CHANGE})


class _Act(NamedTuple):
    """Who changes labels, why, and when; `judged` is what is decided of a claim, if anything is."""

    by: User
    why: str
    now: dt.datetime
    judged: Judged | None = None


class Verdict(NamedTuple):
    """What a moderator decides: `reason` is a code of the policy, the task's own if none is named.

    `place` and `election` are where the label leads instead (`CHANGE`); `add` are further kinds of label the item gets.
    """

    action: ReviewAction
    reason: str
    note: str = ""
    policy: Policy | None = None
    place: Jurisdiction | None = None
    election: Election | None = None
    add: Sequence[LabelKind] = ()


def review_decide(*, task: ReviewTask, by: User, version: int, verdict: Verdict) -> ReviewDecision:
    """Decide on the task as it was seen at `version`.

    Raises `PermissionDenied`; `ReviewConflict` when it changed, ended or is somebody else's meanwhile; and
    `ValidationError` by field. Then nothing is changed.
    """
    with transaction.atomic():
        decision = _decided(_decidable(task, by, version), by, verdict, None, timezone.now())
    changes_nudge()
    return decision


def review_decide_together(
    *, tasks: Sequence[tuple[ReviewTask, int]], by: User, verdict: Verdict
) -> tuple[BulkDecision, dict[int, str]]:
    """Decide on similar items at once, each as it was seen; returns what was decided, and why not the others by pk.

    Raises as `review_decide` does for what is wrong with the verdict, and `ValidationError` when there are none or too
    many, or when none could be decided.
    """
    if not 1 <= len(tasks) <= MOST_AT_ONCE:
        raise ValidationError({"tasks": f"From 1 to {MOST_AT_ONCE} items are decided together."})
    refused: dict[int, str] = {}
    now = timezone.now()
    with transaction.atomic():
        bulk = BulkDecision.objects.create(decided_by=by, count=len(tasks), decided_at=now)
        # In one order for everybody: two bulk decisions that overlap then wait and do not deadlock.
        for task, version in sorted(tasks, key=lambda pair: pair[0].pk):
            try:
                with transaction.atomic():
                    _decided(_decidable(task, by, version), by, verdict, bulk, now)
            except (ReviewConflict, PermissionDenied) as error:
                refused[task.pk] = str(error)
        done = len(tasks) - len(refused)
        if not done:
            raise ValidationError({"tasks": "None of them could be decided: " + "; ".join(set(refused.values()))})
        BulkDecision.objects.filter(pk=bulk.pk).update(count=done)
        bulk.count = done
    changes_nudge()
    return bulk, refused


def review_undo(*, decision: ReviewDecision, by: User, reason: str) -> ReviewDecision:
    """Take a decision back: labels are as they were, the task is open again. One's own, within a day.

    Raises `PermissionDenied`, `ValidationError` without a reason, and `ReviewConflict` when it was undone already or
    somebody decided on the labels since.
    """
    with transaction.atomic():
        undone = _undone(decision, by, reason, timezone.now())
    changes_nudge()
    return undone


def review_undo_together(*, bulk: BulkDecision, by: User, reason: str) -> int:
    """Take a bulk decision back as one, all or nothing; returns of how many items. Raises as `review_undo` does."""
    now = timezone.now()
    with transaction.atomic():
        decisions = list(bulk.decisions.filter(undone_by=None).order_by("task_id"))
        if not decisions:
            raise ReviewConflict("This has been undone already.")
        for decision in decisions:
            _undone(decision, by, reason, now)
    changes_nudge()
    return len(decisions)


def _decidable(task: ReviewTask, by: User, version: int) -> ReviewTask:
    locked = (
        ReviewTask.objects.select_for_update(of=("self",))
        .select_related("jurisdiction__parent", "policy", "item")
        .get(pk=task.pk)
    )
    may_decide(by, locked)
    if locked.state != TaskState.OPEN:
        last = locked.decisions.select_related("user").last()
        said = (
            f"{last.get_action_display()} on {last.decided_at:%d %B at %H:%M} UTC." if last else locked.closed_because
        )
        mine = last if last is not None and last.user_id == by.pk and last.version == version else None
        raise ReviewConflict(f"This has ended meanwhile. {said}".strip(), decision=mine)
    if locked.version != version:
        raise ReviewConflict("Something came in meanwhile: look at it again before you decide.")
    # A lease that ran out and that nobody took up does no harm: the version says that nothing changed.
    if is_held_by_another(locked, by, timezone.now()):
        raise ReviewConflict("Somebody else has taken it up meanwhile.")
    return locked


def _decided(
    task: ReviewTask, by: User, verdict: Verdict, bulk: BulkDecision | None, now: dt.datetime
) -> ReviewDecision:
    policy = verdict.policy or task.policy
    _check(verdict, policy)
    second_person_check(task=task, by=by, policy=policy, verdict=verdict)
    judged = claim_judge(task=task, policy=policy, action=verdict.action, reason=verdict.reason, bulk=bulk, now=now)
    effects, left = _effects(task, policy, verdict, _Act(by, _said(verdict), now, judged))
    # First of all the match: an undo, which goes backwards, then finds the labels as they were.
    effects = [*(judged.effects() if judged else ()), *effects]
    decision = ReviewDecision.objects.create(
        task=task,
        action=verdict.action,
        policy=policy,
        reason=verdict.reason,
        note=verdict.note.strip()[:LONGEST_NOTE],
        user=by,
        version=task.version,
        effects=effects,
        bulk=bulk,
        seconds=_in_hand(task, by, now),
        decided_at=now,
    )
    # What is decided blindly settles nothing for anybody outside.
    waits = None if task.is_blind else outside_settle(task=task, decision=decision, now=now)
    if judged is not None:
        claim_settle(decision=decision, judged=judged, now=now)
    if verdict.action == ReviewAction.CLOSE:
        claims_pass(task)
    waits = waits or claim_waits(task)
    task.version += 1
    task.claimed_by = task.claimed_until = None
    if verdict.action == ReviewAction.ESCALATE:
        task.skipped_by = sorted({*task.skipped_by, by.pk})
        task.severity = 5
        task_weigh(task)
    elif left:
        # What belongs to another place's moderators goes on to them, what another policy is about comes again.
        task.jurisdiction = left[0].jurisdiction
        task.policy, task.kind = _policy_for(left[0], task.policy), SignalKind.UNSURE
    elif waits:
        task.kind, task.policy = waits
    else:
        task.state, task.ended_at = TaskState.DECIDED, now
    task.save()
    statements_follow(decision=decision, now=now)
    quality_follow(decision=decision, task=task, verdict=verdict)
    return decision


def _check(verdict: Verdict, policy: Policy) -> None:
    problems: dict[str, str] = {}
    if verdict.action == ReviewAction.UNDO:
        problems["action"] = "A decision is undone from its own line."
    if verdict.reason not in policy.actions:
        problems["reason"] = "Choose one of the policy's reasons."
    elif verdict.action in _JUDGES and policy.actions[verdict.reason] != verdict.action:
        problems["reason"] = f"This reason leads to: {policy.actions[verdict.reason]}."
    if verdict.action == ReviewAction.CHANGE and verdict.place is None:
        problems["place"] = "Say where the label shall lead instead."
    if (
        verdict.election is not None
        and verdict.place is not None
        and verdict.election.jurisdiction_id not in {verdict.place.pk, verdict.place.parent_id}
    ):
        problems["election"] = "This election is held in another place."
    if verdict.action in (ReviewAction.ESCALATE, ReviewAction.CLOSE) and not verdict.note.strip():
        problems["note"] = "Say why: whoever comes next reads it."
    if problems:
        raise ValidationError(problems)


def _effects(task: ReviewTask, policy: Policy, verdict: Verdict, act: _Act) -> tuple[list[dict[str, Any]], list[Label]]:
    """Change the labels; what each was and became, and the labels that are left to others."""
    if verdict.action not in _JUDGES:
        return [], []
    if is_hashtag(task):
        return [hashtag_decide(task=task, by=act.by, action=verdict.action, why=act.why)], []
    if task.item is None:
        return _effects_elsewhere(policy, verdict)
    if task.item.erased_at is not None:
        raise ReviewConflict("The content is gone: close the task, there is nothing to label.")
    if task.is_blind:
        blind_allow(by=act.by, verdict=verdict)
        return [], []
    waiting = labels_in_question(task)
    own = [label for label in waiting if label.kind == policy.label_kind and act.by.has_perm(PERMISSION, label)]
    left = [label for label in waiting if label not in own and label.state == LabelState.REVIEW]
    target = (LabelKind.ELECTION, verdict.place, verdict.election) if verdict.action == ReviewAction.CHANGE else None
    state = LabelState.APPLIED if verdict.action == ReviewAction.APPLY else LabelState.WITHDRAWN
    doubted = labels_given_before(task)
    spared = labels_spared(act.judged, own) if verdict.action == ReviewAction.REJECT else set()
    # A label that leads where it should already is not taken away first.
    effects = [
        _moved(label, LabelState.WITHDRAWN if label.pk in doubted else state, act)
        for label in own
        if (label.kind, label.jurisdiction, label.election) != target and label.pk not in spared
    ]
    given = [target] if target else []
    if verdict.action == ReviewAction.APPLY and policy.label_kind and not own:
        given.append((LabelKind(policy.label_kind), task.jurisdiction, None))
    given += [(kind, verdict.place or task.jurisdiction, None) for kind in dict.fromkeys(verdict.add)]
    effects += [_given(task.item, kind, place, election, act) for kind, place, election in given if place]
    return effects, left


def _effects_elsewhere(policy: Policy, verdict: Verdict) -> tuple[list[dict[str, Any]], list[Label]]:
    """Of content that nobody handed in: it cannot be labelled, but judged by what only tells the platform."""
    if verdict.action != ReviewAction.REJECT and (policy.label_kind or verdict.add):
        raise ReviewConflict("This content is not known here, so it cannot carry a label: reject, escalate or close.")
    return [], []


def _policy_for(label: Label, policy: Policy) -> Policy:
    """The policy by which a label that is left is judged."""
    if policy.label_kind == label.kind:
        return policy
    return Policy.objects.filter(label_kind=label.kind).order_by("key", "-version").first() or policy


def labels_in_question(task: ReviewTask) -> list[Label]:
    """The labels a decision on the task is about: those its signals name; locked."""
    found = Label.objects.filter(pk__in=task.signals.exclude(label=None).values("label"))
    return list(found.select_related("jurisdiction__parent", "election").select_for_update(of=("self",)).order_by("pk"))


def _said(verdict: Verdict) -> str:
    """What stands in the label's own history."""
    return f"{verdict.reason}: {verdict.note.strip()}"[:1000] if verdict.note.strip() else verdict.reason


def _moved(label: Label, state: LabelState, act: _Act) -> dict[str, Any]:
    """Give a label its state by a person, with a line in its history; answers what it was and became."""
    effect = {
        "label": label.pk,
        "before": {"state": label.state, "decided_by": label.decided_by, "at": label.decided_at.isoformat()},
        "after": {"state": state.value, "at": act.now.isoformat()},
    }
    label.state, label.decided_by, label.decided_at = state, Decider.PERSON, act.now
    label.finding = _finding(label, act)
    label.save(update_fields=["state", "decided_by", "decided_at", "finding"])
    _recorded(label, act)
    return effect


def _given(
    item: ContentItem, kind: LabelKind, place: Jurisdiction, election: Election | None, act: _Act
) -> dict[str, Any]:
    """Give the item a label that no rule gave it, or bring back one it had."""
    if not act.by.has_perm(PERMISSION, place):
        raise PermissionDenied(f"Labels of {place.code} are given by its own moderators: escalate.")
    known = Label.objects.filter(item=item, kind=kind, jurisdiction=place, election=election)
    label = known.select_for_update(of=("self",)).first()
    if label is not None:
        return _moved(label, LabelState.APPLIED, act)
    label = Label(
        item=item, kind=kind, jurisdiction=place, election=election, state=LabelState.APPLIED, confidence=1.0,
        decided_by=Decider.PERSON, decided_at=act.now,
    )  # fmt: skip
    label.finding = _finding(label, act)
    label.save()
    _recorded(label, act)
    return {"label": label.pk, "before": None, "after": {"state": label.state, "at": act.now.isoformat()}}


def _finding(label: Label, act: _Act) -> dict[str, Any] | None:
    """What the label says of a claim: at once with its state, so that viewers are told once."""
    known: dict[str, Any] | None = label.finding
    judged = act.judged
    if judged is None or label.kind != judged.policy.label_kind or label.state != LabelState.APPLIED:
        return known
    return judged.finding(label if label.pk else None)


def _recorded(label: Label, act: _Act) -> None:
    LabelDecision.objects.create(
        label=label,
        action=_ACTIONS[LabelState(label.state)],
        decided_by=Decider.PERSON,
        user=act.by,
        reason=act.why,
        decided_at=act.now,
    )


def _undone(decision: ReviewDecision, by: User, reason: str, now: dt.datetime) -> ReviewDecision:
    if decision.user_id != by.pk:
        raise PermissionDenied("Only who decided takes it back; anybody else reports or appeals.")
    if not reason.strip():
        raise ValidationError({"reason": "Say why: it stands in the history."})
    if now - decision.decided_at > UNDO_WITHIN:
        raise ReviewConflict("A decision can be taken back for a day; after that a new one is needed.")
    task = ReviewTask.objects.select_for_update(of=("self",)).get(pk=decision.task_id)
    if decision.action == ReviewAction.UNDO or ReviewDecision.objects.filter(undoes=decision).exists():
        raise ReviewConflict("This has been undone already.")
    if task.decisions.filter(pk__gt=decision.pk).exclude(action=ReviewAction.UNDO).filter(undone_by=None).exists():
        raise ReviewConflict("Somebody decided on it again since.")
    if Appeal.objects.filter(label__in=[effect["label"] for effect in decision.label_effects()], outcome="").exists():
        raise ReviewConflict("Somebody appealed against it: whoever had no part in it decides now.")
    act = _Act(by, f"undone: {reason.strip()}"[:1000], now)
    effects = [_restored(effect, act, decision) for effect in reversed(decision.effects)]
    undo = ReviewDecision.objects.create(
        task=task,
        action=ReviewAction.UNDO,
        policy_id=decision.policy_id,
        reason="undone",
        note=reason.strip()[:LONGEST_NOTE],
        user=by,
        version=task.version,
        effects=effects,
        undoes=decision,
        decided_at=now,
    )
    outside_wait_again(decision=decision)
    statements_withdraw(decision=decision, now=now)
    _reopen(task)
    quality_undo(decision=decision, task=task)
    return undo


def _restored(effect: dict[str, Any], act: _Act, decision: ReviewDecision) -> dict[str, Any]:
    if "match" in effect:
        return claim_restore(effect=effect, decision=decision, now=act.now)
    if "hashtag" in effect:
        return hashtag_restore(effect=effect, by=act.by)
    label = Label.objects.select_for_update(of=("self",)).get(pk=effect["label"])
    if label.decided_at.isoformat() != effect["after"]["at"] or label.state != effect["after"]["state"]:
        raise ReviewConflict("A label was decided on again since; look at it first.")
    before = effect["before"]
    state = LabelState(before["state"]) if before else LabelState.WITHDRAWN
    restored = _moved(label, state, act)
    if before and before["decided_by"] == Decider.MACHINE:
        # The machine may go on with what was its own.
        Label.objects.filter(pk=label.pk).update(decided_by=Decider.MACHINE)
    return restored


def _reopen(task: ReviewTask) -> None:
    """Back into the queue, unless the item came back to it by itself meanwhile."""
    if task.state == TaskState.OPEN:
        task.version += 1
        task.save(update_fields=["version"])
        return
    if not task.is_blind and ReviewTask.objects.filter(uri=task.uri, state=TaskState.OPEN, is_blind=False).exists():
        return
    task.state, task.ended_at = TaskState.OPEN, None
    task.version += 1
    task.skipped_by = []
    task.save(update_fields=["state", "ended_at", "version", "skipped_by"])


def _in_hand(task: ReviewTask, by: User, now: dt.datetime) -> float | None:
    """Seconds since the moderator took the task up; unknown for what was decided without being taken up."""
    if task.claimed_by_id != by.pk or task.claimed_at is None:
        return None
    return max(0.0, (now - task.claimed_at).total_seconds())
