"""Send a message to an endpoint, once."""

from __future__ import annotations

import datetime as dt
from contextlib import suppress
from email.utils import parsedate_to_datetime
from functools import cache
from typing import Final, NamedTuple

from django.conf import settings
from django.utils import timezone

from electioncenters.safe_http import Client, Policy, UnreachableError, UnsafeUrlError
from electioncenters.sealing import UnsealError
from labeling.models import WebhookEndpoint
from labeling.services.webhook_secret import signature_headers

_HEADERS: Final = {"Content-Type": "application/json", "User-Agent": "election-centers-webhooks/1"}
_GONE: Final = 410
#: Answers that are about the message itself: too large, of another kind, or not to be processed.
_REFUSING: Final = frozenset({413, 415, 422})
#: Answers whose `Retry-After` counts: too many requests, and overloaded or under repair.
_ASKING_FOR_TIME: Final = frozenset({429, 503})
#: An endpoint can ask for so much time, and no more.
LONGEST_WAIT: Final = dt.timedelta(hours=24)


class Outcome(NamedTuple):
    """What came of an attempt: the status, if there was an answer, and else why not, in a few words.

    `wait` is the time that the endpoint asked for before it is called again.
    """

    status: int | None
    error: str
    wait: dt.timedelta = dt.timedelta()

    @property
    def is_delivered(self) -> bool:
        """Whether the endpoint took the message."""
        return self.status is not None and 200 <= self.status < 300  # noqa: PLR2004  # what HTTP calls success

    @property
    def is_gone(self) -> bool:
        """Whether the endpoint wants nothing more."""
        return self.status == _GONE

    @property
    def is_refused(self) -> bool:
        """Whether the endpoint says that this message is the trouble, not the moment."""
        return self.status in _REFUSING


def outbound_policy() -> Policy:
    """Which addresses endpoints may have."""
    return Policy(local=settings.OUTBOUND_LOCAL)


def message_send(*, endpoint: WebhookEndpoint, message: str, payload: str) -> Outcome:
    """Sign `payload` now and send it. Whatever goes wrong is an outcome."""
    try:
        signed = signature_headers(endpoint, message, payload, timezone.now())
        answer = _client(outbound_policy()).request(
            "POST", endpoint.url, body=payload.encode(), headers=_HEADERS | signed
        )
    except UnsealError:
        return Outcome(None, "the signing secret cannot be read: SECRET_KEY was changed; rotate it")
    except UnsafeUrlError as error:
        return Outcome(None, str(error))
    except UnreachableError as error:
        return Outcome(None, error.reason)
    if 200 <= answer.status < 300:  # noqa: PLR2004  # what HTTP calls success
        return Outcome(answer.status, "")
    asked = answer.headers.get("retry-after", "") if answer.status in _ASKING_FOR_TIME else ""
    return Outcome(answer.status, f"answered {answer.status}", wait_asked(asked, timezone.now()))


def wait_asked(text: str, now: dt.datetime) -> dt.timedelta:
    """The time a `Retry-After` asks for, in seconds or as a date (RFC 9110, 10.2.3); none where it makes no sense."""
    text = text.strip()
    if text.isascii() and text.isdecimal():
        # Six digits are more than a day already; a longer number could be too large for a duration.
        return min(dt.timedelta(seconds=int(text[:6])), LONGEST_WAIT)
    with suppress(ValueError):
        moment = parsedate_to_datetime(text)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
        return min(max(moment - now, dt.timedelta()), LONGEST_WAIT)
    return dt.timedelta()


@cache
def _client(policy: Policy) -> Client:
    # Kept: loading the system's certificates takes longer than most requests.
    return Client(policy=policy)
