"""The partners' desk: board, list, hours, contact, contract, keys, through HTTP."""

from __future__ import annotations

import datetime as dt
import re
from http import HTTPStatus

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import Role
from centers.models import ElectionCenter
from factcheck.models import CoverageGap, CoverPlan, PartnerKey
from factcheck.services.partner_key import partner_key_find
from tests.factcheck.partners import OFFICE, given_checker, given_hours, given_partner
from tests.members import client_of, given_member

pytestmark = pytest.mark.django_db
WEEK = {f"day_{day}": "09:00-17:00" for day in range(5)}
FORM = {"seen": "0", "time_zone": "Europe/Vienna", "note": "Fictional roster", **WEEK}


@pytest.fixture
def operator() -> Client:
    return client_of(given_member(Role.OPERATOR, email="operator@fictional.example"))


def test_board_shows_who_covers_since_when_and_what_is_missing(arcadia: ElectionCenter, operator: Client) -> None:
    CoverageGap.objects.create(note="Nobody checks facts in Fablonian.", countries=["xa"])
    given_hours(given_partner(), OFFICE)
    page = operator.get("/staff/factcheck/").content.decode()
    assert "Fablonia Fact Desk" in page
    assert "Every day" in page
    assert "<strong>Nobody</strong>" in page
    assert f"since {timezone.now().date():%-d %b %Y}" in page
    assert "Nobody checks facts in Fablonian." in page


def test_board_costs_the_same_for_any_number_of_partners(
    arcadia: ElectionCenter, operator: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(6):
        given_partner(f"Desk {number}")
    with django_assert_max_num_queries(16):
        operator.get("/staff/factcheck/")
    with django_assert_max_num_queries(16):
        operator.get("/staff/factcheck/partners/")


@pytest.mark.parametrize("asked", ["tomorrow", "2031-02-30", "9999-01-01", "0", "٢٠٢٦"])
def test_board_says_so_when_the_day_is_none(operator: Client, asked: str) -> None:
    answer = operator.get("/staff/factcheck/", {"on": asked})
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "This is today’s board." in answer.content.decode()


def test_board_shows_gaps_only_when_asked(arcadia: ElectionCenter, operator: Client) -> None:
    given_partner()
    assert "Nobody is missing anywhere." in operator.get("/staff/factcheck/?show=gaps").content.decode()
    assert "Arcadia" in operator.get("/staff/factcheck/").content.decode()


def test_history_lists_spells_of_a_country(operator: Client) -> None:
    given_partner()
    given_partner("Other Desk", countries=["xb"])
    page = operator.get("/staff/factcheck/history/?country=xb").content.decode()
    assert "Other Desk" in page
    assert "Fablonia Fact Desk" not in page
    assert "Nothing is known of QQ." in operator.get("/staff/factcheck/history/?country=qq").content.decode()


def test_partner_enters_hours_and_sees_them(arcadia: ElectionCenter) -> None:
    partner = given_partner()
    client = client_of(given_checker(partner))
    assert "enter them" in client.get("/staff/factcheck/partners/").content.decode()
    url = f"/staff/factcheck/partners/{partner.pk}/"
    assert client.post(f"{url}hours/", FORM).status_code == HTTPStatus.FOUND
    page = client.get(url).content.decode()
    assert "09:00-17:00" in page
    assert "carla@checkers.example" in page
    plan = CoverPlan.objects.get()
    assert plan.entered_by is not None
    assert plan.hours.count() == 5
    assert 'value="09:00-17:00"' in client.get(f"{url}hours/").content.decode()


def test_hours_stand_beside_their_mistakes_when_they_are_none() -> None:
    partner = given_partner()
    client = client_of(given_checker(partner))
    bad = {**FORM, "day_2": "nine to five", "day_5": "18-9", "time_zone": "Europe/Atlantis", "note": ""}
    answer = client.post(f"/staff/factcheck/partners/{partner.pk}/hours/", bad)
    page = answer.content.decode()
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "“nine to five” is no span of hours" in page
    assert "ends before it begins" in page
    assert not CoverPlan.objects.exists()


def test_hours_are_not_overwritten_when_somebody_was_faster(arcadia: ElectionCenter) -> None:
    partner = given_partner()
    client = client_of(given_checker(partner))
    theirs = given_hours(partner, {0: "10-11"})
    url = f"/staff/factcheck/partners/{partner.pk}/hours/"
    answer = client.post(url, FORM)
    page = answer.content.decode()
    assert answer.status_code == HTTPStatus.CONFLICT
    assert "Monday 10:00-11:00" in page
    assert CoverPlan.objects.get(until=None) == theirs
    seen = re.search(r'name="seen" value="(\d+)"', page)
    assert seen is not None
    assert client.post(url, {**FORM, "seen": seen[1]}).status_code == HTTPStatus.FOUND
    assert CoverPlan.objects.get(until=None).hours.count() == 5


def test_contact_and_contract_are_changed_and_stand_in_the_history(operator: Client) -> None:
    partner = given_partner()
    url = f"/staff/factcheck/partners/{partner.pk}/"
    operator.post(f"{url}contact/", {"contact_url": "https://desk.example/ask", "contact_email": "desk@desk.example"})
    operator.post(f"{url}contract/", {"begins": "2031-01-01", "ends": "2031-12-31"})
    partner.refresh_from_db()
    assert partner.contact == "https://desk.example/ask"
    assert partner.contract_until == dt.date(2031, 12, 31)
    page = operator.get(url).content.decode()
    assert "1 January 2031" in page
    assert "contact_email" in page
    assert "operator@fictional.example" in page
    answer = operator.post(f"{url}contract/", {"begins": "", "ends": "2031-12-31"})
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    answer = operator.post(f"{url}contact/", {"contact_url": "http://desk.example/", "contact_email": "no"})
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY


def test_contact_is_refused_beside_its_field_when_it_is_not_encrypted(operator: Client) -> None:
    partner = given_partner()
    answer = operator.post(
        f"/staff/factcheck/partners/{partner.pk}/contact/", {"contact_url": "http://desk.example/", "contact_email": ""}
    )
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "https:// only" in answer.content.decode()


def test_key_is_shown_once_and_taken_back() -> None:
    partner = given_partner()
    client = client_of(given_checker(partner))
    url = f"/staff/factcheck/partners/{partner.pk}/"
    answer = client.post(f"{url}keys/add/", {"name": "Roster"})
    raw = re.search(r"ecf_\w{12}_[\w-]{43}", answer.content.decode())
    assert raw is not None
    assert partner_key_find(raw[0]) is not None
    page = client.get(url).content.decode()
    assert raw[0] not in page
    assert "Roster" in page
    key = PartnerKey.objects.get()
    assert "never used" in client.get(f"{url}keys/{key.pk}/end/").content.decode()
    client.post(f"{url}keys/{key.pk}/end/")
    assert partner_key_find(raw[0]) is None
    assert "taken back" in client.get(url).content.decode()


def test_key_of_another_partner_is_not_found() -> None:
    partner, other = given_partner(), given_partner("Other Desk")
    client = client_of(given_checker(partner))
    key = PartnerKey.objects.create(partner=other, name="Theirs", prefix="0" * 12, digest=b"x")
    assert client.post(f"/staff/factcheck/partners/{partner.pk}/keys/{key.pk}/end/").status_code == HTTPStatus.NOT_FOUND
    assert client.post(f"/staff/factcheck/partners/{other.pk}/keys/{key.pk}/end/").status_code == HTTPStatus.FORBIDDEN


def test_other_partners_see_neither_keys_nor_people(arcadia: ElectionCenter) -> None:
    partner, other = given_partner(), given_partner("Other Desk")
    given_hours(partner, OFFICE, given_checker(partner))
    page = (
        client_of(given_checker(other, None, "other")).get(f"/staff/factcheck/partners/{partner.pk}/").content.decode()
    )
    assert "Keys of its systems" not in page
    assert "carla@checkers.example" not in page
    assert "entered by a member" in page


def test_partners_are_found_by_name_country_and_language(operator: Client) -> None:
    given_partner()
    given_partner("Other Desk", countries=["xb"], languages=["en"])
    for query, found in {"fablonia": True, "xa": True, "DE": True, "other": False, "xb": False, "en": False}.items():
        page = operator.get("/staff/factcheck/partners/", {"q": query}).content.decode()
        assert ("Fablonia Fact Desk" in page) is found, query
    assert "No fact-checker fits" in operator.get("/staff/factcheck/partners/?q=%00<b>").content.decode()
