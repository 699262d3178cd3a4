"""What a claim is known by: key phrases and pictures, given by whoever may bring claims; errors beside the field."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import Role
from centers.models import ElectionCenter
from factcheck.models import Claim, ClaimSign, Origin, SignKind
from factcheck.services.claim_open import claim_open
from tests.factcheck.partners import given_checker, given_partner
from tests.factcheck.pictures import bomb, file_of, picture
from tests.members import client_of, given_member

pytestmark = pytest.mark.django_db


@pytest.fixture
def claim(arcadia: ElectionCenter) -> Claim:
    """One that spreads in Arcadia."""
    return claim_open(by=None, origin=Origin.MODERATOR, text="Only blue cards count.", language="en", countries=["xa"])


@pytest.fixture
def checker(arcadia: ElectionCenter) -> Client:
    """Somebody of a partner that works there."""
    return client_of(given_checker(given_partner(recorded=False)))


def sent(client: Client, claim: Claim, **fields: Any) -> Any:
    return client.post(f"/staff/factcheck/claims/{claim.public_id}/signs/", fields)


def test_phrases_are_set_as_a_list(checker: Client, claim: Claim) -> None:
    answer = sent(checker, claim, send="phrases", phrases="Blauer  Ausweis\n\ncarte d’identité bleue\nBlauer Ausweis\n")
    assert answer.status_code == HTTPStatus.FOUND
    assert list(claim.signs.values_list("kind", "value")) == [
        ("phrase", "Blauer Ausweis"), ("phrase", "carte d’identité bleue"),
    ]  # fmt: skip
    sent(checker, claim, send="phrases", phrases="carte d’identité bleue")
    assert [sign.value for sign in claim.signs.all()] == ["carte d’identité bleue"]
    page = checker.get(f"/staff/factcheck/claims/{claim.public_id}/").content.decode()
    assert "“carte d’identité bleue”" in page


@pytest.mark.parametrize(
    ("phrases", "said"),
    [
        ("wählen!", "fewer than 8 letters"),
        ("🗳️🗳️🗳️🗳️🗳️🗳️🗳️🗳️🗳️", "fewer than 8 letters"),
        ("x" * 201, "more than 200 characters"),
        ("\n".join(f"a key phrase {number}" for number in range(21)), "at most 20 key phrases"),
    ],
)
def test_phrase_that_would_find_everything_is_refused_beside_the_field(
    checker: Client, claim: Claim, phrases: str, said: str
) -> None:
    answer = sent(checker, claim, send="phrases", phrases=phrases)
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert said in answer.content.decode()
    assert "field-bad" in answer.content.decode()
    assert not claim.signs.exists()


def test_picture_is_looked_at_and_not_kept(checker: Client, claim: Claim) -> None:
    data = file_of(picture(1), "JPEG")
    for _ in range(2):
        answer = sent(checker, claim, send="picture", picture=SimpleUploadedFile("copy.jpg", data))
        assert answer.status_code == HTTPStatus.FOUND
    assert [(sign.kind, len(sign.value)) for sign in claim.signs.all()] == [("file", 64), ("picture", 16)]
    sign = claim.signs.get(kind=SignKind.PICTURE)
    gone = checker.post(f"/staff/factcheck/claims/{claim.public_id}/signs/{sign.pk}/end/")
    assert gone.status_code == HTTPStatus.FOUND
    assert [sign.kind for sign in claim.signs.all()] == ["file"]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"<html>", "This is no picture in one of these formats"),
        (bomb(), "more than 25 million pixels"),
        (bytes(50 * 1024 * 1024), "larger than 10 MB"),
        (file_of(picture())[:4_000], "broken and cannot be read"),
        (b"", "The submitted file is empty"),
    ],
    ids=["html", "bomb", "50 MB", "cut off", "empty"],
)
def test_bad_file_is_named_beside_its_field(checker: Client, claim: Claim, data: bytes, said: str) -> None:
    answer = sent(checker, claim, send="picture", picture=SimpleUploadedFile("copy.png", data))
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    page = answer.content.decode()
    assert said in page
    assert "field-bad" in page
    assert not ClaimSign.objects.exists()


def test_no_file_and_no_button(checker: Client, claim: Claim) -> None:
    assert sent(checker, claim, send="picture").status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert sent(checker, claim).status_code == HTTPStatus.OK
    assert not ClaimSign.objects.exists()


def test_sign_of_another_claim_is_not_found_here(checker: Client, claim: Claim) -> None:
    other = claim_open(by=None, origin=Origin.MODERATOR, text="Red ones.", language="en", countries=["xa"])
    sent(checker, other, send="phrases", phrases="a key phrase")
    sign = other.signs.get()
    answer = checker.post(f"/staff/factcheck/claims/{claim.public_id}/signs/{sign.pk}/end/")
    assert answer.status_code == HTTPStatus.NOT_FOUND
    assert other.signs.exists()


def test_auditor_gives_none(claim: Claim) -> None:
    auditor = client_of(given_member(Role.AUDITOR))
    assert sent(auditor, claim, send="phrases", phrases="a key phrase").status_code == HTTPStatus.FORBIDDEN
    assert not ClaimSign.objects.exists()
