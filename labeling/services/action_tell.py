"""Ask a platform to act on content, or say that it need not any more: messages to its webhooks.

What the platform does is its own affair and its own policy's; the portal says what was found, by whom, and where.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from factcheck.models import Assessment
from labeling.links import absolute, why_path
from labeling.models import DeliveryState, LabelBasis, WebhookDelivery, WebhookEndpoint
from labeling.services.webhook_messages import payload_of

EVENT: Final = "actions.changed"
#: Actions of one message.
MOST: Final = 50
#: In which language a page is named that explains a label; readers choose their own there.
_LANGUAGE: Final = "en"


def actions_tell(*, bases: Iterable[LabelBasis], withdrawn_because: str = "") -> int:
    """Tell the platforms of those `bases` that propose an action; returns of how many. In the writer's transaction.

    Without `withdrawn_because` they are proposed, else taken back: `overturned`, `undone` or `finding_changed`.
    """
    wanted = [one.pk for one in bases if one.proposes_action]
    found = list(
        LabelBasis.objects.filter(pk__in=wanted)
        .select_related("label__item__platform", "match__claim__merged_into")
        .order_by("pk")
    )
    by_platform: dict[int, list[LabelBasis]] = {}
    for basis in found:
        by_platform.setdefault(basis.label.item.platform_id, []).append(basis)
    for platform, own in by_platform.items():
        for start in range(0, len(own), MOST):
            _send(platform, own[start : start + MOST], withdrawn_because)
    return len(found)


def _send(platform: int, bases: Sequence[LabelBasis], withdrawn_because: str) -> None:
    documents = [action_document(basis, withdrawn_because) for basis in bases]
    data = {"platform": bases[0].label.item.platform.key, "actions": documents}
    WebhookDelivery.objects.bulk_create(
        WebhookDelivery(
            endpoint=endpoint,
            event_type=EVENT,
            payload=payload_of(EVENT, data),
            change_count=len(documents),
            state=DeliveryState.PENDING,
        )
        for endpoint in WebhookEndpoint.objects.active().filter(platform=platform)
    )


def action_document(basis: LabelBasis, withdrawn_because: str = "") -> dict[str, Any]:
    """One action as a platform is told of it; `id` is that of the statement of reasons, and the same both times."""
    label = basis.label
    return {
        "id": puid_of(label.public_id, basis.decision_id),
        "state": "withdrawn" if withdrawn_because else "proposed",
        "withdrawn_because": withdrawn_because or None,
        "uri": label.item.uri,
        "label": label.public_id,
        "why": absolute(why_path(label.public_id, _LANGUAGE)),
        **basis_document(basis),
    }


def puid_of(label: str, decision: int) -> str:
    """The id of the statement of reasons that goes with a decision about a label."""
    return f"ec-{label}-{decision}"


def basis_document(basis: LabelBasis) -> dict[str, Any]:
    """What a label rests on, in full: the claim, and who found what and says it where.

    Of the assessments on which it was decided, whether they stand still or not.
    """
    claim = basis.match.claim.merged_into or basis.match.claim
    found = Assessment.objects.filter(pk__in=basis.assessments).select_related("partner__organisation").order_by("pk")
    return {
        "reason": basis.reason,
        "claim": {"id": str(claim.public_id), "text": claim.text, "language": claim.language},
        "findings": [
            {
                "partner": one.partner.organisation.name,
                "rating": one.rating,
                "article": one.article_url or None,
                "evidence": one.evidence,
            }
            for one in found
        ],
    }
