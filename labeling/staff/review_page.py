"""What moderators see of a queue and of a task."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Count, Min, Q
from django.urls import reverse
from django.utils import timezone

from accounts.staff.access import StaffRequest
from accounts.staff.listing import page_of
from centers.staff.places import places_granted
from labeling.excerpt import Piece, marked_pieces
from labeling.models import Label, LabelState, Policy, PolicyText, ReviewDecision, ReviewTask
from labeling.services.review_claim import PERMISSION, VIEW, is_held_by_another, languages_read
from labeling.staff.quality_blind import blinded
from labeling.staff.review_form import ChangeForm, QueueForm, profile_of

#: Keys of the buttons of a policy's reasons, in their order; letters that the desk uses otherwise are left out.
_KEYS: Final = "123456789"
_STAFF_LANGUAGE: Final = "en"


@dataclass(frozen=True, slots=True)
class Choice:
    """A button: what it decides, in the policy's words, and the key that presses it."""

    value: str
    words: str
    key: str
    action: str


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One queue of the overview."""

    policy: str
    title: str
    place: str
    language: str
    size: int
    overdue: int
    oldest: dt.datetime


def queue_page(request: StaffRequest) -> dict[str, Any]:
    """The overview for the member's places; a bounded number of queries however much waits."""
    now = timezone.now()
    places = places_granted(request.user, VIEW)
    waiting = ReviewTask.objects.open().filter(jurisdiction__in=list(places.values_list("pk", flat=True)))
    form = QueueForm(request.GET or None)
    if form.is_valid():
        waiting = waiting.in_queue(form.queue())
    counted = waiting.values("policy__key", "jurisdiction__code", "language").annotate(
        size=Count("pk"), overdue=Count("pk", filter=Q(due_at__lt=now)), oldest=Min("opened_at")
    )
    rows = list(counted.order_by("-overdue", "-size", "policy__key"))
    most_urgent = waiting.select_related("item", "policy", "jurisdiction").order_by("-rank")
    titles, total = _titles(), sum(row["size"] for row in rows)
    held = waiting.filter(claimed_until__gt=now).select_related("claimed_by").order_by("claimed_until")[:50]
    return {
        "rows": [
            QueueRow(
                row["policy__key"], titles.get(row["policy__key"], row["policy__key"]), row["jurisdiction__code"],
                row["language"], row["size"], row["overdue"], row["oldest"],
            )
            for row in rows[:200]
        ],
        "total": total,
        "overdue": sum(row["overdue"] for row in rows),
        "oldest": min((row["oldest"] for row in rows), default=None),
        "held": held,
        "form": form.offer(sorted({row["jurisdiction__code"] for row in rows}), sorted(titles)),
        "asked_items": form.queue()._asdict().items() if form.is_valid() else (),
        "page": page_of(request, most_urgent, size=25, total=total),
        "may_decide": request.user.has_perm(PERMISSION),
        "languages": languages_read(request.user),
        "crumbs": [("Reviews", "")],
    }  # fmt: skip


def task_page(request: StaffRequest, task: ReviewTask, form: ChangeForm) -> dict[str, Any]:
    """Everything to decide a task by."""
    now = timezone.now()
    labels = _labels(task)
    asked = {signal.label_id for signal in task.signals.all()}
    evidence = [sign for label in labels for sign in label.evidence]
    text = task.item.text if task.item else ""
    profile = profile_of(request.user)
    policy_text = _policy_text(task.policy)
    page = {
        "task": task,
        "item": task.item,
        "pieces": marked_pieces(text, evidence) or [Piece(text, False)],
        "labels": [label for label in labels if label.pk in asked],
        "other_labels": [label for label in labels if label.pk not in asked],
        "signals": task.signals.all(),
        "history": _history(task),
        "policy_text": policy_text,
        "choices": choices_of(task.policy, policy_text),
        # What is escalated or closed is no judgement; its reason is the note.
        "escalate_reason": next(iter(task.policy.actions), ""),
        "form": form,
        "profile": profile,
        "is_hidden": task.policy.is_sensitive and profile.hide_sensitive,
        "is_mine": task.claimed_by_id == request.user.pk and not _ran_out(task, now),
        "is_held": is_held_by_another(task, request.user, now),
        "may_decide": request.user.has_perm(PERMISSION, task) and request.user.pk not in task.barred,
        "factors": _factors(task.factors),
        "crumbs": [("Reviews", reverse("reviews")), (task.uri, "")],
    }
    return blinded(task, page) if task.is_blind else page


def choices_of(policy: Policy, text: PolicyText | None) -> list[Choice]:
    """The policy's buttons; the first that applies and the first that rejects have letters, all have numbers."""
    words = text.reasons if text else {}
    letters = {"apply": "a", "reject": "r", "change": "c"}
    made = []
    for number, (code, action) in zip(_KEYS, policy.actions.items(), strict=False):
        made.append(Choice(f"{action}:{code}", words.get(code, code), letters.pop(action, number), action))
    return made


def _policy_text(policy: Policy) -> PolicyText | None:
    return PolicyText.objects.filter(policy=policy, language=_STAFF_LANGUAGE).first()


def _titles() -> Mapping[str, str]:
    found = PolicyText.objects.filter(language=_STAFF_LANGUAGE).order_by("policy__version")
    return dict(found.values_list("policy__key", "title"))


def _labels(task: ReviewTask) -> Sequence[Label]:
    if task.item_id is None:
        return []
    found = Label.objects.filter(item=task.item_id).exclude(state=LabelState.WITHDRAWN, decided_by="machine")
    return list(found.select_related("jurisdiction", "election", "ruleset").order_by("state", "pk"))


def _history(task: ReviewTask) -> Iterable[ReviewDecision]:
    """What was decided on this content before, also in tasks that ended."""
    found = ReviewDecision.objects.filter(task__uri=task.uri).select_related("user", "policy")
    return found.order_by("-pk")[:20]


def _factors(factors: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Why it stands where it stands, in words."""
    days = factors.get("days")
    near = "no election near" if days is None else f"{abs(days)} days {'after' if days < 0 else 'before'} a vote"
    return [
        (f"severity {factors.get('severity', 1):g}", ""),
        (f"× reach {factors.get('reach', 1):.1f}", f"{factors.get('views', 0):,} views"),
        (f"× nearness {factors.get('nearness', 1):g}", near),
        (f"× signals {factors.get('signals', 1):.1f}", ""),
    ]


def _ran_out(task: ReviewTask, now: dt.datetime) -> bool:
    return task.claimed_until is None or task.claimed_until <= now
