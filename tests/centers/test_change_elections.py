"""Guided changes of elections at the desk: each looked at first, then one proposal, published and taken back whole."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from icalendar import Calendar

from accounts.models import Role, User
from centers.models import Election, ElectionCenter, KeyDate, Proposal
from centers.pagecache import publications
from centers.services.change_undo import proposal_undo
from centers.services.proposal_decide import proposal_approve
from tests.centers.conftest import on
from tests.factories import CenterFactory, ElectionFactory, JurisdictionFactory, KeyDateFactory, RoundFactory
from tests.members import client_of, given_member

pytestmark = pytest.mark.django_db

POLLING = dt.date(2031, 6, 8)
KEY = "xa.president.2031"
BECAUSE = {"reason": "It was announced.", "source": "https://wahl.example.org/decision"}
RULE: dict[str, Any] = {
    "rule_days": 20, "rule_unit": "days", "rule_direction": "before", "rule_round": 1, "rule_anchor": "first_day",
    "rule_shift": "keep",
}  # fmt: skip


@pytest.fixture
def curator(arcadia: ElectionCenter) -> Client:
    return client_of(given_member(Role.CURATOR, arcadia.jurisdiction, email="curator@fictional.example"))


@pytest.fixture
def publisher(arcadia: ElectionCenter) -> User:
    return given_member(Role.PUBLISHER, arcadia.jurisdiction, email="publisher@fictional.example")


@pytest.fixture
def election(arcadia: ElectionCenter) -> Election:
    """Two rounds, a deadline by rule and a fixed one."""
    election = ElectionFactory(jurisdiction=arcadia.jurisdiction, key=KEY, type="president")
    RoundFactory(election=election, days=[POLLING], days__opens_at=dt.time(8), days__closes_at=dt.time(20))
    RoundFactory(election=election, number=2, days=[POLLING + dt.timedelta(days=14)])
    KeyDateFactory(election=election, day=dt.date(2031, 5, 19), **RULE)
    KeyDateFactory(election=election, kind="proxy_deadline", day=dt.date(2031, 5, 1))
    return election


def address(step: str, key: str = KEY, code: str = "xa") -> str:
    return reverse("election-change", args=[code, key]) + f"?step={step}"


def looked_at(client: Client, step: str, **given: str) -> tuple[str, dict[str, str]]:
    """The page that shows what a step does, and what is sent to propose it."""
    form = client.get(address(step)).content.decode()
    submission = re.search(r'name="submission" value="([^"]+)"', form)
    assert submission
    entered = BECAUSE | {"submission": submission[1]} | given
    html = client.post(address(step), entered).content.decode()
    digest = re.search(r'name="propose" value="([^"]+)"', html)
    assert digest, re.sub(r"<[^>]+>|\s+", " ", html)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)), entered | {"propose": digest[1]}


def published(client: Client, publisher: User, step: str, **given: str) -> Proposal:
    _, entered = looked_at(client, step, **given)
    assert client.post(address(step), entered).status_code == 302
    proposal = Proposal.objects.waiting().get()
    proposal_approve(proposal=proposal, by=publisher, revision=proposal.revision)
    publications.forget()
    return proposal


def events() -> dict[str, tuple[str, str, int]]:
    body = Client().get("/en/centers/xa/calendar.ics").content.decode()
    found = Calendar.from_ical(body).walk("VEVENT")
    return {
        str(event["uid"]).removesuffix("@election-centers"): (
            event["dtstart"].dt.isoformat(), str(event["status"]), int(event["sequence"]),
        )
        for event in found
    }  # fmt: skip


@on("2031-05-01 12:00")
def test_vote_moves_with_its_run_off_and_its_ruled_dates(election: Election, curator: Client, publisher: User) -> None:
    shown, entered = looked_at(curator, "postpone", first="2031-06-22")
    assert "3 records change" in shown
    assert "Sunday 8 June 2031 · CONFIRMED" in shown
    assert "Sunday 22 June 2031 · CONFIRMED" in shown
    assert "Monday 2 June 2031 · by rule" in shown
    assert "These dates do not move with it" in shown
    assert not Proposal.objects.exists(), "looking makes nothing"
    before = events()

    assert curator.post(address("postpone"), entered).status_code == 302
    assert curator.post(address("postpone"), entered).status_code == 302
    proposal = Proposal.objects.get()
    proposal_approve(proposal=proposal, by=publisher, revision=1)
    publications.forget()

    after = events()
    assert after[f"{KEY}-r1-d1"][:2] == ("2031-06-22", "CONFIRMED")
    assert after[f"{KEY}-r2-d1"][:2] == ("2031-07-06", "CONFIRMED")
    assert all(after[uid][2] > before[uid][2] for uid in before)
    assert set(after) == set(before), "the same entries"
    first = election.rounds.get(number=1)
    assert (first.moved_from, first.polling_days.get().opens_at) == (POLLING, dt.time(8))
    assert KeyDate.objects.get(kind="registration_deadline").day == dt.date(2031, 6, 2)
    assert KeyDate.objects.get(kind="proxy_deadline").day == dt.date(2031, 5, 1)
    assert Proposal.objects.count() == 1, "nothing is left to propose"
    page = Client().get("/en/centers/xa/").content.decode()
    assert "The date of 8 June 2031 no longer holds." in page
    assert "New date: Sunday, 22 June 2031" in page

    proposal_undo(proposal=proposal, by=publisher, reason="It was another election")
    publications.forget()
    undone = events()
    assert {uid: one[:2] for uid, one in undone.items()} == {uid: one[:2] for uid, one in before.items()}
    assert undone[f"{KEY}-r1-d1"][2] > after[f"{KEY}-r1-d1"][2]


@on("2031-05-01 12:00")
def test_postponed_without_a_day_is_cancelled_in_calendars_until_it_has_one(
    election: Election, curator: Client, publisher: User
) -> None:
    published(curator, publisher, "postpone", on="2031-04-30")
    assert {one[1] for one in events().values()} == {"CANCELLED"}
    page = Client().get("/en/centers/xa/").content.decode()
    assert "The new date is not known yet." in page
    assert "Last day to register" not in page, "its deadlines send nobody to an office"

    published(curator, publisher, "schedule", first="2031-09-07")
    election.refresh_from_db()
    assert (election.status, election.status_since) == ("scheduled", None)
    assert events()[f"{KEY}-r1-d1"][:2] == ("2031-09-07", "CONFIRMED")
    assert events()[f"{KEY}-r2-d1"][:2] == ("2031-09-21", "CONFIRMED")
    assert KeyDate.objects.get(kind="registration_deadline").day == dt.date(2031, 8, 18)


@on("2031-05-01 12:00")
def test_cancelled_election_stays_in_the_list_and_in_calendars(
    election: Election, curator: Client, publisher: User
) -> None:
    published(curator, publisher, "cancel", on="2031-04-30")

    assert {one[1] for one in events().values()} == {"CANCELLED"}
    listed = Client().get("/en/elections/").content.decode()
    assert "Cancelled" in listed
    assert [one.status for one in election.rounds.all()] == ["cancelled", "cancelled"]


@on("2031-05-01 12:00")
@pytest.mark.parametrize(
    "case",
    [
        ("postpone", {"first": "2031-06-22", "last": "2031-06-20"}, "last", "comes after the first day"),
        ("postpone", {"last": "2031-06-20"}, "first", "Give the first day, too."),
        ("postpone", {"second_first": "2031-06-20"}, "second_first", "Give the first vote its new day, too."),
        ("postpone", {"first": "2031-06-22", "second_first": "2031-06-22"}, "first", "must end before it"),
        ("postpone", {"first": "2031-04-01"}, "first", "Change that date first"),
        ("postpone", {"first": "the 8th"}, "first", "valid date"),
        ("run-off", {}, "first", "required"),
        ("cancel", {"source": "javascript:alert(1)"}, "source", "valid URL"),
        ("cancel", {"reason": ""}, "reason", "required"),
        ("cancel", {"verified_on": "2099-01-01"}, "verified_on", "day to come"),
    ],
)
def test_wrong_step_is_refused_beside_its_field(
    election: Election, curator: Client, case: tuple[str, dict[str, str], str, str]
) -> None:
    step, given, where, says = case
    submission = "00000000-0000-4000-8000-000000000001"
    response = curator.post(address(step), BECAUSE | {"submission": submission, "propose": "x"} | given)

    # What only the proposal itself refuses was shown first.
    if response.status_code == 200:
        digest = re.search(r'name="propose" value="([^"]+)"', response.content.decode())
        assert digest
        entered = BECAUSE | {"submission": submission, "propose": digest[1]} | given
        response = curator.post(address(step), entered)
    assert response.status_code == 422
    beside = re.search(rf'id="id_{where}_error"[^>]*>(.*?)</ul>', response.content.decode(), re.DOTALL)
    assert beside, response.content.decode()
    assert says in beside[1]
    assert not Proposal.objects.exists()


@on("2031-05-01 12:00")
def test_new_look_is_taken_when_the_election_changed_meanwhile(
    election: Election, curator: Client, publisher: User
) -> None:
    _, entered = looked_at(curator, "cancel")
    election.rounds.filter(number=2).delete()

    response = curator.post(address("cancel"), entered)

    assert response.status_code == 200
    assert "What this does" in response.content.decode()
    assert not Proposal.objects.exists()


@on("2031-05-01 12:00")
@pytest.mark.parametrize("step", ["rerun", "schedule", "explode"])
def test_step_that_makes_no_sense_is_not_there(election: Election, curator: Client, step: str) -> None:
    assert curator.get(address(step)).status_code == 404


@on("2031-05-01 12:00")
def test_other_places_elections_are_out_of_reach(election: Election, curator: Client) -> None:
    other = CenterFactory(jurisdiction=JurisdictionFactory(code="xb", name="Boeotia")).jurisdiction
    foreign = ElectionFactory(jurisdiction=other, key="xb.president.2031")

    assert curator.get(address("cancel", foreign.key, "xb")).status_code == 403
    assert curator.get(address("cancel", foreign.key)).status_code == 404


@on("2031-05-01 12:00")
def test_desk_lists_elections_with_their_steps(election: Election, curator: Client, arcadia: ElectionCenter) -> None:
    html = curator.get(reverse("desk-elections", args=["xa"])).content.decode()
    assert KEY in html
    assert "Postpone it" in html

    auditor = client_of(given_member(Role.AUDITOR, arcadia.jurisdiction, email="auditor@fictional.example"))
    html = auditor.get(reverse("desk-elections", args=["xa"])).content.decode()
    assert KEY in html
    assert "Postpone it" not in html
