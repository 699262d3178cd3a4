"""Which phase an election is in, and what voters ask first then (docs/architecture.md). Pure: dates in, order out."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Iterable
from typing import Final

from centers.models.answer import Question
from centers.models.campaign import ShownIn

#: Registration and choosing how to vote come first until this many days before polling.
WEEKS_BEGIN: Final = 42
#: Results come first for this many days after polling.
AFTER_LASTS: Final = 14


class Phase(enum.StrEnum):
    """Where voters stand."""

    BETWEEN = "between"
    MONTHS = "months"
    WEEKS = "weeks"
    DAY = "day"
    AFTER = "after"


def election_phase(today: dt.date, polling_days: Iterable[dt.date]) -> Phase:
    """The phase on `today`, all dates in the jurisdiction's own time.

    Between two rounds less than a fortnight apart the coming round wins as soon as it is nearer than the
    last one.
    """
    days = sorted(polling_days)
    if today in days:
        return Phase.DAY
    until = min((day - today).days for day in days if day > today) if days and days[-1] > today else None
    since = min(((today - day).days for day in days if day < today), default=None)
    if since is not None and since <= AFTER_LASTS and (until is None or since < until):
        return Phase.AFTER
    if until is None:
        return Phase.BETWEEN
    return Phase.WEEKS if until <= WEEKS_BEGIN else Phase.MONTHS


#: Which videos are shown in which phase, beside those that always are.
_VIDEOS: Final = {
    Phase.MONTHS: ShownIn.BEFORE,
    Phase.WEEKS: ShownIn.BEFORE,
    Phase.DAY: ShownIn.DURING,
    Phase.AFTER: ShownIn.AFTER,
}


def videos_shown(phase: Phase) -> tuple[ShownIn, ...]:
    """What is made for the phase first, then what is always shown."""
    return (*((_VIDEOS[phase],) if phase in _VIDEOS else ()), ShownIn.ALWAYS)


_REGISTERING = (Question.AM_I_REGISTERED, Question.REGISTER)
_COMING = (Question.WHERE, Question.HOW_TO_VOTE, Question.WHAT_ID)
_OTHER_WAYS = (Question.BY_POST, Question.EARLY, Question.BY_PROXY, Question.FROM_ABROAD, Question.ONLINE)

_FIRST: Final[dict[Phase, tuple[Question, ...]]] = {
    Phase.BETWEEN: (Question.WHEN, Question.WHO_CAN_VOTE, *_REGISTERING, Question.EU_CITIZENS_LIVING_HERE),
    Phase.MONTHS: (*_REGISTERING, Question.WHEN, Question.WHO_CAN_VOTE, Question.FROM_ABROAD,
                   Question.BY_POST, Question.EU_CITIZENS_LIVING_HERE),
    Phase.WEEKS: (Question.WHEN, Question.HOW_TO_VOTE, Question.WHERE, Question.WHAT_ID, *_OTHER_WAYS,
                  Question.WHO_IS_STANDING, Question.DISABILITY_SUPPORT),
    Phase.DAY: (Question.OPENING_HOURS, *_COMING, Question.DISABILITY_SUPPORT, Question.REPORT_A_PROBLEM,
                Question.RESULTS),
    Phase.AFTER: (Question.RESULTS, Question.HOW_VOTES_BECOME_SEATS, Question.REPORT_A_PROBLEM,
                  Question.WHEN),
}  # fmt: skip


def question_order(phase: Phase) -> list[Question]:
    """All questions: those of the phase first, the others in the vocabulary's order."""
    return list(dict.fromkeys((*_FIRST[phase], *Question)))
