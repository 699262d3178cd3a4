"""The values of changed fields, as a voter reads them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from centers import formats
from centers.changes.words import choice_label
from centers.local_text import LocalText

#: Fields that hold the key of another record, by the kind of record they name.
REFERENCES: Final = {"election": "election", "replaces": "election", "organisation": "organisation"}


@dataclass(frozen=True, slots=True)
class Reader:
    """For whom values are written: the page's language and the place's time zone, and what keys stand for."""

    language: str
    time_zone: str
    names: Mapping[tuple[str, str], LocalText] = field(default_factory=dict)


def value_text(noun: str, name: str, value: Any, reader: Reader) -> str:
    """One line or text for a value; empty for none."""
    if value in (None, "", []):
        return ""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if name in REFERENCES:
        known = reader.names.get((REFERENCES[name], str(value)))
        return known.text if known else str(value)
    if name in _WRITTEN:
        return _written(name, value, reader)
    if isinstance(value, list):
        return formats.joined([choice_label(noun, name, str(one)) for one in value], reader.language)
    return choice_label(noun, name, str(value))


def _written(name: str, value: Any, reader: Reader) -> str:
    """A value that is no longer of the form it had when the change was made is shown as it stands."""
    try:
        return _WRITTEN[name](value, reader)
    except (KeyError, TypeError, ValueError):
        return str(value)


def _day(value: Any, reader: Reader) -> str:
    return formats.date_full(dt.date.fromisoformat(value), reader.language)


def moment_text(moment: dt.datetime, reader: Reader) -> str:
    """Day and time at the place."""
    there = moment.astimezone(ZoneInfo(reader.time_zone))
    return f"{formats.date_long(there.date(), reader.language)}, {formats.clock(there.time(), reader.language)}"


def _instant(value: Any, reader: Reader) -> str:
    return moment_text(dt.datetime.fromisoformat(value), reader)


def _polling_days(value: Any, reader: Reader) -> str:
    return "\n".join(_polling_day(one, reader) for one in value)


def _polling_day(one: Mapping[str, Any], reader: Reader) -> str:
    day = _day(one["date"], reader)
    hours = [formats.clock(dt.time.fromisoformat(one[end]), reader.language) for end in _HOURS if one.get(end)]
    return f"{day}, {'–'.join(hours)}" if hours else day


def _languages(value: Any, reader: Reader) -> str:
    return formats.joined([formats.language_name(code, reader.language) for code in value], reader.language)


_HOURS: Final = ("opens_at", "closes_at")
_WRITTEN: Final[Mapping[str, Callable[[Any, Reader], str]]] = {
    "day": _day,
    "expected_from": _day,
    "expected_to": _day,
    "status_since": _day,
    "starts_on": _day,
    "ends_on": _day,
    "instant": _instant,
    "starts_at": _instant,
    "expires_at": _instant,
    "reviewed_at": _instant,
    "polling_days": _polling_days,
    "languages": _languages,
}
