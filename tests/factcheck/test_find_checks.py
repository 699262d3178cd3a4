"""Fact-checks on centres' pages, and full-text search by the rules of each language."""

from __future__ import annotations

import importlib
import uuid
from typing import Any

import pytest
from django.db import connection
from django.db.models import Model
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from centers.models import ElectionCenter
from centers.pagecache import publications
from electioncenters.languages import LANGUAGE_CODES
from factcheck.models import Assessment, Claim
from factcheck.search import CONFIGURATIONS, claims_saying, claims_search, configuration_of, findings_saying, vector_sql
from tests.factcheck.checks import given_claim, given_finding
from tests.factcheck.partners import given_partner
from tests.factcheck.test_read_checks import fresh, page_of

pytestmark = pytest.mark.django_db
CENTER = "/en/centers/xa/"
#: A word of a claim, and another form of it that somebody may type: found wherever PostgreSQL knows the language.
FORMS = {
    "bg": ("изборите", "изборите"), "es": ("elecciones", "elección"), "cs": ("volby", "volby"),
    "da": ("valgene", "valg"), "de": ("Stimmzettel", "Stimmzetteln"), "et": ("valimised", "valimised"),
    "el": ("εκλογές", "εκλογών"), "en": ("ballots", "ballot"), "fr": ("bulletins", "bulletin"),
    "ga": ("toghcháin", "toghcháin"), "hr": ("izbori", "izbori"), "it": ("schede", "scheda"),
    "lv": ("vēlēšanas", "vēlēšanas"), "lt": ("rinkimai", "rinkimų"), "hu": ("választások", "választásokat"),
    "mt": ("elezzjoni", "elezzjoni"), "nl": ("stembiljetten", "stembiljet"), "pl": ("wybory", "wybory"),
    "pt": ("votos", "voto"), "ro": ("alegerile", "alegeri"), "sk": ("voľby", "voľby"),
    "sl": ("volitve", "volitve"), "fi": ("liput", "lippu"), "sv": ("röster", "rösterna"),
    "lb": ("Walen", "Walen"), "tr": ("oylar", "oylara"), "ur": ("انتخابات", "انتخابات"),
}  # fmt: skip


def found(query: str) -> list[str]:
    return [claim.text for claim in claims_search(Claim.objects.checked(), query)]


@pytest.mark.parametrize("language", LANGUAGE_CODES)
def test_claim_is_found_by_the_rules_of_its_language(arcadia: ElectionCenter, language: str) -> None:
    said, typed = FORMS[language]
    given_finding(given_claim(f"{said} 2031", language=language), given_partner(), explanation="Nein.")
    given_finding(given_claim("etwas ganz anderes"), given_partner("Other Desk"), explanation="Nein.")
    assert found(typed) == [f"{said} 2031"]


def test_every_language_has_a_configuration_that_postgresql_has() -> None:
    assert set(CONFIGURATIONS) == set(LANGUAGE_CODES)
    with connection.cursor() as cursor:
        cursor.execute("SELECT cfgname FROM pg_ts_config")
        known = {name for (name,) in cursor.fetchall()}
    assert set(CONFIGURATIONS.values()) <= known
    # A language that PostgreSQL has learned meanwhile deserves a migration.
    english = {"bg": "bulgarian", "cs": "czech", "hr": "croatian", "lv": "latvian", "mt": "maltese", "sk": "slovak"}
    assert not known & {name for code, name in english.items() if CONFIGURATIONS[code] == "simple"}
    assert configuration_of("ca") == "simple"


def test_explanations_are_searched_in_their_own_language(arcadia: ElectionCenter) -> None:
    claim = given_claim("Das Register ist geschlossen.")
    given_finding(claim, given_partner(), language="en", explanation="The offices were closing a week later.")
    assert found("office close") == [claim.text]
    assert found("offices -closed") == []
    assert found('"week later"') == [claim.text]
    assert found("nothing or offices") == [claim.text]
    partner = claim.assessments.get().partner
    given_finding(claim, partner, explanation="Falsch.")
    assert found("office") == [], "what stands no more is not found"


@pytest.mark.parametrize("query", ["'", "\\", "a & | ! :* <->", '"', "%", "der die das", "-", "(" * 50, "😀"])
def test_no_query_breaks_the_search(client: Client, arcadia: ElectionCenter, query: str) -> None:
    given_finding(given_claim(), given_partner())
    assert client.get("/en/factcheck/checks/", {"q": query}).status_code == 200
    assert client.get("/en/search/", {"q": query}).status_code == 200


def test_search_uses_its_indexes_when_there_are_many(arcadia: ElectionCenter) -> None:
    claim, partner = given_claim("Nur dieses Register."), given_partner()
    given_finding(claim, partner)
    many = [Claim(**copied(claim), public_id=uuid.uuid4(), text=f"Gerücht {number}") for number in range(2000)]
    Claim.objects.bulk_create(many)
    given = copied(claim.assessments.get()) | {"explanation": "Nein, das stimmt so nicht."}
    Assessment.objects.bulk_create(Assessment(**given | {"claim_id": one.pk}) for one in many)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE factcheck_claim, factcheck_assessment")
    assert "claim_by_words" in claims_saying("dieses Register").explain()
    assert "assessment_by_words" in findings_saying("woche später").explain()
    assert found("register") == ["Nur dieses Register."]


def copied(record: Model) -> dict[str, Any]:
    """Its columns, but for what is its own."""
    own = {"id", "public_id", "text"}
    return {field.attname: getattr(record, field.attname) for field in record._meta.fields if field.name not in own}


def test_indexes_were_made_of_the_same_expression() -> None:
    migration = importlib.import_module("factcheck.migrations.0008_search_of_checks")
    assert vector_sql("language", "text") == f"to_tsvector({' '.join(migration.CONFIGURATION.split())}, text)"


def test_list_finds_words_and_keeps_them_while_one_turns_pages(client: Client, arcadia: ElectionCenter) -> None:
    partner = given_partner()
    for number in range(21):
        given_finding(given_claim(f"Das Register Nummer {number:02} ist zu."), partner)
    given_finding(given_claim("Etwas anderes."), partner, explanation="Nein.")
    page = page_of(client, "/de/factcheck/checks/?q=register&country=xa")
    assert "Etwas anderes" not in page
    assert 'value="register"' in page
    assert 'href="?q=register&amp;country=xa&amp;page=2"' in page
    assert 'content="noindex"' in page


def test_search_for_a_country_finds_fact_checks_too(
    client: Client, arcadia: ElectionCenter, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    given_finding(given_claim(), given_partner())
    fresh(client, "/en/search/")
    publications._stale_at = float("inf")
    with django_assert_max_num_queries(3):
        page = client.get("/en/search/?q=register").content.decode()
    assert "Das Register ist geschlossen." in page
    assert "No country found" not in page
    assert "Das Register" not in client.get("/en/search/?q=arcadia").content.decode()
    assert "No country found" in client.get("/en/search/?q=qqqq").content.decode()


def test_centre_shows_the_newest_checks_of_its_country_first_those_its_reader_can_read(
    client: Client, arcadia: ElectionCenter
) -> None:
    partner = given_partner(countries=["xa", "eu"])
    assert "No fact-check has been published here yet." in page_of(client, CENTER)
    given_finding(given_claim("On explique en français.", language="fr"), partner, language="fr")
    for number in range(4):
        given_finding(given_claim(f"Gerücht Nummer {number}."), partner)
    given_finding(given_claim("Only in the Union.", countries=["eu"]), partner)
    german, french = page_of(client, "/de/centers/xa/"), page_of(client, "/fr/centers/xa/")
    assert [f"Nummer {number}" in german for number in range(4)] == [False, True, True, True]
    assert "On explique" in french
    assert "On explique" not in german
    assert french.index("Nummer 3") < french.index("On explique"), "the newest stands first"
    assert "Only in the Union." not in german
    assert "Only in the Union." in page_of(client, "/en/centers/eu/")
    assert 'href="/de/factcheck/checks/?country=xa"' in german


def test_centre_with_checks_costs_two_queries_more_cold_and_none_warm(
    client: Client,
    arcadia: ElectionCenter,
    django_assert_max_num_queries: DjangoAssertNumQueries,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    partner = given_partner()
    for number in range(6):
        given_finding(given_claim(f"Gerücht Nummer {number}."), partner)
    publications.forget()
    with django_assert_max_num_queries(17):
        client.get(CENTER)
    publications._stale_at = float("inf")
    with django_assert_num_queries(0):
        client.get(CENTER)
        client.get("/de/centers/xa/")
