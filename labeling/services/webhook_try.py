"""Try an endpoint: a signed message now, outside of the order, that nobody has to act on."""

from __future__ import annotations

from labeling.models import WebhookEndpoint
from labeling.models.webhook import message_public_id
from labeling.services.webhook_messages import payload_of
from labeling.services.webhook_send import Outcome, message_send


def endpoint_try(*, endpoint: WebhookEndpoint) -> Outcome:
    """Send `webhook.test` once, also to a paused endpoint; nothing is stored and nothing tried again."""
    payload = payload_of("webhook.test", {"platform": endpoint.platform.key})
    return message_send(endpoint=endpoint, message=message_public_id(), payload=payload)
