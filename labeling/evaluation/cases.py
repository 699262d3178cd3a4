"""Lines of an evaluation file: items as platforms hand them in, each with the labels it should carry."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Annotated, Any, NamedTuple

import msgspec
from msgspec import Meta, Struct

from labeling.intake import Item, parse_lines

_BOM = b"\xef\xbb\xbf"


class Expected(Struct, frozen=True):
    """A label an item should carry; without `election`, any election of the jurisdiction will do."""

    kind: Annotated[str, Meta(min_length=1)]
    jurisdiction: Annotated[str, Meta(min_length=1)]
    election: Annotated[str, Meta(min_length=1)] | None = None


class _Wanted(Struct):
    """What an evaluation line has besides the item. `created_at` stands here, since corpora date posts ahead."""

    expected: list[Expected]
    review_ok: bool | None = None
    created_at: Annotated[dt.datetime, Meta(tz=True)] | None = None


class LabelledItem(NamedTuple):
    """An item and its right labels; `review_ok` where asking a moderator is as good as deciding rightly."""

    item: Item
    expected: tuple[Expected, ...]
    review_ok: bool


class BadLine(NamedTuple):
    """A line that is no evaluation line: its number in the file (from 1) and why."""

    number: int
    reason: str


class _BadLineError(ValueError):
    """The reason is the message."""


def read_lines(lines: Iterable[bytes]) -> Iterator[LabelledItem | BadLine]:
    """Read NDJSON line by line; empty lines count as nothing.

    Items are read by the code that reads what platforms hand in, with one difference: they may be of the future.
    """
    for number, raw in enumerate(lines, 1):
        line = raw.removeprefix(_BOM) if number == 1 else raw
        if line.strip():
            try:
                yield _labelled(line)
            except _BadLineError as error:
                yield BadLine(number, str(error))


def _labelled(line: bytes) -> LabelledItem:
    fields = _fields(line)
    try:
        wanted = msgspec.convert(fields, _Wanted)
    except msgspec.ValidationError as error:
        raise _BadLineError(str(error)) from error
    item = _item({name: value for name, value in fields.items() if name != "created_at"})
    item.created_at = wanted.created_at
    return LabelledItem(item, tuple(wanted.expected), bool(wanted.review_ok))


def _fields(line: bytes) -> dict[str, Any]:
    try:
        fields = msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _BadLineError("The line is not JSON") from error
    if not isinstance(fields, dict):
        raise _BadLineError("The line is not a JSON object")
    return fields


def _item(fields: dict[str, Any]) -> Item:
    items, invalid = parse_lines(msgspec.json.encode(fields))
    if invalid:
        raise _BadLineError("; ".join(_said(error) for error in invalid[0].errors))
    return items[0]


def _said(error: dict[str, str]) -> str:
    return f"{error['field']}: {error['reason']}" if error["field"] else error["reason"]
