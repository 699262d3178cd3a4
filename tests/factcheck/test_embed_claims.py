"""Claims alike in meaning, found by a model of the operators' own; without one, and with a broken one, all goes on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django import DjangoAssertNumQueries

from centers.models import ElectionCenter
from electioncenters.env import Environment
from factcheck import embedding
from factcheck.embedding import EmbeddingError, embedder, vectors_of
from factcheck.models import Claim, ClaimVector
from factcheck.services import claim_embed
from factcheck.services.claim_embed import claims_embed
from factcheck.services.claim_merge import claim_merge, claims_alike
from tests.factcheck.claims import given_claim
from tests.factcheck.embedders import ByMeaning
from tests.factcheck.partners import given_checker, given_partner
from tests.members import client_of

pytestmark = pytest.mark.django_db
MODELS = "tests.factcheck.embedders"
GERMAN, FRENCH, OTHER = "Das Register ist geschlossen.", "La liste électorale est fermée.", "Stimmzettel im Wald!"


@pytest.fixture(autouse=True)
def _forgotten() -> Iterator[None]:
    """No test meets another one's model."""
    embedding._loaded.cache_clear()
    yield
    embedding._loaded.cache_clear()


@pytest.fixture
def switched_on(settings: Any) -> None:
    settings.CLAIM_EMBEDDER = f"{MODELS}.ByMeaning"


def test_there_is_no_model_unless_it_is_named(arcadia: ElectionCenter) -> None:
    claim = given_claim(text=GERMAN)
    given_claim(text=FRENCH, language="fr")
    assert embedder() is None
    assert claims_embed() == 0
    assert claims_alike(claim) == []
    assert not ClaimVector.objects.exists()


@pytest.mark.usefixtures("switched_on")
def test_claim_in_another_language_is_proposed(arcadia: ElectionCenter) -> None:
    claim, french = given_claim(text=GERMAN), given_claim(text=FRENCH, language="fr")
    given_claim(text=OTHER)
    assert claims_alike(claim) == [], "nothing waits for the model"
    assert claims_embed() == 3
    assert claims_embed() == 0
    (found,) = claims_alike(claim)
    assert (found.claim, found.by_meaning) == (french, True)
    assert 85 <= found.percent <= 100
    page = client_of(given_checker(given_partner())).get(f"/staff/factcheck/claims/{claim.public_id}/")
    assert "% alike in meaning, says a model" in page.content.decode()


@pytest.mark.usefixtures("switched_on")
def test_words_come_before_meaning_and_copies_are_left_out(arcadia: ElectionCenter) -> None:
    claim, same = given_claim(text=GERMAN), given_claim(text=f"{GERMAN}!!")
    french = given_claim(text=FRENCH, language="fr")
    claims_embed()
    assert [(one.claim, one.by_meaning) for one in claims_alike(claim)] == [(same, False), (french, True)]
    claim_merge(claim=french, into=claim, by=None)
    assert [one.claim for one in claims_alike(claim)] == [same]


@pytest.mark.usefixtures("switched_on")
def test_proposals_cost_few_queries(arcadia: ElectionCenter, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    claim = given_claim(text=GERMAN)
    for number in range(6):
        given_claim(text=f"{FRENCH} {number}", language="fr")
    claims_embed()
    with django_assert_num_queries(4):
        assert len(claims_alike(claim)) == 5


def test_only_the_newest_open_claims_are_compared(
    arcadia: ElectionCenter, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.CLAIM_EMBEDDER = f"{MODELS}.ByMeaning"
    monkeypatch.setattr(claim_embed, "COMPARED", 2)
    old = given_claim(text=FRENCH, language="fr")
    given_claim(text=OTHER)
    given_claim(text=GERMAN)
    assert claims_embed() == 2
    assert not ClaimVector.objects.filter(claim=old).exists()


def test_other_model_makes_all_vectors_anew(arcadia: ElectionCenter, settings: Any) -> None:
    settings.CLAIM_EMBEDDER = f"{MODELS}.ByMeaning"
    claim, french = given_claim(text=GERMAN), given_claim(text=FRENCH, language="fr")
    claims_embed()
    ClaimVector.objects.filter(claim=french).update(model="fictional/older")
    assert claims_alike(claim) == [], "vectors of two models are never compared"
    settings.CLAIM_EMBEDDER = f"{MODELS}.Newer"
    assert claims_embed() == 2
    assert [one.claim for one in claims_alike(claim)] == [french]


@pytest.mark.parametrize("name", ["Broken", "TooShort", "Nowhere", "Infinite", "Fewer", "Nameless", "missing"])
def test_broken_model_keeps_no_claim_from_being_brought(
    arcadia: ElectionCenter, settings: Any, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    settings.CLAIM_EMBEDDER = f"{MODELS}.{name}"
    claim = given_claim(text=GERMAN)
    given_claim(text=FRENCH, language="fr")
    assert claims_embed() == 0
    assert "Claims get no vectors" in caplog.text
    assert claims_alike(claim) == []
    assert Claim.objects.count() == 2
    assert not ClaimVector.objects.exists()


def test_what_a_model_does_wrong_is_named() -> None:
    with pytest.raises(EmbeddingError, match="answered 0 vectors for 1 texts"):
        vectors_of(type("Empty", (ByMeaning,), {"embed": lambda self, texts: []})(), ["x"])
    (vector,) = vectors_of(ByMeaning(), [GERMAN])
    assert sum(number * number for number in vector) == pytest.approx(1)


@pytest.mark.parametrize("written", ["model", "package..name", "package.module:name", "/etc/passwd", "a.b()"])
def test_path_that_is_none_is_refused_at_the_start(written: str) -> None:
    env = Environment({"CLAIM_EMBEDDER": written})
    env.dotted("CLAIM_EMBEDDER")
    with pytest.raises(ImproperlyConfigured, match="CLAIM_EMBEDDER must be a dotted path"):
        env.check()
