"""Looking labels up: ready text, the right link, two queries."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from electioncenters.languages import LANGUAGE_CODES
from labeling import shown_labels
from labeling.models import ContentItem, Label, Platform
from tests.labeling.conftest import Post, item

ADDRESS = "/api/v1/labels/"


def look_up(client: Client, uris: list[str], **parameters: str) -> Any:
    """The response for these uris."""
    return client.get(f"{ADDRESS}?{urlencode([('uri', uri) for uri in uris] + list(parameters.items()))}")


@pytest.fixture
def labelled(post: Post, label_all: Callable[[], None]) -> None:
    """One video about Germany's election, one about Europe's, one a moderator must see, one about lunch."""
    post(
        [
            item("de"),
            item("eu:1/2", text="#ep2029"),
            item("unsure", text="#vote", lang="de", region="DE"),
            item("lunch", text="Mittagessen"),
        ]
    )
    label_all()


def test_a_label_comes_with_text_and_links_in_the_language_asked_for(client: Client, labelled: None) -> None:
    response = look_up(client, ["clips:de"], lang="en")

    assert response.status_code == 200
    label = Label.objects.get(item__external_id="de")
    assert response.json() == {
        "lang": "en",
        "country": None,
        "items": [
            {
                "uri": "clips:de",
                "labels": [
                    {
                        "id": label.public_id,
                        "kind": "election",
                        "text": "This video is about an election.",
                        "link": "http://localhost:8000/en/centers/de/",
                        "link_text": "Official information on when, how and where to vote",
                        "why": f"http://localhost:8000/en/labels/{label.public_id}/",
                        "jurisdiction": "de",
                        "election": "de.parliament.2029",
                        "election_status": "expected",
                        "replaced_by": None,
                        "rests_on": [],
                        "decided_at": label.decided_at.isoformat().replace("+00:00", "Z"),
                    }
                ],
            }
        ],
    }


@pytest.mark.parametrize("language", LANGUAGE_CODES)
def test_every_language_has_a_text(client: Client, labelled: None, language: str) -> None:
    (label,) = look_up(client, ["clips:de"], lang=language).json()["items"][0]["labels"]

    assert label["text"]
    assert label["link"].endswith(f"/{language}/centers/de/")


@pytest.mark.parametrize(
    ("country", "code"), [("", "eu"), ("mt", "mt"), ("MT", "mt"), ("us", "eu"), ("eu", "eu"), ("us-ca", "eu")]
)
def test_european_labels_lead_to_the_viewers_own_centre(
    client: Client, labelled: None, country: str, code: str
) -> None:
    uris = ["clips:eu:1/2", "clips:de"]

    european, german = look_up(client, uris, country=country).json()["items"]

    assert european["labels"][0]["link"] == f"http://localhost:8000/en/centers/{code}/"
    assert german["labels"][0]["link"] == "http://localhost:8000/en/centers/de/"


def test_only_labels_that_are_shown_are_told(client: Client, labelled: None) -> None:
    uris = ["clips:unsure", "clips:lunch", "clips:never-seen", "nowhere:de"]

    items = look_up(client, uris).json()["items"]

    assert items == [{"uri": uri, "labels": []} for uri in uris]


def test_items_come_once_in_the_order_asked_for(client: Client, labelled: None) -> None:
    items = look_up(client, ["clips:lunch", "clips:de", "clips:lunch"]).json()["items"]

    assert [found["uri"] for found in items] == ["clips:lunch", "clips:de"]


def test_250_items_take_three_queries_at_most(
    client: Client,
    post: Post,
    label_all: Callable[[], None],
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    post([item(str(number)) for number in range(250)])
    label_all()

    with django_assert_max_num_queries(3):
        items = look_up(client, [f"clips:{number}" for number in range(250)], country="fr").json()["items"]

    assert sum(len(found["labels"]) for found in items) == 250


@pytest.mark.parametrize(
    "query",
    ["uri=clips:de", "uri=clips%3Ade&lang=fr&country=MT&uri=clips:eu:1%2F2", "country=&uri=clips:lunch&lang=&uri=no:1"],
)
def test_the_short_way_answers_as_the_frameworks_own(client: Client, labelled: None, query: str) -> None:
    usual = client.get(f"{ADDRESS}?{query}", headers={"Accept": "application/json"})
    unusual = client.get(f"{ADDRESS}?{query}", headers={"Accept": "application/json;q=0.9"})

    assert usual.status_code == unusual.status_code == 200
    assert usual.content == unusual.content
    assert usual.headers == unusual.headers


def test_what_cannot_be_answered_as_json_is_refused(client: Client, labelled: None) -> None:
    assert client.get(f"{ADDRESS}?uri=clips:de", headers={"Accept": "image/png"}).status_code == 406
    assert client.post(f"{ADDRESS}?uri=clips:de").status_code == 405


def test_labels_of_a_whole_second_are_told_as_others(client: Client, labelled: None) -> None:
    moment = dt.datetime(2026, 11, 1, 10, tzinfo=dt.UTC)
    Label.objects.update(decided_at=moment)

    (label,) = look_up(client, ["clips:de"]).json()["items"][0]["labels"]

    assert label["decided_at"] == "2026-11-01T10:00:00Z"


def test_items_of_several_platforms_are_told_apart(client: Client, labelled: None) -> None:
    other = Platform.objects.create(key="other", name="Other")
    ContentItem.objects.create(platform=other, external_id="de", created_at=dt.datetime(2026, 11, 1, tzinfo=dt.UTC))

    items = look_up(client, ["other:de", "clips:de"]).json()["items"]

    assert [len(found["labels"]) for found in items] == [0, 1]


def test_a_key_is_not_needed_but_a_wrong_one_is_refused(client: Client, labelled: None, key: str) -> None:
    address = f"{ADDRESS}?uri=clips:de"

    with_key = client.get(address, headers={"Authorization": f"Api-Key {key}"})
    assert with_key.content == client.get(address).content
    assert client.get(address, headers={"Authorization": "Api-Key ec_wrong"}).status_code == 401


def test_answers_may_be_cached_by_anyone(client: Client, labelled: None) -> None:
    response = look_up(client, ["clips:de"])

    assert response.headers["Cache-Control"] == "public, max-age=1, stale-while-revalidate=10"
    assert not response.cookies
    assert "Cookie" not in response.headers.get("Vary", "")


@pytest.mark.parametrize(
    ("query", "field", "reason"),
    [
        ("", "uri", "at least one"),
        ("uri=", "uri", "platform:external_id"),
        ("uri=clips", "uri", "platform:external_id"),
        ("uri=clips:", "uri", "platform:external_id"),
        ("uri=Clips:1", "uri", "platform:external_id"),
        ("uri=clips:a b", "uri", "platform:external_id"),
        ("uri=clips:%00", "uri", "platform:external_id"),
        ("uri=clips:" + "x" * 256, "uri", "platform:external_id"),
        ("&".join(f"uri=clips:{number}" for number in range(251)), "uri", "at most 250"),
        ("uri=clips:1&lang=tlh", "lang", "one of"),
        ("uri=clips:1&lang=EN", "lang", "one of"),
        ("uri=clips:1&country=France", "country", "two-letter"),
        ("uri=clips:1&country=%00", "country", "two-letter"),
    ],
)
def test_a_bad_parameter_is_named(client: Client, db: None, query: str, field: str, reason: str) -> None:
    response = client.get(f"{ADDRESS}?{query}")

    assert response.status_code == 400
    assert response.headers["Content-Type"] == "application/problem+json"
    (error,) = response.json()["errors"]
    assert error["field"] == field
    assert reason in error["reason"]


def test_all_bad_parameters_are_named_at_once(client: Client, db: None) -> None:
    errors = client.get(f"{ADDRESS}?lang=xx&country=x").json()["errors"]

    assert {error["field"] for error in errors} == {"uri", "lang", "country"}


def test_items_and_labels_are_found_by_their_keys_whatever_is_known_of_the_tables(db: None) -> None:
    """The plan is kept, also one that was made before the tables were ever counted."""
    numbered = shown_labels._SHOWN.replace("%s", "$1", 1).replace("%s", "$2", 1)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")  # the tables of a test are small enough to be read whole
        cursor.execute(f"EXPLAIN (GENERIC_PLAN) {numbered}")
        plan = "\n".join(line for (line,) in cursor.fetchall())

    assert re.search(r"Index Cond: \(\(platform_id = .*external_id", plan), plan
    assert re.search(r"Index Cond: \(item_id = ", plan), plan
