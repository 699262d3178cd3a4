"""What a moderator's decision means for the claim that the content repeats: the match, the label, the platform."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError

from labeling.claims.effects import Stand, claims_policy, effect_of, is_borne, stands_read
from labeling.claims.finding import Borne, bases_standing, borne_of, finding_made
from labeling.claims.policy_data import EffectRow
from labeling.models import (
    BulkDecision,
    ClaimMatch,
    Label,
    LabelBasis,
    LabelState,
    MatchState,
    Policy,
    ReviewAction,
    ReviewDecision,
    ReviewTask,
    SignalKind,
)
from labeling.services.action_tell import actions_tell
from labeling.services.claim_ask import waiting_matches
from labeling.services.review_claim import ReviewConflict

_JUDGES = frozenset({ReviewAction.APPLY, ReviewAction.REJECT})
_NOBODY_NAMED = "Name the claim it repeats first: this reason names who found what."
_NO_CLAIM = "Nobody has named a claim that it could repeat."
_NOT_FOUND = "No fact-checker has found this of the claim; what stands is shown beside it."


class Judged(NamedTuple):
    """The match that is decided, for which reason with which effect, and how its claim stands."""

    match: ClaimMatch
    reason: str
    effect: EffectRow
    policy: Policy
    stand: Stand

    def effects(self) -> list[dict[str, Any]]:
        """What becomes of the match, for the decision's own history; an undo reads it."""
        state = MatchState.REFUSED if self.effect.refuses_match else MatchState.CONFIRMED
        before = {"state": self.match.state, "decision": self.match.decision_id}
        return [{"match": self.match.pk, "before": before, "after": {"state": state.value, "mark": self.stand.mark}}]

    def finding(self, label: Label | None) -> dict[str, Any] | None:
        """What the label is told to say once it rests on this match, too."""
        others = [one for one in bases_standing(label) if one.match_id != self.match.pk] if label else []
        return finding_made([*_all_borne(others), Borne(self.reason, self.effect, self.policy, self.stand)])


def match_in_question(task: ReviewTask) -> ClaimMatch | None:
    """The match a decision on the task is about: the first that waits, else the one decided last."""
    if task.item_id is None or task.is_blind:
        return None
    waiting = waiting_matches(task.item_id)
    if waiting:
        return waiting[0]
    decided = ClaimMatch.objects.filter(item=task.item_id, decision__isnull=False).select_related("claim")
    return decided.order_by("-decision").first()


def claim_judge(
    *, task: ReviewTask, policy: Policy, action: ReviewAction, reason: str, bulk: BulkDecision | None, now: dt.datetime
) -> Judged | None:
    """What the decision says of a claim; nothing where the policy is about none, or the content repeats none.

    Raises `ValidationError` where the reason names a finding that nobody named has made, and `ReviewConflict` where
    findings changed since moderators were asked, or the claim is not that of the others decided together. The task is
    locked.
    """
    if not policy.ratings or action not in _JUDGES or task.is_blind or task.item is None:
        return None
    effect = effect_of(policy, reason)
    match = match_in_question(task)
    try:
        if match is None:
            if effect.needs_source or effect.refuses_match:
                raise ValidationError({"reason": _NOBODY_NAMED if effect.needs_source else _NO_CLAIM})
            return None
        locked = ClaimMatch.objects.select_for_update(of=("self",)).select_related("claim").get(pk=match.pk)
        stand = stands_read([locked.claim_id], policy=policy, now=now)[locked.claim_id]
        if action == ReviewAction.APPLY and not is_borne(policy, reason, stand):
            raise ValidationError({"reason": _NOT_FOUND})
    except ValidationError as error:
        if bulk is None:
            raise
        raise ReviewConflict(str(error.messages[0])) from error
    if locked.asked_at is not None and locked.mark != stand.mark:
        raise ReviewConflict("What fact-checkers found changed meanwhile: look at it again before you decide.")
    if bulk is not None and _is_other_claim(bulk, stand):
        raise ReviewConflict("It is about another claim than the others.")
    return Judged(locked, reason, effect, policy, stand)


def _is_other_claim(bulk: BulkDecision, stand: Stand) -> bool:
    decided = ClaimMatch.objects.filter(decision__bulk=bulk).select_related("claim")
    return any((one.claim.merged_into_id or one.claim_id) != stand.claim.pk for one in decided)


def labels_spared(judged: Judged | None, labels: Iterable[Label]) -> set[int]:
    """Those of `labels` (primary keys) that another claim bears as well: rejecting this one does not take them."""
    if judged is None:
        return set()
    others = LabelBasis.objects.filter(label__in=list(labels), ended_at=None).exclude(match=judged.match)
    return set(others.values_list("label", flat=True))


def claim_settle(*, decision: ReviewDecision, judged: Judged, now: dt.datetime) -> None:
    """Write what the decision says: the match, what the label rests on, and what the platform is asked for."""
    match = judged.match
    match.state = MatchState(judged.effects()[0]["after"]["state"])
    match.decision, match.mark = decision, judged.stand.mark
    match.save(update_fields=["state", "decision", "mark"])
    ended = list(match.bases.filter(ended_at=None).select_related("label"))
    LabelBasis.objects.filter(pk__in=[one.pk for one in ended]).update(ended_at=now, ended_by=decision)
    given = _given(decision, judged)
    for label in {one.label_id: one.label for one in ended}.values():
        if label.pk not in {one.label_id for one in given}:
            label_finding_refresh(label, stands={match.claim_id: judged.stand})
    stays = {one.label_id for one in given if one.proposes_action}
    actions_tell(bases=[one for one in ended if one.label_id not in stays], withdrawn_because="overturned")
    actions_tell(bases=given)


def _given(decision: ReviewDecision, judged: Judged) -> list[LabelBasis]:
    """What labels rest on the match from now on."""
    if decision.action != ReviewAction.APPLY:
        return []
    labels = Label.objects.filter(
        pk__in=[effect["label"] for effect in decision.label_effects()],
        kind=judged.policy.label_kind,
        state=LabelState.APPLIED,
    )
    rows = [
        LabelBasis(
            label=label,
            match=judged.match,
            decision=decision,
            reason=judged.reason,
            assessments=[one.pk for one in judged.stand.verdict.standing],
            proposes_action=judged.effect.proposes_action,
        )
        for label in labels
    ]
    return LabelBasis.objects.bulk_create(rows)


def claim_waits(task: ReviewTask) -> tuple[SignalKind, Policy] | None:
    """What else of claims waits on the task and keeps it open, with the policy it is judged by."""
    if task.item_id is None or task.is_blind or not waiting_matches(task.item_id):
        return None
    policy = claims_policy()
    return (SignalKind.FACT_CHECK, policy) if policy else None


def claims_pass(task: ReviewTask) -> None:
    """The task was closed undecided: nobody is asked any more, until findings change."""
    if task.item_id is not None and not task.is_blind:
        waiting = [one.pk for one in waiting_matches(task.item_id)]
        ClaimMatch.objects.filter(pk__in=waiting).update(asked_at=None)


def claim_restore(*, effect: dict[str, Any], decision: ReviewDecision, now: dt.datetime) -> dict[str, Any]:
    """A decision is undone: the match and what labels rest on are as before, and moderators are asked again.

    Labels have their states back already. Where findings changed since the decision, `claims_follow` takes what they no
    longer bear.
    """
    match = ClaimMatch.objects.select_for_update().get(pk=effect["match"])
    undone = {"match": match.pk, "before": {"state": match.state, "decision": match.decision_id}}
    made = list(LabelBasis.objects.filter(match=match, decision=decision, ended_at=None).select_related("label"))
    LabelBasis.objects.filter(pk__in=[one.pk for one in made]).update(ended_at=now, ended_by=decision)
    back = LabelBasis.objects.filter(match=match, ended_by=decision).exclude(decision=decision)
    returned = list(back.select_related("label"))
    back.update(ended_at=None, ended_by=None)
    match.state, match.decision_id = effect["before"]["state"], effect["before"]["decision"]
    if match.mark != effect["after"]["mark"]:
        # Findings changed since: what stands again may not be borne any more.
        match.mark = ""
    match.asked_at = now
    match.save(update_fields=["state", "decision", "mark", "asked_at"])
    for label in {one.label_id: one.label for one in [*made, *returned]}.values():
        label_finding_refresh(label)
    actions_tell(bases=made, withdrawn_because="undone")
    actions_tell(bases=returned)
    return undone | {"after": {"state": match.state, "mark": match.mark}}


def label_finding_refresh(label: Label, *, stands: dict[int, Stand] | None = None) -> bool:
    """Let a label say what it rests on now; returns whether that changed anything."""
    made = finding_made(_all_borne(bases_standing(label), stands or {}))
    known = Label.objects.values_list("finding", flat=True).get(pk=label.pk)
    if made == known:
        return False
    Label.objects.filter(pk=label.pk).update(finding=made)
    label.finding = made
    return True


def _all_borne(bases: list[LabelBasis], stands: dict[int, Stand] | None = None) -> list[Borne]:
    known = dict(stands or {})
    policy = claims_policy() if bases else None
    if policy is None:
        return []
    missing = {one.match.claim_id for one in bases} - {*known}
    if missing:
        known |= stands_read(missing, policy=policy, now=dt.datetime.now(dt.UTC))
    found = [borne_of(one, known[one.match.claim_id]) for one in bases]
    return [one for one in found if is_borne(one.policy, one.reason, one.stand)]
