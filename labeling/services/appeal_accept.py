"""Take an appeal against a label."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils import timezone

from labeling.models import (
    Appeal,
    Appellant,
    Decider,
    Label,
    LabelState,
    Policy,
    ReviewAction,
    ReviewDecision,
    SignalKind,
)
from labeling.outside.tokens import keyed_digest, status_digest, status_token
from labeling.services.outside_join import outside_join
from labeling.services.report_accept import contact_sealed
from labeling.services.review_join import Signal, language_of, policies_in_force


class NothingToAppealError(ValueError):
    """The label waits for a moderator anyway, was taken back by the machine, or its content is gone."""


@dataclass(frozen=True, slots=True)
class AppealDraft:
    """An appeal as it was checked at the edge; `author` is the platform's id of the author whose link was signed."""

    label: Label
    said: str
    language: str
    public_id: uuid.UUID
    contact: str = ""
    author: str = ""


def may_be_appealed(label: Label) -> bool:
    """Labels that viewers see, and those that a person took back; needs the item loaded."""
    if label.item.erased_at is not None:
        return False
    by_person = label.state == LabelState.WITHDRAWN and label.decided_by == Decider.PERSON
    return label.state == LabelState.APPLIED or by_person


def appeal_accept(draft: AppealDraft) -> Appeal:
    """The appeal; who appealed already and waits has appealed once. Raises `NothingToAppealError`."""
    if (known := _known(draft)) is not None:
        return known
    try:
        with transaction.atomic():
            return _accepted(draft, timezone.now())
    except IntegrityError:
        if (known := _known(draft)) is None:
            raise
        return known


def _known(draft: AppealDraft) -> Appeal | None:
    sent_twice = Appeal.objects.filter(public_id=draft.public_id, label=draft.label).first()
    return sent_twice or Appeal.objects.filter(label=draft.label, appellant_key=_appellant(draft), outcome="").first()


def _accepted(draft: AppealDraft, now: dt.datetime) -> Appeal:
    label = Label.objects.select_related("item__platform", "jurisdiction").get(pk=draft.label.pk)
    policy = policy_of(label)
    task = outside_join(signal=_signal(label, policy), said=draft.said, now=now)
    # Tasks are locked before labels, as deciding does. What was decided while this waited for the task counts.
    label = Label.objects.select_for_update(of=("self",)).select_related("item__platform").get(pk=label.pk)
    if not may_be_appealed(label):
        raise NothingToAppealError
    task.barred = sorted({*task.barred, *deciders_of(label)})
    task.save(update_fields=["barred"])
    return Appeal.objects.create(
        public_id=draft.public_id,
        token_digest=status_digest(status_token(draft.public_id)),
        said=draft.said,
        language=draft.language,
        contact=contact_sealed(draft.contact),
        task=task,
        received_at=now,
        due_at=now + dt.timedelta(minutes=policy.answer_within),
        label=label,
        label_state=label.state,
        by=Appellant.AUTHOR if draft.author else Appellant.ANYONE,
        appellant_key=_appellant(draft),
    )


def _signal(label: Label, policy: Policy) -> Signal:
    last = label.decisions.order_by("-pk").values_list("pk", flat=True).first() or 0
    return Signal(
        uri=label.item.uri,
        item=label.item_id,
        place=label.jurisdiction_id,
        language=language_of(label.item.lang),
        kind=SignalKind.APPEAL,
        # Of the label as it was decided last: after another decision an appeal is a new reason, and bars anew.
        source=f"appeal:{label.pk}:{last}",
        policy=policy.key,
        label=label.pk,
        barred=deciders_of(label),
    )


def deciders_of(label: Label) -> tuple[int, ...]:
    """Who had a part in what became of the label: whoever gave, took or brought it back, alone or in bulk, by an undo
    too, and whoever judged its content in a review without touching it."""
    own = label.decisions.exclude(user=None).values_list("user", flat=True)
    judged = ReviewDecision.objects.filter(
        task__uri=label.item.uri,
        action__in=[ReviewAction.APPLY, ReviewAction.REJECT, ReviewAction.CHANGE, ReviewAction.UNDO],
    )
    return tuple(sorted({pk for pk in (*own, *judged.values_list("user", flat=True)) if pk is not None}))


def decision_of(label: Label) -> ReviewDecision | None:
    """The decision in a review that made the label what it is, if a person decided and did not take it back."""
    if label.decided_by != Decider.PERSON:
        return None
    found = ReviewDecision.objects.filter(
        task__item=label.item_id, effects__contains=[{"label": label.pk}], undone_by=None
    ).exclude(action=ReviewAction.UNDO)
    return found.select_related("policy").order_by("-pk").first()


def policy_of(label: Label) -> Policy:
    """By which policy the label is judged: the one it was decided by, else the one about its kind."""
    policies = policies_in_force()
    decision = decision_of(label)
    if decision is not None and decision.policy.label_kind == label.kind:
        return policies[decision.policy.key]
    about = [policy for policy in policies.values() if policy.label_kind == label.kind]
    return min(about, key=lambda policy: (policy.key != label.kind, policy.key)) if about else policies["other"]


def _appellant(draft: AppealDraft) -> bytes:
    if draft.author:
        return keyed_digest("appellant", "author", draft.author)
    if draft.contact:
        return keyed_digest("appellant", "contact", draft.contact.casefold())
    return keyed_digest("appellant", "words", " ".join(draft.said.casefold().split()))
