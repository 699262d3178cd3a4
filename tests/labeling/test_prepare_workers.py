"""What a worker does before it forks its processes, so that they need not."""

from __future__ import annotations

from typing import Any

import pytest

from centers.models import Jurisdiction
from labeling.intake import Item
from labeling.matching import places, ruleset
from labeling.services.matcher import matcher_forget, matcher_live, matcher_prepare

Places = dict[str, Jurisdiction]


def test_nothing_is_compiled_any_more_when_content_comes(world: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    assert matcher_prepare()

    def refuse(*args: Any) -> None:
        raise AssertionError("compiled while content waits")

    monkeypatch.setattr(ruleset, "PhraseIndex", refuse)
    monkeypatch.setattr(places, "PhraseIndex", refuse)
    for language in ("de", "fr", "mt", "xx", None):
        (match,) = matcher_live().match(Item(external_id="a", text="Wir wählen #btw29 in Berlin", lang=language))
        assert match.jurisdiction == "de"


@pytest.mark.django_db
def test_a_worker_starts_before_there_are_rules() -> None:
    matcher_forget()

    assert not matcher_prepare()
