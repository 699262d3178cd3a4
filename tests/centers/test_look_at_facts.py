"""A fact whose source was looked at again and still says so: who may say it, and what becomes of it."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client

from accounts.models import Role, User
from centers.curation import CurationError
from centers.models import Answer, ElectionCenter, ProposalAction, PublishedChange
from centers.services.change_undo import change_undo
from centers.services.fact_confirm import fact_confirm
from centers.services.fact_look import fact_look
from centers.services.proposal_decide import proposal_approve
from tests.centers.conftest import on
from tests.centers.curators import person, proposed, wish
from tests.factories import AnswerFactory
from tests.members import client_of

pytestmark = pytest.mark.django_db

ANSWER = "answer:xa/register"
PAGE = f"/staff/centers/xa/record/{ANSWER}/"
LOOK = f"/staff/centers/xa/look/{ANSWER}/"
TODAY = dt.date(2031, 4, 1)
today = on("2031-04-01 12:00")


@pytest.fixture
def answer(arcadia: ElectionCenter) -> Answer:
    return AnswerFactory(center=arcadia, body_de="Beim Amt.", verified_on=dt.date(2030, 3, 1))


def seen_on(client: Client) -> str:
    html = client.get(PAGE).content.decode()
    return html.partition('name="seen" value="')[2].partition('"')[0]


def looked(client: Client, day: str, **fields: str) -> tuple[int, str]:
    answered = client.post(LOOK, {"looked_on": day, "seen": seen_on(client)} | fields, follow=True)
    return answered.status_code, answered.content.decode()


@today
def test_look_makes_a_fact_fresh_and_stands_in_both_histories(answer: Answer, curator: User, client: Client) -> None:
    desk = client_of(curator)
    listed = desk.get("/staff/centers/xa/needs/stale/").content.decode()
    assert f"{PAGE}#look" in listed

    status, html = looked(desk, "2031-03-31")

    assert (status, "Noted: voters read that it was checked on that day." in html) == (200, True)
    answer.refresh_from_db()
    assert (answer.verified_on, answer.confirmation) == (dt.date(2031, 3, 31), "compiled")
    change = PublishedChange.objects.get()
    assert (change.action, change.published_by, change.source) == (ProposalAction.LOOK, curator, answer.source_url)
    assert (change.before, change.after) == ({"verified_on": "2030-03-01"}, {"verified_on": "2031-03-31"})
    assert change.organisation is not None
    assert "take this back" not in html
    assert "All in order." in desk.get("/staff/centers/xa/needs/stale/").content.decode()
    told = client.get("/en/centers/xa/history/").content.decode()
    assert "Checked again, unchanged" in told
    assert "verified_on" not in told
    assert "Checked again, unchanged" in client.get(f"/en/centers/xa/history/{change.pk}/").content.decode()


@today
def test_look_leaves_a_confirmation_alone(answer: Answer, curator: User) -> None:
    fact_confirm(record=ANSWER, by=curator, seen={}, on=dt.date(2031, 1, 5))

    fact_look(record=ANSWER, by=curator, seen={}, on=TODAY)

    answer.refresh_from_db()
    assert (answer.confirmation, answer.confirmed_on) == ("confirmed", dt.date(2031, 1, 5))


@today
@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("2031-04-03", "Nobody has seen the source on a day to come."),
        ("2030-02-28", "It was checked on 1 March 2030, which is later than that."),
        ("31.03.2031?", "Enter a valid date."),
        ("", "This field is required."),
    ],
)
def test_look_on_an_impossible_day_is_refused_beside_the_field(
    answer: Answer, curator: User, day: str, said: str
) -> None:
    status, html = looked(client_of(curator), day)

    assert (status, said in html) == (422, True)
    answer.refresh_from_db()
    assert answer.verified_on == dt.date(2030, 3, 1)
    assert not PublishedChange.objects.exists()


@today
def test_look_at_what_was_changed_meanwhile_is_refused(answer: Answer, curator: User, publisher: User) -> None:
    desk = client_of(curator)
    seen = seen_on(desk)
    proposal_approve(proposal=proposed(curator, wish(ANSWER, body_de="Im Netz.")), by=publisher, revision=1)

    status, html = looked(desk, "2031-04-01", seen=seen)

    assert (status, "changed meanwhile" in html, "Im Netz." in html) == (409, True, True)
    with pytest.raises(CurationError):
        fact_look(record=ANSWER, by=curator, seen={"body_de": "Beim Amt."}, on=TODAY)


@today
def test_look_is_for_curators_and_publishers_of_the_place(answer: Answer, arcadia: ElectionCenter) -> None:
    for role in (Role.CONTRIBUTOR, Role.AUDITOR):
        with pytest.raises(PermissionDenied):
            fact_look(record=ANSWER, by=person(role, arcadia.jurisdiction), seen={}, on=TODAY)
    society = person(Role.CURATOR, arcadia.jurisdiction, kind="civil_society")
    assert fact_look(record=ANSWER, by=society, seen={}, on=TODAY).organisation.kind == "civil_society"


@today
@pytest.mark.parametrize("record", ["answer:xa/when", "center:xa", "answer:xa/nonsense"])
def test_only_facts_are_looked_at(arcadia: ElectionCenter, curator: User, record: str) -> None:
    with pytest.raises(CurationError):
        fact_look(record=record, by=curator, seen={}, on=TODAY)


@today
def test_look_is_neither_proposed_nor_undone(answer: Answer, curator: User, publisher: User) -> None:
    with pytest.raises(CurationError, match="not proposed"):
        proposed(curator, wish(ANSWER, "look"))
    change = fact_look(record=ANSWER, by=curator, seen={}, on=TODAY)
    with pytest.raises(CurationError, match="is not undone"):
        change_undo(change=change, by=publisher, reason="Doch nicht.")
