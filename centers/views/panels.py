"""Parts of a centre's page: the days left, its key dates and the rules of the last European election."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from centers import formats
from centers.local_text import LocalText, local_text
from centers.models import Audience, KeyDate, KeyDateKind, LocalRules
from centers.reading import CenterFacts
from centers.upcoming import Timing, Upcoming


@dataclass(frozen=True, slots=True)
class Countdown:
    """ "in 147 days", with the number apart so that a page can set it large wherever the language puts it."""

    before: str
    number: str
    after: str


def countdown(days: int) -> Countdown:
    """The days until polling in words; 0 is today."""
    if days == 0:
        return Countdown(gettext("Today"), "", "")
    words = ngettext("in %(days)s day", "in %(days)s days", days) % {"days": days}
    before, number, after = words.partition(str(days))
    return Countdown(before.strip(), number, after.strip())


@dataclass(frozen=True, slots=True)
class Agenda:
    """One line of the key dates: a day, what happens on it, and for which election."""

    day: dt.date
    label: str
    election: LocalText
    source_url: str
    time: dt.time | None = None
    time_zone: str = ""
    audience: str = ""
    note: LocalText | None = None
    is_past: bool = False


def agenda(facts: CenterFacts, coming: list[Upcoming], language: str, today: dt.date) -> list[Agenda]:
    """Polling days of the elections ahead and their deadlines, by date."""
    # The deadlines of what was called off would send people to offices for nothing.
    ahead = {item.election.pk for item in coming if item.timing != Timing.CALLED_OFF}
    days = [
        line
        for item in coming
        if not item.election.is_indirect
        for line in _polling_lines(item, facts, language, today)
    ]
    dates = [_date_line(date, facts, language, today) for date in facts.key_dates if date.election_id in ahead]
    return sorted((*days, *dates), key=lambda line: (line.day, line.time or dt.time.min))


def _polling_lines(item: Upcoming, facts: CenterFacts, language: str, today: dt.date) -> Iterator[Agenda]:
    name = local_text(item.election, "name", language, facts.place.languages)
    for round_ in item.rounds:
        if round_.is_expected:
            continue
        for day in round_.days:
            label = str(_("Second round") if round_.number > 1 else _("Polling day"))
            yield Agenda(day.date, label, name, item.election.source_url, is_past=day.date < today)


def _date_line(date: KeyDate, facts: CenterFacts, language: str, today: dt.date) -> Agenda:
    local = date.instant.astimezone(ZoneInfo(date.time_zone)) if date.instant else None
    day = local.date() if local else date.day
    if day is None:
        raise ValueError(f"{date} has neither a day nor an instant")
    return Agenda(
        day=day,
        label=str(KeyDateKind(date.kind).label),
        election=local_text(date.election, "name", language, facts.place.languages),
        source_url=date.source_url,
        time=local.time() if local else None,
        time_zone=date.time_zone,
        audience="" if date.audience == Audience.EVERYONE else str(Audience(date.audience).label),
        note=local_text(date, "note", language, facts.place.languages) or None,
        is_past=day < today,
    )


@dataclass(frozen=True, slots=True)
class RulesPanel:
    """The rules of a past European election as label and value; what is not known is left out."""

    record: LocalRules
    year: int
    rows: list[tuple[str, str]]


def rules_panel(rules: LocalRules, language: str) -> RulesPanel:
    """The panel in words and numbers of `language`."""
    year = rules.voting_days[-1].year if rules.voting_days else int(rules.election.key.rsplit(".", 1)[-1])
    rows = [(str(label), value) for label, value in _rule_rows(rules, language) if value]
    return RulesPanel(rules, year, rows)


def _rule_rows(rules: LocalRules, language: str) -> Iterator[tuple[object, str]]:
    days = [formats.date_long(day, language) for day in rules.voting_days]
    yield _("Polling days"), formats.joined(days, language) if days else ""
    yield _("Seats"), _number(rules.seats, language)
    yield _("Voting age"), _number(rules.min_voting_age, language)
    yield _("Minimum age of candidates"), _number(rules.min_candidate_age, language)
    yield _("Voting is compulsory"), rules.get_compulsory_voting_display()
    yield _("Vote by post from home"), rules.get_postal_from_home_display()
    yield _("Vote by post from abroad"), rules.get_postal_from_abroad_display()
    yield _("Vote at an embassy or consulate"), rules.get_embassy_vote_display()
    yield _("Vote through another person (proxy)"), rules.get_proxy_vote_display()
    yield _("Vote online"), rules.get_internet_vote_display()
    yield _("Threshold to win seats"), _threshold(rules, language)
    yield _("Choice of candidates"), rules.get_preferential_voting_display()
    yield _("Constituencies"), _number(rules.constituencies, language)
    yield (
        _("Turnout"),
        formats.percent(rules.turnout_percent, language) if rules.turnout_percent is not None else "",
    )


def _number(value: int | None, language: str) -> str:
    return "" if value is None else formats.number(value, language)


def _threshold(rules: LocalRules, language: str) -> str:
    if rules.threshold_percent is None:
        return ""
    return formats.percent(rules.threshold_percent, language) if rules.threshold_percent else str(_("No threshold"))
