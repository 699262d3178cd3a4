"""A centre's elections as an iCalendar (RFC 5545, with RFC 7986's name of the calendar).

Polling days are whole days; a deadline known to the minute is a timed event in the place's own time zone.
Expected elections appear only where the law names one day, as tentative events; a period or a latest date
is not an event. The same facts give the same bytes, so that a subscribed calendar is answered from the cache.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from zoneinfo import ZoneInfo

from django.utils.translation import get_language
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from centers import formats
from centers.local_text import LAST_RESORT, LocalText, local_text
from centers.models import Election, ElectionStatus, KeyDate, KeyDateKind, PollingDay, Round
from centers.models.election import DateBasis
from centers.pagecache import Publication
from centers.reading import CenterFacts
from centers.upcoming import CALLED_OFF, day_shown, held_instead

#: Past events of this many days stay, so that subscribers see what was called off.
KEPT = 365
#: Part of every UID; not a host, so a calendar keeps its events when the portal moves.
UID_DOMAIN = "election-centers"


def calendar_of(facts: CenterFacts, publication: Publication, language: str, url: str) -> bytes:
    """The calendar in `language`; `url` is the centre's full address."""
    calendar = Calendar()
    calendar.add("prodid", f"-//Election Centers//Calendar//{language.upper()}")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    place = local_text(facts.place, "name", language, facts.place.languages)
    name = _("Elections: %(place)s") % {"place": place.text}
    calendar.add("name", name, parameters={"language": language})
    # Understood by calendars older than RFC 7986.
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", dt.timedelta(days=1), parameters={"value": "DURATION"})
    calendar.add("url", url)
    for event in calendar_events(facts, publication, language, url):
        calendar.add_component(event)
    if any(date.instant for date in facts.key_dates):
        calendar.add_missing_timezones(first_date=publication.today() - dt.timedelta(days=KEPT))
    return bytes(calendar.to_ical())


def calendar_events(facts: CenterFacts, publication: Publication, language: str, url: str) -> Iterator[Event]:
    """Its events, as they are told of now."""
    for event in _events(facts, language, publication.today()):
        _stamp(event, publication, url)
        yield event


def _stamp(event: Event, publication: Publication, url: str) -> None:
    """What all events share: when they were published, and how often they changed (it only grows)."""
    event.add("dtstamp", publication.published_at.astimezone(dt.UTC).replace(microsecond=0))
    event.add("sequence", sum(version for version, _published in publication.versions))
    event.add("transp", "TRANSPARENT")
    event.add("url", url)


def _events(facts: CenterFacts, language: str, today: dt.date) -> Iterator[Event]:
    earliest, instead = today - dt.timedelta(days=KEPT), held_instead(facts.elections)
    for election in facts.elections:
        name = local_text(election, "name", language, facts.place.languages)
        newer = instead.get(election.pk)
        story = _story(election, day_shown(newer, today) if newer else None, language)
        for round_ in election.rounds.all():
            days = sorted(round_.polling_days.all(), key=lambda day: day.date)
            for index, day in enumerate(days, start=1):
                if day.date >= earliest:
                    yield _polling_event(f"{election.key}-r{round_.number}-d{index}", round_, day, name, story)
        if expected := _expected_day(election):
            yield _expected_event(election, expected, name)
    for date in facts.key_dates:
        name = local_text(date.election, "name", language, facts.place.languages)
        event = _date_event(date, name)
        if date.instant or (date.day and date.day >= earliest):
            yield event


def _story(election: Election, newer: dt.date | None, language: str) -> list[str]:
    """What became of an election that was called off, for its events."""
    if election.status not in CALLED_OFF:
        return []
    lines = []
    if election.status_since:
        lines.append(formats.date_long(election.status_since, language))
    if newer:
        lines.append(_("New election: %(day)s") % {"day": formats.date_long(newer, language)})
    elif election.status == ElectionStatus.POSTPONED:
        lines.append(_("The new date is not known yet."))
    return lines


def _expected_day(election: Election) -> dt.date | None:
    """The one day on which an election is expected, if law or custom names one."""
    names_a_day = election.date_basis == DateBasis.WINDOW and election.expected_from == election.expected_to
    return election.expected_from if election.status == ElectionStatus.EXPECTED and names_a_day else None


def _polling_event(uid: str, round_: Round, day: PollingDay, name: LocalText, story: list[str]) -> Event:
    election, language = round_.election, get_language() or LAST_RESORT
    event = _event(uid, name)
    event.add("dtstart", day.date)
    event.add("dtend", day.date + dt.timedelta(days=1))
    # The same facts give the same bytes: a set has no order of its own.
    called_off = sorted({election.status, round_.status} & CALLED_OFF)
    tentative = round_.status == ElectionStatus.EXPECTED
    event.add("status", "CANCELLED" if called_off else "TENTATIVE" if tentative else "CONFIRMED")
    lines = [_not_called()] if tentative else []
    lines += [str(ElectionStatus(status).label) for status in called_off] + story
    if round_.moved_from and not called_off:
        moved = formats.date_long(round_.moved_from, language)
        lines.append(_("The date of %(first)s no longer holds.") % {"first": moved})
    if round_.number > 1:
        lines.append(_("Second round"))
    if day.opens_at and day.closes_at:
        hours = {
            "opens": formats.clock(day.opens_at, language),
            "closes": formats.clock(day.closes_at, language),
        }
        lines.append(_("Polling stations are open from %(opens)s to %(closes)s.") % hours)
    _describe(event, lines, election.source_url)
    return event


def _expected_event(election: Election, day: dt.date, name: LocalText) -> Event:
    event = _event(f"{election.key}-expected", name)
    event.add("dtstart", day)
    event.add("dtend", day + dt.timedelta(days=1))
    event.add("status", "TENTATIVE")
    _describe(event, [_not_called()], election.source_url)
    return event


def _not_called() -> str:
    return _("Expected on this day by law or custom; not yet officially called.")


def _date_event(date: KeyDate, name: LocalText) -> Event:
    event = Event()
    event.add("uid", f"{date.election.key}-{date.jurisdiction_id}-{date.kind}-{date.audience}@{UID_DOMAIN}")
    event.add("summary", f"{KeyDateKind(date.kind).label} – {name.text}", parameters={"language": name.wanted})
    if date.instant:
        event.add("dtstart", date.instant.astimezone(ZoneInfo(date.time_zone)))
    elif date.day:
        event.add("dtstart", date.day)
        event.add("dtend", date.day + dt.timedelta(days=1))
    off = date.election.status
    event.add("status", "CANCELLED" if off in CALLED_OFF else "CONFIRMED")
    _describe(event, [str(ElectionStatus(off).label)] if off in CALLED_OFF else [], date.source_url)
    return event


def _event(uid: str, name: LocalText) -> Event:
    event = Event()
    event.add("uid", f"{uid}@{UID_DOMAIN}")
    event.add("summary", name.text, parameters={"language": name.language})
    return event


def _describe(event: Event, lines: list[str], source_url: str) -> None:
    language = get_language() or LAST_RESORT
    event.add("description", "\n".join((*lines, f"{_('Source')}{formats.colon(language)} {source_url}")))
