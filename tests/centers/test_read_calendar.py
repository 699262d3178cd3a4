"""A centre's calendar, read back by the library's own parser."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from icalendar import Calendar, Event

from centers.models import ElectionCenter
from centers.pagecache import center_touch, pages, publications
from tests.centers.conftest import on
from tests.factories import ElectionFactory, KeyDateFactory, RoundFactory

pytestmark = pytest.mark.django_db
POLLING = dt.date(2031, 6, 8)


def _calendar(client: Client, language: str = "en") -> Calendar:
    response = client.get(f"/{language}/centers/xa/calendar.ics")
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "text/calendar; charset=utf-8"
    return Calendar.from_ical(response.content.decode())


def _events(client: Client, language: str = "en") -> list[Event]:
    return list(_calendar(client, language).walk("VEVENT"))


@on("2031-05-01 12:00")
def test_polling_days_are_whole_days_with_stable_ids(client: Client, arcadia: ElectionCenter) -> None:
    election = ElectionFactory(jurisdiction=arcadia.jurisdiction, key="xa.parliament.2031")
    RoundFactory(election=election, days=[POLLING, POLLING + dt.timedelta(days=1)])
    first, second = _events(client)
    assert (first["dtstart"].dt, first["dtend"].dt) == (POLLING, dt.date(2031, 6, 9))
    assert not isinstance(first["dtstart"].dt, dt.datetime)
    assert first["uid"] == "xa.parliament.2031-r1-d1@election-centers"
    assert second["uid"] == "xa.parliament.2031-r1-d2@election-centers"
    assert first["status"] == "CONFIRMED"
    assert first["url"] == "http://localhost:8000/en/centers/xa/"
    assert "https://wahl.example.org/source" in first["description"]


@on("2031-05-01 12:00")
def test_moved_day_keeps_its_id_and_raises_its_sequence(client: Client, arcadia: ElectionCenter) -> None:
    round_ = RoundFactory(election=ElectionFactory(jurisdiction=arcadia.jurisdiction), days=[POLLING])
    (before,) = _events(client)
    round_.polling_days.update(date=POLLING + dt.timedelta(days=7))
    center_touch(codes=["xa"])
    publications.forget()
    (after,) = _events(client)
    assert after["uid"] == before["uid"]
    assert after["dtstart"].dt == dt.date(2031, 6, 15)
    assert after["sequence"] > before["sequence"]


@on("2031-05-01 12:00")
@pytest.mark.parametrize(
    ("election_status", "round_status", "status"),
    [
        ("scheduled", "scheduled", "CONFIRMED"),
        ("cancelled", "scheduled", "CANCELLED"),
        ("scheduled", "annulled", "CANCELLED"),
        ("postponed", "scheduled", "CANCELLED"),
        ("scheduled", "expected", "TENTATIVE"),
    ],
)
def test_status_says_whether_the_day_holds(
    client: Client, arcadia: ElectionCenter, election_status: str, round_status: str, status: str
) -> None:
    election = ElectionFactory(jurisdiction=arcadia.jurisdiction, status=election_status)
    RoundFactory(election=election, status=round_status, days=[POLLING])
    (event,) = _events(client)
    assert event["status"] == status


@on("2031-05-01 12:00")
@pytest.mark.parametrize(
    ("period", "basis", "starts"),
    [
        (("2031-06-08", "2031-06-08"), "window", [POLLING]),
        (("2031-06-01", "2031-06-08"), "window", []),
        (("2031-06-08", "2031-06-08"), "deadline", []),
    ],
)
def test_expected_election_is_an_event_only_when_law_names_the_day(
    client: Client, arcadia: ElectionCenter, period: tuple[str, str], basis: str, starts: list[dt.date]
) -> None:
    ElectionFactory(
        jurisdiction=arcadia.jurisdiction,
        status="expected",
        expected_from=dt.date.fromisoformat(period[0]),
        expected_to=dt.date.fromisoformat(period[1]),
        date_basis=basis,
    )
    events = _events(client)
    assert [event["dtstart"].dt for event in events] == starts
    assert [event["status"] for event in events] == ["TENTATIVE"] * len(starts)


@on("2031-05-01 12:00")
def test_deadline_to_the_minute_brings_its_time_zone(client: Client, arcadia: ElectionCenter) -> None:
    election = ElectionFactory(jurisdiction=arcadia.jurisdiction)
    KeyDateFactory(election=election, instant=dt.datetime(2031, 5, 20, 22, 0, tzinfo=dt.UTC))
    calendar = _calendar(client)
    (event,) = calendar.walk("VEVENT")
    assert event["dtstart"].params["TZID"] == "Europe/Vienna"
    assert event["dtstart"].dt.isoformat() == "2031-05-21T00:00:00+02:00"
    assert [str(zone["tzid"]) for zone in calendar.walk("VTIMEZONE")] == ["Europe/Vienna"]


@on("2031-05-01 12:00")
def test_summary_is_in_the_reader_s_language_and_says_so(client: Client, arcadia: ElectionCenter) -> None:
    RoundFactory(election=ElectionFactory(jurisdiction=arcadia.jurisdiction), days=[POLLING])
    (event,) = _events(client, "de")
    assert (event["summary"], event["summary"].params["LANGUAGE"]) == ("Parlamentswahl in Arkadien", "de")
    (event,) = _events(client, "fr")
    assert (event["summary"], event["summary"].params["LANGUAGE"]) == ("Parlamentswahl in Arkadien", "de")


def test_calendar_is_valid_and_empty_when_nothing_is_known(client: Client, arcadia: ElectionCenter) -> None:
    calendar = _calendar(client)
    assert calendar["version"] == "2.0"
    assert calendar["prodid"]
    assert not calendar.walk("VEVENT")


@on("2031-05-01 12:00")
def test_same_facts_give_the_same_bytes(client: Client, arcadia: ElectionCenter) -> None:
    RoundFactory(election=ElectionFactory(jurisdiction=arcadia.jurisdiction), days=[POLLING])
    first = client.get("/en/centers/xa/calendar.ics")
    pages.clear()
    again = client.get("/en/centers/xa/calendar.ics", headers={"if-none-match": first.headers["ETag"]})
    assert again.status_code == 304
    assert all(line.endswith(b"\r\n") and len(line) <= 77 for line in first.content.splitlines(keepends=True))
