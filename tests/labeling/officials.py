"""Invented official accounts."""

from __future__ import annotations

from typing import Any

from accounts.models import Role, User
from centers.models import Jurisdiction
from labeling.models import AccountCategory, OfficialAccount, Platform
from labeling.services.official_account import Draft, account_propose, account_verify, flags_usual
from tests.members import given_member


def draft(platform: Platform, place: Jurisdiction, external_id: str = "author-7312", **more: Any) -> Draft:
    """What somebody proposes: the account that posts `tests.labeling.conftest.item`."""
    category = more.pop("category", AccountCategory.PARTY)
    fields = {
        "name": "Fictional Party of Arcadia",
        "handle": "demo.anna",
        "source_url": "https://party.example.org/contact",
        "flags": flags_usual(category),
    } | more
    return Draft(platform=platform, external_id=external_id, category=category, jurisdiction=place, **fields)


def proposer(place: Jurisdiction | None, name: str = "proposer") -> User:
    return given_member(Role.MODERATOR, place, email=f"{name}@fictional.example")


def verifier(place: Jurisdiction | None, name: str = "verifier") -> User:
    return given_member(Role.PUBLISHER, place, email=f"{name}@fictional.example")


def given_official(
    platform: Platform, place: Jurisdiction, external_id: str = "author-7312", **more: Any
) -> OfficialAccount:
    """One that two people vouch for."""
    proposed = account_propose(
        draft=draft(platform, place, external_id, **more), by=proposer(place), reason="Its own site links to it."
    )
    return account_verify(account=proposed, by=verifier(place), reason="Seen on its site.")
