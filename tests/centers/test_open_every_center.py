"""Every shipped centre opens in each of its own languages and in English, with its authority's link."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from centers.models import Answer, ElectionCenter, TrustedSource
from electioncenters.languages import LANGUAGE_CODES
from electioncenters.management.commands.load_facts import facts_load

pytestmark = pytest.mark.django_db


@pytest.fixture
def facts(db: None) -> None:
    facts_load(root=Path(settings.BASE_DIR))


def test_every_center_opens_in_its_own_languages_and_english(client: Client, facts: None) -> None:
    centers = list(ElectionCenter.objects.select_related("jurisdiction"))
    assert len(centers) == 28
    for center in centers:
        place = center.jurisdiction
        authority = TrustedSource.objects.of(center).first()
        assert authority is not None
        for language in {*place.languages, "en"}:
            response = client.get(f"/{language}/centers/{place.code}/")
            assert response.status_code == 200, (place.code, language)
            assert response["Content-Language"] == language
            assert authority.url in response.content.decode(), (place.code, language)
            assert not response.cookies


def test_shipped_answers_exist_in_every_language(facts: None) -> None:
    missing = [
        (answer.center_id, answer.question, language)
        for answer in Answer.objects.all()
        for language in LANGUAGE_CODES
        if not getattr(answer, f"body_{language}")
    ]
    assert missing == []


def test_centers_mix_no_languages(client: Client, facts: None) -> None:
    for language in LANGUAGE_CODES:
        body = client.get(f"/{language}/centers/lu/").content.decode()
        assert ("At the European election of" in body) is (language == "en"), language
        assert "Not yet translated" not in body
