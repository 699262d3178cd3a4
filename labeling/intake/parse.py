"""JSON arrays and NDJSON become items; what is wrong with an item is said of that item alone."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple, NoReturn, TypeVar

import msgspec

from labeling.intake.item import CheckedItem, Item, are_sound

T = TypeVar("T")

#: Items of one request.
MAX_ITEMS = 5_000

_BOM = b"\xef\xbb\xbf"
_array = msgspec.json.Decoder(list[Item])
_line = msgspec.json.Decoder(Item)
_ID = b'"external_id"'
_at = re.compile(r"^(?P<reason>.*?)(?: - at `\$\.?(?P<field>[^`]*)`)?$", re.DOTALL)
_named = re.compile(r"`(?P<field>\w+)`")
#: Patterns say little to people; these are the reasons in words.
_IN_WORDS = {
    "external_id": "Must be 1 to 255 visible ASCII characters",
    "sha256": "Must be 64 hexadecimal digits",
    "phash": "Must be 16 hexadecimal digits",
}
_space = re.compile(r"[ \t\r\n]*")


class MalformedBodyError(ValueError):
    """The body as a whole is not what it says it is; nothing of it was taken."""


class TooManyItemsError(ValueError):
    """More than `MAX_ITEMS` items; nothing of the body was taken."""


class InvalidItem(NamedTuple):
    """An item that was not taken: its position among those handed in (from 0) and why."""

    position: int
    external_id: str | None
    errors: list[dict[str, str]]

    def document(self) -> dict[str, Any]:
        """As the API answers it."""
        named = {} if self.external_id is None else {"external_id": self.external_id}
        return {"index": self.position, **named, "errors": self.errors}


class Parsed(NamedTuple):
    """What a body held."""

    items: list[Item]
    invalid: list[InvalidItem]


def parse_array(body: bytes) -> Parsed:
    """The items of a JSON array.

    Raises `MalformedBodyError` when it is no JSON array, `TooManyItemsError` when it holds too many.
    """
    return _parse(body.removeprefix(_BOM), _array.decode, _array_elements)


def parse_lines(body: bytes) -> Parsed:
    """The items of NDJSON, one to a line; empty lines count as nothing. Raises `TooManyItemsError`."""
    return _parse(body.removeprefix(_BOM), _line.decode_lines, _line_elements)


def _parse(body: bytes, whole: Callable[[bytes], list[Item]], elements: Callable[[bytes], Iterable[Any]]) -> Parsed:
    """All at once where nothing is wrong, which is nearly always; else one by one, to say what is wrong with which."""
    if b"\\u0000" not in body and body.count(_ID) <= MAX_ITEMS:
        try:
            items = whole(body)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            pass
        else:
            _bound(len(items))
            if are_sound(items):
                return Parsed(items, [])
    return _one_by_one(elements(body))


def _one_by_one(elements: Iterable[Any]) -> Parsed:
    parsed = Parsed([], [])
    for index, element in enumerate(elements):
        _bound(index + 1)
        try:
            parsed.items.append(_item(element))
        except InvalidValueError as error:
            parsed.invalid.append(InvalidItem(index, _external_id(element), [error.document]))
    return parsed


def _bound(count: int) -> None:
    if count > MAX_ITEMS:
        raise TooManyItemsError(f"more than {MAX_ITEMS} items")


class InvalidValueError(ValueError):
    """What one item or record has wrong: the `field` as a path (`author.id`, empty for the whole) and the `reason`."""

    def __init__(self, field: str, reason: str) -> None:
        """Said of `field`."""
        super().__init__(f"{field}: {reason}" if field else reason)
        self.document = {"field": field, "reason": reason}


class _NotJson(NamedTuple):
    reason: str


def _item(element: Any) -> Item:
    if isinstance(element, _NotJson):
        raise InvalidValueError("", element.reason)
    return _converted(element, CheckedItem)


def value_convert(value: Any, kind: type[T]) -> T:
    """Parsed JSON as `kind`. Raises `InvalidValueError` naming the field."""
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        raise _invalid(str(error)) from error


def line_convert(line: bytes, kind: type[T]) -> T:
    """A line of JSON as `kind`, slower than msgspec decodes it, but saying what is wrong with it and where.

    Raises `InvalidValueError`, also for characters that cannot be stored.
    """
    for element in _line_elements(line):
        if isinstance(element, _NotJson):
            break
        return _converted(element, kind)
    raise InvalidValueError("", "The line is not JSON")


def _converted(element: Any, kind: type[T]) -> T:
    try:
        _refuse_unstorable(element)
        return value_convert(element, kind)
    except RecursionError as error:
        raise InvalidValueError("", "Is nested too deeply") from error


def _invalid(message: str) -> InvalidValueError:
    """msgspec's message, taken apart: ``Expected `str`, got `int` - at `$.author.id` ``."""
    found = _at.match(message)
    reason, field = (found["reason"], found["field"] or "") if found else (message, "")
    if "matching regex" in reason:
        reason = _IN_WORDS.get(field.rpartition(".")[2], reason)
    missing = reason.startswith("Object missing")
    named = _named.search(reason) if missing or (not field and not reason.startswith("Expected")) else None
    path = [part for part in (field, named["field"] if named else "") if part]
    return InvalidValueError(".".join(path), reason)


def _external_id(element: Any) -> str | None:
    """The item's id where it is fit to be answered with."""
    named = element.get("external_id") if isinstance(element, dict) else None
    if not isinstance(named, str) or _unstorable(named):
        return None
    return named[:255]


def _refuse_unstorable(value: Any, field: str = "") -> None:
    """Refuse what neither PostgreSQL nor UTF-8 can hold, wherever it stands in the item."""
    if isinstance(value, str):
        if reason := _unstorable(value):
            raise InvalidValueError(field, reason)
    elif isinstance(value, dict):
        for key, part in value.items():
            name = "" if _unstorable(key) else key
            _refuse_unstorable(key, field)
            _refuse_unstorable(part, f"{field}.{name}" if field else name)
    elif isinstance(value, list):
        for position, part in enumerate(value):
            _refuse_unstorable(part, f"{field}[{position}]")


def _unstorable(text: str) -> str | None:
    if "\0" in text:
        return "Contains a NUL character"
    if not text.isascii() and any("\ud800" <= char <= "\udfff" for char in text):
        return "Contains half of a surrogate pair or bytes that are not UTF-8"
    return None


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


_json = json.JSONDecoder(parse_constant=_refuse_constant)


def _array_elements(body: bytes) -> Iterator[Any]:
    """The elements one at a time, so that a body of millions of them is given up after the first few thousand.

    Bytes that are not UTF-8 become lone surrogates, which spoil only the element they stand in.
    """
    text = body.decode("utf-8", "surrogateescape")
    at = _skip(text, 0)
    if text[at : at + 1] != "[":
        raise MalformedBodyError("The body is not a JSON array.")
    at = _skip(text, at + 1)
    if text[at : at + 1] == "]":
        return _refuse_rest(text, at + 1)
    while True:
        element, at = _element(text, at)
        yield element
        at = _skip(text, at)
        if text[at : at + 1] == "]":
            return _refuse_rest(text, at + 1)
        if text[at : at + 1] != ",":
            raise MalformedBodyError(f"The body is not JSON: a comma or ] is missing at character {at}.")
        at = _skip(text, at + 1)


def _element(text: str, at: int) -> tuple[Any, int]:
    try:
        return _json.raw_decode(text, at)
    except (ValueError, RecursionError) as error:
        raise MalformedBodyError(f"The body is not JSON from character {at} on.") from error


def _skip(text: str, at: int) -> int:
    found = _space.match(text, at)
    return found.end() if found else at


def _refuse_rest(text: str, at: int) -> None:
    if _skip(text, at) != len(text):
        raise MalformedBodyError("Something follows after the end of the JSON array.")


def _line_elements(body: bytes) -> Iterator[Any]:
    for line in body.split(b"\n"):
        if not line.strip():
            continue
        try:
            yield _json.decode(line.decode("utf-8", "surrogateescape"))
        except (ValueError, RecursionError):
            yield _NotJson("The line is not JSON")
