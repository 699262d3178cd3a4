"""Where platforms want to be told of changes, and what they were told."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from labeling.models.change import ChangeAction
from labeling.models.platform import Platform
from labeling.querysets import WebhookDeliveryQuerySet, WebhookEndpointQuerySet


def endpoint_public_id() -> str:
    """What operators call an endpoint by."""
    return f"ep_{secrets.token_hex(8)}"


def message_public_id() -> str:
    """The `webhook-id` of a message, the same however often it is sent."""
    return f"msg_{secrets.token_hex(16)}"


def every_action() -> list[str]:
    """An endpoint is told of everything unless it wants less."""
    return list(ChangeAction.values)


class WebhookEndpoint(models.Model):
    """An address of a platform. It follows the changes of its own items from `position`, one message after the other.

    `secret` is sealed (`electioncenters.sealing`), because messages are signed with it; `former_secret` signs beside it
    until `former_until`. `failing_since` is the first failure after which nothing was delivered; `failed_at` and
    `failed_error` are of the last one, also when something was delivered since. An endpoint is active unless it was
    disabled; one that is enabled again goes on where it was.
    """

    public_id = models.CharField(max_length=24, unique=True, default=endpoint_public_id, editable=False)
    platform = models.ForeignKey(Platform, on_delete=models.PROTECT, related_name="webhook_endpoints")
    url = models.CharField(max_length=2000)
    actions = ArrayField(models.CharField(max_length=10, choices=ChangeAction), default=every_action)
    language = models.CharField(max_length=8, default="en")
    secret = models.BinaryField(max_length=300)
    former_secret = models.BinaryField(max_length=300, null=True)
    former_until = models.DateTimeField(null=True)
    position = models.BigIntegerField()
    failing_since = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    failed_error = models.CharField(max_length=200, blank=True, db_default="")
    disabled_at = models.DateTimeField(null=True)
    disabled_reason = models.CharField(max_length=300, blank=True)
    # Nobody where it was added on the command line.
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = WebhookEndpointQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            # The same address twice would be told everything twice.
            models.UniqueConstraint(fields=["platform", "url"], name="webhook_endpoint_is_added_once"),
            models.CheckConstraint(
                condition=models.Q(actions__contained_by=ChangeAction.values) & models.Q(actions__len__gt=0),
                name="webhook_actions_are_known",
            ),
            models.CheckConstraint(
                condition=models.Q(disabled_at=None, disabled_reason="")
                | models.Q(disabled_at__isnull=False) & ~models.Q(disabled_reason=""),
                name="webhook_disabled_has_a_reason",
            ),
            models.CheckConstraint(
                condition=models.Q(former_secret=None, former_until=None)
                | models.Q(former_secret__isnull=False, former_until__isnull=False),
                name="webhook_former_secret_ends",
            ),
        ]

    def __str__(self) -> str:
        return self.public_id


class EndpointAction(models.TextChoices):
    """What was done with an endpoint. Not translated: only operators read it."""

    ADDED = "added", "Added"
    CHANGED = "changed", "Changed"
    ROTATED = "rotated", "New secret"
    DISABLED = "disabled", "Paused"
    ENABLED = "enabled", "Resumed"
    SKIPPED = "skipped", "Message skipped"
    REPLAYED = "replayed", "Given-up messages sent again"


class EndpointEvent(models.Model):
    """A line of an endpoint's history; `user` is nobody on the command line and where the portal did it by itself."""

    endpoint = models.ForeignKey(WebhookEndpoint, on_delete=models.CASCADE, related_name="events")
    action = models.CharField(max_length=10, choices=EndpointAction)
    detail = models.CharField(max_length=300, blank=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(action__in=EndpointAction.values), name="endpoint_action_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.endpoint}: {self.action}"


class DeliveryState(models.TextChoices):
    """Where a message stands. Not translated: only operators read it."""

    PENDING = "pending", "To be sent"
    DELIVERED = "delivered", "Taken by the endpoint"
    DEAD = "dead", "Given up"


class WebhookDelivery(models.Model):
    """One message to one endpoint. This row is the truth; messages between our processes only wake somebody.

    `payload` is the body as it is sent each time; it is signed anew at each attempt. `attempts` counts those that
    began, committed before anything is sent, so that one that kills its worker is counted too. `next_at` is when
    somebody may send it (again), while it is pending: after an attempt began, when whoever made it must be dead.
    """

    public_id = models.CharField(max_length=40, unique=True, default=message_public_id, editable=False)
    endpoint = models.ForeignKey(WebhookEndpoint, on_delete=models.CASCADE, related_name="deliveries", db_index=False)
    event_type = models.CharField(max_length=40)
    payload = models.TextField()
    change_count = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=DeliveryState, default=DeliveryState.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(default=timezone.now)
    last_status = models.PositiveSmallIntegerField(null=True)
    last_error = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    objects = WebhookDeliveryQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        verbose_name_plural = "webhook deliveries"
        constraints = [
            models.CheckConstraint(condition=models.Q(state__in=DeliveryState.values), name="delivery_state_is_known"),
            models.CheckConstraint(
                condition=models.Q(state=DeliveryState.PENDING, finished_at=None)
                | ~models.Q(state=DeliveryState.PENDING) & models.Q(finished_at__isnull=False),
                name="delivery_ends_when_finished",
            ),
        ]
        indexes = [
            # Read by whoever sends: an endpoint's first message that waits, and whether one does.
            models.Index(
                fields=["endpoint", "id"],
                condition=models.Q(state=DeliveryState.PENDING),
                name="delivery_pending_by_endpoint",
            ),
            # Read by operators and metrics: what was given up.
            models.Index(
                fields=["endpoint", "id"],
                condition=models.Q(state=DeliveryState.DEAD),
                name="delivery_dead_by_endpoint",
            ),
            # Read by what erases the oldest.
            models.Index(fields=["finished_at"], name="delivery_by_end"),
        ]

    def __str__(self) -> str:
        return self.public_id
