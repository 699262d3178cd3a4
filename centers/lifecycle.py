"""What can become of an election, and which changes of records that takes: the guided changes of the desk. Only reads.

Each step is a list of wishes that make one proposal: all is published together or nothing is. Votes keep their ids when
they move; an election held instead of one that fell is a new one that `replaces` it.
"""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from centers.curation import CurationError, record_of
from centers.curation.kinds import KINDS
from centers.curation.ruled import Spans, date_ruled, dates_moved, round_spans
from centers.dates_from_rules import RuleError
from centers.models import Election, ElectionStatus, KeyDate, PollingDay, ProposalAction, Round
from centers.services.proposal_submit import Wish
from electioncenters.languages import LANGUAGE_CODES

#: Rounds that are still to come.
AHEAD: Final = (ElectionStatus.EXPECTED, ElectionStatus.SCHEDULED, ElectionStatus.OPEN, ElectionStatus.POSTPONED)
_STANDS: Final = (ElectionStatus.SCHEDULED, ElectionStatus.OPEN)


class Step(enum.StrEnum):
    """What the desk can do with an election."""

    SCHEDULE = "schedule"
    POSTPONE = "postpone"
    CANCEL = "cancel"
    ANNUL = "annul"
    RERUN = "rerun"
    RUN_OFF = "run-off"
    OPEN = "open"
    HELD = "held"


@dataclass(frozen=True, slots=True)
class Asked:
    """A step with what a person gave for it.

    `days` are the polling days of the vote that the step is about, none where they are not known; `second` those of the
    run-off after it; `on` is the day on which it was decided; `key` the id of a new election.
    """

    step: Step
    days: tuple[dt.date, ...] = ()
    second: tuple[dt.date, ...] = ()
    on: dt.date | None = None
    key: str = ""


def steps_of(election: Election) -> list[Step]:
    """What can be done with an election as it stands."""
    steps = list(_STEPS[ElectionStatus(election.status)])
    if Step.RERUN in steps and Election.objects.filter(replaces=election).exists():
        steps.remove(Step.RERUN)
    return steps


_STEPS: Final[Mapping[ElectionStatus, tuple[Step, ...]]] = {
    ElectionStatus.EXPECTED: (Step.SCHEDULE, Step.CANCEL),
    ElectionStatus.SCHEDULED: (Step.POSTPONE, Step.RUN_OFF, Step.CANCEL, Step.ANNUL, Step.OPEN, Step.HELD),
    ElectionStatus.OPEN: (Step.HELD, Step.RUN_OFF, Step.POSTPONE, Step.CANCEL, Step.ANNUL),
    ElectionStatus.HELD: (Step.RUN_OFF, Step.ANNUL),
    ElectionStatus.POSTPONED: (Step.SCHEDULE, Step.RERUN, Step.CANCEL),
    ElectionStatus.CANCELLED: (Step.RERUN,),
    ElectionStatus.ANNULLED: (Step.RERUN,),
}


def step_wishes(election: Election, asked: Asked, today: dt.date) -> list[Wish]:
    """The changes that a step takes, the election's own first. Raises `CurationError` beside `days`, `second`, `key`.

    `today` is the date at the place.
    """
    if asked.step not in steps_of(election):
        raise CurationError(f"This cannot be done with an election that is {election.get_status_display().lower()}.")
    wishes = _PLANS[asked.step](election, asked, today)
    if not wishes:
        raise CurationError("Nothing would change.")
    return wishes


def next_key(election: Election, days: Sequence[dt.date]) -> str:
    """An id for the election that is held instead: that of the old one with the year of its vote."""
    stem = election.key.rpartition(".")[0]
    year = days[0].year if days else dt.date.today().year  # noqa: DTZ011 -- only a suggestion
    wanted = f"{stem}.{year}"
    taken = set(Election.objects.filter(key__startswith=wanted).values_list("key", flat=True))
    return next(
        one for one in (wanted, *(f"{wanted}-{number}" for number in range(2, len(taken) + 3))) if one not in taken
    )


# Each plan answers the wishes of one step.


def _postpone(election: Election, asked: Asked, today: dt.date) -> list[Wish]:
    ahead = _ahead(election)
    if not ahead:
        raise CurationError("No round of this election is still to come.")
    if asked.days:
        return _moved(election, ahead, asked)
    if asked.second:
        raise CurationError({"second": ["Give the first vote its new day, too."]})
    fallen = [_changed(one, status=ElectionStatus.POSTPONED) for one in ahead]
    return _kept(_changed(election, status=ElectionStatus.POSTPONED, status_since=asked.on), *fallen)


def _schedule(election: Election, asked: Asked, today: dt.date) -> list[Wish]:
    if not asked.days:
        raise CurationError({"days": ["Give at least one polling day."]})
    ahead = _ahead(election)
    if ahead:
        return _moved(election, ahead, asked)
    number = max((one.number for one in election.rounds.all()), default=0) + 1
    days = {number: asked.days} | ({number + 1: asked.second} if asked.second else {})
    made = [_new_round(election.key, one, given) for one, given in days.items()]
    return _kept(_standing(election), *made, *_dates(election, _spans(days)))


def _moved(election: Election, ahead: Sequence[Round], asked: Asked) -> list[Wish]:
    """The next round gets its days; what comes after it moves by as much, unless it is given days of its own."""
    first, *later = ahead
    held = _days(first)
    shift = asked.days[0] - held[0].date if held else None
    days: dict[int, Sequence[dt.date]] = {first.number: asked.days}
    for one in later:
        if asked.second and one is later[0]:
            days[one.number] = asked.second
        elif shift is not None and (given := _days(one)):
            days[one.number] = [day.date + shift for day in given]
    wishes = [_moved_round(one, days[one.number]) for one in ahead if one.number in days]
    if asked.second and not later:
        days[first.number + 1] = asked.second
        wishes.append(_new_round(election.key, first.number + 1, asked.second))
    return _kept(_standing(election), *wishes, *_dates(election, _spans(days)))


def _moved_round(one: Round, days: Sequence[dt.date]) -> Wish | None:
    """Its hours stay; voters are told from when it was moved, unless the day was only expected."""
    held = _days(one)
    hours = {"opens_at": _clock(held[0].opens_at), "closes_at": _clock(held[0].closes_at)} if held else {}
    fields: dict[str, Any] = {
        "status": ElectionStatus.SCHEDULED,
        "polling_days": [{"date": day.isoformat(), **hours} for day in days],
    }
    if held and one.status != ElectionStatus.EXPECTED and held[0].date != days[0]:
        fields["moved_from"] = held[0].date.isoformat()
    return _changed(one, **fields)


def _cancel(election: Election, asked: Asked, today: dt.date) -> list[Wish]:
    fallen = [_changed(one, status=ElectionStatus.CANCELLED) for one in _ahead(election)]
    return _kept(_changed(election, status=ElectionStatus.CANCELLED, status_since=asked.on), *fallen)


def _annul(election: Election, asked: Asked, today: dt.date) -> list[Wish]:
    rounds = [one for one in election.rounds.all() if one.status != ElectionStatus.CANCELLED]
    fallen = [_changed(one, status=ElectionStatus.ANNULLED) for one in rounds]
    return _kept(_changed(election, status=ElectionStatus.ANNULLED, status_since=asked.on), *fallen)


def _rerun(election: Election, asked: Asked, today: dt.date) -> list[Wish]:
    if not asked.days:
        raise CurationError({"days": ["Give at least one polling day."]})
    key = asked.key or next_key(election, asked.days)
    if Election.objects.filter(key=key).exists():
        raise CurationError({"key": [f"There is an election {key} already."]})
    if not key.startswith(f"{election.jurisdiction.code}."):
        raise CurationError({"key": [f"The id begins with {election.jurisdiction.code}. and ends in the year."]})
    fields = {
        "type": election.type, "status": ElectionStatus.SCHEDULED, "is_indirect": election.is_indirect,
        "replaces": election.key, **_names(election, asked.days[0].year),
    }  # fmt: skip
    days = {1: asked.days} | ({2: asked.second} if asked.second else {})
    return [
        Wish(f"election:{key}", ProposalAction.CREATE, fields),
        *(_new_round(key, number, given) for number, given in days.items()),
        *_same_rules(election, key, _spans(days)),
    ]


def _run_off(election: Election, asked: Asked, today: dt.date) -> list[Wish]:
    if not asked.days:
        raise CurationError({"days": ["Give at least one polling day."]})
    rounds = list(election.rounds.all())
    if not rounds:
        raise CurationError("The first round comes first: schedule it.")
    waiting = next((one for one in rounds if one.number > 1 and one.status == ElectionStatus.EXPECTED), None)
    voted = [one for one in rounds if one is not waiting and one.status in AHEAD and _is_over(one, today)]
    over = [_changed(one, status=ElectionStatus.HELD) for one in voted]
    number = waiting.number if waiting else rounds[-1].number + 1
    second = _moved_round(waiting, asked.days) if waiting else _new_round(election.key, number, asked.days)
    return _kept(_standing(election), *over, second, *_dates(election, _spans({number: asked.days})))


def _open(election: Election, asked: Asked, today: dt.date) -> list[Wish]:
    coming = next((one for one in _ahead(election) if _days(one)), None)
    if coming is None or _days(coming)[0].date > today:
        raise CurationError("No polling day of this election has come yet.")
    opened = _changed(coming, status=ElectionStatus.OPEN)
    return _kept(_changed(election, status=ElectionStatus.OPEN), opened)


def _held(election: Election, asked: Asked, today: dt.date) -> list[Wish]:
    ahead = _ahead(election)
    over = [one for one in ahead if _is_over(one, today)]
    if not over:
        raise CurationError("The last polling day of the round has not come yet.")
    is_last = len(over) == len(ahead)
    status = ElectionStatus.HELD if is_last else ElectionStatus.SCHEDULED
    return _kept(_changed(election, status=status), *(_changed(one, status=ElectionStatus.HELD) for one in over))


_PLANS: Final[Mapping[Step, Callable[[Election, Asked, dt.date], list[Wish]]]] = {
    Step.SCHEDULE: _schedule,
    Step.POSTPONE: _postpone,
    Step.CANCEL: _cancel,
    Step.ANNUL: _annul,
    Step.RERUN: _rerun,
    Step.RUN_OFF: _run_off,
    Step.OPEN: _open,
    Step.HELD: _held,
}


# Parts of them.


def _ahead(election: Election) -> list[Round]:
    return [one for one in election.rounds.order_by("number") if one.status in AHEAD]


def _days(one: Round) -> list[PollingDay]:
    return sorted(one.polling_days.all(), key=lambda day: day.date)


def _is_over(one: Round, today: dt.date) -> bool:
    days = _days(one)
    return bool(days) and days[-1].date <= today


def _clock(time: dt.time | None) -> str | None:
    return time.strftime("%H:%M") if time else None


def _spans(days: Mapping[int, Sequence[dt.date]]) -> Spans:
    return {number: (min(given), max(given)) for number, given in days.items()}


def _standing(election: Election) -> Wish | None:
    """The election is called, whatever it was before: it is expected or called off no more."""
    status = election.status if election.status in _STANDS else ElectionStatus.SCHEDULED
    return _changed(election, status=status, status_since=None, expected_from=None, expected_to=None, date_basis="")


def _new_round(key: str, number: int, days: Iterable[dt.date]) -> Wish:
    fields = {"status": ElectionStatus.SCHEDULED, "polling_days": [day.isoformat() for day in days]}
    return Wish(f"round:{key}/{number}", ProposalAction.CREATE, fields)


def _dates(election: Election, moved: Spans) -> list[Wish]:
    """The dates of the same place that follow the rounds by rules; those of other places are proposed there later."""
    spans = round_spans(election) | dict(moved)
    dates = KeyDate.objects.filter(election=election, jurisdiction=election.jurisdiction)
    found = dates_moved(dates.select_related("jurisdiction", "election"), spans)
    return [Wish(str(record_of(date)), fields=ruled) for date, ruled in found]


def _same_rules(old: Election, key: str, spans: Spans) -> list[Wish]:
    """Dates of the new election by the rules of the old one; a date fixed by hand is not carried over."""
    wishes = []
    names = [name for name in KINDS["date"].by_name if name not in ("day", "instant")]
    for date in KeyDate.objects.filter(election=old, jurisdiction=old.jurisdiction).select_related("jurisdiction"):
        try:
            ruled = date_ruled(date, spans)
        except RuleError:
            ruled = None
        if ruled is not None:
            record = f"date:{key}/{date.jurisdiction.code}/{date.kind}/{date.audience}"
            wishes.append(Wish(record, ProposalAction.CREATE, KINDS["date"].values(date, names) | ruled))
    return wishes


def _names(election: Election, year: int) -> dict[str, str]:
    """The old name with the new year; people look at it before they propose."""
    old = election.key.rpartition(".")[2][:4]
    names = {f"name_{code}": getattr(election, f"name_{code}") or "" for code in LANGUAGE_CODES}
    return {name: text.replace(old, str(year)) if old.isdecimal() else text for name, text in names.items() if text}


def _changed(record: Election | Round, **fields: Any) -> Wish | None:
    """A wish for what differs; none where nothing does."""
    ref = record_of(record)
    wanted = {name: value.isoformat() if isinstance(value, dt.date) else value for name, value in fields.items()}
    taken = ref.kind.taken(wanted)
    held = ref.kind.values(record, taken)
    different = {name: value for name, value in taken.items() if value != held[name]}
    return Wish(str(ref), fields=different, base={name: held[name] for name in different}) if different else None


def _kept(*wishes: Wish | None) -> list[Wish]:
    return [wish for wish in wishes if wish is not None]


def dates_left(election: Election, wishes: Iterable[Wish]) -> list[KeyDate]:
    """Dates of the election that a step does not move although it moves the vote: fixed ones, and other places'."""
    records = [wish.record for wish in wishes]
    if not any(record.startswith("round:") for record in records):
        return []
    dates = KeyDate.objects.filter(election=election).select_related("jurisdiction", "election")
    return [date for date in dates if str(record_of(date)) not in records]
