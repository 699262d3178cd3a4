"""Which form of a sentence a number takes, per language.

The forms are CLDR's categories for whole numbers, in the order gettext numbers them. Two things CLDR knows
are left out: its "many" of the Romance languages (only for full millions, which no sentence here counts) and
its "two" of Maltese (a dual is a word of its own; a text with the number in it takes the plural).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from gettext import c2py
from typing import Final

from electioncenters.languages import LANGUAGE_CODES

#: Rules repeat after a hundred, so twice that tells what a form is for.
_PERIOD: Final = 100
_SAMPLE: Final = range(2 * _PERIOD + 1)
_RANGES_SHOWN: Final = 4


@dataclass(frozen=True, slots=True)
class PluralRule:
    """The forms of one language; `expression` is C, as catalogues and Python's gettext want it."""

    categories: tuple[str, ...]
    expression: str

    @property
    def header(self) -> str:
        """The value of a catalogue's `Plural-Forms`."""
        return f"nplurals={len(self.categories)}; plural={self.expression};"

    def index(self, number: int) -> int:
        """The form that `number` takes, counted from 0."""
        return _compiled(self.expression)(number)

    def numbers(self, index: int) -> list[int]:
        """The numbers of the sample (up to 200) that take form `index`."""
        return _numbers(self.expression, index)

    def serves_one_number(self, index: int) -> bool:
        """Whether the form may spell its number out ("one day") because no other number takes it."""
        return len(self.numbers(index)) == 1

    def examples(self, index: int) -> str:
        """The numbers of a form, for people: `2–4, 22–24, 32–34, 42–44, …` or `0, 5+`."""
        ranges = _ranges(self.numbers(index))
        shown = [_range_text(low, high) for low, high in ranges[:_RANGES_SHOWN]]
        repeats = len(ranges) > 1 and ranges[-1][0] > _PERIOD
        return ", ".join([*shown, "…"] if repeats else shown)


@cache
def _compiled(expression: str) -> Callable[[int], int]:
    return c2py(expression)


@cache
def _numbers(expression: str, index: int) -> list[int]:
    return [number for number in _SAMPLE if _compiled(expression)(number) == index]


def _ranges(numbers: Sequence[int]) -> list[tuple[int, int]]:
    """Neighbours joined: 2, 3, 4, 9 → (2, 4), (9, 9)."""
    found: list[tuple[int, int]] = []
    for number in numbers:
        if found and found[-1][1] == number - 1:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return found


def _range_text(low: int, high: int) -> str:
    endless = high == _SAMPLE[-1] and low < _PERIOD
    return f"{low}+" if endless else f"{low}" if low == high else f"{low}–{high}"


_ONE_OTHER: Final = PluralRule(("one", "other"), "(n != 1)")
_CZECH: Final = PluralRule(("one", "few", "other"), "(n == 1 ? 0 : n >= 2 && n <= 4 ? 1 : 2)")

PLURAL_RULES: Final[dict[str, PluralRule]] = dict.fromkeys(LANGUAGE_CODES, _ONE_OTHER) | {
    "cs": _CZECH,
    "sk": _CZECH,
    "fr": PluralRule(("one", "other"), "(n > 1)"),
    "ga": PluralRule(
        ("one", "two", "few", "many", "other"),
        "(n == 1 ? 0 : n == 2 ? 1 : n >= 3 && n <= 6 ? 2 : n >= 7 && n <= 10 ? 3 : 4)",
    ),
    "hr": PluralRule(
        ("one", "few", "other"),
        "(n%10 == 1 && n%100 != 11 ? 0 : n%10 >= 2 && n%10 <= 4 && (n%100 < 12 || n%100 > 14) ? 1 : 2)",
    ),
    "lt": PluralRule(
        ("one", "few", "other"),
        "(n%10 == 1 && (n%100 < 11 || n%100 > 19) ? 0 : n%10 >= 2 && (n%100 < 11 || n%100 > 19) ? 1 : 2)",
    ),
    "lv": PluralRule(
        ("one", "other", "zero"),
        "(n%10 == 1 && n%100 != 11 ? 0 : n%10 >= 2 && (n%100 < 11 || n%100 > 19) ? 1 : 2)",
    ),
    "mt": PluralRule(
        ("one", "few", "many", "other"),
        "(n == 1 ? 0 : n == 0 || n == 2 || (n%100 >= 3 && n%100 <= 10) ? 1 : n%100 >= 11 && n%100 <= 19 ? 2 : 3)",
    ),
    "pl": PluralRule(
        ("one", "few", "many"),
        "(n == 1 ? 0 : n%10 >= 2 && n%10 <= 4 && (n%100 < 12 || n%100 > 14) ? 1 : 2)",
    ),
    "ro": PluralRule(
        ("one", "few", "other"),
        "(n == 1 ? 0 : n == 0 || (n%100 >= 1 && n%100 <= 19) ? 1 : 2)",
    ),
    "sl": PluralRule(
        ("one", "two", "few", "other"),
        "(n%100 == 1 ? 0 : n%100 == 2 ? 1 : n%100 == 3 || n%100 == 4 ? 2 : 3)",
    ),
}
