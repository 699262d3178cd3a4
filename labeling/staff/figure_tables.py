"""Figures as tables that a page shows and a file holds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from labeling import figures
from labeling.charts import Span, span_of
from labeling.claim_precision import matches_judged
from labeling.figures import FEWEST_PEOPLE, Scope, Turned
from labeling.models import MatchHow
from labeling.review.rates import Compared, Rate, compared

_FEW: Final = "fewer than 3 people"


class Cell(NamedTuple):
    """What is shown, what a file holds, and a mark or drawing that goes with it."""

    shown: str
    raw: str | int | float | None
    is_number: bool = True
    tag: str = ""
    span: Span | None = None


class Table(NamedTuple):
    """`key` is its name in addresses, `about` says how it was counted. The first cell of a row names it."""

    key: str
    title: str
    about: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]

    @property
    def numbers(self) -> list[bool]:
        """By column: whether it holds numbers."""
        return [cell.is_number for cell in self.rows[0]] if self.rows else [False] * len(self.columns)

    @property
    def heads(self) -> list[tuple[str, bool]]:
        """Each column's name, and whether it holds numbers."""
        return list(zip(self.columns, self.numbers, strict=True))


def tables_of(scope: Scope, now: dt.datetime, *, fairness: bool) -> list[Table]:
    """Those about fairness or the others, in the order of the page."""
    return [make(scope, now) for key, make in TABLES.items() if (key in FAIRNESS) is fairness]


def days_table(scope: Scope, now: dt.datetime) -> Table:
    """Decisions and the backlog by day: counts without names and times are nobody's secret."""
    rows = [
        [_word(f"{day.date:%Y-%m-%d}"), _count(day.decisions), _count(day.came), _count(day.waiting)]
        for day in figures.days_of(scope)
    ]
    about = "Days in UTC. What waits is counted at the end of the day, for today until now."
    return Table("days", "Day by day", about, ("Day", "Decisions", "Tasks that came", "Waiting"), rows)


def work_table(scope: Scope, now: dt.datetime) -> Table:
    """How much and how fast, by queue."""
    rows = [
        [
            _word(one.policy), _word(one.language or "unknown"), _count(one.decisions),
            *_timed(one, one.people >= FEWEST_PEOPLE),
        ]
        for one in figures.work_of(scope)
    ]  # fmt: skip
    about = (
        "Seconds in hand: from taking a task up to the decision. An hour is an hour in hand. Left out where the "
        "decisions come from fewer than three people."
    )
    columns = ("Policy", "Language", "Decisions", "Median seconds", "Nine of ten within", "Decisions an hour")
    return Table("handling", "Handling time", about, columns, rows)


def _timed(work: figures.Work, is_enough: bool) -> list[Cell]:
    if not is_enough:
        return [Cell(_FEW, None)] * 3
    return [_seconds(work.median), _seconds(work.slow), _decimal(work.per_hour)]


def waiting_table(scope: Scope, now: dt.datetime) -> Table:
    """The backlog and its age, now."""
    rows = [
        [
            _word(one.place), _word(one.language or "unknown"), _count(one.waiting),
            Cell(f"{one.late:,}", one.late, tag="tag-off" if one.late else ""), _age(one.median), _age(one.oldest),
        ]
        for one in figures.waiting_now(scope, now)
    ]  # fmt: skip
    columns = ("Place", "Language", "Waiting", "Past their time", "Median age", "Oldest")
    return Table("backlog", "Backlog now", "What waits at this moment, whatever the period.", columns, rows)


def service_table(scope: Scope, now: dt.datetime) -> Table:
    """How often the time to answer was not kept."""
    rows = [
        [
            _word(one.policy), _count(one.late.n), _count(one.late.hits), _percent(one.late),
            Cell(f"{one.waiting_late:,}", one.waiting_late, tag="tag-off" if one.waiting_late else ""),
        ]
        for one in figures.service_of(scope, now)
    ]  # fmt: skip
    columns = ("Policy", "Ended", "Ended late", "Share late", "Late and waiting now")
    about = "A task is late when it ends, or waits, after the time its policy gives to answer."
    return Table("service", "Time to answer", about, columns, rows)


def matches_table(scope: Scope, now: dt.datetime) -> Table:
    """How often content that was found to repeat a claim does so."""
    rows = [
        [
            _word(one.claim), _word(MatchHow(one.how).label), _count(one.rate.n), _count(one.rate.hits),
            _count(one.rate.n - one.rate.hits), _percent(one.rate), Cell(_interval(one.rate), _interval(one.rate)),
        ]
        for one in matches_judged(scope)
    ]  # fmt: skip
    columns = ("Claim", "Found by", "Judged", "Confirmed", "Refused", "Right", "Interval")
    about = (
        "Content that people judged in the period, by what made the portal propose it; the hundred judged most often. "
        "It measures the search, not people."
    )
    return Table("matches", "Content that repeats claims", about, columns, rows)


#: How groups are compared, said once above their tables.
TEST: Final = (
    "Intervals of 95 % (Wilson). Flagged is a group that differs from all others together by Fisher's exact test, "
    "two-sided, with Holm's correction for the number of groups, p < 0.05; groups with fewer than 20 cases are not "
    "tested. Left out where the decisions come from fewer than three people. The line shows the interval, the block on "
    "it the share, the thin tick the share of all others."
)


def _fairness(
    key: str, title: str, about: str, found: Callable[..., list[Turned]], by: str
) -> Callable[[Scope, dt.datetime], Table]:
    """A table of shares by language or place, each against all others."""

    def make(scope: Scope, now: dt.datetime) -> Table:
        groups = found(scope, by=by)
        known = {one.group: (one.hits, one.n) for one in groups if one.people >= FEWEST_PEOPLE}
        judged = compared(known)
        columns = (by.capitalize(), "Cases", "Of these", "Share", "Interval", "Others", "p", "Differs")
        rows = [_group_row(one, judged.get(one.group), _most(judged)) for one in groups]
        return Table(key, title, about, columns, rows)

    return make


def _most(judged: Mapping[str, Compared]) -> float:
    """The end of the scale all rows are drawn on."""
    return max((one.rate.high or 0.0 for one in judged.values()), default=0.0)


def _group_row(one: Turned, judged: Compared | None, most: float) -> list[Cell]:
    name = _word(one.group or "unknown")
    if judged is None:
        return [name, Cell(_FEW, None), *[Cell("–", None)] * 6]
    rate, others = judged.rate, judged.others
    drawn = None
    if rate.low is not None and rate.high is not None and rate.share is not None:
        drawn = span_of(rate.low, rate.high, rate.share, others.share or 0.0, most)
    p = Cell("not tested", None) if judged.p is None else Cell(f"{judged.p:.3f}", round(judged.p, 6))
    return [
        name, _count(rate.n), _count(rate.hits), _percent(rate),
        Cell(_interval(rate), _interval(rate), span=drawn), _percent(others), p,
        Cell("differs" if judged.is_flagged else "no", "yes" if judged.is_flagged else "no",
             is_number=False, tag="tag-wait" if judged.is_flagged else ""),
    ]  # fmt: skip


_OVERTURNED: Final = "Decisions of the period that another person's later decision on the same label turned round."
_APPEALED: Final = "Decisions of the period after which somebody appealed."
_MACHINE: Final = "Labels viewers saw that a person judged in the period, and of these the ones taken away."

#: By the name in addresses.
TABLES: Final[Mapping[str, Callable[[Scope, dt.datetime], Table]]] = {
    "days": days_table,
    "handling": work_table,
    "backlog": waiting_table,
    "service": service_table,
    "matches": matches_table,
    **{
        f"{key}-{by}": _fairness(f"{key}-{by}", f"{title} by {by}", about, found, by)
        for key, title, about, found in (
            ("overturned", "Overturned decisions", _OVERTURNED, figures.overturned),
            ("appealed", "Appealed decisions", _APPEALED, figures.appealed),
            ("machine", "Labels taken away", _MACHINE, figures.machine_overturned),
        )
        for by in ("language", "place")
    },
}

#: Those that compare groups.
FAIRNESS: Final = frozenset(key for key in TABLES if key.endswith(("-language", "-place")))


def _word(text: str) -> Cell:
    return Cell(text, text, is_number=False)


def _count(number: int) -> Cell:
    return Cell(f"{number:,}", number)


def _decimal(number: float | None) -> Cell:
    return Cell("–", None) if number is None else Cell(f"{number:,.0f}", round(number, 1))


def _seconds(number: float | None) -> Cell:
    return Cell("–", None) if number is None else Cell(f"{number:,.1f}", round(number, 1))


def _percent(rate: Rate) -> Cell:
    return Cell("–", None) if rate.share is None else Cell(f"{rate.share:.1%}", round(rate.share, 4))


def _interval(rate: Rate) -> str:
    return "–" if rate.low is None or rate.high is None else f"{rate.low:.1%} to {rate.high:.1%}"


def _age(seconds: float) -> Cell:
    """Days, hours and minutes, the two largest."""
    minutes = int(seconds // 60)
    days, hours = minutes // 1440, minutes // 60 % 24
    parts: Iterable[tuple[int, str]] = ((days, "d"), (hours, "h"), (minutes % 60, "min"))
    said = [f"{number} {unit}" for number, unit in parts if number][:2]
    return Cell(" ".join(said) or "0 min", round(seconds))
