"""What is sealed is opened with the same key and for the same purpose, and otherwise not at all."""

from __future__ import annotations

import pytest
from pytest_django import Settings

from electioncenters.sealing import UnsealError, seal, unseal


def test_a_secret_comes_back() -> None:
    assert unseal(seal(b"secret", purpose="test"), purpose="test") == b"secret"


def test_the_same_secret_is_sealed_differently_each_time() -> None:
    assert seal(b"secret", purpose="test") != seal(b"secret", purpose="test")


def test_another_purpose_opens_nothing() -> None:
    with pytest.raises(UnsealError):
        unseal(seal(b"secret", purpose="test"), purpose="other")


def test_what_was_changed_is_not_opened() -> None:
    sealed = bytearray(seal(b"secret", purpose="test"))
    sealed[-5] ^= 1

    with pytest.raises(UnsealError):
        unseal(bytes(sealed), purpose="test")


def test_a_former_key_still_opens_until_it_is_dropped(settings: Settings) -> None:
    sealed = seal(b"secret", purpose="test")
    former, settings.SECRET_KEY = settings.SECRET_KEY, "another-" + "y" * 50

    settings.SECRET_KEY_FALLBACKS = [former]
    assert unseal(sealed, purpose="test") == b"secret"
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(UnsealError):
        unseal(sealed, purpose="test")
