"""What a record must obey together with the records around it; what it must obey alone the database knows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Final
from zoneinfo import ZoneInfo

from accounts.models.organisation import Vetting
from centers.curation.errors import Problems
from centers.curation.ruled import date_held, date_ruled, round_spans
from centers.dates_from_rules import NoSuchTimeError, RuleError, rule_of
from centers.models import (
    Answer,
    Election,
    ElectionStatus,
    Jurisdiction,
    KeyDate,
    KeyDateKind,
    Round,
    TrustedSource,
)
from electioncenters.languages import LANGUAGE_CODES

#: Dates that must lie before the last polling day, or on it.
_BEFORE: Final = frozenset(
    {
        KeyDateKind.REGISTRATION_OPENS,
        KeyDateKind.REGISTRATION_DEADLINE,
        KeyDateKind.POSTAL_APPLICATION_DEADLINE,
        KeyDateKind.PROXY_DEADLINE,
        KeyDateKind.EARLY_VOTING_OPENS,
        KeyDateKind.EARLY_VOTING_ENDS,
        KeyDateKind.CANDIDATES_PUBLISHED,
        KeyDateKind.CAMPAIGN_SILENCE,
    }
)
#: Dates that come in this order, where both are given for the same voters.
_PAIRS: Final = (
    (KeyDateKind.REGISTRATION_OPENS, KeyDateKind.REGISTRATION_DEADLINE),
    (KeyDateKind.POSTAL_APPLICATION_DEADLINE, KeyDateKind.POSTAL_RETURN_DEADLINE),
    (KeyDateKind.EARLY_VOTING_OPENS, KeyDateKind.EARLY_VOTING_ENDS),
)
#: Statuses of an election that another can be held instead of.
_FALLEN: Final = (ElectionStatus.ANNULLED, ElectionStatus.CANCELLED, ElectionStatus.POSTPONED)


def answer_is_readable(answer: Answer, problems: Problems) -> None:
    """In one of the centre's own languages at least."""
    own = answer.center.jurisdiction.languages
    if not any(getattr(answer, f"body_{code}", None) for code in own):
        spoken = [code for code in own if code in LANGUAGE_CODES]
        problems.add(
            f"body_{spoken[0]}" if spoken else "",
            f"Give the answer in one of the centre's languages: {', '.join(own)}.",
        )


def answer_is_about_own_election(answer: Answer, problems: Problems) -> None:
    """An election of the place or of a union above it."""
    if answer.election is not None and not _concerns(answer.election, answer.center.jurisdiction):
        problems.add("election", "This election is held in another place.")


def election_is_named(election: Election, problems: Problems) -> None:
    """In one of the place's languages or in English."""
    codes = [*election.jurisdiction.languages, "en"]
    if not any(getattr(election, f"name_{code}", None) for code in codes):
        problems.add("name_en", f"Give the election a name in one of: {', '.join(codes)}.")


def election_replaces_one_that_fell(election: Election, problems: Problems) -> None:
    """One of the same place that was annulled, cancelled or postponed."""
    old = election.replaces
    if old is None:
        return
    if old.jurisdiction_id != election.jurisdiction_id:
        problems.add("replaces", "An election can only be held instead of one in the same place.")
    elif old.status not in _FALLEN:
        problems.add("replaces", "The election it is held instead of must be annulled, cancelled or postponed first.")
    if _goes_in_circles(election):
        problems.add("replaces", "These elections would each be held instead of the other.")


def election_status_fits_rounds(election: Election, problems: Problems) -> None:
    """What is scheduled or open has a polling day; of those held long ago the days need not be known."""
    if election.status in (ElectionStatus.SCHEDULED, ElectionStatus.OPEN) and not _days(election):
        problems.add("status", "Give the election a polling day first, or let it be expected.")


def round_has_days(one: Round, problems: Problems) -> None:
    """A round without a day is none."""
    if not _days_of_round(one):
        problems.add("polling_days", "Give at least one polling day.")


def rounds_follow_each_other(one: Round, problems: Problems) -> None:
    """All days of a round come after those of the rounds before it."""
    mine = _days_of_round(one)
    if not mine:
        return
    for other in (
        Round.objects.filter(election=one.election).exclude(number=one.number).prefetch_related("polling_days")
    ):
        days = [day.date for day in other.polling_days.all()]
        if not days:
            continue
        if other.number < one.number and max(days) >= mine[0]:
            problems.add("polling_days", f"Round {other.number} ends on {max(days)}: this round must begin after it.")
        if other.number > one.number and min(days) <= mine[-1]:
            problems.add("polling_days", f"Round {other.number} begins on {min(days)}: this round must end before it.")


def dates_still_fit_round(one: Round, problems: Problems) -> None:
    """No deadline comes to lie behind the vote it is for."""
    mine = _days_of_round(one)
    others = Round.objects.filter(election=one.election).exclude(number=one.number)
    days = sorted([*mine, *(day.date for other in others for day in other.polling_days.all())])
    if not days:
        return
    for date in KeyDate.objects.filter(election=one.election):
        if date.kind in _BEFORE and _local_day(date) > days[-1]:
            problems.add(
                "polling_days",
                f"“{date.get_kind_display()}” is on {_local_day(date)}, after the vote. Change that date first.",
            )


def date_is_in_a_zone_of_its_place(date: KeyDate, problems: Problems) -> None:
    """One of the zones of the place."""
    if date.time_zone not in date.jurisdiction.time_zones:
        problems.add("time_zone", f"Choose a time zone of the place: {', '.join(date.jurisdiction.time_zones)}.")


def date_is_of_own_election(date: KeyDate, problems: Problems) -> None:
    """An election of the place or of a union above it."""
    if not _concerns(date.election, date.jurisdiction):
        problems.add("", "This election is held in another place.")


def date_fits_polling_days(date: KeyDate, problems: Problems) -> None:
    """Deadlines before the vote, results not before it, and pairs in their order."""
    if (date.day is None) == (date.instant is None):
        problems.add("day", "Give a whole day or a moment, one of the two.")
        return
    if date.time_zone not in date.jurisdiction.time_zones:
        return
    field, mine = ("day" if date.day else "instant"), _local_day(date)
    days = _days(date.election)
    if days and date.kind in _BEFORE and mine > days[-1]:
        problems.add(field, f"This is after the vote, whose last polling day is {days[-1]}.")
    if days and date.kind == KeyDateKind.RESULTS and mine < days[0]:
        problems.add(field, f"Results cannot be published before the vote begins on {days[0]}.")
    for other in _same_voters(date):
        for first, second in _PAIRS:
            if (date.kind, other.kind) == (first, second) and mine > _local_day(other):
                problems.add(field, f"“{other.get_kind_display()}” is on {_local_day(other)}, before this.")
            if (date.kind, other.kind) == (second, first) and mine < _local_day(other):
                problems.add(field, f"“{other.get_kind_display()}” is on {_local_day(other)}, after this.")


def date_rule_is_whole(date: KeyDate, problems: Problems) -> None:
    """All that a rule needs, beside the field that lacks it."""
    needed = {
        "rule_days": date.rule_days, "rule_unit": date.rule_unit, "rule_direction": date.rule_direction,
        "rule_round": date.rule_round, "rule_anchor": date.rule_anchor, "rule_shift": date.rule_shift,
    }  # fmt: skip
    missing = [name for name, value in needed.items() if value in (None, "")]
    if len(missing) == len(needed):
        if date.rule_time is not None:
            problems.add("rule_time", "This is the hour of a rule: give the rule, too, or the moment above instead.")
        return
    for name in missing:
        problems.add(name, "A rule needs this, too. Clear all of its fields for a fixed date.")


def date_follows_its_rule(date: KeyDate, problems: Problems) -> None:
    """The day is the one its rule gives, and the rule gives one."""
    rule = rule_of(date)
    if rule is None or date.time_zone not in date.jurisdiction.time_zones:
        return
    try:
        ruled = date_ruled(date, round_spans(date.election))
    except NoSuchTimeError as error:
        problems.add("rule_time", str(error))
        return
    except RuleError as error:
        problems.add("rule_days", str(error))
        return
    if ruled is None:
        problems.add("rule_round", f"Round {rule.round} has no polling day yet: there is nothing to count from.")
    elif ruled != date_held(date):
        given = ruled["day"] or ruled["instant"]
        problems.add(
            "day" if ruled["day"] else "instant",
            f"By its rule ({rule}) this is {given}. Leave the date as the rule gives it, or clear the rule.",
        )


def source_organisation_may_speak(source: TrustedSource, problems: Problems) -> None:
    """Not one that was suspended."""
    if source.organisation_id and source.organisation.vetting == Vetting.SUSPENDED:
        problems.add("organisation", "This organisation is suspended; voters are not sent to it.")


def _goes_in_circles(election: Election) -> bool:
    seen, now = {election.key}, election.replaces
    while now is not None:
        if now.key in seen:
            return True
        seen.add(now.key)
        now = now.replaces
    return False


def _concerns(election: Election, place: Jurisdiction) -> bool:
    """Whether people in `place` take part in the election."""
    above: Jurisdiction | None = place
    while above is not None:
        if above.pk == election.jurisdiction_id:
            return True
        above = above.parent
    return False


def _same_voters(date: KeyDate) -> Iterable[KeyDate]:
    others = KeyDate.objects.filter(election=date.election, jurisdiction=date.jurisdiction, audience=date.audience)
    return others.exclude(kind=date.kind)


def _local_day(date: KeyDate) -> dt.date:
    if date.day is not None:
        return date.day
    if date.instant is None:
        raise ValueError("a key date has a day or an instant")
    return date.instant.astimezone(ZoneInfo(date.time_zone)).date()


def _days(election: Election) -> Sequence[dt.date]:
    if election._state.adding:
        return []
    rounds = Round.objects.filter(election=election).prefetch_related("polling_days")
    return sorted(day.date for one in rounds for day in one.polling_days.all())


def _days_of_round(one: Round) -> Sequence[dt.date]:
    """The days the round would have: those proposed, else those stored."""
    planned = getattr(one, "_days", None)
    if planned is not None:
        return sorted(dt.date.fromisoformat(day["date"]) for day in planned)
    return sorted(one.polling_days.values_list("date", flat=True)) if one.pk else []
