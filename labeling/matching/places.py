"""Countries named in a text, by name, adjective or flag: looked for only when an election was spoken of."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from labeling.matching.model import CODES, EU, Geography
from labeling.matching.phrases import PhraseIndex, phrase_key
from labeling.text import NormalisedText

_FLAG = re.compile("[\U0001f1e6-\U0001f1ff]{2}")
_FLAG_BASE = 0x1F1E6 - ord("a")
# Shorter names of countries outside our geography are words of our languages (Mali, Man, Cuba, Chad).
_SHORTEST = 4
_SHORTEST_FOREIGN = 5
# Acronyms are told apart by being known, not by length; Iceland's name means "island" to most of Europe.
_ACRONYMS = frozenset({"usa"})
# Acronyms up to this length are words when written in small letters (`es`, `us`, `jav`).
_SHORT_ACRONYM = 3
#: What CLDR lists among territories without being a country: United Nations, euro area, pseudo-locales. Réunion is
# part of France and means "meeting" to whoever speaks a Romance language.
NOT_COUNTRIES = frozenset({"ez", "qo", "un", "xa", "xb", "zz", "re"})
_NOT_NAMES = frozenset({"island", "jordan", "georgia", "turkey", "malta*", "jersey", "guinea"})
# Names understood whatever the language of the text.
_EVERYWHERE = "en"
# Stands for every language that no name is of.
_OTHER = "und"


class Place(NamedTuple):
    """A country named. Offsets are code points of the original, both -1 for a flag.

    An adjective (or a people's name, or a town) says whose election it is only beside an election word. A town
    never says that there is an election: shops and clubs of a town have votes, too.
    """

    code: str
    start: int
    end: int
    adjective: bool
    town: bool = False


class _Name(NamedTuple):
    """What a word stands for; `languages` is `None` where everybody understands it.

    Inflected names are the stems of adjectives, too: only capitals tell `Německu` from `německé`.
    """

    code: str
    adjective: bool
    languages: frozenset[str] | None
    capital: bool
    town: bool = False


class PlaceFinder:
    """Finds the countries a text names; compiled once per ruleset."""

    def __init__(self, geography: Geography) -> None:
        self._all = [(key, name) for key, name in _names(geography) if key]
        self._spoken = frozenset().union(*(name.languages or () for _, name in self._all))
        self._indexes: dict[str | None, PhraseIndex[tuple[_Name, ...]]] = {}

    def find(self, text: NormalisedText, language: str | None = None) -> list[Place]:
        """Return the places `text` names; a word that means two countries gives both.

        With a `language`, words of others than that count only if they are understood everywhere.
        """
        places = [Place(code, -1, -1, False) for code in _flags(text.original)]
        for found in self._index(language).find(text):
            start, end = text.original_span(found.start, found.end)
            if end - start <= _SHORT_ACRONYM and not text.original[end - 1].isupper():
                continue
            small = text.original[start].islower()
            kinds = {name.code: (name.adjective or (name.capital and small), name.town) for name in found.value}
            places += [Place(CODES.get(code, code), start, end, *kind) for code, kind in kinds.items()]
        return places

    def prepare(self) -> None:
        """Compile the names for every language now and not when the first text in it comes."""
        for language in (None, _OTHER, *sorted(self._spoken)):
            self._index(language)

    def _index(self, language: str | None) -> PhraseIndex[tuple[_Name, ...]]:
        """The names understood in a language, all of them for `None`; compiled when first asked for."""
        if language is not None and language not in self._spoken:
            # Whoever hands in content names its language: names nobody knows must not each cost an index.
            language = _OTHER
        index = self._indexes.get(language)
        if index is None:
            entries: dict[str, dict[tuple[str, bool], _Name]] = {}
            for key, name in self._all:
                if _is_understood(language, name):
                    meant = entries.setdefault(key, {})
                    known = meant.get((name.code, name.adjective))
                    meant[name.code, name.adjective] = _merged(known, name) if known else name
            index = PhraseIndex({key: _names_last(meant) for key, meant in entries.items()})
            self._indexes[language] = index
        return index


def _is_understood(language: str | None, name: _Name) -> bool:
    return name.languages is None or language is None or language in name.languages


def _merged(one: _Name, other: _Name) -> _Name:
    languages = None if one.languages is None or other.languages is None else one.languages | other.languages
    return one._replace(languages=languages, capital=one.capital and other.capital, town=one.town and other.town)


def _names_last(meant: Mapping[tuple[str, bool], _Name]) -> tuple[_Name, ...]:
    """What a word means, so that of a name and an adjective of one country the name is what stays."""
    return tuple(sorted(meant.values(), key=lambda name: (not name.adjective, name.code)))


def _flags(original: str) -> Iterable[str]:
    if original.isascii():
        return ()
    return ["".join(chr(ord(char) - _FLAG_BASE) for char in pair) for pair in _FLAG.findall(original)]


def _names(geography: Geography) -> Iterator[tuple[str, _Name]]:
    """Yield the keys of names and adjectives with what they stand for."""
    for spellings, is_adjective in ((geography.country_names, False), (geography.country_adjectives, True)):
        for code, names in spellings.items():
            for key in _long_enough(code, names, geography):
                yield key, _Name(code, is_adjective, None, False)
    yield from _names_by_language(geography)
    for form in geography.country_forms:
        languages = frozenset({form.language})
        for name in form.names:
            yield phrase_key(name), _Name(form.code, False, languages, name.endswith("*"))
        for word in form.adjectives:
            yield phrase_key(word), _Name(form.code, True, languages, False)
        for town in form.towns:
            yield phrase_key(town), _Name(form.code, True, languages, False, True)


def _names_by_language(geography: Geography) -> Iterator[tuple[str, _Name]]:
    for language, names_by_code in geography.names_by_language.items():
        spoken = None if language == _EVERYWHERE else frozenset({language})
        for code, names in names_by_code.items():
            for key in _long_enough(code, names, geography):
                yield key, _Name(code, False, spoken, False)


def _long_enough(code: str, names: Sequence[str], geography: Geography) -> Iterator[str]:
    """Yield the keys of the names long enough to mean the country."""
    if code in NOT_COUNTRIES:
        return
    shortest = _SHORTEST if code in geography.states or code == EU else _SHORTEST_FOREIGN
    for key in map(phrase_key, names):
        if (len(key) >= shortest and key not in _NOT_NAMES) or key in _ACRONYMS:
            yield key
