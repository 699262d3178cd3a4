"""Policies: shipped in every language, loaded once, and never changed under the decisions that cite them."""

from __future__ import annotations

import json
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest

from accounts.models import Role
from electioncenters.languages import LANGUAGE_CODES
from labeling.models import Policy, PolicyText
from labeling.review.responses import response_text, responses_said
from labeling.services.policies_load import RESPONSES, SHIPPED, PolicyError, policies_load
from tests.members import client_of, given_member

FILES = sorted(SHIPPED.glob("*.json"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_shipped_policy_is_in_every_language(path: Path) -> None:
    policy = json.loads(path.read_text(encoding="utf-8"))
    texts: dict[str, Any] = policy["texts"]
    assert set(texts) == set(LANGUAGE_CODES)
    for name in ("title", "text"):
        said = [text[name] for text in texts.values()]
        assert len(set(said)) == len(said), "two languages say the same"
    assert all(list(text["reasons"]) == list(policy["actions"]) for text in texts.values())


def test_shipped_responses_are_in_every_language() -> None:
    responses = json.loads(RESPONSES.read_text(encoding="utf-8"))
    assert set(responses) == set(LANGUAGE_CODES)
    assert all(set(said) == set(responses["en"]) for said in responses.values())
    assert all(text.count("{reason}") == 1 for said in responses.values() for text in said.values())


def given_folder(tmp_path: Path, **changes: Any) -> Path:
    policy = json.loads((SHIPPED / "other.json").read_text(encoding="utf-8")) | changes
    (tmp_path / "other.json").write_text(json.dumps(policy), encoding="utf-8")
    return tmp_path


@pytest.mark.django_db
def test_policies_are_loaded_once() -> None:
    assert (policies_load(), policies_load()) == (len(FILES), 0)
    assert PolicyText.objects.count() == len(FILES) * len(LANGUAGE_CODES)
    assert set(PolicyText.objects.values_list("is_machine", flat=True)) == {True}


@pytest.mark.django_db
def test_changed_policy_needs_a_new_version(tmp_path: Path) -> None:
    policies_load()
    with pytest.raises(PolicyError, match="give the change a new version"):
        policies_load(folder=given_folder(tmp_path, severity=5))
    assert policies_load(folder=given_folder(tmp_path, severity=5, version=2)) == 1
    assert list(Policy.objects.filter(key="other").values_list("version", "severity")) == [(2, 5), (1, 2)]


@pytest.mark.django_db
def test_wording_decisions_cite_is_not_changed_but_a_draft_is_confirmed(tmp_path: Path) -> None:
    policies_load()
    texts = json.loads((SHIPPED / "other.json").read_text(encoding="utf-8"))["texts"]
    with pytest.raises(PolicyError):
        policies_load(folder=given_folder(tmp_path, texts=texts | {"en": texts["en"] | {"title": "New"}}))
    spoken = texts["de"] | {"title": "Sonstiges", "is_machine": False}
    policies_load(folder=given_folder(tmp_path, texts=texts | {"de": spoken}))
    german = PolicyText.objects.get(policy__key="other", language="de")
    assert (german.title, german.is_machine) == ("Sonstiges", False)
    # A machine's text does not come back over a person's.
    policies_load()
    german.refresh_from_db()
    assert german.title == "Sonstiges"


@pytest.mark.django_db
def test_response_is_whole_sentences_with_the_reason() -> None:
    policies_load()
    german = PolicyText.objects.get(policy__key="voting-information", language="de")
    assert response_text(german, audience="reporter", action="apply", reason="wrong-place") == (
        "Danke für Ihre Meldung. Ein Moderator hat den Inhalt geprüft und gehandelt. "
        "Es nennt einen falschen Ort der Wahl."
    )
    assert response_text(german, audience="author", action="apply", reason="wrong-place").endswith("Einspruch erheben.")
    assert response_text(german, audience="author", action="apply", reason="none") == ""
    for policy in Policy.objects.exclude(key="rising-hashtag"):
        for text in policy.texts.all():
            assert all(one.to_author and one.to_reporter for one in responses_said(policy, text))


@pytest.mark.django_db
def test_policies_are_read_in_any_language_and_version() -> None:
    policies_load()
    client = client_of(given_member(Role.MODERATOR))
    page = "/staff/labeling/reviews/policies/"
    assert "Incitement around an election" in client.get(page).content.decode()
    urdu = client.get(f"{page}other/?lang=ur&version=1").content.decode()
    assert 'dir="rtl"' in urdu
    assert "Drafted by a machine" in urdu
    assert client.get(f"{page}nothing/").status_code == HTTPStatus.NOT_FOUND
    assert client.get(f"{page}other/?version=7").status_code == HTTPStatus.NOT_FOUND
    assert client.get(f"{page}other/?lang=xx").status_code == HTTPStatus.OK
