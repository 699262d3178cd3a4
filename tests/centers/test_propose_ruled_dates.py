"""Key dates that follow from the vote: proposed anew when it moves, never changed silently."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from accounts.models import User
from centers.curation import CurationError
from centers.models import Election, ElectionCenter, KeyDate, Proposal, PublishedChange
from centers.services.change_undo import change_undo, proposal_undo
from centers.services.proposal_decide import proposal_approve
from tests.centers.curators import proposed, wish
from tests.factories import ElectionFactory, JurisdictionFactory, KeyDateFactory, RoundFactory

pytestmark = pytest.mark.django_db

POLLING = dt.date(2031, 6, 8)
RULE: dict[str, Any] = {
    "rule_days": 20, "rule_unit": "days", "rule_direction": "before", "rule_round": 1, "rule_anchor": "first_day",
    "rule_shift": "keep",
}  # fmt: skip
DATE = "date:xa.parliament.2031/xa/registration_deadline/everyone"
ROUND = "round:xa.parliament.2031/1"


@pytest.fixture
def election(arcadia: ElectionCenter) -> Election:
    election = ElectionFactory(jurisdiction=arcadia.jurisdiction, key="xa.parliament.2031")
    RoundFactory(election=election, days=[POLLING])
    return election


@pytest.fixture
def ruled(election: Election) -> KeyDate:
    return KeyDateFactory(election=election, day=dt.date(2031, 5, 19), **RULE)


def approved(proposal: Proposal, by: User) -> Proposal:
    return proposal_approve(proposal=proposal, by=by, revision=proposal.revision)


def refused(author: User, *wishes: Any) -> dict[str, list[str]]:
    with pytest.raises(CurationError) as caught:
        proposed(author, *wishes)
    return caught.value.errors


def test_rule_gives_the_day(election: Election, curator: User, publisher: User) -> None:
    proposal = proposed(curator, wish(DATE, "create", time_zone="Europe/Vienna", **RULE))

    assert proposal.fields["day"] == "2031-05-19", "what is approved is a day, not a promise"
    approved(proposal, publisher)
    assert KeyDate.objects.get().day == dt.date(2031, 5, 19)


def test_rule_with_an_hour_gives_a_moment(election: Election, curator: User) -> None:
    proposal = proposed(curator, wish(DATE, "create", time_zone="Europe/Vienna", rule_time="18:00", **RULE))

    assert (proposal.fields["day"], proposal.fields["instant"]) == (None, "2031-05-19T16:00:00+00:00")


def test_changed_rule_changes_the_day_with_it(ruled: KeyDate, curator: User) -> None:
    proposal = proposed(curator, wish(DATE, rule_days=21))

    assert proposal.fields == {"rule_days": 21, "day": "2031-05-18"}
    assert proposal.base == {"rule_days": 20, "day": "2031-05-19"}


def test_fixed_date_takes_no_rule_with_it(ruled: KeyDate, curator: User, publisher: User) -> None:
    cleared = dict.fromkeys(RULE, "") | {"day": "2031-05-02"}
    approved(proposed(curator, wish(DATE, **cleared)), publisher)

    ruled.refresh_from_db()
    assert (ruled.day, ruled.rule_days, ruled.rule_unit) == (dt.date(2031, 5, 2), None, "")


@pytest.mark.parametrize(
    ("fields", "where", "says"),
    [
        ({"day": "2031-05-20"}, "day", "By its rule"),
        ({"rule_unit": ""}, "rule_unit", "Clear all of its fields for a fixed date"),
        ({"rule_days": "many"}, "rule_days", "whole number"),
        ({"rule_days": "-1"}, "rule_days", "from 0 to 400"),
        ({"rule_days": "401"}, "rule_days", "from 0 to 400"),
        ({"rule_round": "2"}, "rule_round", "Round 2 has no polling day yet"),
        ({"rule_time": "half six"}, "rule_time", "HH:MM"),
        ({"rule_direction": "after"}, "day", "after the vote"),
        ({"rule_days": "70", "rule_time": "02:30"}, "rule_time", "clocks go forward"),
        ({"time_zone": "Mars/Olympus"}, "time_zone", "Choose a time zone of the place"),
        ({"instant": "2031-05-19T18:00[Mars/Olympus]"}, "instant", "no time zone"),
        ({"instant": "2031-05-19T18:00+05:00[Europe/Vienna]"}, "instant", "are +02:00 from UTC then"),
        ({"instant": "2031-03-30T02:30[Europe/Vienna]"}, "instant", "clocks go forward"),
        ({"instant": "2031-05-19T18:00"}, "instant", "how far from UTC"),
        ({"instant": "soon"}, "instant", "Give a date and time"),
    ],
)
def test_wrong_date_is_refused_beside_its_field(
    ruled: KeyDate, curator: User, fields: dict[str, Any], where: str, says: str
) -> None:
    errors = refused(curator, wish(DATE, **fields))

    assert says in " ".join(errors[where]), errors
    assert not Proposal.objects.exists()


def test_local_time_of_a_zone_is_a_moment(election: Election, curator: User) -> None:
    for given in ("2031-05-19T18:00[Europe/Vienna]", "2031-05-19T18:00+02:00[Europe/Vienna]", "2031-05-19T18:00+02:00"):
        proposal = proposed(curator, wish(DATE, "create", time_zone="Europe/Vienna", instant=given))
        assert proposal.fields["instant"] == "2031-05-19T16:00:00+00:00"


def test_registration_after_the_vote_is_refused(election: Election, curator: User) -> None:
    errors = refused(curator, wish(DATE, "create", time_zone="Europe/Vienna", day="2031-06-09"))

    assert errors == {"day": ["This is after the vote, whose last polling day is 2031-06-08."]}


def test_overlapping_rounds_are_refused(election: Election, curator: User) -> None:
    errors = refused(curator, wish("round:xa.parliament.2031/2", "create", polling_days=["2031-06-08"]))

    assert errors == {"polling_days": ["Round 1 ends on 2031-06-08: this round must begin after it."]}


def test_vote_moved_alone_has_its_dates_proposed_anew(ruled: KeyDate, curator: User, publisher: User) -> None:
    moving = proposed(curator, wish(ROUND, polling_days=["2031-06-22"]))
    assert Proposal.objects.count() == 1, "nothing follows before the vote has moved"
    approved(moving, publisher)

    ruled.refresh_from_db()
    assert ruled.day == dt.date(2031, 5, 19), "a rule changes nothing by itself"
    following = Proposal.objects.get(record=DATE)
    assert following.fields == {"day": "2031-06-02"}
    assert (following.status, following.author, following.source) == ("open", curator, moving.source)
    assert following.reason.startswith("The vote has other polling days")
    approved(following, publisher)
    ruled.refresh_from_db()
    assert ruled.day == dt.date(2031, 6, 2)
    assert Proposal.objects.count() == 2, "a moved date moves no other"


def test_what_is_proposed_already_is_not_proposed_twice(ruled: KeyDate, curator: User, publisher: User) -> None:
    moving = proposed(curator, wish(ROUND, polling_days=["2031-06-22"]))
    approved(moving, publisher)
    (line,) = PublishedChange.objects.all()
    change_undo(change=line, by=publisher, reason="Too early")
    approved(proposed(curator, wish(ROUND, polling_days=["2031-06-22"])), publisher)

    assert Proposal.objects.filter(record=DATE).count() == 1


def test_vote_and_its_dates_move_in_one_proposal(ruled: KeyDate, curator: User, publisher: User) -> None:
    """Both ways: neither the vote nor its deadline alone could be published so."""
    for polling, registration in (("2031-05-11", "2031-04-21"), ("2031-08-17", "2031-07-28")):
        moving = proposed(curator, wish(ROUND, polling_days=[polling]), wish(DATE, day=registration))
        approved(moving, publisher)
        ruled.refresh_from_db()
        assert ruled.day == dt.date.fromisoformat(registration)
    assert not Proposal.objects.filter(record=DATE).exists()


def test_deadline_behind_the_vote_holds_up_the_whole_change(ruled: KeyDate, curator: User) -> None:
    errors = refused(curator, wish(ROUND, polling_days=["2031-05-11"]))

    assert "Change that date first" in errors["polling_days"][0]


def test_dates_of_other_places_are_proposed_there(arcadia: ElectionCenter, curator: User, publisher: User) -> None:
    union = arcadia.jurisdiction
    state = JurisdictionFactory(code="xb", parent=union, name="Boeotia")
    election = ElectionFactory(jurisdiction=union, key="xa.parliament.2031")
    RoundFactory(election=election, days=[POLLING])
    for place in (union, state):
        KeyDateFactory(election=election, jurisdiction=place, day=dt.date(2031, 5, 19), **RULE)

    approved(proposed(curator, wish(ROUND, polling_days=["2031-06-22"])), publisher)

    following = Proposal.objects.exclude(record=ROUND).order_by("jurisdiction__code")
    assert [(one.jurisdiction.code, one.fields) for one in following] == [
        ("xa", {"day": "2031-06-02"}),
        ("xb", {"day": "2031-06-02"}),
    ]


def test_all_that_a_proposal_published_is_taken_back_together(ruled: KeyDate, curator: User, publisher: User) -> None:
    moving = proposed(
        curator,
        wish(ROUND, polling_days=["2031-06-22"], moved_from="2031-06-08"),
        wish(DATE, day="2031-06-02"),
        wish("election:xa.parliament.2031", status_since="2031-05-01"),
    )
    approved(moving, publisher)

    lines = proposal_undo(proposal=moving, by=publisher, reason="It was another election")

    assert [line.record for line in lines] == ["election:xa.parliament.2031", DATE, ROUND]
    ruled.refresh_from_db()
    round_ = ruled.election.rounds.get()
    assert ruled.day == dt.date(2031, 5, 19)
    assert ([day.date for day in round_.polling_days.all()], round_.moved_from) == ([POLLING], None)
    assert Proposal.objects.count() == 1, "nothing is left to propose"
    with pytest.raises(CurationError, match=r"changed again|taken back"):
        proposal_undo(proposal=moving, by=publisher, reason="Again")


def test_nothing_is_taken_back_when_a_part_was_changed_since(ruled: KeyDate, curator: User, publisher: User) -> None:
    moving = proposed(curator, wish(ROUND, polling_days=["2031-06-22"]), wish(DATE, day="2031-06-02"))
    approved(moving, publisher)
    approved(proposed(curator, wish(ROUND, polling_days=["2031-06-23"])), publisher)

    with pytest.raises(CurationError, match="changed again"):
        proposal_undo(proposal=moving, by=publisher, reason="Wrong")
    ruled.refresh_from_db()
    assert ruled.day == dt.date(2031, 6, 2)


def test_added_election_is_taken_back_while_nothing_leads_to_it(
    arcadia: ElectionCenter, curator: User, publisher: User
) -> None:
    record = "election:xa.president.2031"
    adding = proposed(
        curator,
        wish(record, "create", name_en="Presidential election 2031", type="president", status="scheduled"),
        wish("round:xa.president.2031/1", "create", polling_days=["2031-06-08"]),
    )
    approved(adding, publisher)
    assert Election.objects.get().rounds.count() == 1

    proposal_undo(proposal=adding, by=publisher, reason="Not called yet")

    assert not Election.objects.exists()
