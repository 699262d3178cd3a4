"""Dates, numbers and names in the page's language, by CLDR (Babel).

Django's own formats are not used: it has none for Maltese, Luxembourgish and Irish dates.
"""

from __future__ import annotations

import datetime as dt
import functools
import unicodedata
from decimal import Decimal

from babel import Locale
from babel.dates import format_date, format_skeleton, format_time
from babel.lists import format_list
from babel.numbers import format_decimal, format_percent


@functools.cache
def locale(language: str) -> Locale:
    """Babel's locale for one of the portal's languages. Raises `babel.UnknownLocaleError`."""
    return Locale.parse(language)


def date_full(day: dt.date, language: str) -> str:
    """With the weekday: "Sunday, 18 April 2027"."""
    return format_date(day, "full", locale=_british(language))


def date_long(day: dt.date, language: str) -> str:
    """Without the weekday: "18 April 2027"."""
    return format_date(day, "long", locale=_british(language))


def weekday(day: dt.date, language: str) -> str:
    """The day's name: "Sunday"."""
    return format_date(day, "EEEE", locale=locale(language))


def month_year(day: dt.date, language: str) -> str:
    """ "April 2027"."""
    return format_skeleton("yMMMM", day, locale=_british(language))


def month_name(day: dt.date, language: str) -> str:
    """The month standing alone: "April"."""
    return format_date(day, "LLLL", locale=locale(language))


def clock(time: dt.time, language: str) -> str:
    """A time of day: "20:00"."""
    return format_time(time, "short", locale=_british(language))


def number(value: int | Decimal, language: str) -> str:
    """A number with the language's separators."""
    return format_decimal(value, locale=locale(language))


def percent(value: Decimal, language: str) -> str:
    """`value` percent (not a fraction): 56.25 → "56.25 %" as the language writes it, at most two decimals."""
    pattern = locale(language).percent_formats[None].pattern.replace("#,##0", "#,##0.##")
    return format_percent(value / 100, format=pattern, locale=locale(language))


def language_name(code: str, language: str) -> str:
    """The name of the language `code` in `language`; the code itself where CLDR has none."""
    return str(locale(language).languages.get(code, code))


def joined(items: list[str], language: str) -> str:
    """ "a, b and c" in `language`."""
    return str(format_list(items, locale=locale(language)))


def colon(language: str) -> str:
    """What follows a label: French puts a space before a colon, and it must not break."""
    return "\u00a0:" if language == "fr" else ":"


#: Letters whose place in the alphabet differs from that of the letter they decompose to, per language.
_ALPHABET_ENDS = {
    "sv": "åäö",
    "fi": "åäö",
    "da": "æøå",
    "et": "õäöü",
}
_AFTER_BASE = {
    "hr": "čćđšž",
    "sl": "čšž",
    "cs": "čřšž",
    "sk": "čšž",
    "lt": "čšž",
    "lv": "čģķļņšž",
    "et": "šž",
    "pl": "ąćęłńóśźż",
    "ro": "ăâîșț",
    "tr": "çğıöşü",
    "es": "ñ",
    "mt": "ċġħż",
}
_SPECIAL = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ħ": "h", "ı": "i", "æ": "ae", "ß": "ss"})


def sort_key(text: str, language: str) -> str:
    """A key that orders words as the language's alphabet does, closely enough for a list of countries.

    Letters of their own stand where the alphabet has them (å after z in Swedish, č after c in Czech); other
    accents are ignored.
    """
    ends, after = _ALPHABET_ENDS.get(language, ""), _AFTER_BASE.get(language, "")
    lowered = text.replace("İ", "i").lower() if language == "tr" else text.lower()
    return "".join(_letter_key(letter, ends, after) for letter in unicodedata.normalize("NFC", lowered))


def _letter_key(letter: str, ends: str, after: str) -> str:
    if letter in ends:
        return "\U0010fff0" + chr(0x41 + ends.index(letter))
    base = unicodedata.normalize("NFKD", letter.translate(_SPECIAL))
    plain = "".join(part for part in base if not unicodedata.combining(part))
    if letter in after:
        # U+FFFF sorts after every letter that may follow the base, so "č…" comes behind "cz…".
        return plain + "\uffff" + chr(0x41 + after.index(letter))
    return plain


def _british(language: str) -> Locale:
    """English pages are written in British English: day before month, a 24-hour clock."""
    return Locale.parse("en_GB") if language == "en" else locale(language)
