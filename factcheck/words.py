"""How partners' own rating words are compared. Pure code."""

from __future__ import annotations

import unicodedata
from decimal import Decimal, InvalidOperation
from typing import Final, NamedTuple

#: A longer "word" is a sentence, and no rating.
LONGEST: Final = 120
#: What may stand around a word without making it another one.
_AROUND: Final = " .,;:!?…\"'`´“”„‚‘’«»‹›()[]*_-–—"


class RatingValue(NamedTuple):
    """A rating as a number on a partner's own scale, as ClaimReview gives it: the value, the worst and the best."""

    value: str
    worst: str
    best: str


def word_key(word: str) -> str:
    """The word as it is compared: without case, width, punctuation around it and runs of spaces; accents count.

    Empty for what says nothing.

    >>> word_key("  «Plutôt   FAUX» !"), word_key("…")
    ('plutôt faux', '')
    """
    plain = unicodedata.normalize("NFKC", word).casefold()
    return " ".join(plain.split()).strip(_AROUND)[:LONGEST]


def value_word(by_value: RatingValue) -> str:
    """A number as the word it is kept as; the scale belongs to it. Empty where one of the three is no number.

    >>> value_word(RatingValue("2.0", "1", "5")), value_word(RatingValue("two", "1", "5"))
    ('2 (1-5)', '')
    """
    numbers = [_number(one) for one in by_value]
    if None in numbers:
        return ""
    value, worst, best = numbers
    return f"{value} ({worst}-{best})"


def _number(written: str) -> str | None:
    try:
        number = Decimal(written.strip())
    except InvalidOperation:
        return None
    if not number.is_finite() or abs(number) > 10**6:
        return None
    return f"{number.normalize():f}"[:20]
