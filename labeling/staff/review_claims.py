"""Beside a task: the claims its content repeats, what is found of them, and what the policy proposes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from typing import Any, Final, NamedTuple

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone

from accounts.staff.access import StaffRequest, staff_view
from factcheck.matching import ClaimFound, claims_found
from factcheck.models import Claim
from labeling.claims.effects import Stand, claims_policy, effect_of, stands_read
from labeling.claims.policy_data import EffectRow
from labeling.models import ClaimMatch, MatchHow, MatchState, Policy, ReviewSignal, ReviewTask, SignalKind, TaskState
from labeling.services.claim_judge import match_in_question
from labeling.services.match_name import match_name
from labeling.services.review_claim import PERMISSION
from labeling.staff.review_choices import policy_text
from labeling.staff.review_found import task_found

#: What the effects of a reason are called.
_LEADS_TO: Final = {
    "limits": "the platform shows it to fewer people",
    "share_prompt": "it asks before somebody shares",
    "note": "the label carries a context note with a link",
    "proposes_action": "the platform is asked to act, with a statement of reasons",
}


class Proposed(NamedTuple):
    """What the policy proposes: the button, the reason in words, whose finding it follows, what it leads to."""

    value: str
    words: str
    partners: Sequence[str]
    leads_to: Sequence[str]


class MatchShown(NamedTuple):
    """A claim that the content repeats. `why` is what changed; `state` what people said before, if they did."""

    match: ClaimMatch
    stand: Stand
    how: Sequence[str]
    proposed: Sequence[Proposed]
    why: str
    state: str
    is_question: bool


def claims_shown(task: ReviewTask, *, but: Set[int]) -> dict[str, Any]:
    """The matches of the task's content, the one in question first, and further claims that its text may repeat.

    Of the latter those are left out that the page shows elsewhere (`but`, primary keys).
    """
    policy = claims_policy()
    found = list(_matches(task)) if policy is not None else []
    if policy is None or not found:
        return {"matches": [], "claims": _further(task, but), "proposed": set()}
    now = timezone.now()
    stands = stands_read({one.claim_id for one in found}, policy=policy, now=now)
    question = _question(task, found) if task.state == TaskState.OPEN else None
    reasons = _why(task)
    text = policy_text(policy)
    words = text.reasons if text else {}
    shown = [
        MatchShown(
            match=one,
            stand=stands[one.claim_id],
            how=evidence_said(one),
            proposed=_proposed(stands[one.claim_id], policy, words),
            why=reasons.get(one.pk, ""),
            state="" if one.state == MatchState.PROPOSED else one.get_state_display(),
            is_question=question is not None and one.pk == question.pk,
        )
        for one in found
    ]
    shown.sort(key=lambda one: not one.is_question)
    first = shown[0].proposed if shown[0].is_question else ()
    return {
        "matches": shown,
        "claims": _further(task, but | {stand.claim.pk for stand in stands.values()}),
        "proposed": {one.value for one in first},
        # A task that came for another reason shows the reasons of another policy first.
        "claims_policy": (policy.key, text.title if text else policy.key),
    }


def _question(task: ReviewTask, found: Sequence[ClaimMatch]) -> ClaimMatch | None:
    """A blind task, which settles no match, looks as the first did."""
    return found[0] if task.is_blind else match_in_question(task)


def _matches(task: ReviewTask) -> Sequence[ClaimMatch]:
    if task.item_id is None:
        return ()
    return list(ClaimMatch.objects.filter(item=task.item_id).select_related("claim").order_by("pk")[:20])


def _further(task: ReviewTask, known: Set[int]) -> list[ClaimFound]:
    if task.state != TaskState.OPEN or task.item is None:
        return []
    return [one for one in claims_found(task.item.text) if one.claim.pk not in known]


def _why(task: ReviewTask) -> dict[int, str]:
    """What moderators were last told of each match, by its primary key."""
    asked = ReviewSignal.objects.filter(task=task, kind=SignalKind.FACT_CHECK).order_by("pk")
    return {one["match"]: one.get("why", "") for one in asked.values_list("detail", flat=True) if "match" in one}


def _proposed(stand: Stand, policy: Policy, words: Mapping[str, str]) -> list[Proposed]:
    return [
        Proposed(
            f"{one.action}:{one.reason}",
            words.get(one.reason, one.reason),
            one.partners,
            effects_said(effect_of(policy, one.reason)),
        )
        for one in stand.proposals
    ]


def effects_said(effect: EffectRow) -> list[str]:
    """What a reason leads to beyond the label, in words."""
    return [said for name, said in _LEADS_TO.items() if getattr(effect, name)]


def evidence_said(match: ClaimMatch) -> list[str]:
    """Why it was taken to repeat the claim, in words; each kind of evidence holds what `labeling.claims.index` says."""
    said = []
    for one in match.evidence:
        if "phrase" in one:
            said.append(f"it holds the key phrase “{one['phrase']}”")
        elif "likeness" in one:
            said.append(f"{one['likeness']:.0%} of the claim’s words stand in it")
        elif "sha256" in one:
            said.append(f"the same file as a copy of the claim (SHA-256 {one['sha256'][:12]}…)")
        elif "distance" in one:
            said.append(f"a picture {one['distance']} of 64 bits from a copy of the claim")
        elif match.how == MatchHow.PERSON:
            said.append("named by a person")
    return said


@staff_view(PERMISSION, target=task_found, methods=("POST",))
def review_name(request: StaffRequest, task: ReviewTask) -> HttpResponse:
    """Say that the task's content repeats the claim named by `claim`: it is asked about in this very task."""
    try:
        claim = get_object_or_404(Claim, public_id=request.POST.get("claim", ""))
    except ValidationError:
        messages.error(request, "There is no such claim.")
        return redirect("review", public_id=task.public_id)
    if task.item is None:
        messages.error(request, "This content is not known here, so nothing can follow from the claim.")
        return redirect("review", public_id=task.public_id)
    if task.is_blind:
        messages.info(request, "Decide by what stands here.")
        return redirect("review", public_id=task.public_id)
    try:
        match_name(claim=claim, item=task.item, by=request.user)
    except ValidationError as error:
        messages.error(request, error.messages[0])
    except PermissionDenied:
        messages.error(request, "Claims of that place are named by its own moderators and fact-checkers.")
    else:
        messages.success(request, "Decide now what follows from it.")
    return redirect("review", public_id=task.public_id)
