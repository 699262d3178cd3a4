"""Put changes into messages. Who has none waiting gets the next one: the changes themselves are the queue."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Final

import msgspec
from django.db import transaction
from django.utils import timezone

from labeling.changes import CursorError, Stretch, changes_read
from labeling.models import WebhookDelivery, WebhookEndpoint

logger = logging.getLogger(__name__)

EVENT: Final = "labels.changed"
#: Changes of one message.
MOST_CHANGES: Final = 100


def messages_make() -> int:
    """Make the next message for every endpoint that has none waiting; returns how many were made.

    An endpoint somebody else is at is left to them. Position and message are written in one transaction: no change
    is told in two messages, and none in no message.
    """
    made = 0
    for pk in WebhookEndpoint.objects.active().with_news().values_list("pk", flat=True):
        made += _make(pk)
    return made


@transaction.atomic
def _make(pk: int) -> bool:
    endpoints = WebhookEndpoint.objects.active().with_news().select_related("platform")
    endpoint = endpoints.select_for_update(skip_locked=True, of=("self",)).filter(pk=pk).first()
    if endpoint is None:
        return False
    stretch = _stretch(endpoint)
    changes = [change for change in stretch.changes if change.action in endpoint.actions]
    if changes:
        data = {
            "platform": endpoint.platform.key,
            "lang": endpoint.language,
            "changes": [change.document(endpoint.platform, endpoint.language) for change in changes],
        }
        WebhookDelivery.objects.create(
            endpoint=endpoint, event_type=EVENT, payload=payload_of(EVENT, data), change_count=len(changes)
        )
    WebhookEndpoint.objects.filter(pk=pk).update(position=stretch.end)
    return bool(changes)


def payload_of(event_type: str, data: Mapping[str, object]) -> str:
    """The body of a message: `type`, `timestamp` and `data`, as Standard Webhooks recommends."""
    return msgspec.json.encode({"type": event_type, "timestamp": timezone.now(), "data": data}).decode()


def _stretch(endpoint: WebhookEndpoint) -> Stretch:
    try:
        return changes_read(platform=endpoint.platform, after=endpoint.position, limit=MOST_CHANGES)
    except CursorError as error:
        # Its platform was quiet for longer than changes are kept, or the endpoint was disabled for so long.
        logger.warning("Endpoint %s goes on from position %s", endpoint.public_id, error.earliest)
        return changes_read(platform=endpoint.platform, after=error.earliest, limit=MOST_CHANGES)
