"""Parsers for the cells of the pack. Each raises ValueError with a reason that reads on from the quoted text."""

from __future__ import annotations

import datetime as dt
import functools
import re
import zoneinfo
from collections.abc import Callable, Collection
from decimal import Decimal, InvalidOperation
from typing import TypeVar
from urllib.parse import urlsplit

from babel import Locale, UnknownLocaleError

from centers.facts.table import Parser
from electioncenters.languages import LANGUAGE_CODES

Value = TypeVar("Value")

CONFIDENCES = ("high", "medium", "low")


def text(cell: str) -> str:
    """Any text but none."""
    if not cell:
        raise ValueError("but a text is needed")
    return cell


def anything(cell: str) -> str:
    """Any text, also none."""
    return cell


def optional(parser: Parser[Value]) -> Parser[Value | None]:
    """`None` for an empty cell."""
    return lambda cell: parser(cell) if cell else None


def listed(parser: Parser[Value]) -> Parser[tuple[Value, ...]]:
    """Values with spaces between them, possibly none; each once."""

    def parse(cell: str) -> tuple[Value, ...]:
        parts = cell.split()
        if len(set(parts)) != len(parts):
            raise ValueError("names something twice")
        return tuple(_part(parser, part) for part in parts)

    return parse


def _part(parser: Parser[Value], part: str) -> Value:
    try:
        return parser(part)
    except ValueError as reason:
        raise ValueError(f'contains "{part}", which {reason}') from reason


def some(parser: Parser[tuple[Value, ...]]) -> Parser[tuple[Value, ...]]:
    """A list with at least one value."""

    def parse(cell: str) -> tuple[Value, ...]:
        if not cell:
            raise ValueError("but at least one value is needed")
        return parser(cell)

    return parse


def one_of(values: Collection[str], what: str) -> Parser[str]:
    """One of the known values; `what` says what they are ("confidence")."""

    def parse(cell: str) -> str:
        if cell not in values:
            raise ValueError(f"is no {what} (known: {', '.join(sorted(values))})")
        return cell

    return parse


def matching(pattern: str, what: str) -> Parser[str]:
    """A text of a fixed form; `what` names it."""
    compiled = re.compile(pattern)

    def parse(cell: str) -> str:
        if not compiled.fullmatch(cell):
            raise ValueError(f"is no {what}")
        return cell

    return parse


confidence = one_of(CONFIDENCES, "confidence")
slug = matching(r"[a-z0-9]+(-[a-z0-9]+)*", "key (small letters, digits and hyphens)")
ocd_id = matching(r"ocd-division/(country|region):[a-z]{2}(/[a-z_]+:[\w.~-]+)*", "OCD division id")
election_id = matching(r"[a-z]{2}(-[a-z0-9]+)*(\.[a-z0-9-]+)+", "election id such as fr.president.2027")
year = matching(r"(19|20)\d\d", "year")
upper_code = matching(r"[A-Z]{2}", "two-letter country code")


def code(cell: str) -> str:
    """A place's code as addresses use it: `fr` for FR."""
    return upper_code(cell).lower()


def known_code(codes: Collection[str]) -> Parser[str]:
    """The code of a place that has been read."""

    def parse(cell: str) -> str:
        if code(cell) not in codes:
            raise ValueError("is no place of this pack")
        return cell.lower()

    return parse


def yes(cell: str) -> bool:
    """`yes` or nothing."""
    if cell not in ("", "yes"):
        raise ValueError('is neither "yes" nor empty')
    return bool(cell)


def date(cell: str) -> dt.date:
    """A date as YYYY-MM-DD."""
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", cell):
        raise ValueError("is no date (YYYY-MM-DD)")
    try:
        return dt.date.fromisoformat(cell)
    except ValueError as error:
        raise ValueError("is no date of the calendar") from error


def period(cell: str) -> tuple[dt.date, dt.date]:
    """A date, or two with a slash between them, the earlier first."""
    first, _, last = cell.partition("/")
    dates = date(first), date(last or first)
    if dates[0] > dates[1]:
        raise ValueError("ends before it begins")
    return dates


def integer(least: int, most: int) -> Parser[int]:
    """A whole number between two others."""

    def parse(cell: str) -> int:
        if not re.fullmatch(r"\d{1,9}", cell) or not least <= int(cell) <= most:
            raise ValueError(f"is no whole number from {least} to {most}")
        return int(cell)

    return parse


def percent(cell: str) -> Decimal:
    """A percentage with at most two decimals."""
    try:
        value = Decimal(cell).quantize(Decimal("0.01"))
    except InvalidOperation as error:
        raise ValueError("is no number") from error
    if not 0 <= value <= 100 or value != Decimal(cell):  # noqa: PLR2004 - a percentage
        raise ValueError("is no percentage from 0 to 100 with at most two decimals")
    return value


def url(cell: str) -> str:
    """A web address with a host."""
    parts = urlsplit(cell)
    host = parts.hostname or ""
    if parts.scheme not in ("http", "https") or "." not in host or re.search(r"[\s<>\"]", cell):
        raise ValueError("is no web address (https://…)")
    return cell


@functools.cache
def _zones() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones())


def time_zone(cell: str) -> str:
    """An IANA time zone."""
    if cell not in _zones():
        raise ValueError("is no IANA time zone")
    return cell


def portal_language(cell: str) -> str:
    """One of the languages the portal speaks."""
    if cell not in LANGUAGE_CODES:
        raise ValueError("is no language of the portal")
    return cell


@functools.cache
def language(cell: str) -> str:
    """Any language CLDR knows, as a BCP 47 code."""
    try:
        Locale.parse(cell, sep="-")
    except (UnknownLocaleError, ValueError) as error:
        raise ValueError("is no language code (BCP 47)") from error
    return cell


def names(cell: str) -> dict[str, str]:
    """`de:Österreich|hu:Ausztria` as names by language."""
    found: dict[str, str] = {}
    for part in cell.split("|"):
        code_, colon, name = part.partition(":")
        if not colon or not name.strip():
            raise ValueError("is no list of names (de:Name|fr:Nom)")
        found[_part(portal_language, code_.strip())] = name.strip()
    return found


def either(parser: Callable[[str], str]) -> Parser[str]:
    """As `parser` has it, or empty."""
    return lambda cell: parser(cell) if cell else ""
