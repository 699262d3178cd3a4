"""What a partner's own rating means on the portal's scale: what was mapped, and nothing else."""

from __future__ import annotations

from typing import Final

from factcheck.models import FactCheckPartner, Rating
from factcheck.services.rating_word import rating_read
from factcheck.words import RatingValue

#: The scale's own names, as it writes them itself (`docs/guides/factcheck.md`).
_OWN: Final = {word.casefold(): rating for rating in Rating for word in (rating.value, str(rating.label))}


def rating_of(
    partner: FactCheckPartner, words: str, *, value: str = "", worst: str = "", best: str = ""
) -> Rating | None:
    """The rating that a partner's words mean; `None` for words nobody has mapped, which are held and never guessed.

    What people said of the partner's word comes first, then the scale's own names. A number is a word of its own with
    its scale, and asked for only where there are no words: `2` of `5` is another thing to each partner.
    """
    mapped = rating_read(partner=partner, word=words, by_value=RatingValue(value, worst, best) if value else None)
    return mapped or _OWN.get(" ".join(words.split()).casefold())
