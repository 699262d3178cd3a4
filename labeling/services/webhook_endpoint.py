"""Add, change and switch off the addresses that platforms want to be told at."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Final, NamedTuple

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from electioncenters.languages import LANGUAGE_CODES
from electioncenters.safe_http import url_vet
from labeling.changes import changes_end, changes_start
from labeling.models import ChangeAction, EndpointAction, EndpointEvent, Platform, WebhookEndpoint
from labeling.services.permission import permission_require
from labeling.services.webhook_secret import secret_new
from labeling.services.webhook_send import outbound_policy

OPERATE: Final = "labeling.operate_pipeline"
#: For so long the former secret signs beside a new one, unless said otherwise.
OVERLAP: Final = dt.timedelta(hours=24)


_KNOWN: Final = "The platform is told at this address already."


class EndpointError(ValueError):
    """This cannot be done; the message says why."""


class NewEndpoint(NamedTuple):
    """An endpoint and its secret, which cannot be shown again."""

    endpoint: WebhookEndpoint
    secret: str


def endpoint_event(endpoint: WebhookEndpoint, action: EndpointAction, user: User | None, detail: str = "") -> None:
    """Check that `user` may operate endpoints, and write down what they do; in the transaction that does it."""
    permission_require(user, OPERATE)
    EndpointEvent.objects.create(endpoint=endpoint, action=action, user=user, detail=detail[:300])


@transaction.atomic
def endpoint_add(
    *,
    platform: Platform,
    url: str,
    user: User | None,
    actions: Sequence[str] = ChangeAction.values,
    language: str = "en",
    from_start: bool = False,
) -> NewEndpoint:
    """Tell a platform at `url` of changes from now on; with `from_start`, of all that are kept first.

    Raises `UnsafeUrlError` for an address that is not called, and `EndpointError`.
    """
    wanted = _checked(url, actions, language)
    secret, sealed = secret_new()
    endpoint = WebhookEndpoint(
        platform=platform,
        url=url,
        actions=wanted,
        language=language,
        secret=sealed,
        position=changes_start() if from_start else changes_end(),
        created_by=user,
    )
    # Nothing is inserted where the address is known; the row then has no primary key.
    WebhookEndpoint.objects.bulk_create([endpoint], ignore_conflicts=True)
    added = WebhookEndpoint.objects.filter(public_id=endpoint.public_id).first()
    if added is None:
        raise EndpointError(_KNOWN)
    endpoint_event(added, EndpointAction.ADDED, user, url)
    return NewEndpoint(added, secret)


@transaction.atomic
def endpoint_change(
    *, endpoint: WebhookEndpoint, url: str, actions: Sequence[str], language: str, user: User | None = None
) -> None:
    """Tell the platform elsewhere, of other changes or in another language; what waits goes to the new address.

    The secret stays. Raises `UnsafeUrlError` and `EndpointError`.
    """
    wanted = _checked(url, actions, language)
    known = WebhookEndpoint.objects.filter(pk=endpoint.pk)
    try:
        with transaction.atomic():
            known.update(url=url, actions=wanted, language=language)
    except IntegrityError as error:  # `webhook_endpoint_is_added_once`
        raise EndpointError(_KNOWN) from error
    endpoint_event(endpoint, EndpointAction.CHANGED, user, f"{', '.join(wanted)} in {language} to {url}")


def _checked(url: str, actions: Sequence[str], language: str) -> list[str]:
    """The actions without repetition, if address, actions and language make sense."""
    url_vet(url, outbound_policy())
    wanted = list(dict.fromkeys(actions))
    if not wanted or not set(wanted) <= set(ChangeAction.values):
        raise EndpointError(f"Actions are one or more of {', '.join(ChangeAction.values)}.")
    if language not in LANGUAGE_CODES:
        raise EndpointError(f"The language must be one of {', '.join(LANGUAGE_CODES)}.")
    return wanted


@transaction.atomic
def endpoint_rotate(*, endpoint: WebhookEndpoint, overlap: dt.timedelta = OVERLAP, user: User | None = None) -> str:
    """A new secret, shown once; the present one signs beside it for `overlap`. One before that is forgotten."""
    secret, sealed = secret_new()
    locked = WebhookEndpoint.objects.select_for_update().get(pk=endpoint.pk)
    if overlap > dt.timedelta():
        locked.former_secret, locked.former_until = locked.secret, timezone.now() + overlap
    else:
        locked.former_secret, locked.former_until = None, None
    locked.secret = sealed
    locked.save(update_fields=["secret", "former_secret", "former_until"])
    hours = int(overlap.total_seconds() // 3600)
    endpoint_event(endpoint, EndpointAction.ROTATED, user, f"the former one is valid for {hours} hours more")
    return secret


@transaction.atomic
def endpoint_disable(*, endpoint: WebhookEndpoint, reason: str, user: User | None = None) -> None:
    """Send nothing more. Disabling twice keeps the first moment and reason."""
    if not reason:
        raise EndpointError("Say why the endpoint is disabled.")
    active = WebhookEndpoint.objects.active().filter(pk=endpoint.pk)
    if active.update(disabled_at=timezone.now(), disabled_reason=reason[:300]):
        endpoint_event(endpoint, EndpointAction.DISABLED, user, reason)


@transaction.atomic
def endpoint_enable(*, endpoint: WebhookEndpoint, user: User | None = None) -> bool:
    """Go on where the endpoint was; returns whether changes were erased meanwhile that it may not have been told of."""
    disabled = WebhookEndpoint.objects.exclude(disabled_at=None).filter(pk=endpoint.pk)
    if disabled.update(disabled_at=None, disabled_reason="", failing_since=None):
        endpoint_event(endpoint, EndpointAction.ENABLED, user)
    endpoint.deliveries.pending().update(next_at=timezone.now())
    return endpoint.position < changes_start()
