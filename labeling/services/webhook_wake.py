"""Wake a courier when there is something to tell, and only then."""

from __future__ import annotations

from typing import Final

from django.core.cache import cache
from django.utils import timezone

from labeling.models import WebhookDelivery, WebhookEndpoint

_KEY: Final = "webhooks-woken"
#: While nobody answers a wake-up, so many seconds pass before the next one: where no courier runs for days, wake-ups
#: must not fill the broker.
AGAIN_AFTER: Final = 30


def webhooks_wake() -> bool:
    """Send a message to the couriers if something is due and none is on its way; returns whether one was sent."""
    if not _is_due() or not cache.add(_KEY, 1, timeout=AGAIN_AFTER):
        return False
    # The task's module imports the services.
    from labeling.tasks import webhooks_deliver

    webhooks_deliver.delay()
    return True


def webhooks_woken() -> None:
    """A courier has come; the next one may be woken beside it."""
    cache.delete(_KEY)


def _is_due() -> bool:
    return WebhookDelivery.objects.due(timezone.now()).exists() or WebhookEndpoint.objects.active().with_news().exists()
