"""How often a partner's systems may call."""

from __future__ import annotations

import time

from django.conf import settings
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from electioncenters.pace import MINUTE, pace_count
from factcheck.models import PartnerKey


class PartnerThrottle(BaseThrottle):
    """`PARTNER_CALLS_PER_MINUTE` for all keys of a partner together, in whole minutes of the clock.

    Counted in Valkey; while it is away nothing is counted, and nobody is kept from telling of a false claim.
    """

    def allow_request(self, request: Request, view: APIView) -> bool:
        """Whether one more call fits into this minute."""
        key = request.auth
        if not isinstance(key, PartnerKey):
            return True
        return pace_count(f"partner:{key.partner_id}", most=int(settings.PARTNER_CALLS_PER_MINUTE))

    def wait(self) -> float:
        """Seconds until the next minute begins."""
        # The handler rounds up to the next whole second.
        return MINUTE - time.time() % MINUTE - 0.5
