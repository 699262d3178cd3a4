"""What a change does to what people read: pages, calendar, labels, each as it is and as it would be.

A snapshot is taken twice, before the change and within it before it is rolled back (`centers.services.change_preview`),
so that nothing is foretold that would not be so.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from django.utils import translation

from centers.calendar import calendar_events
from centers.dates_from_rules import place_calendar, rule_of
from centers.followers import Following, following
from centers.models import Audience, Election, Jurisdiction, KeyDate
from centers.pagecache import Publication, center_touch, publications_read
from centers.reading import CenterFacts, center_load
from centers.upcoming import Timing, Upcoming, day_shown, headline, held_instead, upcoming_elections

_NOTHING: Final = "–"

#: Heading and what, to how it stands.
Snapshot = dict[tuple[str, str], str]


class Effect(NamedTuple):
    """What differs: under which heading, of what, before and after. A dash stands for nothing."""

    heading: str
    what: str
    before: str
    after: str


def snapshot(place: Jurisdiction, keys: Sequence[str], *, touched: bool = False) -> Snapshot:
    """How things stand for these elections of a place; `touched` within a change, which pages show as published."""
    if touched:
        center_touch(codes=[place.code])
    publication = publications_read()[place.code]
    facts = center_load(place.code)
    today = publication.today()
    with translation.override("en"):
        found = (
            *_dates(facts, keys),
            *_pages(facts, keys, today),
            *_calendar(facts, publication, keys),
            *following(keys),
        )
        return {(one.heading, one.what): one.says for one in found}


def effects(before: Snapshot, after: Snapshot) -> list[Effect]:
    """What differs, in the order in which it is read."""
    names = list(dict.fromkeys((*after, *before)))
    order = {heading: place for place, heading in enumerate(dict.fromkeys(heading for heading, _ in names))}
    found = [Effect(*name, before.get(name, _NOTHING), after.get(name, _NOTHING)) for name in names]
    return sorted((one for one in found if one.before != one.after), key=lambda one: order[one.heading])


def day_said(day: dt.date) -> str:
    """A day as the workspace writes it: "Sunday 8 June 2031"."""
    return f"{day:%A} {day.day} {day:%B %Y}"


def _dates(facts: CenterFacts, keys: Sequence[str]) -> Iterator[Following]:
    for election in facts.elections:
        if election.key not in keys:
            continue
        yield Following("Elections", election.key, _election_said(election))
        for one in election.rounds.all():
            days = ", ".join(day_said(day.date) for day in sorted(one.polling_days.all(), key=lambda day: day.date))
            name = f"{election.key}, round {one.number}"
            yield Following("Polling days", name, f"{days or _NOTHING} · {one.get_status_display()}")
    for date in facts.key_dates:
        if date.election.key in keys:
            audience = "" if date.audience == Audience.EVERYONE else f", {date.get_audience_display()}"
            yield Following("Key dates", f"{date.get_kind_display()}{audience} ({date.election.key})", date_said(date))


def _election_said(election: Election) -> str:
    said = str(election.get_status_display())
    if election.status_since:
        said += f" since {day_said(election.status_since)}"
    return f"{said} · instead of {election.replaces.key}" if election.replaces else said


def date_said(date: KeyDate) -> str:
    """A key date, with its rule and what the rule counts by."""
    if date.day:
        said = day_said(date.day)
    elif date.instant:
        local = date.instant.astimezone(ZoneInfo(date.time_zone))
        said = f"{day_said(local.date())}, {local:%H:%M}"
    else:
        said = _NOTHING
    rule = rule_of(date)
    return f"{said} · by rule: {rule}. {place_calendar(date.jurisdiction.ocd_id).says}" if rule else f"{said} · fixed"


def _pages(facts: CenterFacts, keys: Sequence[str], today: dt.date) -> Iterator[Following]:
    coming = upcoming_elections(facts.elections, today)
    lead = headline(coming)
    first = _upcoming_said(lead) if lead else "No date is known yet."
    yield Following("Pages", "The centre’s next election", first)
    shown = {item.election.key: item for item in coming}
    instead = held_instead(facts.elections)
    for election in facts.elections:
        if election.key not in keys:
            continue
        item = shown.get(election.key)
        newer = instead.get(election.pk)
        said = _upcoming_said(item) if item else "Not among the coming elections"
        if newer and (day := day_shown(newer, today)):
            said += f". New election: {day_said(day)}"
        yield Following("Pages", f"The centre and the list of elections: {election.key}", said)


def _upcoming_said(item: Upcoming) -> str:
    name = item.election.name_en or item.election.name  # type: ignore[attr-defined]
    if item.timing == Timing.CALLED_OFF:
        return f"{name}: {item.election.get_status_display().lower()}" + (
            f", the date of {day_said(item.first)} no longer holds" if item.first else ""
        )
    if item.timing == Timing.CALLED and item.first:
        return f"{name}: {day_said(item.first)}"
    return f"{name}: expected" + (f" until {day_said(item.last)}" if item.last else "")


def _calendar(facts: CenterFacts, publication: Publication, keys: Sequence[str]) -> Iterator[Following]:
    for event in calendar_events(facts, publication, "en", ""):
        uid = str(event["uid"])
        if not any(uid.startswith((f"{key}-", f"{key}@")) for key in keys):
            continue
        day = event.start.date() if isinstance(event.start, dt.datetime) else event.start
        says = f"{day_said(day)} · {event['status']} · SEQUENCE {event['sequence']}"
        yield Following("Calendar entries", uid, says)
