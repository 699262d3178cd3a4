"""Deliver messages: one at a time to each endpoint, in the order of the changes, until it is taken or given up."""

from __future__ import annotations

import datetime as dt
import logging
import random
import time
from typing import Final

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from labeling.models import DeliveryState, EndpointAction, WebhookDelivery, WebhookEndpoint
from labeling.services.webhook_endpoint import EndpointError, endpoint_disable, endpoint_event
from labeling.services.webhook_messages import messages_make
from labeling.services.webhook_send import Outcome, message_send

logger = logging.getLogger(__name__)

#: Pauses after failed attempts, as Standard Webhooks suggests: about three days together. The first attempt waits
#: for nothing; after the last pause there is one more, and then the message is given up.
PAUSES: Final = tuple(
    dt.timedelta(seconds=seconds) for seconds in (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
)
#: Each pause is longer by a random part of up to so much: what failed together need not return together.
JITTER: Final = 0.2
#: A message that the endpoint refuses as such is given up after so many attempts, within about three hours: it will
#: not become a better one, and others wait behind it.
REFUSED_ATTEMPTS: Final = 5
#: An endpoint that took nothing for so long is disabled.
DISABLE_AFTER: Final = dt.timedelta(days=5)
#: Longer than an attempt can take: after that whoever made it is dead.
LEASE: Final = dt.timedelta(seconds=60)
#: One call goes on for so many seconds while there is something to send.
SECONDS: Final = 20.0


def webhooks_deliver(*, seconds: float = SECONDS) -> int:
    """Send what is due until nothing is, or `seconds` have passed; returns how many attempts were made.

    Safe to call by many at the same time. A worker that is killed leaves its message to the next one, with the same
    `webhook-id`: endpoints get every message at least once.
    """
    until = time.monotonic() + seconds
    attempts = 0
    while time.monotonic() < until:
        messages_make()
        delivery = _claim()
        if delivery is None:
            break
        outcome = message_send(endpoint=delivery.endpoint, message=delivery.public_id, payload=delivery.payload)
        _record(delivery, outcome)
        attempts += 1
    return attempts


@transaction.atomic
def dead_replay(*, endpoint: WebhookEndpoint, user: User | None = None) -> int:
    """Send what was given up once more, before anything newer; returns how many messages."""
    dead = endpoint.deliveries.dead()
    count = dead.update(state=DeliveryState.PENDING, attempts=0, next_at=timezone.now(), finished_at=None)
    if count:
        endpoint_event(endpoint, EndpointAction.REPLAYED, user, f"{count} messages")
    return count


@transaction.atomic
def delivery_skip(*, endpoint: WebhookEndpoint, user: User | None = None, message: str = "") -> WebhookDelivery:
    """Give the message up that an endpoint does not take, so that the next one's turn comes; it can be replayed.

    With `message`, only that one: whoever asks twice skips one message. Raises `EndpointError` where nothing is stuck.
    """
    stuck = endpoint.deliveries.pending().select_for_update().order_by("pk").first()
    if stuck is None or message not in {"", stuck.public_id}:
        raise EndpointError("The message does not wait any more.")
    if not stuck.attempts:
        raise EndpointError("The message was not tried yet: there is nothing to skip.")
    # An attempt that is under way finds its message ended, and changes nothing.
    stuck.state, stuck.finished_at = DeliveryState.DEAD, timezone.now()
    stuck.save(update_fields=["state", "finished_at"])
    endpoint_event(endpoint, EndpointAction.SKIPPED, user, f"{stuck.public_id}, {stuck.change_count} changes")
    return stuck


@transaction.atomic
def _claim() -> WebhookDelivery | None:
    """A message that is due, its attempt counted and committed before anything is sent."""
    now = timezone.now()
    due = WebhookDelivery.objects.due(now).select_related("endpoint").order_by("next_at")
    delivery = due.select_for_update(skip_locked=True, of=("self",)).first()
    if delivery is None:
        return None
    delivery.attempts += 1
    delivery.next_at = now + LEASE
    delivery.save(update_fields=["attempts", "next_at"])
    return delivery


def _record(delivery: WebhookDelivery, outcome: Outcome) -> None:
    """Write down what came of an attempt, unless somebody else has made another one since."""
    logger.info(
        "Webhook %s to %s, attempt %s: %s",
        delivery.public_id,
        delivery.endpoint.public_id,
        delivery.attempts,
        outcome.status or outcome.error,
    )
    now = timezone.now()
    told: dict[str, object] = {"last_status": outcome.status, "last_error": outcome.error[:200]}
    if outcome.is_delivered:
        told |= {"state": DeliveryState.DELIVERED, "finished_at": now}
    elif outcome.is_gone or _is_hopeless(delivery, outcome):
        told |= {"state": DeliveryState.DEAD, "finished_at": now}
    else:
        pause = PAUSES[delivery.attempts - 1] * (1 + JITTER * random.random())  # noqa: S311  # no secret
        # Never sooner than the endpoint asked for, and never so often that the attempts are used up by asking.
        told |= {"next_at": now + max(pause, outcome.wait)}
    with transaction.atomic():
        mine = WebhookDelivery.objects.pending().filter(pk=delivery.pk, attempts=delivery.attempts)
        if mine.update(**told):
            _endpoint_note(delivery.endpoint, outcome, now)


def _is_hopeless(delivery: WebhookDelivery, outcome: Outcome) -> bool:
    return delivery.attempts > len(PAUSES) or (outcome.is_refused and delivery.attempts >= REFUSED_ATTEMPTS)


def _endpoint_note(endpoint: WebhookEndpoint, outcome: Outcome, now: dt.datetime) -> None:
    known = WebhookEndpoint.objects.filter(pk=endpoint.pk)
    if outcome.is_delivered:
        known.update(failing_since=None, delivered_at=now)
        return
    known.filter(failing_since=None).update(failing_since=now)
    known.update(failed_at=now, failed_error=outcome.error[:200])
    if outcome.is_gone:
        endpoint_disable(endpoint=endpoint, reason="It answered 410: it wants nothing more.")
    elif known.filter(failing_since__lte=now - DISABLE_AFTER).exists():
        endpoint_disable(endpoint=endpoint, reason=f"It took nothing for {DISABLE_AFTER.days} days.")
