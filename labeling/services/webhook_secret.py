"""The secrets that messages are signed with, and the signatures (Standard Webhooks, symmetric)."""

from __future__ import annotations

import base64
import datetime as dt
import secrets
from typing import Final

from standardwebhooks import Webhook

from electioncenters.sealing import seal, unseal
from labeling.models import WebhookEndpoint

_PURPOSE: Final = "labeling.webhook"
_PREFIX: Final = "whsec_"
_BYTES: Final = 32


def secret_new() -> tuple[str, bytes]:
    """A new secret as the platform gets it, once, and as it is stored."""
    secret = secrets.token_bytes(_BYTES)
    return _PREFIX + base64.b64encode(secret).decode(), seal(secret, purpose=_PURPOSE)


def signature_headers(endpoint: WebhookEndpoint, message: str, payload: str, now: dt.datetime) -> dict[str, str]:
    """The three headers of Standard Webhooks; while a former secret is valid there is a signature with each.

    `now` is in UTC. Raises `UnsealError` when the secret was stored with another `SECRET_KEY`.
    """
    sealed = [endpoint.secret]
    if endpoint.former_secret is not None and endpoint.former_until is not None and now < endpoint.former_until:
        sealed.append(endpoint.former_secret)
    secrets_valid = [unseal(bytes(one), purpose=_PURPOSE) for one in sealed]
    signatures = [Webhook(secret).sign(message, now, payload) for secret in secrets_valid]
    return {
        "webhook-id": message,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
