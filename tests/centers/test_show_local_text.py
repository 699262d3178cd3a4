"""A text in the reader's language, or marked as another."""

from __future__ import annotations

import pytest

from accounts.models import Organisation
from centers.local_text import local_text, organisation_name
from centers.models import Answer


@pytest.mark.parametrize(
    ("bodies", "language", "found"),
    [
        ({"de": "Ja", "en": "Yes"}, "de", ("Ja", "de")),
        ({"de": "Ja", "en": "Yes"}, "fr", ("Ja", "de")),
        ({"en": "Yes", "pl": "Tak"}, "fr", ("Yes", "en")),
        ({"pl": "Tak"}, "fr", ("", "fr")),
        ({"de": "", "en": "Yes"}, "de", ("Yes", "en")),
        ({}, "de", ("", "de")),
    ],
)
def test_text_falls_back_to_the_place_s_language_then_english(
    bodies: dict[str, str], language: str, found: tuple[str, str]
) -> None:
    answer = Answer(**{f"body_{code}": body for code, body in bodies.items()})
    text = local_text(answer, "body", language, ["de"])
    assert (text.text, text.language) == found
    assert text.is_elsewhere == bool(text.text and text.language != language)


def test_text_knows_who_wrote_it_and_its_direction() -> None:
    answer = Answer(body_ur="متن", translation_origin={"ur": "machine"})
    text = local_text(answer, "body", "ur")
    assert text.is_machine
    assert text.direction == "rtl"


@pytest.mark.parametrize(
    ("name", "language", "shown"),
    [
        ("Wahlbehörde", "de", ("Wahlbehörde", "de", "")),
        ("Wahlbehörde", "fr", ("Wahlbehörde", "de", "Electoral Board")),
        ("Wahlbehörde | Autorité", "fr", ("Wahlbehörde / Autorité", "", "Electoral Board")),
        ("Electoral Board", "fr", ("Electoral Board", "de", "")),
    ],
)
def test_organisation_is_named_as_it_calls_itself(name: str, language: str, shown: tuple[str, str, str]) -> None:
    found = organisation_name(Organisation(name=name, name_en="Electoral Board"), language, ["de"])
    assert (found.official, found.official_language, found.english) == shown
