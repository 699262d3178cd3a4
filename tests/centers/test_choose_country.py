"""Home: map, list, search."""

from __future__ import annotations

import pytest
from django.test import Client

from centers.finder import findable, folded, places_found, within_one_edit
from centers.models import ElectionCenter, Jurisdiction
from tests.factories import CenterFactory, JurisdictionFactory


@pytest.mark.django_db
def test_home_lists_countries_in_the_reader_s_language(client: Client, arcadia: ElectionCenter) -> None:
    html = client.get("/de/").content.decode()
    assert 'href="/de/centers/xa/"' in html
    assert "Arcadia (de)" in html
    assert 'href="/de/centers/eu/"' in html


@pytest.mark.django_db
def test_home_draws_a_link_for_a_country_of_the_map(client: Client, union: ElectionCenter) -> None:
    place = JurisdictionFactory(code="mt", parent=union.jurisdiction, name="Fictional Malta")
    CenterFactory(jurisdiction=place)
    html = client.get("/fr/").content.decode()
    drawn = html[html.index('<svg class="map"') :]
    assert 'href="/fr/centers/mt/"' in drawn
    assert "Fictional Malta (fr)</text>" in drawn


@pytest.mark.django_db
def test_home_needs_no_cookie_and_no_other_host(client: Client, arcadia: ElectionCenter) -> None:
    response = client.get("/en/")
    assert not response.cookies
    assert response.headers["Vary"] == "Accept-Encoding"
    assert b"style=" not in response.content
    assert b"<script>" not in response.content


@pytest.mark.django_db
@pytest.mark.parametrize("query", ["arcadia", "Arkadien", "ARCÁDIA", "xa", "XA", "arca", "Arcadai", "Arkadein"])
def test_search_finds_a_country_by_what_readers_type(client: Client, arcadia: ElectionCenter, query: str) -> None:
    html = client.get("/lt/search/", {"q": query}).content.decode()
    assert 'href="/lt/centers/xa/"' in html


@pytest.mark.django_db
@pytest.mark.parametrize("query", ["Utopia", "xb", "", "  ", "arx", "<script>alert(1)</script>", "x" * 5000, "\x00"])
def test_search_finds_nothing_and_says_so(client: Client, arcadia: ElectionCenter, query: str) -> None:
    response = client.get("/en/search/", {"q": query})
    assert response.status_code == 200
    assert b'href="/en/centers/xa/"' not in response.content
    assert b"<script>alert" not in response.content


def _place(code: str, eu_code: str, **names: str) -> Jurisdiction:
    return Jurisdiction(code=code, eu_code=eu_code, native_names={}, **{f"name_{k}": v for k, v in names.items()})


PLACES = [
    findable(_place("dk", "DK", en="Denmark", de="Dänemark", fr="Danemark")),
    findable(_place("de", "DE", en="Germany", de="Deutschland", fr="Allemagne")),
    findable(_place("gr", "EL", en="Greece", el="Ελλάδα", tr="Yunanistan")),
    findable(_place("at", "AT", en="Austria", de="Österreich", cs="Rakousko")),
]


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ("Deutschland", ["de"]),
        ("germany", ["de"]),
        ("Allemagne", ["de"]),
        ("Allemange", ["de"]),
        ("de", ["de", "dk"]),
        ("EL", ["gr"]),
        ("gr", ["gr"]),
        ("ελλαδα", ["gr"]),
        ("ΕΛΛΆΔΑ", ["gr"]),
        ("Osterreich", ["at"]),
        ("osterrich", ["at"]),
        ("danmark", ["dk"]),
        ("grmn", []),
    ],
)
def test_country_is_found_by_any_name_code_or_slip(query: str, codes: list[str]) -> None:
    assert [place.code for place in places_found(query, PLACES)] == codes


@pytest.mark.parametrize(
    ("a", "b", "near"),
    [
        ("malta", "malta", True),
        ("malta", "matla", True),
        ("malta", "malt", True),
        ("malta", "maltas", True),
        ("malta", "molta", True),
        ("malta", "molto", False),
        ("malta", "atlam", False),
        ("malta", "mal", False),
        ("", "a", True),
        ("ab", "ba", True),
    ],
)
def test_words_are_near_when_one_edit_apart(a: str, b: str, near: bool) -> None:
    assert within_one_edit(a, b) is near
    assert within_one_edit(b, a) is near


def test_folding_drops_case_accents_and_punctuation() -> None:
    assert folded("  Ċeska – Rep. ŁÓDŹ ß İ ") == "ceska rep lodz ss i"
