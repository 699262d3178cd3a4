"""The collector of cyclic garbage rests while a batch is worked on, and never longer."""

from __future__ import annotations

import gc

import pytest

from electioncenters.collector import collector_paused


def test_the_collector_rests_within_and_works_again_after() -> None:
    with collector_paused():
        assert not gc.isenabled()
        with collector_paused():
            assert not gc.isenabled()
        assert not gc.isenabled(), "the outer one decides"

    assert gc.isenabled()


def test_the_collector_works_again_after_an_error() -> None:
    with pytest.raises(ValueError, match="gone wrong"), collector_paused():
        raise ValueError("gone wrong")

    assert gc.isenabled()
