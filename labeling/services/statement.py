"""Statements of reasons: made with the decision that restricts, withdrawn with the one that lifts it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final

from django.db import connection
from django.db.models import Max

from centers.models import Jurisdiction
from labeling.models import (
    ContentItem,
    Decider,
    DeliveryState,
    Label,
    LabelBasis,
    LabelKind,
    LabelState,
    MatchHow,
    Policy,
    PolicyText,
    ReviewDecision,
    SignalKind,
    StatementOfReasons,
    WebhookDelivery,
    WebhookEndpoint,
)
from labeling.services.action_tell import basis_document, puid_of
from labeling.services.webhook_messages import payload_of
from labeling.statements import CATEGORY, seems_personal, territorial_scope

EVENT: Final = "statements.changed"
#: What restricts: a kind of label in a state. A label about an election informs and restricts nothing.
_RESTRICTS: Final[dict[tuple[str, str], dict[str, Any]]] = {
    (LabelKind.UNVERIFIED, LabelState.APPLIED): {
        "decision_visibility": ["DECISION_VISIBILITY_CONTENT_LABELLED", "DECISION_VISIBILITY_CONTENT_DEMOTED"],
    },
    (LabelKind.AI_GENERATED, LabelState.APPLIED): {
        "decision_visibility": ["DECISION_VISIBILITY_CONTENT_LABELLED"],
    },
    (LabelKind.OFFICIAL_ACCOUNT, LabelState.WITHDRAWN): {
        "decision_visibility": ["DECISION_VISIBILITY_OTHER"],
        "decision_visibility_other": "The mark of an official account was taken from the content.",
    },
}
_SOURCES: Final = {
    SignalKind.REPORT: "SOURCE_TYPE_OTHER_NOTIFICATION",
    SignalKind.TRUSTED_FLAGGER: "SOURCE_TRUSTED_FLAGGER",
    SignalKind.RAPID_RESPONSE: "SOURCE_TYPE_OTHER_NOTIFICATION",
}
_MEDIA: Final = {"video": "CONTENT_TYPE_VIDEO", "image": "CONTENT_TYPE_IMAGE", "audio": "CONTENT_TYPE_AUDIO"}
_LONGEST_CLAIM: Final = 500
#: Key of the advisory lock under which positions are given: they grow in the order in which readers see them.
_POSITIONS: Final = 7_305_502


def statements_follow(*, decision: ReviewDecision, now: dt.datetime) -> None:
    """State the reasons for each label whose change restricts, and take back what the decision lifts.

    In the decision's transaction: no restriction without its statement.
    """
    rests = {basis.label_id: basis for basis in decision.bases.select_related("match__claim__merged_into")}
    moved = {
        effect["label"]: effect["after"]["state"]
        for effect in decision.label_effects()
        if not effect["before"]
        or effect["before"]["state"] != effect["after"]["state"]
        # What a machine had given was nobody's decision: who confirms it restricts.
        or effect["before"]["decided_by"] == Decider.MACHINE
        # One that stays, and rests on something else from now on, is restricted for another reason.
        or effect["label"] in rests
    }
    found = Label.objects.filter(pk__in=moved).select_related("item__platform", "jurisdiction").order_by("pk")
    for label in found:
        _lift(label, "overturned", now)
        restriction = _RESTRICTS.get((label.kind, moved[label.pk]))
        if restriction is not None:
            _state(label, decision, restriction, rests.get(label.pk), now)


def statements_withdraw(*, decision: ReviewDecision, now: dt.datetime) -> None:
    """The decision was undone: its statements hold no more, and those that it had lifted do again."""
    for statement in StatementOfReasons.objects.filter(decision=decision, withdrawn_at=None):
        _withdraw(statement, "undone", now)
    restored = {effect["label"]: (effect["before"] or {}).get("state") for effect in decision.label_effects()}
    for label in Label.objects.filter(pk__in=restored).order_by("pk"):
        if (label.kind, restored[label.pk]) in _RESTRICTS:
            lifted = StatementOfReasons.objects.filter(label=label, withdrawn_because="overturned")
            for last in lifted.select_related("platform").order_by("-decision")[:1]:
                last.withdrawn_at, last.withdrawn_because = None, ""
                _tell(last)


def statements_lift(*, label: Label, now: dt.datetime) -> None:
    """What the label rested on stands no more: its statements hold no more. In the writer's transaction."""
    _lift(label, "overturned", now)


def _lift(label: Label, because: str, now: dt.datetime) -> None:
    for statement in StatementOfReasons.objects.filter(label=label, withdrawn_at=None).select_related("platform"):
        _withdraw(statement, because, now)


def _withdraw(statement: StatementOfReasons, because: str, now: dt.datetime) -> None:
    statement.withdrawn_at, statement.withdrawn_because = now, because
    _tell(statement)


def _state(
    label: Label, decision: ReviewDecision, restriction: dict[str, Any], basis: LabelBasis | None, now: dt.datetime
) -> None:
    puid = puid_of(label.public_id, decision.pk)
    document = restriction | _document(label, decision, now) | {"puid": puid}
    rests: dict[str, Any] = {}
    if basis is not None:
        rests = basis_document(basis) | {"proposes_action": basis.proposes_action}
        document["decision_facts"] += found_said(rests)
        if label.finding and label.finding["is_note"]:
            # A note beside the content: it is shown to as many people as before.
            document["decision_visibility"] = ["DECISION_VISIBILITY_CONTENT_LABELLED"]
    statement = StatementOfReasons(
        puid=puid,
        platform=label.item.platform,
        label=label,
        decision=decision,
        document=document,
        basis=rests,
        created_at=now,
    )
    _tell(statement)


def found_said(basis: Mapping[str, Any]) -> str:
    """Who found what of which claim, and where it says so, in sentences for a public database.

    A claim or an address that looks as if it held personal data, which the database must not have, is left out here;
    the platform has both in `basis`.
    """
    claim = " ".join(basis["claim"]["text"].split())[:_LONGEST_CLAIM]
    said = f" It repeats a claim that was checked: “{claim}”." if not seems_personal(claim) else ""
    for one in basis["findings"]:
        where = (one["article"] or "").partition("://")[2]
        read = f", to be read at {where}" if where and not seems_personal(where) else ""
        said += f" {one['partner']} rated it “{one['rating'].replace('_', ' ')}”{read}."
    return said


def _document(label: Label, decision: ReviewDecision, now: dt.datetime) -> dict[str, Any]:
    """In English and in set sentences: neither the content's words nor the moderator's note, which may name people."""
    policy = _policy(label, decision)
    text = PolicyText.objects.get(policy=policy, language="en")
    # A label that was added beside the task's own question has its note as a reason, which is not for the public.
    reason = f": {text.reasons.get(decision.reason, decision.reason)}" if policy == decision.policy else "."
    signals = set(decision.task.signals.values_list("kind", flat=True))
    is_machine_found = bool(signals & {SignalKind.UNSURE, SignalKind.BRAKE}) or _is_matched(decision)
    how = "was found by automated means" if is_machine_found else "was brought to the moderators' attention"
    states = Jurisdiction.objects.member_states().values_list("code", flat=True)
    document: dict[str, Any] = {
        "decision_ground": "DECISION_GROUND_INCOMPATIBLE_CONTENT",
        "incompatible_content_ground": f"Policy “{text.title}”, version {policy.version}",
        "incompatible_content_explanation": text.text[:2_000],
        "category": CATEGORY,
        "category_specification": ["KEYWORD_MISINFORMATION_DISINFORMATION"],
        "content_type": _content_type(label.item, LabelKind(label.kind)),
        "content_date": label.item.created_at.date().isoformat(),
        "application_date": now.date().isoformat(),
        "decision_facts": (
            f"The content {how}. A moderator compared it with the policy and decided on a label about "
            f"{_label_words(label)}{reason}"
        ),
        "source_type": _source(decision),
        "automated_detection": "Yes" if is_machine_found else "No",
        "automated_decision": "AUTOMATED_DECISION_NOT_AUTOMATED",
    }
    language = label.item.lang.split("-", 1)[0].upper()
    if len(language) == 2:  # noqa: PLR2004  # ISO 639-1
        document["content_language"] = language
    if scope := territorial_scope(label.jurisdiction.code, states):
        document["territorial_scope"] = scope
    return document


def _is_matched(decision: ReviewDecision) -> bool:
    """Whether the portal itself found that the content repeats a claim; a person may have named it instead."""
    return decision.claim_matches.exclude(how=MatchHow.PERSON).exists()


def _policy(label: Label, decision: ReviewDecision) -> Policy:
    """By which the label is judged: the decision's, or the newest about its kind."""
    if decision.policy.label_kind == label.kind:
        return decision.policy
    about = Policy.objects.filter(label_kind=label.kind).order_by("key", "-version")
    return about.first() or decision.policy


def _label_words(label: Label) -> str:
    return {"unverified": "claims that are not confirmed", "ai_generated": "artificial intelligence"}.get(
        label.kind, "an official account"
    )


def _content_type(item: ContentItem, kind: LabelKind) -> list[str]:
    found = {_MEDIA[one["type"]] for one in item.media if one.get("type") in _MEDIA}
    if kind == LabelKind.AI_GENERATED:
        found.add("CONTENT_TYPE_SYNTHETIC_MEDIA")
    return sorted(found or {"CONTENT_TYPE_TEXT"})


def _source(decision: ReviewDecision) -> str:
    kinds = decision.task.signals.order_by("pk").values_list("kind", flat=True)
    return next((_SOURCES[SignalKind(kind)] for kind in kinds if kind in _SOURCES), "SOURCE_VOLUNTARY")


def _tell(statement: StatementOfReasons) -> None:
    """Store it at the end of what readers have read, and put it into the messages of its platform's endpoints."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_POSITIONS])
    statement.position = 1 + (StatementOfReasons.objects.aggregate(last=Max("position"))["last"] or 0)
    statement.save()
    endpoints = WebhookEndpoint.objects.active().filter(platform=statement.platform)
    WebhookDelivery.objects.bulk_create(
        WebhookDelivery(
            endpoint=endpoint,
            event_type=EVENT,
            payload=payload_of(
                EVENT, {"platform": statement.platform.key, "statements": [statement_document(statement)]}
            ),
            change_count=1,
            state=DeliveryState.PENDING,
        )
        for endpoint in endpoints
    )


def statement_document(statement: StatementOfReasons) -> dict[str, Any]:
    """A statement as platforms get it, by the API and by webhooks; needs platform, and label with item, for its uri."""
    item = statement.label.item
    return {
        "cursor": str(statement.position),
        "puid": statement.puid,
        "uri": f"{statement.platform.key}:{item.external_id}",
        "label": statement.label.public_id,
        "created_at": statement.created_at.isoformat(),
        "withdrawn_at": statement.withdrawn_at.isoformat() if statement.withdrawn_at else None,
        "withdrawn_because": statement.withdrawn_because or None,
        "basis": statement.basis or None,
        "statement": statement.document,
    }
