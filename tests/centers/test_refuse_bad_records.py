"""Bad input of the desk's forms: said beside its field, and nothing half-saved."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client

from accounts.models import Role
from centers.models import Election, ElectionCenter, Proposal
from tests.centers.curators import person
from tests.centers.forms import WHY, begun, error_of, fields_of
from tests.factories import (
    AnswerFactory,
    CenterFactory,
    ElectionFactory,
    JurisdictionFactory,
    KeyDateFactory,
    OrganisationFactory,
    RoundFactory,
    TrustedSourceFactory,
)
from tests.members import client_of

DESK = "/staff/centers/xa"
ANSWER = f"{DESK}/edit/answer:xa/register/"
SOURCE = f"{DESK}/edit/source:xa/new/"
ROUND = f"{DESK}/edit/round:xa.president.2031/2/"
DEADLINE = f"{DESK}/edit/date:xa.president.2031/xa/registration_deadline/everyone/"


@pytest.fixture
def desk(arcadia: ElectionCenter) -> Client:
    return client_of(person(Role.CURATOR, arcadia.jurisdiction))


@pytest.fixture
def election(arcadia: ElectionCenter) -> Election:
    """With a round on 1 June 2031, an answer and a body that could be a source."""
    found = ElectionFactory(jurisdiction=arcadia.jurisdiction, key="xa.president.2031", type="president")
    RoundFactory(election=found, days=[dt.date(2031, 6, 1)])
    AnswerFactory(center=arcadia, body_de="Wer hier wohnt, steht im Verzeichnis.")
    OrganisationFactory(key="watch")
    return found


SOURCE_GIVEN = {"p0-title": "Wacht", "p0-organisation": "watch", "p0-kind": "civil_society"}


@pytest.mark.parametrize(
    ("path", "entered", "said"),
    [
        (SOURCE, {**SOURCE_GIVEN, "p0-url": "javascript:alert(1)"}, ("p0-url", "begins with https")),
        (SOURCE, {**SOURCE_GIVEN, "p0-url": "data:text/html,x"}, ("p0-url", "begins with https")),
        (SOURCE, {**SOURCE_GIVEN, "p0-url": "https://a:b@wacht.example/"}, ("p0-url", "user name")),
        (SOURCE, {**SOURCE_GIVEN, "p0-url": "https://wacht.example:8080/"}, ("p0-url", "without a port")),
        (SOURCE, {**SOURCE_GIVEN, "p0-url": "https://w.example/", "p0-languages-others": "klingon!"},
         ("p0-languages", "Not a language code")),
        (SOURCE, {"p0-url": "https://w.example/"}, ("p0-title", "Give a text")),
        (SOURCE, {"p0-url": "https://w.example/", "p0-kind": "spy"}, ("p0-kind", "Choose one of")),
        (SOURCE, {"p0-url": "https://w.example/", "p0-organisation": "nobody"}, ("p0-organisation", "There is no")),
        (SOURCE, {**SOURCE_GIVEN, "p0-url": "https://w.example/", "p0-rank": "first"}, ("p0-rank", "whole number")),
        (ANSWER, {"p0-body_de": "x" * 100_000}, ("p0-body_de", "100,000 characters; at most 8,000")),
        (ANSWER, {"p0-body_de": ""}, ("p0-body_de", "in one of the centre's languages")),
        (ANSWER, {"p0-body_de": "Neu.", "source": "javascript:alert(1)"}, ("source", "begins with https")),
        (ANSWER, {"p0-body_de": "Neu.", "reason": " "}, ("reason", "Say why")),
        (ANSWER, {"p0-body_de": "Neu.", "verified_on": ""}, ("verified_on", "on which day")),
        (ANSWER, {"p0-body_de": "Neu.", "verified_on": "2099-01-01"}, ("verified_on", "a day to come")),
        (ANSWER, {"p0-body_de": "Neu.", "publish_at": "2020-01-01T10:00"}, ("publish_at", "a moment to come")),
        (ANSWER, {"p0-body_de": "Neu.", "publish_at": "tomorrow"}, ("publish_at", "a day and a time")),
        (ANSWER, {"p0-body_de": "Neu.", "publish_at": "2098-05-01T10:00", "expires_at": "2098-05-01T09:00"},
         ("expires_at", "after the publication")),
        (ROUND, {"p0-polling_days-0-date": "2031-06-01"}, ("p0-polling_days", "must begin after it")),
        (ROUND, {"p0-polling_days-0-date": ""}, ("p0-polling_days", "at least one polling day")),
        (ROUND, {"p0-polling_days-0-opens_at": "08:00"}, ("p0-polling_days", "YYYY-MM-DD")),
        (ROUND, {"p0-polling_days-0-date": "2031-06-15", "p0-polling_days-1-date": "2031-06-15"},
         ("p0-polling_days", "listed twice")),
        (ROUND, {"p0-polling_days-0-date": "2031-06-15", "p0-polling_days-0-opens_at": "20:00",
                 "p0-polling_days-0-closes_at": "08:00"}, ("p0-polling_days", "open before they close")),
        (DEADLINE, {"p0-day": "2031-06-02"}, ("p0-day", "after the vote")),
        (DEADLINE, {"p0-day": "2031-05-02", "p0-instant": "2031-05-02T10:00"}, ("p0-day", "one of the two")),
        (DEADLINE, {"p0-day": "2031-05-02", "p0-time_zone": "America/New_York"}, ("p0-time_zone", "of the place")),
        (DEADLINE, {"p0-day": "2031-05-02", "p0-time_zone": "Mars/Olympus"}, ("p0-time_zone", "of the place")),
        (DEADLINE, {"p0-instant": "2031-03-30T02:30"}, ("p0-instant", "skip")),
        (DEADLINE, {"p0-instant": "2029-10-28T02:30"}, ("p0-instant", "twice")),
        (DEADLINE, {"p0-instant": "soon"}, ("p0-instant", "a day and a time")),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_beside_its_field(
    desk: Client, election: Election, path: str, entered: dict[str, str], said: tuple[str, str]
) -> None:
    field, sentence = said

    answer = desk.post(path, {**begun(desk, path), **WHY, **entered})

    page = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in error_of(page, field), page[page.index("<form") :][:3_000]
    assert "Nothing was sent" in page
    assert not Proposal.objects.exists()


def test_everything_wrong_is_said_at_once(desk: Client, election: Election) -> None:
    answer = desk.post(SOURCE, {**begun(desk, SOURCE), "p0-url": "data:x", "source": "data:x"})

    page = answer.content.decode()
    for field in ("p0-url", "p0-title", "p0-organisation", "source", "reason", "verified_on"):
        assert error_of(page, field), field


def test_what_was_wrong_stays_in_the_form(desk: Client, election: Election) -> None:
    answer = desk.post(ANSWER, {**begun(desk, ANSWER), "p0-body_de": "Fast fertig", "source": "nirgends"})

    fields = fields_of(answer.content.decode())
    assert (fields["p0-body_de"], fields["source"]) == ("Fast fertig", "nirgends")


@pytest.mark.parametrize(
    "record",
    [
        "answer:xb/register",
        "answer:xb/when",
        "answer:xa/whence",
        "answer:xa",
        "election:xb.president.2031",
        "round:xb.president.2031/1",
        "round:xa.president.2031/01",
        "round:xa.president.2031/0",
        "round:xa.president.2099/1",
        "date:xa.president.2031/xb/results/everyone",
        "date:xb.president.2031/xb/registration_deadline/everyone",
        "date:xa.president.2031/xa/holiday/everyone",
        "source:xb/new",
        "source:xa/999999999",
        "source:xa/1e9",
        "center:xb",
        "center:eu",
        "user:1",
        "nothing",
    ],
)
def test_records_of_elsewhere_and_of_nowhere_are_not_found(desk: Client, election: Election, record: str) -> None:
    other = CenterFactory(jurisdiction=JurisdictionFactory(code="xb"))
    AnswerFactory(center=other)
    there = ElectionFactory(jurisdiction=other.jurisdiction, key="xb.president.2031")
    RoundFactory(election=there, days=[dt.date(2031, 6, 1)])
    KeyDateFactory(election=there, day=dt.date(2031, 5, 1))

    for act in ("edit", "remove"):
        path = f"{DESK}/{act}/{record}/"
        assert desk.get(path).status_code == 404
        assert desk.post(path, {**WHY, "p0-body_de": "x", "p0-base": "{}"}).status_code == 404
    assert not Proposal.objects.exists()


def test_source_of_another_country_is_not_found_under_ones_own(desk: Client, election: Election) -> None:
    other = CenterFactory(jurisdiction=JurisdictionFactory(code="xb"))
    source = TrustedSourceFactory(center=other)

    assert desk.get(f"{DESK}/edit/source:xa/{source.pk}/").status_code == 404
    assert desk.get(f"/staff/centers/xb/edit/source:xb/{source.pk}/").status_code == 403
    assert desk.get("/staff/centers/xb/records/").status_code == 403


def test_forms_that_were_tampered_with_save_nothing(desk: Client, election: Election) -> None:
    form = {**begun(desk, ANSWER), **WHY, "p0-body_de": "Neu."}

    for wrong in ({"p0-base": "no json"}, {"p0-base": "[]"}, {"token": "no token"}, {"takes_up": "x" * 30}):
        assert desk.post(ANSWER, {**form, **wrong}).status_code in (302, 404, 409)
    assert desk.post(ANSWER, {}).status_code == 422
    assert desk.post(ANSWER, {"do": "preview"}).status_code == 200
    long = {**form, "do": "autosave", "token": "", "p0-body_de": "x" * 700_000}
    assert desk.post(ANSWER, long).status_code == 422
    assert {one.record for one in Proposal.objects.all()} <= {"answer:xa/register"}
