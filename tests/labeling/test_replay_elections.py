"""Two elections that did not go as planned, replayed through the desk: what pages, calendars and labels said each day.

The Romanian presidential election of 2024 was annulled and held again; the French parliament was elected early.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from freezegun import freeze_time
from freezegun.api import FrozenDateTimeFactory
from icalendar import Calendar

from accounts.models import Role, User
from centers.models import Election, Jurisdiction, Proposal, PublishedChange
from centers.pagecache import publications
from labeling import shown_labels
from labeling.models import ContentItem, Label, Platform
from labeling.standing import standings_forget
from tests.factories import CenterFactory, ElectionFactory, JurisdictionFactory, KeyDateFactory, RoundFactory
from tests.members import client_of, given_member

pytestmark = pytest.mark.django_db

SOURCE = "https://wahl.example.org/decision"
#: A rule as such laws have them; the number is made up.
RULE: dict[str, Any] = {
    "rule_days": 30, "rule_unit": "days", "rule_direction": "before", "rule_round": 1, "rule_anchor": "first_day",
    "rule_shift": "keep",
}  # fmt: skip


@pytest.fixture
def clock() -> Iterator[FrozenDateTimeFactory]:
    """The day on which the story stands."""
    # Made before time stands still: a moment that is made afterwards cannot be written as JSON.
    assert shown_labels._MOMENT
    with freeze_time("2024-05-01 10:00", tick=False) as told:
        yield told  # type: ignore[misc]


class Desk:
    """Two people at the desk of a place, and what everybody else sees."""

    def __init__(self, place: Jurisdiction, told: FrozenDateTimeFactory) -> None:
        self.place, self.told = place, told

    def on(self, day: str) -> None:
        """The day has come."""
        self.told.move_to(f"{day} 10:00")
        publications.forget()
        standings_forget()
        # Their sessions would have ended meanwhile.
        self._signed: dict[str, Client] = {}

    def _client(self, role: Role) -> Client:
        if role not in self._signed:
            email = f"{role}@fictional.example"
            user = User.objects.filter(email=email).first() or given_member(role, self.place, email=email)
            self._signed[role] = client_of(user)
        return self._signed[role]

    def propose(self, key: str, step: str, /, **given: str) -> tuple[str, Proposal]:
        """The guided change: looked at first, then proposed; the page that showed what it does, and the proposal."""
        client = self._client(Role.CURATOR)
        address = reverse("election-change", args=[self.place.code, key]) + f"?step={step}"
        form = client.get(address).content.decode()
        submission = re.search(r'name="submission" value="([^"]+)"', form)
        assert submission, form
        entered = {"reason": "It was announced.", "source": SOURCE, "submission": submission[1]} | given
        shown = client.post(address, entered).content.decode()
        digest = re.search(r'name="propose" value="([^"]+)"', shown)
        assert digest, re.sub(r"<[^>]+>|\s+", " ", shown)
        assert not Proposal.objects.waiting().exists(), "looking makes nothing"
        response = client.post(address, entered | {"propose": digest[1]})
        proposal = Proposal.objects.waiting().get()
        assert response["location"] == reverse("proposal", args=[self.place.code, proposal.pk])
        return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", shown)), proposal

    def publish(self, proposal: Proposal) -> None:
        """Somebody else approves it."""
        address = reverse("proposal-decide", args=[self.place.code, proposal.pk])
        given = {"decision": "approve", "revision": str(proposal.revision), "note": ""}
        assert self._client(Role.PUBLISHER).post(address, given).status_code == 302
        publications.forget()
        standings_forget()

    def step(self, key: str, step: str, /, **given: str) -> str:
        """Proposed by one, published by another; what was foretold."""
        shown, proposal = self.propose(key, step, **given)
        self.publish(proposal)
        return shown

    def page(self) -> str:
        """The text of the centre's page in English."""
        html = Client().get(f"/en/centers/{self.place.code}/").content.decode()
        return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))

    def calendar(self) -> dict[str, tuple[str, str, int]]:
        """Day, status and sequence of each event by its id."""
        body = Client().get(f"/en/centers/{self.place.code}/calendar.ics").content
        events = Calendar.from_ical(body.decode()).walk("VEVENT")
        return {
            str(event["uid"]).removesuffix("@election-centers"): (
                event["dtstart"].dt.isoformat(), str(event["status"]), int(event["sequence"]),
            )
            for event in events
        }  # fmt: skip

    def label(self, external_id: str = "1") -> dict[str, Any]:
        """The label on a video, as platforms get it."""
        (item,) = Client().get(f"/api/v1/labels/?uri=fictional:{external_id}").json()["items"]
        return dict(item["labels"][0])


@pytest.fixture
def desk(db: None, clock: FrozenDateTimeFactory) -> Callable[[str, str, str], Desk]:
    """Make the desk of a place."""

    def make(code: str, name: str, zone: str) -> Desk:
        place = JurisdictionFactory.create(code=code, name=name, languages=[code], time_zones=[zone], native_names={})
        CenterFactory.create(jurisdiction=place)
        return Desk(place, clock)

    return make


def given_label(election: Election) -> None:
    platform = Platform.objects.create(key="fictional", name="Fictional platform", is_demo=True)
    item = ContentItem.objects.create(platform=platform, external_id="1", created_at=dt.datetime.now(dt.UTC))
    Label.objects.create(
        item=item, kind="election", jurisdiction=election.jurisdiction, election=election, state="applied",
        confidence=0.9, decided_at=dt.datetime.now(dt.UTC),
    )  # fmt: skip


def test_romanian_presidential_election_of_2024(desk: Callable[[str, str, str], Desk]) -> None:  # noqa: PLR0915 -- one story
    romania = desk("ro", "Romania", "Europe/Bucharest")
    romania.on("2024-11-20")
    election = ElectionFactory(
        key="ro.president.2024", jurisdiction=romania.place, type="president",
        name_en="Presidential election 2024", name_de="", name_ro="Alegerile prezidențiale 2024",
    )  # fmt: skip
    RoundFactory(election=election, days=[dt.date(2024, 11, 24)])
    KeyDateFactory(election=election, day=dt.date(2024, 10, 25), time_zone="Europe/Bucharest", **RULE)
    given_label(election)
    assert "Sunday, 24 November 2024" in romania.page()
    assert romania.label()["text"] == "This video is about an election."

    romania.on("2024-11-25")
    romania.step("ro.president.2024", "held")
    assert "Voting has ended" in romania.page()
    before = romania.calendar()
    assert before["ro.president.2024-r1-d1"][:2] == ("2024-11-24", "CONFIRMED")

    romania.on("2024-12-06")
    foretold = romania.step("ro.president.2024", "annul", on="2024-12-06")
    assert "2024-11-24" not in foretold
    assert "Sunday 24 November 2024 · CONFIRMED" in foretold
    assert "Sunday 24 November 2024 · CANCELLED" in foretold
    assert "1 labels of ro.president.2024" in foretold
    assert "an election that was annulled" in foretold
    annulled = romania.calendar()
    assert annulled["ro.president.2024-r1-d1"][:2] == ("2024-11-24", "CANCELLED")
    assert annulled["ro.president.2024-r1-d1"][2] > before["ro.president.2024-r1-d1"][2]
    page = romania.page()
    assert "Annulled : 6 December 2024" in page or "Annulled: 6 December 2024" in page
    assert "The date of 24 November 2024 no longer holds." in page
    assert "Voting has ended" not in page
    label = romania.label()
    assert label["text"] == "This video is about an election that was annulled."
    assert (label["election_status"], label["replaced_by"]) == ("annulled", None)

    romania.on("2025-01-16")
    foretold = romania.step(
        "ro.president.2024", "rerun", key="ro.president.2025", first="2025-05-04", second_first="2025-05-18"
    )
    assert "Friday 4 April 2025 · by rule: 30 days before the first polling day of round 1" in foretold
    rerun = Election.objects.get(key="ro.president.2025")
    assert (rerun.name_ro, rerun.replaces) == ("Alegerile prezidențiale 2025", election)
    assert rerun.key_dates.get().day == dt.date(2025, 4, 4)
    calendar = romania.calendar()
    assert calendar["ro.president.2024-r1-d1"][1] == "CANCELLED", "it stays in the file"
    assert calendar["ro.president.2025-r1-d1"][:2] == ("2025-05-04", "CONFIRMED")
    assert calendar["ro.president.2025-r2-d1"][:2] == ("2025-05-18", "CONFIRMED")
    page = romania.page()
    assert "New election: Sunday, 4 May 2025" in page
    assert "Held instead of" in page
    label = romania.label()
    assert label["text"] == "This video is about an election that was annulled. New election: 4 May 2025"
    assert label["replaced_by"] == "ro.president.2025"
    assert label["link"].endswith("/en/centers/ro/")

    romania.on("2025-05-05")
    assert "Annulled" in romania.page(), "it is told until the new election is over"
    romania.step("ro.president.2025", "held")
    assert romania.label()["text"].endswith("New election: 18 May 2025")
    romania.on("2025-05-19")
    romania.step("ro.president.2025", "held")
    rerun.refresh_from_db()
    assert (rerun.status, [one.status for one in rerun.rounds.all()]) == ("held", ["held", "held"])
    assert "no longer holds" not in romania.page()
    assert PublishedChange.objects.filter(record__startswith="election:").count() == 4


def test_french_parliamentary_election_of_2024(desk: Callable[[str, str, str], Desk]) -> None:
    france = desk("fr", "France", "Europe/Paris")
    france.on("2024-06-08")
    election = ElectionFactory(
        key="fr.parliament.2027", jurisdiction=france.place, status="expected", name_en="Parliamentary election",
        name_de="", name_fr="Élections législatives", expected_from=dt.date(2024, 6, 8),
        expected_to=dt.date(2027, 6, 30), date_basis="deadline",
    )  # fmt: skip
    given_label(election)
    assert "At the latest by 30 June 2027" in france.page()
    assert not france.calendar()

    # On 9 June, the day of the European election, parliament was dissolved.
    france.on("2024-06-10")
    foretold = france.step("fr.parliament.2027", "schedule", first="2024-06-30")
    assert "Sunday 30 June 2024 · Scheduled" in foretold
    assert "Sunday, 30 June 2024" in france.page()
    first = france.calendar()["fr.parliament.2027-r1-d1"]
    assert first[:2] == ("2024-06-30", "CONFIRMED")
    assert france.label()["election_status"] == "scheduled"

    france.on("2024-07-01")
    france.step("fr.parliament.2027", "run-off", first="2024-07-07")
    election.refresh_from_db()
    assert [one.status for one in election.rounds.order_by("number")] == ["held", "scheduled"]
    assert "Sunday, 7 July 2024" in france.page()
    calendar = france.calendar()
    assert calendar["fr.parliament.2027-r2-d1"][:2] == ("2024-07-07", "CONFIRMED")
    assert calendar["fr.parliament.2027-r1-d1"][2] > first[2]

    france.on("2024-07-08")
    france.step("fr.parliament.2027", "held")
    election.refresh_from_db()
    assert election.status == "held"
    assert "Voting has ended" in france.page()
    assert france.label()["text"] == "This video is about an election."
