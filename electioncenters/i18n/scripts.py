"""Which script the words of a text are written in: to notice the wrong one, and letters that look alike."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import Final

_SCRIPT_OF_LANGUAGE: Final = {"bg": "CYRILLIC", "el": "GREEK", "ur": "ARABIC"}
_SCRIPTS: Final = frozenset({"LATIN", "CYRILLIC", "GREEK", "ARABIC"})
_WORD: Final = re.compile(r"[^\W\d_]+")


def script_flaws(*, language: str, source: str, translation: str) -> list[str]:
    """What is suspicious about the script of a text without its placeholders, tags and addresses."""
    own = _SCRIPT_OF_LANGUAGE.get(language, "LATIN")
    words = _WORD.findall(translation)
    known = set(_WORD.findall(source))
    mixed = [word for word in words if len(_word_scripts(word)) > 1]
    flaws = [f"{word!r} mixes scripts" for word in mixed]
    foreign = [
        word for word in words if _word_scripts(word) - {own, "LATIN"} and word not in known and word not in mixed
    ]
    flaws += [f"{word!r} is not written in {own.title()} letters" for word in foreign]
    if not any(own in _word_scripts(word) for word in words) and not all(_is_name(word, known) for word in words):
        flaws.append(f"no word is written in {own.title()} letters")
    return flaws


def _is_name(word: str, known: set[str]) -> bool:
    """A word kept from the source with a capital: a name or an abbreviation."""
    return word in known and word[0].isupper()


@cache
def _word_scripts(word: str) -> frozenset[str]:
    return frozenset(unicodedata.name(letter, "").split(" ", 1)[0] for letter in word) & _SCRIPTS
