"""Nobody acts alone against what an official account with careful enforcement posted: first escalated, then decided."""

from __future__ import annotations

from typing import Protocol

from accounts.models import User
from labeling.models import Account, LabelKind, OfficialAccount, Policy, ReviewAction, ReviewDecision, ReviewTask
from labeling.services.review_claim import ReviewConflict


class SecondPersonError(ReviewConflict):
    """Somebody has to escalate it before somebody else acts."""


class Judgement(Protocol):
    """What of a verdict matters here."""

    @property
    def action(self) -> ReviewAction:
        """What is done."""

    @property
    def add(self) -> object:
        """Further kinds of labels, if any."""


def official_of(task: ReviewTask) -> OfficialAccount | None:
    """The verified official account that posted the task's item. One query, none without an author."""
    item = task.item
    if item is None or item.author_id is None:
        return None
    author = Account.objects.filter(pk=item.author_id).values("external_id")
    standing = OfficialAccount.objects.verified().filter(platform=item.platform_id, external_id__in=author)
    return standing.select_related("platform", "jurisdiction", "election").first()


def second_person_check(*, task: ReviewTask, by: User, policy: Policy, verdict: Judgement) -> None:
    """Raise `SecondPersonError` where a verdict acts against such an account and nobody else escalated the task.

    Labels about an election act against nobody, nor does leaving things as they are. Blind answers change nothing.
    """
    if task.is_blind or not _acts(policy, verdict):
        return
    official = official_of(task)
    if official is None or not official.is_nuanced or is_escalated(task, by):
        return
    raise SecondPersonError(
        f"{official.name} is an official account ({official.get_category_display().lower()}), against which nobody "
        "acts alone: escalate it with what you found, and somebody else decides."
    )


def is_escalated(task: ReviewTask, by: User) -> bool:
    """Whether somebody other than `by` escalated the task, and did not take that back."""
    others = ReviewDecision.objects.filter(task=task, action=ReviewAction.ESCALATE, undone_by=None)
    return others.exclude(user=by).exists()


def _acts(policy: Policy, verdict: Judgement) -> bool:
    if verdict.add:
        return True
    if policy.label_kind == LabelKind.OFFICIAL_ACCOUNT:
        return verdict.action == ReviewAction.REJECT
    return verdict.action == ReviewAction.APPLY and policy.label_kind != LabelKind.ELECTION
