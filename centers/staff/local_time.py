"""Times as people at a place read them off their clocks."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError


def zone_of(name: str, otherwise: str) -> ZoneInfo:
    """The zone called `name` if there is one."""
    try:
        return ZoneInfo(name or otherwise)
    # What is no zone can be no file, a folder, or lie outside.
    except (KeyError, ValueError, OSError):
        return ZoneInfo(otherwise)


def local_text(moment: dt.datetime | str | None, zone: ZoneInfo) -> str:
    """A moment as a browser's field for local times takes it: `2029-06-09T18:00`; empty for none."""
    if not moment:
        return ""
    known = dt.datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    return known.astimezone(zone).strftime("%Y-%m-%dT%H:%M")


def local_moment(entered: str | None, zone: ZoneInfo) -> dt.datetime | None:
    """The moment a person meant; `None` for nothing. Raises `ValidationError` for a time that day does not have."""
    if not (said := str(entered or "").strip()):
        return None
    try:
        naive = dt.datetime.fromisoformat(said)
    except ValueError:
        raise ValidationError("Give a day and a time.") from None
    if naive.tzinfo is not None:
        return naive
    early, late = (naive.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    if early.utcoffset() == late.utcoffset():
        return early
    if early.astimezone(dt.UTC).astimezone(zone).replace(tzinfo=None) != naive:
        raise ValidationError("The clocks go forward that night and skip this time: choose another.")
    raise ValidationError("The clocks go back that night and this time comes twice: choose another.")
