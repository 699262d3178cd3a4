"""`GET /api/v1/hashtags/{tag}/`: who is reminded of what, in which words, and where the link leads."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from centers.models import Election, Jurisdiction
from electioncenters.languages import LANGUAGE_CODES
from labeling.matching import Rule
from labeling.models import Reminder, ReminderText, Ruleset
from labeling.services.matcher import matcher_forget, matcher_live
from labeling.services.ruleset import ruleset_publish
from tests.labeling.conftest import RULES

World = dict[str, Jurisdiction]
NOW = dt.datetime(2029, 5, 20, 12, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
MORE = [
    Rule(id="tag:party", kind="hashtag", pattern="hdp", weight=0.4, jurisdiction="de", ambiguous=True),
    Rule(id="tag:eu:word", kind="hashtag", pattern="élections_européennes", weight=0.9, jurisdiction="eu",
         election_type="european_parliament", languages=frozenset({"fr"})),
    Rule(id="tag:past", kind="hashtag", pattern="btw25", weight=0.9, jurisdiction="de"),
]  # fmt: skip


class Clock:
    """The time it is."""

    now = NOW


@pytest.fixture(autouse=True)
def clock(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[Clock]:
    """It is three weeks before the European election; some more hashtags are known."""
    clock = Clock()
    monkeypatch.setattr(timezone, "now", lambda: clock.now)
    ruleset_publish(rules=[*RULES, *MORE])
    yield clock
    matcher_forget()


def read(client: Client, tag: str, **parameters: str) -> Any:
    """The response for a hashtag as somebody wrote it."""
    return client.get(f"/api/v1/hashtags/{quote(tag, safe='')}/?{urlencode(parameters)}")


def given_reminder(place: Jurisdiction | None, texts: dict[str, str], **fields: Any) -> Reminder:
    """An active reminder with texts written by a person."""
    user, _ = User.objects.get_or_create(email="anna@fictional.example")
    reminder = Reminder.objects.create(jurisdiction=place, **fields)
    for language, text in texts.items():
        ReminderText.objects.create(reminder=reminder, language=language, text=text, origin="person", written_by=user)
    return reminder


def test_a_reminder_has_text_points_and_a_link(client: Client) -> None:
    response = read(client, "btw29", lang="en", country="de")

    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/json"
    answer = response.json()
    until = answer.pop("valid_until")
    assert dt.datetime.fromisoformat(until) > NOW
    assert answer == {
        "tag": "btw29",
        "lang": "en",
        "country": "de",
        "text": "Follow the platform's community rules. Check whether something is true before you share it. "
        "Report what breaks the rules.",
        "points": [
            "Follow the platform's community rules.",
            "Check whether something is true before you share it.",
            "Report what breaks the rules.",
        ],
        "text_lang": "en",
        "machine_drafted": False,
        "link": "http://localhost:8000/en/centers/de/",
        "link_text": "Official information on when, how and where to vote",
        "jurisdiction": "de",
        "election": "de.parliament.2029",
    }


@pytest.mark.parametrize("language", LANGUAGE_CODES)
def test_every_language_has_its_own_words(client: Client, language: str) -> None:
    answer = read(client, "ep2029", lang=language).json()
    english = read(client, "ep2029").json()

    assert answer["text_lang"] == language
    assert answer["link"] == f"http://localhost:8000/{language}/centers/eu/"
    assert len(answer["points"]) == 3
    if language != "en":
        assert not set(answer["points"]) & set(english["points"])
        assert answer["link_text"] != english["link_text"]
        assert answer["machine_drafted"]


@pytest.mark.parametrize(
    ("country", "code"), [("", "eu"), ("mt", "mt"), ("MT", "mt"), ("us", "eu"), ("eu", "eu"), ("us-ca", "eu")]
)
def test_european_tags_lead_to_the_viewers_own_centre(client: Client, country: str, code: str) -> None:
    european, german = read(client, "ep2029", country=country).json(), read(client, "btw29", country=country).json()

    assert european["link"] == f"http://localhost:8000/en/centers/{code}/"
    assert (european["jurisdiction"], european["election"]) == ("eu", "eu.ep.2029")
    assert german["link"] == "http://localhost:8000/en/centers/de/"


@pytest.mark.parametrize("written", ["btw29", "#btw29", "＃btw29", "BTW29", "＃ＢＴＷ２９", "bTw29"])
def test_a_tag_is_known_however_it_is_written(client: Client, written: str) -> None:
    answer = read(client, written)

    assert answer.status_code == 200
    assert answer.json()["tag"] == written.lstrip("#＃")


@pytest.mark.parametrize(
    "written", ["élections_européennes", "e\u0301lections_europe\u0301ennes", "ELECTIONS_EUROPEENNES"]
)
def test_accents_make_no_difference(client: Client, written: str) -> None:
    assert read(client, written).json()["jurisdiction"] == "eu"


@pytest.mark.parametrize(
    ("tag", "kind"),
    [
        ("mittagessen", "no-election-hashtag"),
        ("btw", "no-election-hashtag"),
        ("🗳️", "no-election-hashtag"),
        ("btw29🗳️x", "no-election-hashtag"),
        ("2029", "no-election-hashtag"),
        ("btw29/x", "no-election-hashtag"),
        ("../labels", "no-election-hashtag"),
        ("<script>", "no-election-hashtag"),
        # No centre is there to lead to.
        ("midterms", "no-election-hashtag"),
        ("vote", "ambiguous-hashtag"),
        ("hdp", "ambiguous-hashtag"),
        ("btw25", "out-of-period"),
        ("btw05", "out-of-period"),
    ],
)
def test_what_has_no_reminder_is_not_found_and_says_why(client: Client, tag: str, kind: str) -> None:
    response = read(client, tag)

    assert response.status_code == 404
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.json()["type"] == f"urn:election-centers:problem:{kind}"
    # Most hashtags have none, and platforms ask for all of them.
    assert response.headers["Cache-Control"] == "public, max-age=60, stale-while-revalidate=600"


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("btw29%00", "control character"),
        ("btw29%0Ax", "control character"),
        ("btw%2029", "a space"),
        ("btw29%E2%80%AE", "direction"),
        ("%E2%81%A6btw29", "direction"),
        ("%ED%A0%80", "not UTF-8"),
        ("%FF%FE", "not UTF-8"),
        ("%2523btw29", "percent sign"),
        ("x" * 10_000, "longer than 300"),
        ("%23", "is empty"),
    ],
)
def test_what_can_be_no_hashtag_is_refused_with_the_reason(client: Client, address: str, reason: str) -> None:
    response = client.get(f"/api/v1/hashtags/{address}/")

    assert response.status_code == 400
    assert response.headers["Content-Type"] == "application/problem+json"
    (error,) = response.json()["errors"]
    assert error["field"] == "tag"
    assert reason in error["reason"]


def test_all_bad_parameters_are_named_at_once(client: Client) -> None:
    errors = client.get("/api/v1/hashtags/a%00/?lang=xx&country=France").json()["errors"]

    assert {error["field"] for error in errors} == {"tag", "lang", "country"}


def test_an_ambiguous_tag_reminds_those_of_whom_both_signals_speak_for_it(client: Client) -> None:
    assert read(client, "hdp", lang="de", country="de").json()["jurisdiction"] == "de"
    # A language that nobody asked for is no signal.
    assert read(client, "hdp", country="de").status_code == 404
    assert read(client, "hdp", lang="de", country="fr").status_code == 404


def test_a_key_is_not_needed_but_a_wrong_one_is_refused(client: Client, key: str) -> None:
    assert client.get("/api/v1/hashtags/btw29/", headers={"Authorization": f"Api-Key {key}"}).status_code == 200
    assert client.get("/api/v1/hashtags/btw29/", headers={"Authorization": "Api-Key ec_wrong"}).status_code == 401


def test_without_rules_the_answer_is_to_ask_later(client: Client) -> None:
    Ruleset.objects.live().update(status="retired")

    response = read(client, "btw29")

    assert response.status_code == 503
    assert response.headers["Retry-After"] == "60"
    assert response.json()["type"] == "urn:election-centers:problem:no-rules"


def test_an_answer_takes_three_queries_at_most(
    client: Client, world: World, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    given_reminder(None, {code: f"Text {code}" for code in LANGUAGE_CODES})
    given_reminder(world["eu"], {code: f"Text {code}" for code in LANGUAGE_CODES})
    given_reminder(world["fr"], {code: f"Text {code}" for code in LANGUAGE_CODES})
    matcher_live()

    with django_assert_max_num_queries(3):
        assert read(client, "ep2029", lang="fr", country="fr").json()["text"] == "Text fr"


def test_answers_may_be_cached_by_anyone_until_they_change(client: Client, world: World) -> None:
    response = read(client, "ep2029")
    assert response.headers["Cache-Control"] == "public, max-age=60, stale-while-revalidate=600"
    assert not response.cookies
    assert "Cookie" not in response.headers.get("Vary", "")

    given_reminder(world["eu"], {"en": "Soon"}, starts_at=NOW + dt.timedelta(seconds=20))
    response = read(client, "ep2029")
    assert response.headers["Cache-Control"] == "public, max-age=20, stale-while-revalidate=0"
    assert response.json()["valid_until"] == "2029-05-20T12:00:20Z"


def test_the_nearest_place_and_then_the_election_decide_whose_words_hold(client: Client, world: World) -> None:
    def text(tag: str = "ep2029", **viewer: str) -> str:
        return str(read(client, tag, **viewer).json()["text"])

    ep = Election.objects.get(key="eu.ep.2029")
    given_reminder(None, {"en": "Everywhere"})
    assert text() == text(country="fr") == text("btw29") == "Everywhere"
    given_reminder(world["eu"], {"en": "Union"})
    assert text() == text(country="fr") == text("btw29") == "Union"
    given_reminder(world["eu"], {"en": "European election"}, election=ep)
    assert text() == text(country="fr") == "European election"
    assert text("btw29") == "Union"
    given_reminder(world["fr"], {"en": "France"})
    assert text(country="fr") == "France"
    assert text() == text(country="mt") == "European election"
    given_reminder(world["fr"], {"en": "European election in France"}, election=ep)
    assert text(country="fr") == "European election in France"
    given_reminder(world["de"], {"en": "Another election"}, election=ep)
    assert text("btw29") == "Union"


def test_a_reminder_holds_in_its_period_only(client: Client, world: World, clock: Clock) -> None:
    given_reminder(world["de"], {"en": "In May"}, starts_at=NOW, ends_at=NOW + DAY)
    given_reminder(world["de"], {"en": "Later"}, starts_at=NOW + 2 * DAY)
    given_reminder(world["de"], {"en": "Retired"}, starts_at=NOW - DAY, active=False)

    def answer() -> tuple[str, str]:
        found = read(client, "btw29").json()
        return found["text"], found["valid_until"]

    assert answer() == ("In May", "2029-05-21T12:00:00Z")
    clock.now = NOW + DAY
    text, until = answer()
    assert text.startswith("Follow the platform's")
    assert until == "2029-05-22T12:00:00Z"
    clock.now = NOW + 2 * DAY
    assert answer()[0] == "Later"


def test_a_missing_translation_falls_back_visibly_and_whole(client: Client, world: World) -> None:
    given_reminder(world["de"], {"de": "Erster Satz.\nZweiter Satz.", "fr": "Phrase."})

    answer = read(client, "btw29", lang="pl").json()
    assert answer["points"] == ["Erster Satz.", "Zweiter Satz."]
    assert answer["text"] == "Erster Satz. Zweiter Satz."
    assert (answer["lang"], answer["text_lang"]) == ("pl", "de")
    assert answer["link"] == "http://localhost:8000/pl/centers/de/"
    assert read(client, "btw29", lang="fr").json()["text_lang"] == "fr"


def test_a_machines_draft_is_told_until_somebody_confirms_it(client: Client, world: World) -> None:
    reminder = given_reminder(world["de"], {"de": "Von Hand."})
    draft = ReminderText.objects.create(reminder=reminder, language="fr", text="Par machine.", origin="machine")

    assert not read(client, "btw29", lang="de").json()["machine_drafted"]
    assert read(client, "btw29", lang="fr").json()["machine_drafted"]
    draft.confirmed_by, draft.confirmed_at = User.objects.get(), NOW
    draft.save()
    assert not read(client, "btw29", lang="fr").json()["machine_drafted"]
