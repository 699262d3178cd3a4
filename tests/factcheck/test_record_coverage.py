"""Spells of cover follow what partners' records say, and nothing is assumed."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from accounts.models import Role
from centers.models import ElectionCenter
from factcheck.coverage import State, board_load, distance
from factcheck.models import CoverHours, CoverPlan, CoverSpell, FactCheckPartner, PartnerKey
from factcheck.services.coverage_record import coverage_record
from factcheck.services.hours_set import PlanChangedError, hours_set
from factcheck.services.partner_change import partner_contact_change, partner_contract_change
from factcheck.services.partner_key import (
    partner_key_create,
    partner_key_find,
    partner_key_revoke,
    partner_key_use,
)
from factcheck.tasks import coverage_record as beat
from labeling.services.api_key import api_key_find
from tests.factcheck.partners import EVERY_DAY, OFFICE, VERIFIED, given_checker, given_hours, given_partner
from tests.factories import JurisdictionFactory
from tests.members import given_member

pytestmark = pytest.mark.django_db
TODAY = dt.date(2031, 6, 1)


@pytest.fixture(autouse=True)
def _june(monkeypatch: pytest.MonkeyPatch) -> None:
    at(monkeypatch, TODAY)


def at(monkeypatch: pytest.MonkeyPatch, day: dt.date) -> None:
    moment = dt.datetime.combine(day, dt.time(12), dt.UTC)
    monkeypatch.setattr(timezone, "now", lambda: moment)


def spells(**narrowed: Any) -> list[tuple[str, str, str, dt.date, dt.date | None]]:
    found = CoverSpell.objects.filter(**narrowed).order_by("country", "language", "days", "since")
    return [(one.country, one.days, one.cover, one.since, one.until) for one in found]


def test_cover_is_unknown_when_nobody_told_hours() -> None:
    given_partner()
    assert spells() == [
        ("xa", "weekday", "unknown", VERIFIED, None),
        ("xa", "weekend", "unknown", VERIFIED, None),
    ]


def test_recording_twice_changes_nothing(arcadia: ElectionCenter) -> None:
    given_partner()
    before = list(CoverSpell.objects.values())
    version = ElectionCenter.objects.get(pk=arcadia.pk).version
    assert coverage_record() == set()
    assert list(CoverSpell.objects.values()) == before
    assert ElectionCenter.objects.get(pk=arcadia.pk).version == version


def test_hours_end_what_was_unknown_and_begin_what_is_known(arcadia: ElectionCenter) -> None:
    partner = given_partner()
    version = ElectionCenter.objects.get(pk=arcadia.pk).version
    given_hours(partner, OFFICE)
    assert spells() == [
        ("xa", "weekday", "unknown", VERIFIED, TODAY),
        ("xa", "weekday", "all", TODAY, None),
        ("xa", "weekend", "unknown", VERIFIED, TODAY),
    ]
    assert ElectionCenter.objects.get(pk=arcadia.pk).version > version


def test_spell_that_never_held_a_day_leaves_no_trace() -> None:
    partner = given_partner()
    given_hours(partner, OFFICE)
    given_hours(partner, EVERY_DAY)
    given_hours(partner, OFFICE | {5: "9-12"})
    assert spells(since=TODAY) == [("xa", "weekday", "all", TODAY, None), ("xa", "weekend", "some", TODAY, None)]


def test_earlier_hours_stay_in_the_history(monkeypatch: pytest.MonkeyPatch) -> None:
    partner = given_partner()
    first = given_hours(partner, OFFICE)
    at(monkeypatch, TODAY + dt.timedelta(days=9))
    second = given_hours(partner, EVERY_DAY)
    first.refresh_from_db()
    assert (first.until, second.since, second.until) == (TODAY + dt.timedelta(days=9), first.until, None)
    assert CoverHours.objects.filter(plan=first).count() == 5
    assert spells(days="weekend", cover="all") == [("xa", "weekend", "all", TODAY + dt.timedelta(days=9), None)]


def test_same_hours_again_change_nothing() -> None:
    partner = given_partner()
    assert given_hours(partner, OFFICE).pk == given_hours(partner, OFFICE).pk
    assert CoverPlan.objects.count() == 1


def test_contract_begins_and_ends_by_the_calendar(monkeypatch: pytest.MonkeyPatch) -> None:
    partner = given_partner()
    begins, ends = TODAY + dt.timedelta(days=10), TODAY + dt.timedelta(days=20)
    partner_contract_change(partner=partner, by=None, begins=begins, ends=ends)
    assert not CoverSpell.objects.on(TODAY).exists()
    at(monkeypatch, begins)
    beat()
    assert CoverSpell.objects.on(begins).count() == 2
    at(monkeypatch, ends)
    beat()
    assert CoverSpell.objects.lasting().count() == 2
    at(monkeypatch, ends + dt.timedelta(days=1))
    beat()
    assert not CoverSpell.objects.lasting().exists()
    assert CoverSpell.objects.on(ends).count() == 2


def test_suspended_organisation_covers_nothing() -> None:
    partner = given_partner()
    partner.organisation.vetting = "suspended"
    partner.organisation.save()
    assert coverage_record() == {"xa"}
    assert not CoverSpell.objects.lasting().exists()


@pytest.mark.parametrize(("begins", "ends"), [(None, TODAY), (TODAY, TODAY - dt.timedelta(days=1))])
def test_contract_is_refused_when_it_ends_before_it_begins(begins: dt.date | None, ends: dt.date) -> None:
    partner = given_partner()
    with pytest.raises(ValidationError):
        partner_contract_change(partner=partner, by=None, begins=begins, ends=ends)
    partner.refresh_from_db()
    assert partner.contract_until is None


@pytest.mark.parametrize("url", ["http://plain.example/", "javascript:alert(1)", "no address"])
def test_contact_is_refused_when_voters_could_not_follow_it(url: str) -> None:
    partner = given_partner()
    with pytest.raises(ValidationError):
        partner_contact_change(partner=partner, by=None, url=url, email="")
    partner.refresh_from_db()
    assert partner.contact_url == ""


def test_hours_are_kept_by_the_partners_people_and_operators_only(arcadia: ElectionCenter) -> None:
    place = arcadia.jurisdiction
    elsewhere = JurisdictionFactory(code="xb")
    partner, other = given_partner(), given_partner("Other Desk")
    may = [
        given_checker(partner),
        given_checker(partner, place, "here"),
        given_checker(partner, place.parent, "union"),
        given_member(Role.OPERATOR, None, email="operator@fictional.example"),
        given_member(Role.OPERATOR, place, email="operator-here@fictional.example"),
    ]
    may_not = [
        given_checker(other, None, "other"),
        given_checker(partner, elsewhere, "elsewhere"),
        given_member(Role.OPERATOR, elsewhere, email="operator-there@fictional.example"),
        given_member(Role.MODERATOR, None, email="moderator@fictional.example"),
        given_member(Role.AUDITOR, None, email="auditor@fictional.example"),
    ]
    for user in may:
        hours_set(partner=partner, by=user, time_zone="Europe/Vienna", week={}, note=user.email)
    for user in may_not:
        with pytest.raises(PermissionDenied):
            hours_set(partner=partner, by=user, time_zone="Europe/Vienna", week={}, note=user.email)
        with pytest.raises(PermissionDenied):
            partner_contact_change(partner=partner, by=user, url="", email="")
        with pytest.raises(PermissionDenied):
            partner_key_create(partner=partner, by=user, name="Mine")
    with pytest.raises(PermissionDenied):
        partner_contract_change(partner=partner, by=may[0], begins=None, ends=None)
    assert not PartnerKey.objects.exists()


def test_hours_are_refused_when_others_were_entered_meanwhile() -> None:
    partner = given_partner()
    held = given_hours(partner, OFFICE)
    with pytest.raises(PlanChangedError):
        hours_set(partner=partner, by=None, time_zone="Europe/Vienna", week={}, seen=0)
    assert CoverPlan.objects.get(until=None) == held


def test_key_opens_until_it_is_taken_back() -> None:
    partner = given_partner()
    raw = partner_key_create(partner=partner, by=None, name="Roster")
    key = partner_key_find(raw)
    assert key is not None
    assert key.partner == partner
    assert raw.removeprefix("ecf_") not in str(PartnerKey.objects.values().get())
    partner_key_use(key=key)
    key.refresh_from_db()
    assert key.last_used_on == TODAY
    assert partner_key_find(raw[:-1] + ("A" if raw[-1] != "A" else "B")) is None
    # A platform's keys are another family: neither opens the other's doors.
    assert api_key_find(raw) is None
    assert partner_key_find(raw.replace("ecf_", "ec_")) is None
    partner_key_revoke(key=key, by=None)
    assert partner_key_find(raw) is None


def test_gap_names_the_nearest_who_read_the_language(union: ElectionCenter) -> None:
    for code, languages in {"ie": ["en", "ga"], "mt": ["mt", "en"], "be": ["nl"]}.items():
        JurisdictionFactory(code=code, languages=languages, parent=union.jurisdiction)
    given_partner("Near Desk", countries=["be"], languages=["nl", "en"])
    given_partner("Far Desk", countries=["mt"], languages=["en"])
    given_partner("Outside Desk", countries=["zz"], languages=["en"])
    board = board_load(TODAY)
    english, irish = next(one for one in board.states if one.place.code == "ie").rows
    assert english.has_gap
    assert [str(one.partner) for one in english.cells[0].nearest] == ["Near Desk", "Far Desk", "Outside Desk"]
    assert irish.cells[1].state == State.NONE
    assert irish.cells[1].nearest == ()
    assert distance("ie", "be") < distance("ie", "mt") < distance("ie", "zz")


def test_board_of_an_earlier_day_shows_what_was_known_then(
    arcadia: ElectionCenter, monkeypatch: pytest.MonkeyPatch
) -> None:
    partner = given_partner()
    at(monkeypatch, TODAY + dt.timedelta(days=30))
    given_hours(partner, OFFICE)
    weekday, weekend = board_load(TODAY + dt.timedelta(days=30)).states[0].rows[0].cells
    assert (weekday.state, weekday.since) == (State.ALL, TODAY + dt.timedelta(days=30))
    assert weekend.is_gap
    before = board_load(TODAY).states[0].rows[0].cells
    assert [cell.state for cell in before] == [State.UNKNOWN, State.UNKNOWN]
    assert all(cell.is_gap for cell in board_load(VERIFIED - dt.timedelta(days=1)).states[0].rows[0].cells)


def test_cell_is_as_good_as_its_best_partner(arcadia: ElectionCenter) -> None:
    given_partner("Unknown Desk")
    given_hours(given_partner("Some Desk"), {0: "9-12"})
    given_hours(given_partner("Office Desk"), OFFICE)
    board = board_load(TODAY)
    weekday, weekend = board.states[0].rows[0].cells
    assert [str(one.partner) for one in weekday.covering] == ["Office Desk", "Some Desk", "Unknown Desk"]
    assert (weekday.state, weekend.state) == (State.ALL, State.UNKNOWN)
    assert (board.count(State.ALL), board.count(State.UNKNOWN), board.size) == (1, 1, 2)


def test_partner_in_other_languages_stands_apart(arcadia: ElectionCenter) -> None:
    given_partner("Basque Desk", languages=["eu"])
    state = board_load(TODAY).states[0]
    assert [str(one) for one in state.others] == ["Basque Desk"]
    assert state.has_gap


def test_partner_is_reached_at_its_own_pages_where_no_other_is_known() -> None:
    partner = given_partner()
    assert partner.contact == "https://fablonia-fact-desk.example/"
    partner_contact_change(partner=partner, by=None, url="https://desk.example/ask", email="desk@desk.example")
    assert FactCheckPartner.objects.get().contact == "https://desk.example/ask"
