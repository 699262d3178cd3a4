"""What a decision comes to, in words that can be compared: `apply`, `reject`, or `change:xa:xa.president.2031`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from labeling.models import Label, LabelKind, LabelState, Policy, ReviewAction, ReviewDecision

if TYPE_CHECKING:
    from labeling.services.review_decide import Verdict


def outcome_of(verdict: Verdict, policy: Policy) -> str:
    """Of a verdict on a task of `policy`. Decided by another policy it is another outcome: `apply@incitement`."""
    outcome = verdict.action.value
    if verdict.action == ReviewAction.CHANGE and verdict.place is not None:
        outcome = _led(verdict.place.code, verdict.election.key if verdict.election else "")
    if verdict.policy is not None and verdict.policy.key != policy.key:
        outcome += f"@{verdict.policy.key}"
    return outcome


def outcome_of_decision(decision: ReviewDecision) -> str:
    """Of a decision that changed labels, read from what it did; a task cites the policy it was decided by."""
    if decision.action != ReviewAction.CHANGE:
        return str(decision.action)
    given = [effect["label"] for effect in decision.label_effects() if effect["after"]["state"] == LabelState.APPLIED]
    # What the label leads to comes first of those given; further kinds may follow.
    labels = Label.objects.filter(pk__in=given, kind=LabelKind.ELECTION).select_related("jurisdiction", "election")
    label = labels.order_by("pk").last()
    if label is None:
        return str(decision.action)
    return _led(label.jurisdiction.code, label.election.key if label.election else "")


def action_of(outcome: str) -> str:
    """`apply`, `reject` or `change`, whatever follows.

    >>> action_of("change:xa:xa.president.2031"), action_of("apply@incitement")
    ('change', 'apply')
    """
    return outcome.partition(":")[0].partition("@")[0]


def outcome_said(outcome: str) -> str:
    """In words for people.

    >>> outcome_said("change:xa:xa.president.2031"), outcome_said("reject"), outcome_said("apply@incitement")
    ('lead to xa, xa.president.2031', 'reject', 'apply by incitement')
    """
    said, _, policy = outcome.partition("@")
    action, *where = said.split(":")
    if where:
        said = "lead to " + ", ".join(part for part in where if part)
    return f"{said} by {policy}" if policy else said or action


def _led(place: str, election: str) -> str:
    return f"change:{place}:{election}" if election else f"change:{place}"
