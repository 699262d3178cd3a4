"""Choose your country: by map, by list, by search."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from centers import formats
from centers.finder import Findable, findable, places_found
from centers.insets import also_found
from centers.local_text import LocalText, local_text
from centers.map import CountryOutline, europe_map
from centers.models import Jurisdiction
from centers.pagecache import DATABASE_AWAY, Page, publications
from centers.reading import SiteFacts, site_facts
from centers.views import errors
from centers.views.doors import site_answer
from centers.views.frame import frame_of, page_rendered

#: What is longer was not typed by someone looking for a country.
LONGEST_QUERY = 80


@dataclass(frozen=True, slots=True)
class PlaceLink:
    """A place to choose, with its name for the reader and in its own languages."""

    code: str
    name: LocalText
    path: str
    native: tuple[LocalText, ...]
    keys: str
    outline: CountryOutline | None


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The page where a voter chooses a country."""
    return site_answer(request, _render_home)


def _render_home(request: HttpRequest, facts: SiteFacts) -> Page:
    frame = frame_of(request)
    outlines = {outline.code: outline for outline in europe_map().countries}
    links = [place_link(findable(place), frame.language, outlines) for place in facts.countries]
    links.sort(key=lambda link: formats.sort_key(link.name.text, frame.language))
    unions = [place_link(findable(place), frame.language, {}) for place in facts.unions]
    context = {"places": links, "unions": unions, "map": europe_map()}
    return page_rendered("centers/home.html", frame, context)


def place_link(item: Findable, language: str, outlines: dict[str, CountryOutline]) -> PlaceLink:
    """How a place appears in the list and on the map."""
    place = item.place
    return PlaceLink(
        code=place.code,
        name=local_text(place, "name", language, place.languages),
        path=center_path(place.code, language),
        native=tuple(text for text in native_names(place) if text.language != language),
        keys=" ".join((*item.codes, *("_".join(name.split()) for name in item.names))),
        outline=outlines.get(place.code),
    )


def native_names(place: Jurisdiction) -> list[LocalText]:
    """What a place calls itself, one entry per language, equal names once."""
    first: dict[str, LocalText] = {}
    for code in place.languages:
        if name := place.native_names.get(code):
            first.setdefault(name, LocalText(name, code, code))
    return list(first.values())


def center_path(code: str, language: str) -> str:
    """The address of a centre in a language."""
    return f"/{language}/centers/{code}/"


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """The countries a query may mean, and what other apps find; works without JavaScript.

    Not kept: queries are endless.
    """
    query = request.GET.get("q", "")[:LONGEST_QUERY].strip()
    try:
        _, facts = site_facts(publications.current())
        frame = frame_of(request)
        also = also_found(query, frame.language)
    except DATABASE_AWAY:
        return errors.unavailable(request)
    items = {place.pk: findable(place) for place in facts.places}
    found = [place_link(items[place.pk], frame.language, {}) for place in places_found(query, items.values())]
    return page_rendered("centers/search.html", frame, {"query": query, "found": found, "also": also}).answer(request)
