"""What a load did, or would do: told record by record."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from electioncenters.languages import LANGUAGE_CODES

_TRANSLATED: Final = re.compile(rf"(?P<base>\w+)_(?:{'|'.join(LANGUAGE_CODES)})")
#: From this many languages on, changed translations of a field are told in one line.
_MANY: Final = 3
_SHOWN: Final = 70


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field with its value in the database and the one in the pack."""

    field: str
    old: object
    new: object


@dataclass(slots=True)
class Changes:
    """What happened to records (by `noun:key`) and which centres show them.

    `kept` are differences that were not applied because a person changed or confirmed the record; `left` are records
    the pack no longer has and which stay.
    """

    created: list[str] = field(default_factory=list)
    changed: dict[str, list[FieldChange]] = field(default_factory=dict)
    removed: list[str] = field(default_factory=list)
    kept: dict[str, list[FieldChange]] = field(default_factory=dict)
    kept_out: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    centers: set[str] = field(default_factory=set)

    def __bool__(self) -> bool:
        """Whether anything was written."""
        return bool(self.created or self.changed or self.removed)

    def lines(self) -> Iterator[str]:
        """The diff, one line per record or field."""
        for key in self.created:
            yield f"+ {key}"
        for key, fields in self.changed.items():
            for line in _field_lines(fields):
                yield f"~ {key}: {line}"
        for key in self.removed:
            yield f"- {key}"

    def notes(self) -> Iterator[str]:
        """What was deliberately not done."""
        for key, fields in self.kept.items():
            for line in _field_lines(fields):
                yield f"! {key}: kept as a person decided: {line}"
        for key in self.kept_out:
            yield f"! {key}: kept out as a person decided"
        for key in self.left:
            yield f"= {key}: is no longer in the pack and stays"

    def counts(self) -> Iterator[str]:
        """Created, changed and removed records by kind."""
        groups = (("created", self.created), ("changed", self.changed), ("removed", self.removed))
        for verb, keys in groups:
            for noun, count in sorted(Counter(key.split(":", 1)[0] for key in keys).items()):
                yield f"{verb}: {count} {noun.replace('_', ' ')}"


def _field_lines(changes: list[FieldChange]) -> Iterator[str]:
    grouped: dict[str, list[FieldChange]] = defaultdict(list)
    for change in changes:
        if not change.field.startswith("translation_origin."):
            match = _TRANSLATED.fullmatch(change.field)
            grouped[match["base"] if match else change.field].append(change)
    for base, members in grouped.items():
        if len(members) > _MANY:
            yield f"{base} in {len(members)} languages, e.g. {_arrow(members[0])}"
        else:
            yield from map(_arrow, members)


def _arrow(change: FieldChange) -> str:
    old, new = _text(change.old), _text(change.new)
    same = next((place for place, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), 0)
    # Long texts are shown from shortly before they differ.
    start = 0 if max(len(old), len(new)) <= _SHOWN else max(0, same - _SHOWN // 4)
    return f"{change.field}: {_excerpt(old, start)} → {_excerpt(new, start)}"


def _text(value: object) -> str:
    if value is None or value in ("", []):
        return "(empty)"
    text = ", ".join(map(_plain, value)) if isinstance(value, (list, tuple)) else _plain(value)
    return " ".join(text.split())


def _excerpt(text: str, start: int) -> str:
    part = text[start : start + _SHOWN]
    return f"{'…' if start and part else ''}{part}{'…' if len(text) > start + _SHOWN else ''}"


def _plain(value: object) -> str:
    if isinstance(value, dt.date):
        return value.isoformat()
    return format(value.normalize(), "f") if isinstance(value, Decimal) else str(value)
