"""What a partner's own rating words stand for: read, and keep an unknown one."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.utils import timezone

from factcheck.models import FactCheckPartner, Rating, RatingWord
from factcheck.words import LONGEST, RatingValue, value_word, word_key


def rating_read(*, partner: FactCheckPartner, word: str, by_value: RatingValue | None = None) -> Rating | None:
    """What people of the partner, or operators, have said the word stands for; `None`: it is to be held.

    A number (`by_value`) is read only where there is no word: a word nobody knows is not helped by guessing from the
    number beside it. Nothing is written.
    """
    key = word_key(word_of(word, by_value))
    found = RatingWord.objects.filter(partner=partner, key=key).exclude(rating="").first() if key else None
    return Rating(found.rating) if found else None


def word_of(word: str, by_value: RatingValue | None = None) -> str:
    """The word to look up: the partner's own, or else its number with the scale; empty where there is neither."""
    if word_key(word):
        return word
    return value_word(by_value) if by_value is not None else ""


def rating_word_keep(*, partner: FactCheckPartner, word: str) -> RatingWord:
    """The word's row, locked until the transaction ends, so that mapping and holding wait for each other.

    One nobody knows is added without a rating. Raises `ValidationError` for what is no word.
    """
    key = word_key(word)
    if not key or len(word.strip()) > LONGEST or "\0" in word:
        raise ValidationError({"own_rating": f"Must be a word or number of at most {LONGEST} characters."})
    RatingWord.objects.get_or_create(
        partner=partner, key=key, defaults={"word": word.strip(), "added_at": timezone.now()}
    )
    return RatingWord.objects.select_for_update(of=("self",)).get(partner=partner, key=key)
