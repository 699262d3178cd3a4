"""The first look at an item leaves nothing out that would have matched."""

from __future__ import annotations

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

from labeling.matching import CompiledRuleset, Geography, Item, Rule, Term, compile_ruleset
from labeling.matching.screen import Screen
from labeling.services.shipped import ruleset_shipped
from labeling.text import exact_key, folded_key

GEOGRAPHY = Geography(
    states=frozenset({"de", "fr"}),
    languages={"de": frozenset({"de"}), "fr": frozenset({"fr"})},
    upcoming={"eu": [("eu.ep.2029", "european_parliament", 2029)]},
)
WORDS = ("wahl", "Wahl", "WAHLEN", "élection", "election", "bureau", "de", "vote", "voté", "urne", "ÜRNE", "straße",
         "ΕΚΛΟΓΈΣ", "выборы", "йод", "選", "挙", "ep", "29", "2029", "abroad")  # fmt: skip
JOINS = (" ", " ", " ", "\n", "\t", "\u3000", "-", "_", ".", "", "#", "＃", " #", " ＃", "&", "/", "@", " www.",
         " http://", "\u200d", "\u0301", "’")  # fmt: skip
PATTERNS = st.one_of(
    st.sampled_from(WORDS),
    st.builds("{}*".format, st.sampled_from(WORDS)),
    st.builds("*{}".format, st.sampled_from(WORDS)),
    st.builds("*{}*".format, st.sampled_from(WORDS)),
    st.builds("{}{{yyyy}}".format, st.sampled_from(WORDS)),
    st.builds("{}{{yy}}".format, st.sampled_from(WORDS)),
)
PHRASES = st.lists(PATTERNS, min_size=1, max_size=3).map(" ".join)
TAGS = st.lists(st.sampled_from(WORDS), min_size=1, max_size=2).map("".join)
TERMS = st.one_of(
    st.builds(Term, kind=st.just("phrase"), pattern=PHRASES, key=st.sampled_from(("exact", "folded"))),
    st.builds(Term, kind=st.just("hashtag"), pattern=TAGS, key=st.sampled_from(("exact", "folded"))),
    st.builds(Term, kind=st.just("account"), pattern=st.sampled_from(("anna", "7"))),
)
LANGUAGES = st.frozensets(st.sampled_from(("de", "fr")), max_size=2)
CONCEPTS = st.sampled_from(
    ("", "vote", "abroad", "roll", "worker", "institution", "qualifier", "candidate", "runoff", "politics")
)
TEXTS = st.lists(
    st.one_of(st.sampled_from(WORDS), st.sampled_from(JOINS), st.text(max_size=3)), min_size=1, max_size=12
).map("".join)


@st.composite
def rules(draw: st.DrawFn) -> list[Rule]:
    """Phrases, hashtags and contrary words of all sorts."""
    made: list[Rule] = []
    for number in range(draw(st.integers(1, 6))):
        kind: Any = draw(st.sampled_from(("phrase", "phrase", "hashtag", "contrary")))
        made.append(
            Rule(
                id=str(number),
                kind=kind,
                pattern=draw(TAGS if kind == "hashtag" else PHRASES),
                weight=draw(st.sampled_from((0.5, 0.9))),
                key="folded",
                jurisdiction=draw(st.sampled_from((None, "eu", "de"))),
                languages=draw(LANGUAGES),
                ambiguous=draw(st.booleans()),
                supporting=draw(st.booleans()),
                concept=draw(CONCEPTS),
                yearly=kind == "hashtag" and draw(st.booleans()),
            )
        )
    for number in range(draw(st.integers(0, 2))):
        any_of, all_of, none_of = (tuple(draw(st.lists(TERMS, max_size=2))) for _ in range(3))
        if any_of or all_of:
            made.append(
                Rule(
                    id=f"c{number}",
                    kind="compound",
                    pattern="",
                    weight=0.9,
                    any_of=any_of,
                    all_of=all_of,
                    none_of=none_of,
                )
            )
    return made


ITEMS = st.builds(
    Item,
    text=TEXTS,
    hashtags=st.one_of(st.none(), st.lists(st.one_of(TAGS, TEXTS), max_size=3).map(tuple)),
    lang=st.sampled_from((None, "de", "fr", "en", "de-AT", "xx", "nonsense")),
    region=st.sampled_from((None, "DE", "US")),
    author_id=st.sampled_from((None, "7", "8")),
    author_handle=st.sampled_from((None, "Anna", "@anna", "bob")),
)


@given(rules=rules(), items=st.lists(ITEMS, min_size=1, max_size=5))
@hypothesis_settings(deadline=None, max_examples=300)
def test_the_screen_lets_everything_through_that_matches(rules: list[Rule], items: list[Item]) -> None:
    ruleset = compile_ruleset(rules, "test", GEOGRAPHY)

    for item in items:
        matches = ruleset.match(item)
        assert matches == without_screen(ruleset, item)
        assert all(ruleset.may_match([item])) or not matches
    for item, may_match in zip(items, ruleset.may_match(items), strict=True):
        assert may_match or not without_screen(ruleset, item), "looked at together with others"


def without_screen(ruleset: CompiledRuleset, item: Item) -> Any:
    """What a close look at the item says."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Screen, "let_through", lambda *_: iter([True]))
        return ruleset.match(item)


def shipped_posts() -> Iterator[dict[str, Any]]:
    """The evaluation corpus and the sample."""
    data = Path(settings.BASE_DIR) / "labeling" / "data"
    for file in (data / "sample_posts.ndjson", *sorted((data / "evaluation").glob("*.ndjson"))):
        yield from map(json.loads, file.read_text(encoding="utf-8").splitlines())


@pytest.mark.parametrize("seed", range(3))
def test_shipped_posts_are_labelled_the_same_with_and_without_the_screen(seed: int) -> None:
    chance = random.Random(seed)
    posts = list(shipped_posts())
    ruleset = ruleset_shipped()
    for post in posts:
        text = post["text"]
        if seed:  # the end of another post behind it, and capitals: words meet that never met before
            text = f"{text} {chance.choice(posts)['text'][-40:]}"
            text = chance.choice((str.upper, folded_key, exact_key, str))(text)
        tags = post.get("hashtags")
        lang = post.get("lang") if chance.random() < 0.7 else None
        item = Item(text, None if tags is None else tuple(tags), lang, post.get("region"))

        assert ruleset.match(item) == without_screen(ruleset, item), text


def test_most_everyday_posts_are_not_looked_at_closely() -> None:
    ruleset = ruleset_shipped()
    plain = [post for post in shipped_posts() if not post["expected"] and post.get("lang")]
    everyday = [clause for post in plain for clause in post["text"].split(". ") if "#" not in clause]

    closely = sum(ruleset.may_match(Item(text, lang="fi") for text in everyday))

    assert closely < len(everyday) / 2, "posts that only sound like elections, in a language they are not in"


def test_words_are_judged_anew_only_when_they_were_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("labeling.matching.screen._MOST_WORDS", 4)
    rule = Rule(id="1", kind="phrase", pattern="wahllokal*", weight=0.9, jurisdiction="de")
    ruleset = compile_ruleset([rule], "test", GEOGRAPHY)

    for number in range(50):
        assert not any(ruleset.may_match([Item(f"neu{number} alt{number} Haus", lang="de")]))
        assert all(ruleset.may_match([Item(f"neu{number} im Wahllokals", lang="de")]))
