"""What the formats share: how a line becomes a record, and what a broken one is called. Pure code."""

from __future__ import annotations

import codecs
import datetime as dt
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Annotated, Any, Generic, TypeVar

import msgspec

from labeling.intake.item import EARLIEST, MAX_REVISION
from labeling.intake.parse import InvalidValueError, line_convert, value_convert

Record = TypeVar("Record")
Part = TypeVar("Part")

#: An item as platforms hand it in (`labeling.intake.Item`), as JSON has it.
ItemDocument = dict[str, Any]

#: An instant with its time zone.
Instant = Annotated[dt.datetime, msgspec.Meta(tz=True)]
#: How often something happened; some interfaces write numbers of 64 bits as text.
Count = (
    Annotated[int, msgspec.Meta(ge=0, le=MAX_REVISION)] | Annotated[str, msgspec.Meta(pattern=r"^[0-9]{1,18}\Z")] | None
)

#: Characters of text an item may hold; see `labeling.intake.item`.
MAX_TEXT = 20_000


class BrokenRecordError(ValueError):
    """A record that is not what its format says: the `field` as a path (`commit.record.text`) and the `reason`."""

    def __init__(self, field: str, reason: str) -> None:
        """Said of `field`; empty for the record as a whole."""
        super().__init__(f"{field}: {reason}" if field else reason)
        self.field = field
        self.reason = reason


@dataclass(frozen=True)
class Format(Generic[Record]):
    """One format: its records' type and how a record becomes an item (`None`: it carries no content)."""

    name: str
    record: type[Record]
    to_item: Callable[[Record], ItemDocument | None]
    is_items: bool = field(default=False, kw_only=True)
    """Whether records are items already, which can be handed in as they are."""

    @cached_property
    def _decoder(self) -> msgspec.json.Decoder[Record]:
        return msgspec.json.Decoder(self.record)

    def read(self, line: bytes) -> ItemDocument | None:
        """The item of one line of JSON. Raises `BrokenRecordError`."""
        return self.to_item(self._record(line.removeprefix(codecs.BOM_UTF8)))

    def _record(self, line: bytes) -> Record:
        try:
            return self._decoder.decode(line)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            pass
        try:
            return line_convert(line, self.record)
        except InvalidValueError as error:
            raise _broken(error) from error


def part_read(value: Any, kind: type[Part], at: str) -> Part:
    """A part of a record whose type depends on the rest, as `kind`; `at` is where it stands.

    Raises `BrokenRecordError`.
    """
    try:
        return value_convert(value, kind)
    except InvalidValueError as error:
        raise _broken(error, at) from error


def _broken(error: InvalidValueError, at: str = "") -> BrokenRecordError:
    parts = [part for part in (at, error.document["field"]) if part]
    return BrokenRecordError(".".join(parts), error.document["reason"])


def item_document(**fields: Any) -> ItemDocument:
    """An item of the fields that say something."""
    return {name: value for name, value in fields.items() if value not in (None, "", [], {})}


def joined(*parts: str | None) -> str:
    """Texts below one another, as far as an item's text goes: what is said far down is not looked at."""
    text = "\n".join(part.strip() for part in parts if part and part.strip())
    return text if len(text) <= MAX_TEXT else _shortened(text)


def _shortened(text: str) -> str:
    """Cut between words where there are any, so that no half of a word is taken for a word."""
    cut = text[: MAX_TEXT + 1].rsplit(maxsplit=1)[0]
    return cut[:MAX_TEXT]


def unique_tags(tags: Iterable[str]) -> list[str]:
    """Hashtags without sign and without repetition, as written first; those that hold nothing are left out."""
    named: dict[str, str] = {}
    for tag in tags:
        bare = tag.strip().removeprefix("#").removeprefix("＃")
        if bare:
            named.setdefault(unicodedata.normalize("NFC", bare).casefold(), bare)
    return list(named.values())


def counts(**numbers: Count) -> dict[str, int]:
    """Metrics by name, those that are known."""
    return {name: int(number) for name, number in numbers.items() if number is not None}


def timestamp_us(instant: dt.datetime) -> int:
    """Microseconds since 1970: a revision that grows with every edit."""
    return (instant - _EPOCH) // dt.timedelta(microseconds=1)


def instant_of_us(microseconds: int) -> dt.datetime:
    """The instant of a number of microseconds since 1970."""
    return _EPOCH + dt.timedelta(microseconds=microseconds)


_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)

#: The earliest time an item may have, in seconds since 1970, and the last one before the year 10000.
FIRST_SECOND = int(EARLIEST.timestamp())
LAST_SECOND = 253_402_300_799
