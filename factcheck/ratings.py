"""What a partner's own rating means on the portal's scale: what was mapped, and nothing else."""

from __future__ import annotations

from typing import Final

from factcheck.models import FactCheckPartner, Rating

#: The scale's own names, as it writes them itself (`docs/guides/factcheck.md`).
_OWN: Final = {word.casefold(): rating for rating in Rating for word in (rating.value, str(rating.label))}


def rating_of(
    partner: FactCheckPartner, words: str, *, value: str = "", worst: str = "", best: str = ""
) -> Rating | None:
    """The rating that a partner's words mean; `None` for words nobody has mapped, which are held and never guessed.

    The number is told to whoever maps, and never decides by itself: `2` of `5` is another thing to each partner.
    """
    return _OWN.get(" ".join(words.split()).casefold())
