"""A small world to label in: the Union, three of its states, five elections, a handful of rules, one platform."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from accounts.models import Membership, Organisation, Role, User
from centers.models import Election, ElectionCenter, Jurisdiction
from labeling.matching import Rule
from labeling.models import ContentItem, IntakeBatch, Label, Platform, Ruleset
from labeling.services.api_key import api_key_create
from labeling.services.batch_label import batch_label
from labeling.services.matcher import matcher_forget
from labeling.services.ruleset import ruleset_publish
from tests.factories import JurisdictionFactory

FACT = {"source_url": "https://elections.example/", "verified_on": dt.date(2026, 11, 1), "confidence": "high"}
RULES = [
    Rule(id="tag:eu", kind="hashtag", pattern="ep2029", weight=0.9, jurisdiction="eu", election="eu.ep.2029",
         election_type="european_parliament"),
    Rule(id="tag:de", kind="hashtag", pattern="btw29", weight=0.9, jurisdiction="de", election="de.parliament.2029"),
    Rule(id="tag:de:old", kind="hashtag", pattern="btw05", weight=0.9, jurisdiction="de",
         election="de.parliament.2005"),
    Rule(id="term:fr", kind="phrase", pattern="élection présidentielle", weight=0.85, jurisdiction="fr",
         election="fr.president.2027", election_type="president"),
    Rule(id="term:vague", kind="hashtag", pattern="vote", weight=0.6, ambiguous=True),
    Rule(id="tag:elsewhere", kind="hashtag", pattern="midterms", weight=0.9, jurisdiction="us"),
]  # fmt: skip


def place(code: str, name: str, languages: list[str], parent: Jurisdiction | None = None) -> Jurisdiction:
    """A place with its centre."""
    root = "region" if parent is None else "country"
    created = Jurisdiction.objects.create(
        ocd_id=f"ocd-division/{root}:{code}",
        code=code,
        level="union" if parent is None else "country",
        parent=parent,
        name_en=name,
        languages=languages,
        time_zones=["Europe/Brussels"],
    )
    ElectionCenter.objects.create(jurisdiction=created)
    return created


def election(key: str, where: Jurisdiction, kind: str, year: int) -> Election:
    """An election expected in a year."""
    return Election.objects.create(
        key=key,
        jurisdiction=where,
        type=kind,
        name_en=f"Fictional election {year}",
        status="expected",
        expected_from=dt.date(year, 6, 1),
        expected_to=dt.date(year, 6, 30),
        date_basis="window",
        **FACT,
    )


def build_world() -> dict[str, Jurisdiction]:
    """Places, elections and a live ruleset."""
    matcher_forget()
    union = place("eu", "European Union", ["en", "fr", "de"])
    world = {"eu": union}
    for code, name, language in (("fr", "France", "fr"), ("de", "Germany", "de"), ("mt", "Malta", "mt")):
        world[code] = place(code, name, [language], union)
    election("eu.ep.2029", union, "european_parliament", 2029)
    election("de.parliament.2029", world["de"], "parliament", 2029)
    election("fr.president.2027", world["fr"], "president", 2027)
    ruleset_publish(rules=RULES)
    return world


@pytest.fixture
def world(db: None) -> Iterator[dict[str, Jurisdiction]]:
    """The small world, in the test's transaction."""
    yield build_world()
    matcher_forget()


@pytest.fixture
def platform(world: dict[str, Jurisdiction]) -> Platform:
    """A platform that hands content in."""
    return Platform.objects.create(key="clips", name="Clips", is_demo=True)


@pytest.fixture
def key(platform: Platform) -> str:
    """Its API key."""
    return api_key_create(platform=platform, name="test")


Post = Callable[..., HttpResponse]


@pytest.fixture
def post(client: Client, key: str) -> Post:
    """Hand in items (or raw bytes) over HTTP."""

    def hand_in(items: Any, content_type: str = "application/json", **headers: str) -> HttpResponse:
        body = items if isinstance(items, bytes) else json.dumps(items).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        headers = {"Authorization": f"Api-Key {key}"} | named
        return client.post("/api/v1/content/", body, content_type=content_type, headers=headers)  # type: ignore[return-value]

    return hand_in


@pytest.fixture
def label_all() -> Callable[[], None]:
    """What workers do, here and now."""

    def work() -> None:
        for public_id in IntakeBatch.objects.unfinished().order_by("id").values_list("public_id", flat=True):
            batch_label(public_id=public_id)

    return work


def item(external_id: str = "7312", text: str = "Ich wähle am Sonntag #btw29", **more: Any) -> dict[str, Any]:
    """An item as platforms hand it in; this one is about the German parliamentary election."""
    author = {"id": f"author-{external_id}", "handle": "demo.anna"}
    return {"external_id": external_id, "text": text, "author": author, "created_at": "2026-11-01T10:00:00Z"} | more


def person(role: Role | None, where: Jurisdiction | None = None) -> User:
    """Somebody with a role, or with none."""
    user = User.objects.create_user(f"{role or 'nobody'}.{User.objects.count()}@staff.example", None)
    if role is not None:
        organisation, _ = Organisation.objects.get_or_create(
            key="fictional", defaults={"kind": "civil_society", "name": "Fictional", "name_en": "Fictional"}
        )
        Membership.objects.create(user=user, organisation=organisation, role=role, jurisdiction=where)
    return user


def the_label() -> Label:
    """The only label there is."""
    return Label.objects.get()


def the_item() -> ContentItem:
    """The only item there is."""
    return ContentItem.objects.get()


def the_ruleset() -> Ruleset:
    """The live one."""
    return Ruleset.objects.live().get()


@pytest.fixture
def here(db: None) -> Jurisdiction:
    """The place of the moderators at hand."""
    return JurisdictionFactory.create()


@pytest.fixture
def elsewhere(db: None) -> Jurisdiction:
    """Somebody else's."""
    return JurisdictionFactory.create(code="xb")
