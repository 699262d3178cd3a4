"""Duty on the calendar, and the rota."""

from __future__ import annotations

import datetime as dt
from http import HTTPStatus

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.models import Role
from centers.models import ElectionCenter
from factcheck.duty import Shift, duty_at, duty_from, shifts_joined, shifts_of
from factcheck.hours import spans_parse
from factcheck.rota import rota_load
from tests.centers.conftest import on
from tests.factcheck.claims import NOW, given_claim
from tests.factcheck.partners import EVERY_DAY, OFFICE, given_checker, given_desk, given_hours
from tests.factories import ElectionFactory, RoundFactory
from tests.members import client_of, given_member

pytestmark = pytest.mark.django_db
ROTA = "/staff/factcheck/rota/"


def utc(day: int, hour: int, minute: int = 0, month: int = 6) -> dt.datetime:
    return dt.datetime(2031, month, day, hour, minute, tzinfo=dt.UTC)


@pytest.fixture
def operator() -> Client:
    return client_of(given_member(Role.OPERATOR, email="operator@fictional.example"))


def test_hours_are_those_of_the_desks_own_clock() -> None:
    week = {2: spans_parse("09:00-17:00")}
    assert shifts_of(week, "Europe/Vienna", NOW, NOW + dt.timedelta(days=6)) == [Shift(utc(4, 7), utc(4, 15))]
    assert shifts_of(week, "Atlantic/Azores", NOW, NOW + dt.timedelta(days=6)) == [Shift(utc(4, 9), utc(4, 17))]


def test_what_goes_past_midnight_is_one_shift() -> None:
    week = {2: spans_parse("20:00-24:00"), 3: spans_parse("00:00-02:00")}
    assert shifts_of(week, "Europe/Vienna", NOW, NOW + dt.timedelta(days=6)) == [Shift(utc(4, 18), utc(5, 0))]


def test_night_of_summer_time_is_an_hour_shorter_or_longer() -> None:
    week = {6: spans_parse("00:00-06:00")}
    # In 2031 clocks go forward on 30 March and back on 26 October, both Sundays.
    (spring,) = shifts_of(week, "Europe/Vienna", utc(29, 0, month=3), utc(31, 0, month=3))
    (autumn,) = shifts_of(week, "Europe/Vienna", utc(25, 0, month=10), utc(27, 0, month=10))
    assert (spring.ends - spring.begins, autumn.ends - autumn.begins) == (dt.timedelta(hours=5), dt.timedelta(hours=7))
    swallowed = shifts_of({6: spans_parse("02:15-02:45")}, "Europe/Vienna", utc(29, 0, month=3), utc(31, 0, month=3))
    assert all(one.begins < one.ends for one in swallowed)


def test_duty_is_now_later_or_never() -> None:
    shifts = shifts_joined([Shift(utc(5, 8), utc(5, 9)), Shift(utc(4, 8), utc(4, 12)), Shift(utc(4, 11), utc(4, 14))])
    assert shifts == [Shift(utc(4, 8), utc(4, 14)), Shift(utc(5, 8), utc(5, 9))]
    assert (duty_at(shifts, utc(4, 8)), duty_at(shifts, utc(4, 14))) == (True, False)
    assert duty_from(shifts, utc(4, 9)) == utc(4, 9)
    assert duty_from(shifts, utc(4, 14)) == utc(5, 8)
    assert duty_from(shifts, utc(5, 9)) is None


def test_rota_knows_who_is_on_duty_and_where_nobody_is(arcadia: ElectionCenter) -> None:
    given_hours(given_desk("Office Desk"), OFFICE)
    election = ElectionFactory(jurisdiction=arcadia.jurisdiction, status="scheduled")
    RoundFactory(election=election, status="scheduled", days=[dt.date(2031, 6, 8)])
    (state,) = rota_load(NOW).states
    rows = {row.language: row for row in state.rows}
    german = rows["de"]
    assert [str(one) for one in german.on] == ["Office Desk"]
    assert [day.day.day for day in german.days] == [4, 5, 6, 7, 8, 9, 10]
    assert [day.is_gap for day in german.days] == [False, False, False, True, True, False, False]
    assert german.days[0].spans == ((dt.time(9), dt.time(17)),)
    assert [day.day.day for day in german.days if day.is_polling_day] == [8]
    assert german.has_gap
    evening = rota_load(NOW + dt.timedelta(hours=6)).states[0].rows
    assert next(row for row in evening if row.language == "de").on == []


def test_unknown_hours_are_no_gap_and_no_duty(arcadia: ElectionCenter) -> None:
    given_desk()
    row = next(row for row in rota_load(NOW).states[0].rows if row.language == "de")
    assert ([str(one) for one in row.on], [str(one) for one in row.unknown]) == ([], ["Fablonia Fact Desk"])
    assert all(day.is_unknown and not day.is_gap for day in row.days)
    assert not row.has_gap


@on("2031-06-04 12:00")
def test_rota_page_shows_duty_gaps_and_load(arcadia: ElectionCenter, operator: Client) -> None:
    office = given_desk("Office Desk", capacity=1)
    given_hours(office, OFFICE)
    given_desk("Silent Desk", countries=["xb"])
    given_claim()
    page = operator.get(ROTA).content.decode()
    assert "Wednesday, 4 June 2031, 12:00 UTC" in page
    assert "09:00–17:00" in page
    assert "1 of 1" in page
    assert ">full<" in page
    assert "capacity not known" in page
    assert page.count("<strong>Nobody</strong>") == 2, "on the weekend"
    given_hours(office, EVERY_DAY)
    assert "All day" in operator.get(ROTA).content.decode()


@on("2031-06-04 12:00")
def test_rota_page_is_narrowed(arcadia: ElectionCenter, operator: Client) -> None:
    given_hours(given_desk("Office Desk", languages=list(arcadia.jurisdiction.languages)), EVERY_DAY)
    assert "Nobody is missing." in operator.get(ROTA, {"show": "gaps"}).content.decode()
    assert "There is no such member state." in operator.get(ROTA, {"country": "zz"}).content.decode()
    assert "Office Desk" in operator.get(ROTA, {"country": "xa"}).content.decode()


def test_rota_page_says_what_to_do_when_there_is_nothing(operator: Client) -> None:
    page = operator.get(ROTA).content.decode()
    assert "There is no such member state." in page
    assert "No fact-checker is active." in page


def test_rota_costs_the_same_for_any_number_of_partners(
    arcadia: ElectionCenter, operator: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(8):
        given_hours(given_desk(f"Desk {number}"), OFFICE)
    with django_assert_max_num_queries(16):
        operator.get(ROTA)


def test_capacity_is_kept_by_the_partner(arcadia: ElectionCenter) -> None:
    partner = given_desk()
    client = client_of(given_checker(partner))
    form = f"/staff/factcheck/partners/{partner.pk}/capacity/"
    assert client.post(form, {"capacity": "0"}).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    client.post(form, {"capacity": "3"})
    partner.refresh_from_db()
    assert partner.capacity == 3
    client.post(form, {"capacity": ""})
    partner.refresh_from_db()
    assert partner.capacity is None
