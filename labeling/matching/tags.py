"""Hashtags that stand for something, found with one look-up, with and without a year in them."""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Generic, NamedTuple, TypeVar

from labeling.matching.years import TEMPLATE, YYYY, full_year
from labeling.text import folded_key

_YEAR_END = re.compile(r"(.*[^\W\d_])_?((?:19|20)?\d\d)$", re.DOTALL)
_YEAR_WITHIN = re.compile(r"(?<!\d)(?:19|20)?\d\d(?!\d)")
# Stands for the year in the key of a template that goes on behind it; no tag can hold it.
_GAP = "\0"
_LONG_YEAR = 4

T = TypeVar("T")
G = TypeVar("G")


class TagEntry(NamedTuple, Generic[T]):
    """What a hashtag pattern stands for; `yearly` ones are also found with a year appended."""

    pattern: str
    value: T
    yearly: bool = False


class TagIndex(Generic[T, G]):
    """Hashtag patterns by their folded keys; what stands under one key is put together by `grouped`."""

    def __init__(self, entries: Iterable[TagEntry[T]], grouped: Callable[[list[T]], G]) -> None:
        plain: dict[str, list[T]] = {}
        ending: dict[str, list[T]] = {}
        short: dict[str, list[T]] = {}
        within: dict[str, list[T]] = {}
        for pattern, value, yearly in entries:
            before, template, after = _parts(pattern)
            if not template:
                plain.setdefault(before, []).append(value)
            elif after or not before[-1:].isalpha():
                within.setdefault(f"{before}{_GAP}{after}", []).append(value)
                continue
            if template or yearly:
                ending.setdefault(before, []).append(value)
                if template != YYYY:
                    short.setdefault(before, []).append(value)
        self._plain = {key: grouped(values) for key, values in plain.items()}
        self._ending = {key: grouped(values) for key, values in ending.items()}
        self._short = self._ending if short == ending else {key: grouped(values) for key, values in short.items()}
        self._within = {key: grouped(values) for key, values in within.items()}

    def __bool__(self) -> bool:
        return bool(self._plain or self._ending or self._within)

    def find(self, tag: str) -> tuple[G, int | None] | None:
        """Return what a tag stands for, and the year that stands in the place of a template or behind it.

        Of several readings the first: the tag as it is, with a year at its end, with one inside.
        """
        key = folded_key(tag)
        group = self._plain.get(key)
        if group is not None:
            return group, None
        if key.isalpha():
            # No year stands in it: most tags that nobody knows end here.
            return None
        return next(self._dated(key), None)

    def find_all(self, tag: str) -> list[tuple[G, int | None]]:
        """Return every reading of a tag, see `find`."""
        key = folded_key(tag)
        group = self._plain.get(key)
        plain: list[tuple[G, int | None]] = [] if group is None else [(group, None)]
        return plain if key.isalpha() else [*plain, *self._dated(key)]

    def _dated(self, key: str) -> Iterator[tuple[G, int | None]]:
        ending = _YEAR_END.match(key) if key[-1:].isdecimal() else None
        if ending:
            groups = self._ending if len(ending[2]) == _LONG_YEAR else self._short
            group = groups.get(ending[1])
            if group is not None:
                yield group, full_year(ending[2])
        for year in _YEAR_WITHIN.finditer(key) if self._within else ():
            group = self._within.get(f"{key[: year.start()]}{_GAP}{key[year.end() :]}")
            if group is not None:
                yield group, full_year(year[0])


def _parts(pattern: str) -> tuple[str, str, str]:
    """Return the keys before and behind the (first) year template, and the template."""
    template = TEMPLATE.search(pattern)
    if template is None:
        return folded_key(pattern), "", ""
    return folded_key(pattern[: template.start()]), template[0], folded_key(pattern[template.end() :])
