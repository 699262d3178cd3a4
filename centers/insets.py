"""What other apps show on voters' pages of centres: they say so, since this app may not ask them.

inset_register(Inset("checks", load=checks_load, show=checks_show))   # once, when the app is ready
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from centers.models import Jurisdiction


class Shown(NamedTuple):
    """A part of a page: its template, and what that finds under `inset`."""

    template: str
    inset: Any


class Inset(NamedTuple):
    """A part of every centre's page.

    `load` reads what is shown of a place in all languages, in few queries, together with the centre's own facts and
    kept as long as they are: whoever changes it calls `center_touch`. `show` makes of it what readers of a language
    get, without a query; nothing, where there is nothing to show.
    """

    name: str
    load: Callable[[Jurisdiction], Any]
    show: Callable[[Any, Jurisdiction, str], Shown | None]


#: Takes what a reader typed into the search and the page's language; asked once a search, in few queries.
Finder = Callable[[str, str], Shown | None]

_INSETS: Final[dict[str, Inset]] = {}
_FINDERS: Final[list[Finder]] = []


def inset_register(inset: Inset) -> None:
    """Show it from now on."""
    _INSETS[inset.name] = inset


def finder_register(finder: Finder) -> None:
    """Ask it from now on."""
    if finder not in _FINDERS:
        _FINDERS.append(finder)


def insets_load(place: Jurisdiction) -> dict[str, Any]:
    """What every inset shows of a place, by its name."""
    return {name: inset.load(place) for name, inset in _INSETS.items()}


def insets_shown(loaded: Mapping[str, Any], place: Jurisdiction, language: str) -> list[Shown]:
    """For readers of a language."""
    found = (_INSETS[name].show(facts, place, language) for name, facts in loaded.items())
    return [shown for shown in found if shown is not None]


def also_found(query: str, language: str) -> list[Shown]:
    """What other apps found for a search."""
    return [shown for finder in _FINDERS if (shown := finder(query, language)) is not None]
