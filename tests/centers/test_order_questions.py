"""Phases of an election."""

from __future__ import annotations

import datetime as dt

import pytest

from centers.models import Question
from centers.phases import Phase, election_phase, question_order

TODAY = dt.date(2031, 5, 20)


def _day(offset: int) -> dt.date:
    return TODAY + dt.timedelta(days=offset)


@pytest.mark.parametrize(
    ("offsets", "phase"),
    [
        ([], Phase.BETWEEN),
        ([43], Phase.MONTHS),
        ([42], Phase.WEEKS),
        ([1], Phase.WEEKS),
        ([0], Phase.DAY),
        ([-1, 0], Phase.DAY),
        ([-1, 13], Phase.AFTER),
        ([-7, 7], Phase.WEEKS),
        ([-14], Phase.AFTER),
        ([-15], Phase.BETWEEN),
        ([-15, 60], Phase.MONTHS),
    ],
)
def test_phase_follows_the_polling_days(offsets: list[int], phase: Phase) -> None:
    assert election_phase(TODAY, [_day(offset) for offset in offsets]) == phase


@pytest.mark.parametrize("phase", Phase)
def test_every_question_is_asked_once_in_every_phase(phase: Phase) -> None:
    assert sorted(question_order(phase)) == sorted(Question)


@pytest.mark.parametrize(
    ("phase", "first"),
    [
        (Phase.MONTHS, Question.AM_I_REGISTERED),
        (Phase.WEEKS, Question.WHEN),
        (Phase.DAY, Question.OPENING_HOURS),
        (Phase.AFTER, Question.RESULTS),
    ],
)
def test_first_question_fits_the_phase(phase: Phase, first: Question) -> None:
    assert question_order(phase)[0] == first
