"""Hours as people write them."""

from __future__ import annotations

import pytest

from factcheck.hours import HoursError, cover_of, spans_parse, spans_written, time_zone_parse
from factcheck.models import Cover, Days


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("", ""),
        ("  ", ""),
        ("09:00-18:00", "09:00-18:00"),
        ("9-18", "09:00-18:00"),
        ("9.30 – 12.00", "09:30-12:00"),
        ("20:00-24:00, 00:00-06:00", "00:00-06:00, 20:00-24:00"),
        ("9-12;12-18", "09:00-12:00, 12:00-18:00"),
        ("0-24", "00:00-24:00"),
    ],
)
def test_hours_are_read_as_people_write_them(written: str, read: str) -> None:
    spans = spans_parse(written)
    assert spans_written(spans) == read
    assert spans_parse(spans_written(spans)) == spans


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("nine to five", "no span of hours"),
        ("09:00", "no span of hours"),
        ("18-9", "ends before it begins"),
        ("9-9", "ends before it begins"),
        ("9-25", "There is no 25:00"),
        ("9:60-10", "There is no 9:60"),
        ("9-24:01", "There is no 24:01"),
        ("9-13, 12-18", "overlap"),
        ("٩-١٨x", "no span of hours"),
        (",".join(["1-2"] * 7), "More than 6"),
        ("9-18\0", "no span of hours"),
    ],
)
def test_hours_are_refused_when_they_are_none(written: str, reason: str) -> None:
    with pytest.raises(HoursError, match=reason):
        spans_parse(written)


@pytest.mark.parametrize("name", ["", "UTC", "Etc/UTC", "Europe/Atlantis", "../etc/passwd", "europe/dublin"])
def test_time_zone_is_refused_when_it_names_no_place(name: str) -> None:
    with pytest.raises(HoursError):
        time_zone_parse(name)


def test_week_covers_as_much_as_its_days() -> None:
    day = spans_parse("9-18")
    office = dict.fromkeys(range(5), day)
    assert cover_of(None, Days.WEEKEND) == Cover.UNKNOWN
    assert cover_of({}, Days.WEEKEND) is None
    assert cover_of(office, Days.WEEKDAY) == Cover.ALL
    assert cover_of(office, Days.WEEKEND) is None
    assert cover_of({5: day}, Days.WEEKEND) == Cover.SOME
    assert cover_of({0: day}, Days.WEEKDAY) == Cover.SOME
