"""The languages the portal speaks: the 24 official languages of the EU and three more its centres need."""

from __future__ import annotations

from typing import Final

#: Code (BCP 47) and name in the language itself, in the EU's order of listing, then the others.
LANGUAGES: Final[list[tuple[str, str]]] = [
    ("bg", "български"),
    ("es", "español"),
    ("cs", "čeština"),
    ("da", "dansk"),
    ("de", "Deutsch"),
    ("et", "eesti"),
    ("el", "ελληνικά"),
    ("en", "English"),
    ("fr", "français"),
    ("ga", "Gaeilge"),
    ("hr", "hrvatski"),
    ("it", "italiano"),
    ("lv", "latviešu"),
    ("lt", "lietuvių"),
    ("hu", "magyar"),
    ("mt", "Malti"),
    ("nl", "Nederlands"),
    ("pl", "polski"),
    ("pt", "português"),
    ("ro", "română"),
    ("sk", "slovenčina"),
    ("sl", "slovenščina"),
    ("fi", "suomi"),
    ("sv", "svenska"),
    ("lb", "Lëtzebuergesch"),
    ("tr", "Türkçe"),
    ("ur", "اردو"),
]

LANGUAGE_CODES: Final[tuple[str, ...]] = tuple(code for code, _ in LANGUAGES)
LANGUAGE_NAMES: Final[dict[str, str]] = dict(LANGUAGES)
RIGHT_TO_LEFT: Final[frozenset[str]] = frozenset({"ur"})
EU_LANGUAGES: Final[tuple[str, ...]] = tuple(code for code in LANGUAGE_CODES if code not in {"lb", "tr", "ur"})
