"""What a file would do, entry by entry: shown before anything is proposed."""

from __future__ import annotations

import datetime as dt
import enum
import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from centers.services.proposal_submit import Wish


class FileError(Exception):
    """The whole file cannot be read; the message says why and, where it is known, in which line."""


class Verdict(enum.StrEnum):
    """What becomes of an entry."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    SKIPPED = "skipped"
    ERROR = "error"


class Difference(NamedTuple):
    """A field as it is published and as it would be."""

    label: str
    language: str
    before: Any
    after: Any


class Problem(NamedTuple):
    """What is wrong, and in which column or part of the entry ("" for all of it)."""

    column: str
    sentence: str


@dataclass(slots=True)
class Effect:
    """One row or unit. `name` is the unit's id or the record, as the file calls it; `why` says why it is skipped.

    `source` and `verified_on` are the entry's own, where it has any.
    """

    line: int
    name: str
    title: str
    verdict: Verdict
    differences: list[Difference] = field(default_factory=list)
    errors: list[Problem] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    why: str = ""
    wish: Wish | None = None
    source: str = ""
    verified_on: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """All effects of a file. `language` is the one translated into; "" for tables."""

    effects: Sequence[Effect]
    language: str = ""

    @property
    def wished(self) -> list[Effect]:
        """Those that would change something."""
        return [one for one in self.effects if one.wish is not None]

    @property
    def wrong(self) -> list[Effect]:
        """Those with errors."""
        return [one for one in self.effects if one.verdict == Verdict.ERROR]

    @property
    def counts(self) -> dict[Verdict, int]:
        """Entries by what becomes of them."""
        return {verdict: sum(one.verdict == verdict for one in self.effects) for verdict in Verdict}

    @property
    def stamp(self) -> str:
        """Another one whenever the file would do something else than it did when it was shown."""
        done = [(one.wish.record, one.wish.action, one.wish.fields, one.wish.base) for one in self.wished if one.wish]
        text = json.dumps([done, len(self.wrong)], default=str, sort_keys=True)
        return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()


def counted(number: int, noun: str) -> str:
    """`1 row`, `2 rows`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def grouped(effects: Iterable[Effect], most: int) -> list[list[Effect]]:
    """Effects that can be one proposal each: of one source and day, at most `most`; in the file's order."""
    found: dict[tuple[str, dt.date | None], list[list[Effect]]] = {}
    for one in effects:
        groups = found.setdefault((one.source, one.verified_on), [[]])
        if len(groups[-1]) == most:
            groups.append([])
        groups[-1].append(one)
    return [group for groups in found.values() for group in groups]
