"""What a hashtag means by itself, to viewers of whom more or less is known."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labeling.matching import Geography, Rule, compile_ruleset
from labeling.matching.alone import TagMeaning, Unmeant, tag_meaning
from labeling.matching.hits import Background
from labeling.services.shipped import ruleset_shipped
from labeling.text import NotATagError, tag_named

NOW = dt.datetime(2029, 5, 20, 12, tzinfo=dt.UTC)
WORLD = Geography(
    states=frozenset({"de", "at", "cz", "fr", "be", "cy", "gr", "ee"}),
    languages={
        "de": frozenset({"de", "at", "be"}), "cs": frozenset({"cz"}), "fr": frozenset({"fr", "be"}),
        "el": frozenset({"gr", "cy"}), "et": frozenset({"ee"}),
    },
    upcoming={
        "eu": [("eu.ep.2029", "european_parliament", 2029)],
        "de": [("de.parliament.2029", "parliament", 2029)],
        "fr": [("fr.president.2032", "president", 2032)],
        "be": [("be.parliament.2029", "parliament", 2029)],
        "gr": [("gr.parliament.2031", "parliament", 2031)],
        "cy": [("cy.parliament.2031", "parliament", 2031)],
    },
    windows={"eu.ep.2029": (dt.date(2029, 3, 8), dt.date(2029, 7, 10))},
)  # fmt: skip
RULES = [
    Rule(id="eu", kind="hashtag", pattern="ep{yy}", weight=0.9, jurisdiction="eu", election="eu.ep.2029",
         election_type="european_parliament"),
    Rule(id="eu-word", kind="hashtag", pattern="europawahl", weight=0.9, jurisdiction="eu", languages=frozenset({"de"}),
         election_type="european_parliament"),
    Rule(id="de", kind="hashtag", pattern="btw{yy}", weight=0.9, jurisdiction="de", election_type="parliament"),
    Rule(id="party", kind="hashtag", pattern="hdp", weight=0.4, jurisdiction="de", ambiguous=True),
    Rule(id="strong-party", kind="hashtag", pattern="freiepartei", weight=0.6, jurisdiction="de", ambiguous=True),
    Rule(id="choice", kind="hashtag", pattern="wahl", weight=0.5, languages=frozenset({"de"}), ambiguous=True),
    Rule(id="czech", kind="hashtag", pattern="volby", weight=0.6, languages=frozenset({"cs"}), ambiguous=True),
    Rule(id="anything", kind="hashtag", pattern="vote", weight=0.6, ambiguous=True),
    Rule(id="support", kind="hashtag", pattern="deinestimme", weight=0.7, languages=frozenset({"de"}), supporting=True),
    Rule(id="fr", kind="hashtag", pattern="presidentielle", weight=0.85, jurisdiction="fr", inferred=True,
         languages=frozenset({"fr"}), election_type="president", yearly=True),
    Rule(id="gr", kind="hashtag", pattern="ekloges", weight=0.85, jurisdiction="gr", inferred=True,
         languages=frozenset({"el"}), election_type="parliament", yearly=True),
    Rule(id="ee", kind="hashtag", pattern="riigikogu", weight=0.85, jurisdiction="ee", inferred=True,
         languages=frozenset({"et"}), election_type="parliament"),
    Rule(id="spring", kind="hashtag", pattern="fruehling", weight=0.9, jurisdiction="de",
         starts_at=dt.datetime(2029, 3, 1, tzinfo=dt.UTC), ends_at=dt.datetime(2029, 6, 1, tzinfo=dt.UTC)),
    Rule(id="abroad", kind="hashtag", pattern="briefwahlfrankreich", weight=0.9, jurisdiction="de",
         regions=frozenset({"fr"})),
    Rule(id="remind", kind="hashtag", pattern="wahlarena", weight=0.2, jurisdiction="de", action="remind"),
    Rule(id="look", kind="hashtag", pattern="wahlbetrug", weight=0.9, jurisdiction="de", action="review"),
]  # fmt: skip
COMPILED = compile_ruleset(RULES, "1", WORLD)
NOBODY = Background(None, None)


def meant(tag: str, language: str | None = None, country: str | None = None, at: dt.datetime = NOW) -> str:
    """`jurisdiction election`, or the reason why the tag means nothing."""
    found = tag_meaning(COMPILED, tag, Background(language, country), at)
    return found.value if isinstance(found, Unmeant) else f"{found.jurisdiction} {found.election or '-'}"


@pytest.mark.parametrize(
    ("tag", "language", "country", "expected"),
    [
        # A sure tag means the same to everybody.
        ("ep29", None, None, "eu eu.ep.2029"),
        ("EP2029", "fr", "us", "eu eu.ep.2029"),
        ("btw29", "fr", "fr", "de de.parliament.2029"),
        ("ＢＴＷ２９", None, None, "de de.parliament.2029"),
        # The only European election in its window is meant without a year.
        ("europawahl", None, None, "eu eu.ep.2029"),
        # A party's abbreviation needs both signals, a longer one either, and nobody of another country is reminded.
        ("hdp", None, None, "ambiguous"),
        ("hdp", "de", None, "ambiguous"),
        ("hdp", None, "de", "ambiguous"),
        ("hdp", "de", "de", "de -"),
        ("hdp", "de", "at", "ambiguous"),
        ("freiepartei", None, "de", "de -"),
        ("freiepartei", None, "fr", "ambiguous"),
        ("freiepartei", "fr", None, "ambiguous"),
        # An everyday word needs both; whose election it is says the country.
        ("wahl", "de", None, "ambiguous"),
        ("wahl", "de", "at", "at -"),
        ("wahl", "en", "at", "ambiguous"),
        ("wahl", "de", "us", "ambiguous"),
        # A language that is spoken in one state only says whose.
        ("volby", "cs", None, "cz -"),
        ("volby", "cs", "de", "cz -"),
        ("volby", "de", "de", "ambiguous"),
        # Nothing speaks for a word that is of no language and no place, and supporting signs never count alone.
        ("vote", "de", "de", "ambiguous"),
        ("deinestimme", "de", "de", "ambiguous"),
        # Inferred places: who looks at a tag need not speak like it.
        ("presidentielle2032", "de", "de", "fr fr.president.2032"),
        ("presidentielle2032", "fr", "fr", "fr fr.president.2032"),
        ("presidentielle2032", "fr", "be", "fr fr.president.2032"),
        ("presidentielle2032", "fr", "ci", "ambiguous"),
        ("ekloges2031", "el", "cy", "cy -"),
        ("ekloges2031", "de", "de", "gr gr.parliament.2031"),
        ("riigikogu", "de", "de", "ee -"),
        ("riigikogu", "en", "us", "ee -"),
        # Bounds and actions of rules.
        ("briefwahlfrankreich", "de", "fr", "de -"),
        ("briefwahlfrankreich", "de", "de", "ambiguous"),
        ("wahlarena", None, None, "de -"),
        ("wahlbetrug", None, None, "ambiguous"),
        # Over, and unknown.
        ("btw25", None, None, "out_of_period"),
        ("mittagessen", None, None, "unknown"),
    ],
)
def test_a_tag_means_what_rules_and_viewer_together_say(
    tag: str, language: str | None, country: str | None, expected: str
) -> None:
    assert meant(tag, language, country) == expected


def test_a_tag_ends_with_the_window_of_its_election() -> None:
    assert tag_meaning(COMPILED, "ep2029", NOBODY, NOW) == TagMeaning(
        "eu", "eu.ep.2029", dt.datetime(2029, 7, 11, tzinfo=dt.UTC)
    )
    assert meant("ep2029", at=dt.datetime(2029, 7, 10, 23, 59, tzinfo=dt.UTC)) == "eu eu.ep.2029"
    assert meant("ep2029", at=dt.datetime(2029, 7, 11, tzinfo=dt.UTC)) == "out_of_period"


def test_a_tag_of_a_year_ends_with_it_where_no_window_is_known() -> None:
    found = tag_meaning(COMPILED, "btw29", NOBODY, NOW)

    assert isinstance(found, TagMeaning)
    assert found.until == dt.datetime(2030, 1, 1, tzinfo=dt.UTC)


def test_a_tag_ends_and_begins_with_its_rule() -> None:
    found = tag_meaning(COMPILED, "fruehling", NOBODY, NOW)

    assert isinstance(found, TagMeaning)
    assert found.until == dt.datetime(2029, 6, 1, tzinfo=dt.UTC)
    assert meant("fruehling", at=dt.datetime(2029, 2, 28, tzinfo=dt.UTC)) == "out_of_period"
    assert meant("fruehling", at=dt.datetime(2029, 6, 1, tzinfo=dt.UTC)) == "out_of_period"


def test_a_braked_rule_reminds_nobody_of_whom_nothing_speaks_for_it() -> None:
    assert tag_meaning(COMPILED, "btw29", NOBODY, NOW, frozenset({"de"})) == Unmeant.AMBIGUOUS
    assert isinstance(tag_meaning(COMPILED, "btw29", Background("de", "de"), NOW, frozenset({"de"})), TagMeaning)


@pytest.mark.parametrize(
    ("tag", "language", "country", "code"),
    [
        ("europawahl2029", None, None, "eu"),
        ("ευρωεκλογες", "el", "cy", "eu"),
        ("btw29", None, None, "de"),
        ("présidentielle2027", "de", "de", "fr"),
        ("eduskuntavaalit", "sv", "se", "fi"),
        ("volby", "cs", "cz", "cz"),
        ("elecciones", "es", "es", "es"),
        ("elecciones", "es", "mx", None),
        ("elections", "en", None, None),
        ("mittagessen", "de", "de", None),
    ],
)
def test_the_shipped_rules_know_election_hashtags(
    tag: str, language: str | None, country: str | None, code: str | None
) -> None:
    found = tag_meaning(ruleset_shipped(), tag, Background(language, country), dt.datetime(2026, 11, 22, tzinfo=dt.UTC))

    assert (found.jurisdiction if isinstance(found, TagMeaning) else None) == code


@pytest.mark.parametrize(
    ("written", "tag"),
    [
        ("btw29", "btw29"), ("#btw29", "btw29"), ("＃btw29", "btw29"), ("##x", "#x"), ("e\u0301lections", "élections"),
        ("vote🗳️", "vote🗳️"), ("انتخابات", "انتخابات"), ("می\u200cخواهم", "می\u200cخواهم"), ("x" * 300, "x" * 300),
    ],
)  # fmt: skip
def test_a_named_tag_loses_its_sign_and_is_composed(written: str, tag: str) -> None:
    assert tag_named(written) == tag


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("", "is empty"), ("#", "is empty"), ("x" * 301, "longer than 300"), ("x" * 10_000, "longer than 300"),
        ("a\0b", "control character"), ("a\nb", "control character"), ("a b", "a space"), ("a\u2028b", "line break"),
        ("btw29\u202e", "direction"), ("\u2066btw29\u2069", "direction"), ("a\ud800b", "half a character"),
        ("%ED%A0%80", "not UTF-8"),
    ],
)  # fmt: skip
def test_what_can_be_no_tag_is_refused_with_the_reason(written: str, reason: str) -> None:
    with pytest.raises(NotATagError, match=reason):
        tag_named(written)


LANGUAGES = st.sampled_from([None, "de", "fr"])
COUNTRIES = st.sampled_from([None, "de", "us"])


@settings(deadline=None, max_examples=300)
@given(st.text(st.characters(codec=None), max_size=320), LANGUAGES, COUNTRIES)
def test_whatever_is_written_is_refused_or_means_something_or_nothing(
    written: str, language: str | None, country: str | None
) -> None:
    try:
        tag = tag_named(written)
    except NotATagError:
        return
    assert 0 < len(tag) <= 300
    assert isinstance(tag_meaning(COMPILED, tag, Background(language, country), NOW), TagMeaning | Unmeant)
