"""What moderators see of a task."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

from django.db.models import Prefetch
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from accounts.models import User
from accounts.staff.access import StaffRequest
from factcheck.models import Assessment, Claim, ClaimOffer, FactCheckPartner
from factcheck.verdict import Verdict, verdict_from
from labeling.models import (
    ClaimSource,
    Label,
    LabelState,
    Policy,
    ReviewAction,
    ReviewDecision,
    ReviewTask,
    SignalKind,
    TaskState,
)
from labeling.review.priority import factors_said
from labeling.review.queue import Queue
from labeling.review.shown import LONGEST, shown_pieces
from labeling.services.claim_source import can_bring
from labeling.services.review_claim import PERMISSION, is_held_by_another
from labeling.services.review_decide import UNDO_WITHIN
from labeling.services.review_exposure import exposure_own, is_exposed, working_minutes
from labeling.services.review_hashtags import hashtag_of, is_hashtag
from labeling.services.review_similar import precedents_found, similar_found
from labeling.staff.quality_blind import blinded
from labeling.staff.review_choices import (
    choices_of,
    policy_newest,
    policy_text,
    policy_titles,
    titles_about_content,
)
from labeling.staff.review_claims import claims_shown
from labeling.staff.review_evidence import ai_said, official_said
from labeling.staff.review_form import ChangeForm, language_name, profile_of
from labeling.staff.review_media import media_of
from labeling.staff.review_queue import queue_said

#: Claims that came out of one item: more are at the claims' own pages.
_BROUGHT: Final = 5
#: Own decisions that can be taken back from a task's page.
_LAST: Final = 3
_HISTORY: Final = 20


class Brought(NamedTuple):
    """A claim that was brought out of a task, and what was found of it."""

    claim: Claim
    verdict: Verdict


def task_page(request: StaffRequest, task: ReviewTask, form: ChangeForm, queue: Queue) -> dict[str, Any]:
    """Everything to decide a task by."""
    now = timezone.now()
    user = request.user
    context = _content(task, user) | _standing(task, user, now) | _judging(request, task)
    titles = policy_titles()
    own_minutes = working_minutes(user)
    profile = profile_of(user)
    page = context | {
        "task": task,
        "form": form,
        "profile": profile,
        "queue": queue_said(queue, titles, {}),
        "titles": titles,
        "last": _last(user, now),
        "history": _history(task),
        "language_name": language_name(task.language),
        "break_minutes": own_minutes if own_minutes >= profile.break_after else 0,
        "exposure": exposure_own(user) if task.is_sensitive else None,
        "seen": now.isoformat(),
        "now": now,
        "crumbs": [("Reviews", reverse("reviews")), (task.uri, "")],
    }
    return blinded(task, page) if task.is_blind else page


def _content(task: ReviewTask, user: User) -> dict[str, Any]:
    """The item or hashtag itself, with its labels and what is similar."""
    labels = _labels(task)
    signals = list(task.signals.all())
    asked = {signal.label_id for signal in signals}
    evidence = [sign for label in labels for sign in label.evidence]
    text = task.item.text if task.item else ""
    hashtag = hashtag_of(task) if is_hashtag(task) else None
    is_open = task.state == TaskState.OPEN
    brought = _brought(task)
    known = {one.claim.pk for one in brought}
    return {
        "item": task.item,
        "pieces": shown_pieces(text, evidence),
        "cut": max(0, len(text) - LONGEST),
        "media": media_of(task),
        "labels": [label for label in labels if label.pk in asked],
        "other_labels": [label for label in labels if label.pk not in asked],
        "signals": signals,
        "hashtag": hashtag,
        "examples": hashtag.examples_kept()[:3] if hashtag else (),
        "is_hidden": task.is_sensitive and not is_exposed(user=user, task=task),
        "similar": similar_found(task=task, by=user) if is_open else None,
        "precedents": precedents_found(task) if is_open else (),
        "checkers": _checkers(task),
        "brought": brought,
        "can_bring": can_bring(task) and user.has_perm(PERMISSION, task),
        "ai_said": ai_said(task),
        "official": official_said(task, user),
        "told": [signal for signal in signals if signal.kind == SignalKind.UNSURE and signal.detail.get("said")],
    } | claims_shown(task, but=known)


def _brought(task: ReviewTask) -> list[Brought]:
    """Claims that were brought out of tasks on this content, with where they are; two queries, one where there is none.

    Whoever decides blind is not told what others made of it.
    """
    if task.is_blind:
        return []
    standing = Assessment.objects.filter(ended_at=None).select_related("partner__organisation")
    lies = ClaimOffer.objects.filter(ended_at=None).select_related("partner__organisation")
    sources = ClaimSource.objects.filter(uri=task.uri).select_related("claim__merged_into")
    found = sources.prefetch_related(
        Prefetch("claim__assessments", queryset=standing), Prefetch("claim__offers", queryset=lies, to_attr="lies_with")
    )
    return [Brought(one.claim, verdict_from(one.claim.assessments.all())) for one in found.order_by("-pk")[:_BROUGHT]]


def _standing(task: ReviewTask, user: User, now: dt.datetime) -> dict[str, Any]:
    """Whose it is, and where it stands."""
    is_own = task.claimed_by_id == user.pk and task.claimed_until is not None and task.claimed_until > now
    return {
        "is_mine": is_own,
        "is_held": is_held_by_another(task, user, now),
        "may_decide": user.has_perm(PERMISSION, task) and user.pk not in task.barred,
        "is_late": task.state == TaskState.OPEN and task.due_at < now,
        "factors": factors_said(task.factors, max(dt.timedelta(0), now - task.opened_at)),
    }


def _judging(request: StaffRequest, task: ReviewTask) -> dict[str, Any]:
    """By which policy, and what may be pressed; `?policy=` judges by another one."""
    other = policy_newest((request.POST.get("policy") or request.GET.get("policy") or "")[:60])
    policy: Policy = task.policy if other is None or is_hashtag(task) else other
    said = policy_text(policy)
    choices = choices_of(policy, said)
    return {
        "policy": policy,
        "judged_otherwise": policy.pk != task.policy_id,
        "policy_text": said,
        "other_policies": () if is_hashtag(task) else titles_about_content().items(),
        "choices": choices,
        "changes": [choice for choice in choices if choice.action == ReviewAction.CHANGE],
        # What is escalated or closed is no judgement; its reason is the note.
        "escalate_reason": next((code for code, _ in policy.reasons_in_order()), ""),
        "can_label": task.item is not None and not is_hashtag(task),
    }


def meanwhile_of(task: ReviewTask, seen: str, user: User) -> list[str]:
    """What happened since the page was made that somebody decided on, in words."""
    try:
        since = parse_datetime(seen[:40])
    except ValueError:
        since = None
    if since is None or since.tzinfo is None:
        return []
    decided = task.decisions.filter(decided_at__gt=since).select_related("user")
    came = task.signals.filter(created_at__gt=since)
    said = []
    for one in decided:
        who = "you" if one.user_id == user.pk else one.user.email
        note = f": {one.note}" if one.note else ""
        said.append(f"{one.get_action_display()} by {who} at {one.decided_at:%H:%M} UTC{note}")
    return said + [f"{one.get_kind_display()} at {one.created_at:%H:%M} UTC" for one in came]


def _labels(task: ReviewTask) -> Sequence[Label]:
    if task.item_id is None:
        return []
    found = Label.objects.filter(item=task.item_id).exclude(state=LabelState.WITHDRAWN, decided_by="machine")
    return list(found.select_related("jurisdiction", "election", "ruleset").order_by("state", "pk"))


def _history(task: ReviewTask) -> Iterable[ReviewDecision]:
    """What was decided on this content before, also in tasks that ended."""
    found = ReviewDecision.objects.filter(task__uri=task.uri).select_related("user", "policy")
    return found.order_by("-pk")[:_HISTORY]


def _last(user: User, now: dt.datetime) -> Iterable[ReviewDecision]:
    """One's own last decisions that can still be taken back."""
    own = ReviewDecision.objects.filter(user=user, decided_at__gt=now - UNDO_WITHIN, undone_by=None)
    return own.exclude(action=ReviewAction.UNDO).select_related("task", "bulk").order_by("-pk")[:_LAST]


def _checkers(task: ReviewTask) -> Iterable[FactCheckPartner]:
    """Who checks facts for this place, where a decision needs a named source."""
    if task.policy.label_kind != "unverified":
        return ()
    found = FactCheckPartner.objects.filter(countries__contains=[task.jurisdiction.code])
    return found.select_related("organisation").order_by("organisation__name")[:5]
