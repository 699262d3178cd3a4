"""What is remembered of decisions never changes one: it only saves deciding again."""

from __future__ import annotations

import datetime as dt
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

import labeling.matching.ruleset
from labeling.matching import CompiledRuleset, Item, Match, Rule, compile_ruleset, remembered
from labeling.matching.decide import decide
from labeling.matching.remembered import Decisions
from labeling.services.shipped import ruleset_shipped
from tests.labeling.rule_makers import GEOGRAPHY, compound, phrase, tag, terms

SIGNS = (
    "Wahl", "wahl", "Europawahl", "Bundestag", "Briefwahl im Ausland", "Kandidat", "Schülerrat", "#btw29", "#Wahl2029",
    "Stichwahl", "kommunal", "Sejm", "vote", "election",
)  # fmt: skip
OTHERS = (
    "Germany", "Deutschland", "Frankreich", "Switzerland", "United States", "🇩🇪", "2029", "2027", "1873", "1995", "in",
    "und", "am", "Sonntag", "Haus", ",", ".", ";", "–", "\n", "neu",
)  # fmt: skip
TEXTS = st.lists(st.sampled_from(SIGNS + OTHERS), min_size=1, max_size=9).map(" ".join)
ITEMS = st.builds(
    Item,
    text=TEXTS,
    hashtags=st.one_of(st.none(), st.lists(st.sampled_from(("Wahl", "btw29", "Wahl2029", "x")), max_size=2).map(tuple)),
    lang=st.sampled_from((None, "de", "en", "fr", "pl")),
    region=st.sampled_from((None, "DE", "AT", "US", "CH", "FR")),
    created_at=st.sampled_from((None, dt.datetime(2026, 5, 1, tzinfo=dt.UTC), dt.datetime(2028, 5, 1, tzinfo=dt.UTC))),
)
DE = frozenset({"de"})
RULES = [
    phrase("wahl*", languages=DE, ambiguous=True, concept="election", weight=0.6),
    phrase("election", languages=frozenset({"en"}), ambiguous=True, concept="election", weight=0.6),
    phrase("europawahl*", jurisdiction="eu", election_type="european_parliament", concept="election"),
    phrase("bundestag*", jurisdiction="de", concept="institution", election_type="parliament", weight=0.7),
    phrase("sejm", jurisdiction="pl", concept="institution", weight=0.7),
    phrase("ausland*", supporting=True, concept="abroad", languages=DE, weight=0.4),
    phrase("briefwahl*", supporting=True, concept="vote", languages=DE, weight=0.5),
    phrase("vote", supporting=True, concept="vote", languages=frozenset({"en"}), weight=0.5),
    phrase("kandidat*", supporting=True, concept="candidate", languages=DE, weight=0.4),
    phrase("stichwahl*", supporting=True, concept="runoff", languages=DE, weight=0.4),
    phrase("kommunal*", supporting=True, concept="qualifier", election_type="local", languages=DE, weight=0.3),
    phrase("sonntag", supporting=True, concept="roll", languages=DE, weight=0.3),
    Rule(id="school", kind="contrary", pattern="schülerrat*", weight=0.5, concept="setting", languages=DE),
    tag("btw{yy}", jurisdiction="de", election_type="parliament", concept="tag:btw"),
    tag("wahl", jurisdiction="de", inferred=True, ambiguous=True, yearly=True, concept="election", weight=0.5),
    phrase("haus", action="review", jurisdiction="de", concept="house", weight=0.6),
    compound(all_of=terms("neu", "wahl*"), weight=0.7),
]


def without_memory(ruleset: CompiledRuleset, item: Item, **how: Any) -> tuple[Match, ...]:
    """What is decided of the item by itself."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Decisions, "decide", lambda _, case: decide(case))
        return ruleset.match(item, **how)


@given(items=st.lists(ITEMS, min_size=1, max_size=4), braked=st.sets(st.sampled_from([rule.id for rule in RULES])))
@hypothesis_settings(deadline=None, max_examples=500)
def test_what_is_remembered_is_what_would_be_decided(items: list[Item], braked: set[str]) -> None:
    for item in items:
        for brakes in (frozenset(), frozenset(braked)):
            alone = without_memory(RULESET, item, braked=brakes)
            # Noted, remembered, told.
            assert [RULESET.match(item, braked=brakes) for _ in range(3)] == [alone] * 3


@given(
    items=st.lists(ITEMS, max_size=9),
    screened=st.booleans(),
    braked=st.sets(st.sampled_from([rule.id for rule in RULES])),
)
@hypothesis_settings(deadline=None, max_examples=200)
def test_items_taken_together_are_labelled_as_each_by_itself(
    items: list[Item], screened: bool, braked: set[str]
) -> None:
    together = [item for item in items if not screened or any(RULESET.may_match((item,)))]
    brakes = frozenset(braked)

    with pytest.MonkeyPatch.context() as patch:
        # Groups end within the list, too.
        patch.setattr(labeling.matching.ruleset, "_TOGETHER", 4)
        found = RULESET.match_all(together, screened=screened, braked=brakes)

    assert found == [without_memory(RULESET, item, braked=brakes) for item in together]


# One for all examples: what earlier ones left in its memory is what later ones are told.
RULESET = compile_ruleset(RULES, "test", GEOGRAPHY)


def shipped_posts() -> Iterator[dict[str, Any]]:
    data = Path(settings.BASE_DIR) / "labeling" / "data"
    for file in (data / "sample_posts.ndjson", *sorted((data / "evaluation").glob("*.ndjson"))):
        yield from map(json.loads, file.read_text(encoding="utf-8").splitlines())


def test_shipped_posts_in_other_surroundings_are_decided_as_if_nothing_was_remembered() -> None:
    ruleset, chance = ruleset_shipped(), random.Random(1)
    items: list[Item] = []
    labels: list[tuple[Match, ...]] = []
    for post in shipped_posts():
        tags = post.get("hashtags")
        around = (
            f"{post['text']} {chance.choice(('', 'xyz', '2029', '1873'))}",
            f"{chance.choice('äöü✨')} {post['text']}",
        )
        for text in (post["text"], *around):
            item = Item(text, None if tags is None else tuple(tags), post.get("lang"), post.get("region"))
            alone = without_memory(ruleset, item)
            assert [ruleset.match(item) for _ in range(3)] == [alone] * 3, text
            items.append(item)
            labels.append(alone)
    assert ruleset.match_all(items) == labels


def test_the_same_signs_elsewhere_are_not_decided_again(monkeypatch: pytest.MonkeyPatch) -> None:
    decided: list[str] = []
    monkeypatch.setattr(remembered, "decide", lambda case: decided.append(case.item.text) or decide(case))
    ruleset = compile_ruleset([tag("btw29", jurisdiction="de")], "test", GEOGRAPHY)

    (first,) = ruleset.match(Item("Heute #btw29", lang="de"))
    (second,) = ruleset.match(Item("#btw29", lang="de"))
    (later,) = ruleset.match(Item("Wir sehen uns dann morgen wieder zur #btw29", lang="de"))

    assert decided == ["Heute #btw29", "#btw29"], "what comes up once may never come again"
    assert [match.evidence[0].start for match in (first, second, later)] == [6, 0, 37]


def test_memory_is_bounded_and_keeps_what_comes_up_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remembered, "MOST", 4)
    decided: list[str] = []
    monkeypatch.setattr(remembered, "decide", lambda case: decided.append(case.item.text) or decide(case))
    ruleset = compile_ruleset([tag("btw{yy}", jurisdiction="de")], "test", GEOGRAPHY)

    for number in range(40):
        ruleset.match(Item(f"#btw{number + 10}", lang="de"))
        ruleset.match(Item("#btw2029", lang="de"))

    assert decided.count("#btw2029") == 2, "it came up in every generation"
    memory = ruleset._decisions
    assert len(memory._now) <= 4
    assert len(memory._before) <= 4
    assert len(memory._once) <= 4
