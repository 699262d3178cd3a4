"""Fictional claims and calls of partners' systems."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from typing import Any

from django.test import Client

from factcheck.models import Claim, FactCheckPartner, Origin
from factcheck.services.claim_open import claim_open
from factcheck.services.partner_key import partner_key_create

CLAIMS = "/api/v1/factcheck/partner/claims/"
NOW = dt.datetime(2031, 6, 4, 12, tzinfo=dt.UTC)  # a Wednesday
SENT: dict[str, Any] = {
    "rating": "false",
    "explanation": "The register closed a week later.",
    "language": "de",
    "article_url": "https://desk.example/a",
}
OWN: dict[str, Any] = {key: value for key, value in SENT.items() if key != "rating"} | {"own_rating": "Erfunden!"}


def given_claim(**values: Any) -> Claim:
    """Something that is said in Arcadia, in German."""
    fields = {"text": "Das Register ist geschlossen.", "language": "de", "countries": ["xa"]} | values
    return claim_open(by=None, origin=Origin.MODERATOR, **fields)


@dataclass(frozen=True)
class Caller:
    """A partner's own system."""

    key: str

    def get(self, path: str = CLAIMS, **query: Any) -> Any:
        """Read."""
        return Client().get(path, query, headers=self._headers())

    def send(self, method: str, path: str, sent: Any, *, name: str = "", kind: str = "application/json") -> Any:
        """Write; `name` is the message's own name."""
        body = sent if isinstance(sent, bytes) else json.dumps(sent).encode()
        headers = self._headers() | ({"Idempotency-Key": name} if name else {})
        return Client().generic(method, path, body, content_type=kind, headers=headers)

    def assess(self, claim: Claim, sent: Any, **how: str) -> Any:
        """Hand an assessment in."""
        return self.send("PUT", f"{CLAIMS}{claim.public_id}/assessment/", sent, **how)

    def withdraw(self, claim: Claim, **sent: Any) -> Any:
        """Take it back."""
        return self.send("POST", f"{CLAIMS}{claim.public_id}/withdrawal/", sent)

    def answer(self, claim: Claim, **sent: Any) -> Any:
        """Accept, pass on or decline."""
        return self.send("POST", f"{CLAIMS}{claim.public_id}/offer/", sent)

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Api-Key {self.key}"}


def given_caller(partner: FactCheckPartner) -> Caller:
    """With a key of the partner."""
    return Caller(partner_key_create(partner=partner, by=None, name="Newsroom"))
