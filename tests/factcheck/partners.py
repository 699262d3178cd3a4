"""Fictional fact-checkers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from accounts.models import Membership, Role, User
from centers.models import Jurisdiction
from factcheck.hours import spans_parse
from factcheck.models import CoverPlan, FactCheckPartner
from factcheck.services.coverage_record import coverage_record
from factcheck.services.hours_set import hours_set
from factcheck.services.partner_key import partner_key_create
from tests.factories import OrganisationFactory

VERIFIED = dt.date(2031, 3, 1)
OFFICE = dict.fromkeys(range(5), "09:00-17:00")
EVERY_DAY = dict.fromkeys(range(7), "00:00-24:00")


def given_partner(name: str = "Fablonia Fact Desk", *, recorded: bool = True, **values: Any) -> FactCheckPartner:
    """A partner that checks facts for Arcadia (`xa`) in German; its cover is recorded."""
    key = name.lower().replace(" ", "-")
    organisation = OrganisationFactory(
        key=key, kind="fact_checker", name=name, name_en=name, url=f"https://{key}.example/"
    )
    fields = {"countries": ["xa"], "languages": ["de"], "verified_on": VERIFIED} | values
    partner = FactCheckPartner.objects.create(organisation=organisation, **fields)
    if recorded:
        coverage_record()
    return partner


def given_desk(name: str = "Fablonia Fact Desk", **values: Any) -> FactCheckPartner:
    """A partner that is reached by what is offered to it: its system has a key."""
    partner = given_partner(name, **values)
    partner_key_create(partner=partner, by=None, name="Roster")
    return partner


def given_hours(partner: FactCheckPartner, week: Mapping[int, str], by: User | None = None) -> CoverPlan:
    """The partner works so, in the time zone of Vienna."""
    parsed = {day: spans_parse(written) for day, written in week.items()}
    return hours_set(partner=partner, by=by, time_zone="Europe/Vienna", week=parsed, note="Fictional roster")


def given_checker(partner: FactCheckPartner, place: Jurisdiction | None = None, name: str = "carla") -> User:
    """Somebody who checks facts for the partner."""
    user = User.objects.create_user(f"{name}@checkers.example")
    Membership.objects.create(user=user, organisation=partner.organisation, role=Role.FACT_CHECKER, jurisdiction=place)
    return user
