"""The public reading API: what it answers, in which language, and how it refuses."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client

from centers.models import ElectionCenter
from tests.factories import (
    AnswerFactory,
    ElectionFactory,
    JurisdictionFactory,
    LocalRulesFactory,
    RoundFactory,
    TrustedSourceFactory,
)

pytestmark = pytest.mark.django_db


def test_centers_are_listed_with_names_in_the_language_asked_for(client: Client, arcadia: ElectionCenter) -> None:
    page = client.get("/api/v1/centers/", {"lang": "fr"}).json()
    assert page["count"] == 2
    found = {center["code"]: center for center in page["results"]}
    assert found["xa"]["jurisdiction"]["name"] == {
        "text": "Arcadia (fr)",
        "language": "fr",
        "fallback": False,
        "machine_drafted": False,
        "outdated": False,
    }
    assert found["xa"]["jurisdiction"]["parent"] == "eu"
    assert found["xa"]["page"].endswith("/fr/centers/xa/")


def test_center_is_read_by_code_and_cacheable(client: Client, arcadia: ElectionCenter) -> None:
    response = client.get("/api/v1/centers/xa/")
    assert response.json()["jurisdiction"]["ocd_id"] == "ocd-division/country:xa"
    assert "public" in response["Cache-Control"]
    assert not response.cookies


def test_answer_says_which_language_it_is_really_in(client: Client, arcadia: ElectionCenter) -> None:
    AnswerFactory(center=arcadia, body_en="Automatically.", body_de="Von selbst.", translation_origin={"de": "machine"})
    german = client.get("/api/v1/centers/xa/answers/", {"lang": "de"}).json()["results"][0]
    maltese = client.get("/api/v1/centers/xa/answers/", {"lang": "mt"}).json()["results"][0]
    assert german["body"] == {
        "text": "Von selbst.",
        "language": "de",
        "fallback": False,
        "machine_drafted": True,
        "outdated": False,
    }
    assert maltese["body"]["language"] == "de"
    assert maltese["body"]["fallback"] is True
    assert german["source_url"] == "https://wahl.example.org/source"
    assert german["confirmation"] == "compiled"


def test_sources_come_authority_first(client: Client, arcadia: ElectionCenter) -> None:
    TrustedSourceFactory(center=arcadia, kind="fact_checker", title="Arcadian Checkers", networks=["IFCN"])
    kinds = [source["kind"] for source in client.get("/api/v1/centers/xa/sources/").json()["results"]]
    assert kinds == ["authority", "fact_checker"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, {"xa.parliament.2031", "xa.president.2033"}),
        ({"status": "expected"}, {"xa.president.2033"}),
        ({"center": "xb"}, set()),
        ({"from": "2032-01-01"}, {"xa.president.2033"}),
        ({"to": "2031-12-31"}, {"xa.parliament.2031"}),
        ({"from": "2033-06-01", "to": "2033-06-30"}, {"xa.president.2033"}),
    ],
)
def test_elections_are_filtered(
    client: Client, arcadia: ElectionCenter, query: dict[str, str], expected: set[str]
) -> None:
    called = ElectionFactory(key="xa.parliament.2031", jurisdiction=arcadia.jurisdiction)
    RoundFactory(election=called, days=[dt.date(2031, 5, 4), dt.date(2031, 5, 5)])
    ElectionFactory(
        key="xa.president.2033",
        jurisdiction=arcadia.jurisdiction,
        type="president",
        status="expected",
        expected_from=dt.date(2033, 6, 1),
        expected_to=dt.date(2033, 7, 31),
        date_basis="window",
    )
    found = client.get("/api/v1/elections/", query).json()
    assert {election["id"] for election in found["results"]} == expected
    assert found["count"] == len(expected)


def test_election_tells_its_days_and_the_rules_of_each_place(client: Client, arcadia: ElectionCenter) -> None:
    rules = LocalRulesFactory(jurisdiction=arcadia.jurisdiction)
    RoundFactory(election=rules.election, days=[dt.date(2024, 6, 9)], days__opens_at=dt.time(8))
    found = client.get("/api/v1/elections/eu.ep.2024/").json()
    assert found["rounds"][0]["polling_days"] == [{"date": "2024-06-09", "opens_at": "08:00:00", "closes_at": None}]
    assert found["local_rules"][0]["jurisdiction"] == "xa"
    assert found["local_rules"][0]["min_voting_age"] == 17


def test_questions_are_told_in_the_language_asked_for(client: Client) -> None:
    headings = {item["key"]: item["heading"] for item in client.get("/api/v1/questions/").json()}
    assert len(headings) == 20
    assert headings["when"] == "When do we vote?"


@pytest.mark.parametrize(
    ("path", "status", "field"),
    [
        ("/api/v1/centers/?lang=xx", 400, "lang"),
        ("/api/v1/elections/?from=tomorrow", 400, "from"),
        ("/api/v1/elections/?to=2031-02-30", 400, "to"),
        ("/api/v1/elections/?status=maybe", 400, "status"),
        ("/api/v1/centers/zz/", 404, None),
        ("/api/v1/centers/zz/answers/", 404, None),
        ("/api/v1/elections/zz.none.2031/", 404, None),
        ("/api/v1/nothing-here/", 404, None),
    ],
)
def test_refusal_has_the_one_shape(client: Client, path: str, status: int, field: str | None) -> None:
    response = client.get(path)
    assert response.status_code == status
    assert response["Content-Type"] == "application/problem+json"
    problem = response.json()
    assert problem["status"] == status
    assert problem["type"].startswith("urn:election-centers:problem:")
    if field:
        assert problem["errors"][0]["field"] == field


def test_writing_is_refused(client: Client, arcadia: ElectionCenter) -> None:
    response = client.post("/api/v1/centers/xa/", {"code": "xb"}, content_type="application/json")
    assert response.status_code == 405
    assert response.json()["title"] == "Method Not Allowed"


@pytest.mark.parametrize("path", ["/api/v1/centers/", "/api/v1/elections/", "/api/v1/centers/xa/answers/"])
def test_query_count_does_not_grow_with_records(
    client: Client, arcadia: ElectionCenter, path: str, django_assert_max_num_queries: object
) -> None:
    for number in range(6):
        place = JurisdictionFactory(code=f"x{'bcdefg'[number]}")
        RoundFactory(election=ElectionFactory(jurisdiction=place), days=[dt.date(2031, 5, 4)])
    AnswerFactory(center=arcadia)
    AnswerFactory(center=arcadia, question="when")
    with django_assert_max_num_queries(6):  # type: ignore[operator]  # a fixture that is a context manager
        assert client.get(path).status_code == 200
