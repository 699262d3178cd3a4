"""Days counted from the vote: weekends, public holidays, leap years, both directions."""

from __future__ import annotations

import datetime as dt

import pytest

from centers.dates_from_rules import (
    DateRule,
    NoSuchTimeError,
    PlaceCalendar,
    place_calendar,
    rule_day,
    rule_instant,
)


def calendar(code: str) -> PlaceCalendar:
    country, _, state = code.partition("-")
    return place_calendar(f"ocd-division/country:{country}" + (f"/state:{state}" if state else ""))


def day(code: str, rule: DateRule, first: str, last: str = "") -> str:
    found = rule_day(rule, dt.date.fromisoformat(first), dt.date.fromisoformat(last or first), calendar(code))
    return found.day.isoformat()


@pytest.mark.parametrize(
    ("code", "rule", "polling", "expected"),
    [
        # Whole days, through a leap February and over a year's end.
        ("fr", DateRule(20), "2027-04-18", "2027-03-29"),
        ("fr", DateRule(1), "2028-03-01", "2028-02-29"),
        ("fr", DateRule(1), "2027-03-01", "2027-02-28"),
        ("fr", DateRule(366), "2028-12-31", "2027-12-31"),
        ("fr", DateRule(30, direction="after"), "2027-12-20", "2028-01-19"),
        # Nought is the polling day itself, be it a Sunday and a holiday.
        ("fr", DateRule(0), "2027-05-02", "2027-05-02"),
        ("fr", DateRule(0, "working_days"), "2027-05-02", "2027-05-02"),
        ("fr", DateRule(0, shift="earlier"), "2027-05-02", "2027-05-02"),
        # The polling day is not counted; Saturday and Sunday are no working days.
        ("fr", DateRule(1, "working_days"), "2027-05-02", "2027-04-30"),
        ("fr", DateRule(5, "working_days"), "2027-06-06", "2027-05-31"),
        ("fr", DateRule(1, "working_days", "after"), "2027-06-06", "2027-06-07"),
        # Easter Monday and 1 May (France: Monday 6 April 2026, Friday 1 May 2026).
        ("fr", DateRule(1, "working_days", "after"), "2026-04-05", "2026-04-07"),
        ("fr", DateRule(1, "working_days"), "2026-05-03", "2026-04-30"),
        # Easter by the Orthodox calendar: Monday 13 April 2026 in Romania and Greece, a working day in France.
        ("ro", DateRule(1, "working_days", "after"), "2026-04-12", "2026-04-14"),
        ("gr", DateRule(1, "working_days", "after"), "2026-04-12", "2026-04-14"),
        ("fr", DateRule(1, "working_days", "after"), "2026-04-12", "2026-04-13"),
        # A holiday that only some have: 3 October.
        ("de", DateRule(1, "working_days"), "2025-10-04", "2025-10-02"),
        ("at", DateRule(1, "working_days"), "2025-10-04", "2025-10-03"),
        # Ireland's moving Mondays; Saint Patrick's Day on a Tuesday.
        ("ie", DateRule(1, "working_days", "after"), "2026-05-03", "2026-05-05"),
        ("ie", DateRule(1, "working_days"), "2026-03-18", "2026-03-16"),
        # Substitute days: 4 July 2026 is a Saturday and kept on Friday in the United States.
        ("us", DateRule(1, "working_days"), "2026-07-05", "2026-07-02"),
        # A state's own: Cesar Chavez Day in California.
        ("us-ca", DateRule(1, "working_days"), "2026-04-01", "2026-03-30"),
        ("us", DateRule(1, "working_days"), "2026-04-01", "2026-03-31"),
        # A Saturday that Hungary works on to make up for a bridge day (10 January 2026).
        ("hu", DateRule(1, "working_days"), "2026-01-11", "2026-01-10"),
        # No country stands for the union: only weekends are known.
        ("xa", DateRule(1, "working_days"), "2026-05-02", "2026-05-01"),
        # A day off moves where the law says so, and stays where it does not.
        ("fr", DateRule(30), "2026-05-31", "2026-05-01"),
        ("fr", DateRule(30, shift="earlier"), "2026-05-31", "2026-04-30"),
        ("fr", DateRule(30, shift="later"), "2026-05-31", "2026-05-04"),
        ("fr", DateRule(29, shift="earlier"), "2026-05-31", "2026-04-30"),
    ],
)
def test_days_are_counted_as_the_place_works(code: str, rule: DateRule, polling: str, expected: str) -> None:
    assert day(code, rule, polling) == expected


@pytest.mark.parametrize(
    ("anchor", "direction", "expected"),
    [
        ("first_day", "before", "2024-06-05"),
        ("last_day", "before", "2024-06-08"),
        ("first_day", "after", "2024-06-07"),
        ("last_day", "after", "2024-06-10"),
    ],
)
def test_days_are_counted_from_either_end_of_the_vote(anchor: str, direction: str, expected: str) -> None:
    assert day("cz", DateRule(1, direction=direction, anchor=anchor), "2024-06-06", "2024-06-09") == expected


def test_what_was_left_out_is_named() -> None:
    found = rule_day(DateRule(2, "working_days"), dt.date(2026, 4, 8), dt.date(2026, 4, 8), calendar("fr"))
    assert found.day == dt.date(2026, 4, 3)
    assert found.left_out == (
        (dt.date(2026, 4, 6), "Easter Monday"),
        (dt.date(2026, 4, 5), "Sunday"),
        (dt.date(2026, 4, 4), "Saturday"),
    )


def test_place_says_whose_holidays_count() -> None:
    assert "public holidays of US, CA" in calendar("us-ca").says
    assert "public holidays of FR" in calendar("fr").says
    assert "only Saturdays and Sundays" in place_calendar("ocd-division/region:eu").says


def test_rule_reads_as_a_sentence() -> None:
    rule = DateRule(20, "working_days", "before", 1, "first_day", "earlier", dt.time(18))
    assert str(rule) == "20 working days before the first polling day of round 1 at 18:00, else the working day before"
    assert str(DateRule(0, round=2, anchor="last_day")) == "On the last polling day of round 2"


def test_hour_is_the_place_s_own_in_summer_and_winter() -> None:
    time = dt.time(18)
    assert rule_instant(dt.date(2027, 1, 5), time, "Europe/Vienna").hour == 17
    assert rule_instant(dt.date(2027, 7, 5), time, "Europe/Vienna").hour == 16


def test_hour_that_clocks_skip_is_none() -> None:
    with pytest.raises(NoSuchTimeError, match="no 02:30 on 2027-03-28 in Europe/Vienna"):
        rule_instant(dt.date(2027, 3, 28), dt.time(2, 30), "Europe/Vienna")


def test_hour_that_comes_twice_is_the_first() -> None:
    assert rule_instant(dt.date(2027, 10, 31), dt.time(2, 30), "Europe/Vienna").hour == 0
