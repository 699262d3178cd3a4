"""Who checks facts, as voters and programs read it."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from centers.models import ElectionCenter
from centers.pagecache import publications
from factcheck.models import CoverPlan
from factcheck.services.partner_change import partner_contact_change
from factcheck.services.partner_key import partner_key_create
from tests.factcheck.partners import EVERY_DAY, OFFICE, given_hours, given_partner

pytestmark = pytest.mark.django_db
PAGE = "/en/factcheck/"
HOURS_URL = "/api/v1/factcheck/partner/hours/"
WEEK: dict[str, Any] = {
    "time_zone": "Europe/Vienna", "monday": "9-18", "tuesday": "", "wednesday": "", "thursday": "", "friday": "",
    "saturday": "10:00-12:00, 20:00-24:00", "sunday": "",
}  # fmt: skip


def page_of(client: Client, path: str = PAGE) -> str:
    publications._stale_at = 0
    return client.get(path).content.decode()


def test_page_says_who_checks_when_and_how_to_reach_them(client: Client, arcadia: ElectionCenter) -> None:
    partner = given_partner(networks=["IFCN"])
    given_hours(partner, OFFICE | {5: "10-12"})
    partner_contact_change(partner=partner, by=None, url="https://desk.example/ask", email="ask@desk.example")
    page = page_of(client)
    assert 'id="xa"' in page
    assert 'href="https://desk.example/ask"' in page
    assert "mailto:ask@desk.example" in page
    assert "09:00–17:00" in page
    assert "Saturday: <bdi>10:00–12:00</bdi>" in page
    assert "Austria Time" in page
    assert 'title="International Fact-Checking Network"' in page


def test_page_never_guesses_hours(client: Client, arcadia: ElectionCenter) -> None:
    given_partner()
    assert "On which days they work is not known." in page_of(client)


def test_day_that_ends_at_midnight_is_written_so(client: Client, arcadia: ElectionCenter) -> None:
    given_hours(given_partner(), EVERY_DAY)
    assert "00:00–24:00" in page_of(client)


def test_page_tells_gaps_with_the_nearest_who_read_the_language(client: Client, arcadia: ElectionCenter) -> None:
    given_partner("Far Desk", countries=["xb"])
    page = page_of(client)
    assert "We know of nobody who checks facts here in this language." in page
    assert "Far Desk" in page.split("The nearest who read it:")[1]
    given_hours(given_partner(), OFFICE)
    page = page_of(client)
    assert "Nobody checks facts here in this language on Saturdays and Sundays." in page


def test_change_is_visible_at_once(client: Client, arcadia: ElectionCenter) -> None:
    partner = given_partner()
    assert "09:00" not in page_of(client)
    given_hours(partner, OFFICE)
    assert "09:00–17:00" in page_of(client)
    given_hours(partner, dict.fromkeys(range(5), "10-16"))
    assert "10:00–16:00" in page_of(client)


def test_page_is_kept_like_all_voters_pages(
    client: Client,
    arcadia: ElectionCenter,
    django_assert_num_queries: DjangoAssertNumQueries,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given_partner()
    answer = client.get(PAGE)
    assert "public" in answer["Cache-Control"]
    assert not answer.cookies
    publications._stale_at = float("inf")
    with django_assert_num_queries(0):
        assert client.get(PAGE).content == answer.content
    kept = client.get(PAGE, headers={"if-none-match": answer["ETag"]})
    assert kept.status_code == HTTPStatus.NOT_MODIFIED

    def away(*_: Any) -> None:
        raise OperationalError("away")

    monkeypatch.setattr("factcheck.views.checkers.board_load", away)
    # Another language is written from what the process remembers.
    assert client.get("/de/factcheck/").status_code == HTTPStatus.OK


def test_page_is_there_before_any_fact(client: Client, union: ElectionCenter) -> None:
    assert client.get(PAGE).status_code == HTTPStatus.OK


def test_centre_leads_to_its_fact_checkers(client: Client, arcadia: ElectionCenter) -> None:
    assert 'href="/en/factcheck/#xa"' in page_of(client, "/en/centers/xa/")


def test_coverage_is_read_by_programs(client: Client, arcadia: ElectionCenter) -> None:
    partner = given_partner()
    given_hours(partner, OFFICE)
    answer = client.get("/api/v1/factcheck/coverage/?country=XA")
    rows = {row["days"]: row for row in answer.json()["countries"]}
    assert (rows["weekday"]["state"], rows["weekend"]["state"]) == ("all", "none")
    assert rows["weekday"]["partners"] == ["fablonia-fact-desk"]
    assert answer.json()["partners"][0]["hours"]["monday"] == "09:00-17:00"
    assert "max-age=60" in answer["Cache-Control"]
    assert client.get("/api/v1/factcheck/coverage/?country=zz").status_code == HTTPStatus.BAD_REQUEST


@pytest.fixture
def auth(arcadia: ElectionCenter) -> dict[str, str]:
    return {"authorization": f"Api-Key {partner_key_create(partner=given_partner(), by=None, name='Roster')}"}


def test_partners_system_tells_its_hours(client: Client, auth: dict[str, str]) -> None:
    assert client.get("/api/v1/factcheck/partner/", headers=auth).json()["hours"] is None
    answer = client.put(HOURS_URL, json.dumps(WEEK), content_type="application/json", headers=auth)
    assert answer.status_code == HTTPStatus.OK
    hours = answer.json()["hours"]
    assert (hours["monday"], hours["saturday"]) == ("09:00-18:00", "10:00-12:00, 20:00-24:00")
    assert "no-store" in answer["Cache-Control"]
    again = {name: value for name, value in hours.items() if name != "since"}
    client.put(HOURS_URL, json.dumps(again), content_type="application/json", headers=auth)
    assert CoverPlan.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"monday": "nine"}, "monday"),
        ({"sunday": None}, "sunday"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"time_zone": 1}, "time_zone"),
        ({"funday": "9-18"}, "funday"),
        ({"note": "x" * 301}, "note"),
        ({"note": "\0"}, "note"),
        ({"tuesday": "9-18," * 100}, "tuesday"),
    ],
)
def test_hours_are_refused_by_field_when_they_are_none(
    client: Client, auth: dict[str, str], change: dict[str, Any], field: str
) -> None:
    answer = client.put(HOURS_URL, json.dumps(WEEK | change), content_type="application/json", headers=auth)
    assert answer.status_code == HTTPStatus.BAD_REQUEST
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert not CoverPlan.objects.exists()


@pytest.mark.parametrize("body", ["[]", "null", '"x"', "{"])
def test_hours_are_refused_when_the_body_is_no_object(client: Client, auth: dict[str, str], body: str) -> None:
    answer = client.put(HOURS_URL, body, content_type="application/json", headers=auth)
    assert answer.status_code == HTTPStatus.BAD_REQUEST


@pytest.mark.parametrize("sent", [{}, {"authorization": "Api-Key ecf_0"}, {"authorization": "Bearer x"}])
def test_stranger_tells_no_hours(client: Client, sent: dict[str, str]) -> None:
    answer = client.put(HOURS_URL, json.dumps(WEEK), content_type="application/json", headers=sent)
    assert answer.status_code == HTTPStatus.UNAUTHORIZED
