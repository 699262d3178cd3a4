"""Fictional addresses of platforms and messages to them, for the workspace's tests."""

from __future__ import annotations

import json
from typing import Any

from django.utils import timezone

from labeling.models import DeliveryState, Platform, WebhookDelivery, WebhookEndpoint
from labeling.services.webhook_secret import secret_new


def given_endpoint(url: str = "", **fields: Any) -> WebhookEndpoint:
    """An address of a fictional platform, told of everything from the first change on."""
    platform, _ = Platform.objects.get_or_create(key="fictional", defaults={"name": "Fictional platform"})
    url = url or f"https://hooks.example/{WebhookEndpoint.objects.count()}"
    return WebhookEndpoint.objects.create(
        **{"platform": platform, "url": url, "secret": secret_new()[1], "position": 0} | fields
    )


def given_message(endpoint: WebhookEndpoint, state: str = DeliveryState.PENDING, **fields: Any) -> WebhookDelivery:
    """A message with one change."""
    values = {
        "event_type": "labels.changed",
        "payload": json.dumps({"type": "labels.changed", "data": {"changes": [{"uri": "fictional:1"}]}}),
        "change_count": 1,
        "state": state,
        "finished_at": None if state == DeliveryState.PENDING else timezone.now(),
    }
    return WebhookDelivery.objects.create(endpoint=endpoint, **values | fields)
