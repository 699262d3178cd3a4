"""What is coming everywhere."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client

from centers.models import ElectionCenter
from tests.centers.conftest import on
from tests.factories import CenterFactory, ElectionFactory, JurisdictionFactory, RoundFactory

pytestmark = pytest.mark.django_db


def given_expected(center: ElectionCenter, name: str, first: str, last: str) -> None:
    ElectionFactory(
        jurisdiction=center.jurisdiction,
        name_en=name,
        status="expected",
        expected_from=dt.date.fromisoformat(first),
        expected_to=dt.date.fromisoformat(last),
        date_basis="window",
    )


def given_called(center: ElectionCenter, name: str, day: str) -> None:
    RoundFactory(
        election=ElectionFactory(jurisdiction=center.jurisdiction, name_en=name), days=[dt.date.fromisoformat(day)]
    )


@on("2031-01-01 12:00")
def test_called_elections_come_first_then_expected_by_their_end(client: Client, arcadia: ElectionCenter) -> None:
    other = CenterFactory(jurisdiction=JurisdictionFactory(code="xb", name="Bohemia-on-Sea"))
    given_expected(arcadia, "Wide window", "2031-01-01", "2031-12-31")
    given_expected(other, "Narrow window", "2031-03-01", "2031-04-30")
    given_called(other, "Later called", "2032-02-01")
    given_called(arcadia, "Soon called", "2031-02-02")
    html = client.get("/en/elections/").content.decode()
    order = [html.index(name) for name in ("Soon called", "Later called", "Narrow window", "Wide window")]
    assert order == sorted(order)
    assert "February 2031" in html
    assert 'href="/en/centers/xb/"' in html


@on("2031-02-03 12:00")
def test_past_elections_are_not_listed(client: Client, arcadia: ElectionCenter) -> None:
    given_called(arcadia, "Yesterday's election", "2031-02-02")
    given_expected(arcadia, "Window gone by", "2030-01-01", "2031-02-02")
    html = client.get("/en/elections/").content.decode()
    assert "Yesterday" not in html
    assert "Window gone by" not in html
    assert "No election has been officially called at the moment." in html


@on("2031-11-22 12:00")
def test_run_off_that_is_only_expected_is_listed_when_the_first_round_is_over(
    client: Client, arcadia: ElectionCenter
) -> None:
    election = ElectionFactory(jurisdiction=arcadia.jurisdiction, name_en="Mayors")
    RoundFactory(election=election, number=1, status="held", days=[dt.date(2031, 11, 15)])
    RoundFactory(election=election, number=2, status="expected", days=[dt.date(2031, 11, 29)])
    html = client.get("/en/elections/").content.decode()
    assert "Expected, not yet called" in html
    assert html.index("Expected, not yet called") < html.index("Mayors")
