"""A guess at the language of a text that came without one."""

import re
from functools import lru_cache
from typing import Any

# The 24 official EU languages and those the portal also speaks.
LANGUAGES = (
    "bg", "cs", "da", "de", "el", "en", "es", "et", "fi", "fr", "ga", "hr", "hu", "it", "lb", "lt", "lv",
    "mt", "nl", "pl", "pt", "ro", "sk", "sl", "sv", "tr", "ur",
)  # fmt: skip
#: Shorter texts name a language only by luck.
MIN_LETTERS = 12
#: Below this probability the guess is not better than none.
MIN_PROBABILITY = 0.6
# Platforms write these for "we do not know".
_UNKNOWN = frozenset({"", "und", "un", "zxx", "mul", "xx"})
_REGION = re.compile("[a-z]{2}")
# Ways of naming a language that differ between platforms.
_ALIASES = {"sh": "hr", "gr": "el", "iw": "he", "in": "id"}


@lru_cache(maxsize=1_024)
def language_of_tag(tag: str | None) -> tuple[str | None, str | None]:
    """Return (language, region) of a BCP 47 tag in lower case; `None` for what it leaves open.

    >>> language_of_tag("de-AT")
    ('de', 'at')
    """
    parts = (tag or "").replace("_", "-").lower().split("-")
    if parts[0] in _UNKNOWN:
        return None, None
    region = next((part for part in parts[1:] if _REGION.fullmatch(part)), None)
    return _ALIASES.get(parts[0], parts[0]), region


def guess_language(text: str) -> str | None:
    """Return the most probable of our languages, or `None` when the text is too short or mixed to tell."""
    if sum(map(str.isalpha, text)) < MIN_LETTERS:
        return None
    language, probability = _identifier().classify(text)
    return str(language) if probability >= MIN_PROBABILITY else None


@lru_cache(maxsize=1)
def _identifier() -> Any:  # py3langid ships no types
    # Loading the model takes a moment and 35 MB: only processes that meet a text without language pay for it.
    import numpy as np
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(list(LANGUAGES))
    # A text has some fifty of its 100,000 features. As it comes, each number of a feature stands in another place of
    # the memory; side by side, and as wide as they are counted with, they are read in a fraction of the time.
    identifier.nb_ptc = np.ascontiguousarray(identifier.nb_ptc, dtype=np.float32)
    return identifier
