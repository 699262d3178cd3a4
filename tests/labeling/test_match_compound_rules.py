"""A compound rule is met by the terms that stand together in one item, wherever they stand and whoever wrote them."""

from __future__ import annotations

import datetime as dt

import pytest

from labeling.matching import Evidence, Item, Rule, Term
from tests.labeling.rule_makers import compiled, compound, decided, phrase, tag, terms

ANY = {"any_of": terms("#btw", "Bundestag", "@wahlleiterin")}
BOTH = {"all_of": terms("#btw", "wählen gehen")}


def labelled(text: str, *rules: Rule, **item: object) -> bool:
    return bool(compiled(*rules).match(Item(text=text, **item)))  # type: ignore[arg-type]


# Which terms


@pytest.mark.parametrize(
    ("text", "met"),
    [
        ("#btw", True),
        ("im Bundestag", True),
        ("#BTW im Bundestag", True),
        ("btw", False),
        ("im Bundestagsgarten", False),
        ("nichts davon", False),
    ],
)
def test_any_of_needs_one_of_its_terms(text: str, met: bool) -> None:
    assert labelled(text, compound(**ANY)) is met


@pytest.mark.parametrize(
    ("text", "met"),
    [
        ("Wir wählen\ngehen! #btw", True),
        ("#Btw … WAHLEN GEHEN", True),
        ("#btw", False),
        ("wählen gehen", False),
        ("wählen und gehen #btw", False),
    ],
)
def test_all_of_needs_all_its_terms(text: str, met: bool) -> None:
    assert labelled(text, compound(**BOTH)) is met


@pytest.mark.parametrize(("text", "met"), [("#btw Bundestag", True), ("#btw", False), ("Bundestag", False)])
def test_any_of_and_all_of_are_asked_together(text: str, met: bool) -> None:
    assert labelled(text, compound(any_of=terms("Bundestag", "Kanzler"), all_of=terms("#btw"))) is met


@pytest.mark.parametrize(("text", "met"), [("#btw", True), ("#btw by the way", False), ("#btw #fun", False)])
def test_none_of_excludes(text: str, met: bool) -> None:
    assert labelled(text, compound(any_of=terms("#btw"), none_of=terms("by the way", "#fun"))) is met


def test_none_of_excludes_by_account() -> None:
    rule = compound(any_of=terms("#btw"), none_of=terms("@satire"))
    assert labelled("#btw", rule, author_handle="news")
    assert not labelled("#btw", rule, author_handle="@Satire")


@pytest.mark.parametrize(
    ("author", "met"),
    [
        ({"author_handle": "wahlleiterin"}, True),
        ({"author_handle": "@Wahlleiterin"}, True),
        ({"author_id": "wahlleiterin"}, True),
        ({"author_id": "Wahlleiterin"}, False),
        ({"author_handle": "wahlleiterin2"}, False),
        ({"author_handle": ""}, False),
        ({}, False),
    ],
)
def test_account_is_who_posts_by_id_or_handle(author: dict[str, str], met: bool) -> None:
    assert labelled("Guten Morgen", compound(**ANY), **author) is met
    assert not labelled("Danke @wahlleiterin", compound(**ANY))


@pytest.mark.parametrize(("text", "met"), [("#wählt", True), ("#WÄHLT", True), ("#wahlt", False)])
def test_exact_term_keeps_accents_apart(text: str, met: bool) -> None:
    assert labelled(text, compound(any_of=terms("=#wählt"))) is met
    assert labelled(text.removeprefix("#"), compound(any_of=terms("=wählt"))) is met
    assert labelled(text, compound(any_of=terms("#wählt")))


@pytest.mark.parametrize(("text", "met"), [("die Wähler\n  2029", True), ("die Wahler 2029", False)])
def test_exact_term_takes_stars_and_years(text: str, met: bool) -> None:
    assert labelled(text, compound(any_of=terms("=die wähl* {yyyy}"))) is met


def test_terms_of_one_rule_may_be_written_alike() -> None:
    """Once with and once without its accents: the folded key is one, the terms are two."""
    rule = compound(all_of=terms("=#wählt", "=#wahlt"))
    assert labelled("#wählt #wahlt", rule)
    assert not labelled("#wählt #wählt", rule)


def test_terms_overlap() -> None:
    assert labelled("die Wahl zum Bundestag", compound(all_of=terms("Wahl zum Bundestag", "Bundestag")))


def test_term_is_found_within_longer_signs_of_other_rules() -> None:
    other = phrase("Wahl zum Bundestag", jurisdiction="fr", supporting=True)
    assert ("de", "apply") in decided(
        compiled(other, compound(any_of=terms("Bundestag"))).match(Item(text="die Wahl zum Bundestag"))
    )


@pytest.mark.parametrize("text", ["#europawahl2029", "#europawahl29"])
def test_term_takes_no_sign_away(text: str) -> None:
    """The yearly sign and the tag as a term are both found."""
    yearly = tag("europawahl", jurisdiction="eu", yearly=True)
    term = compound(any_of=terms("#europawahl2029", "#europawahl29"), jurisdiction="eu")
    (match,) = compiled(yearly, term).match(Item(text=text))
    assert {sign.rule for sign in match.evidence if sign.rule} == {yearly.id, term.id}


def test_two_rules_share_their_terms() -> None:
    one = compound("one", any_of=terms("#btw"))
    other = compound("other", all_of=terms("#btw", "Kanzler"))
    (match,) = compiled(one, other).match(Item(text="#btw Kanzler"))
    assert [sign.rule for sign in match.evidence] == ["one", "other", "other"]


@pytest.mark.parametrize(
    ("text", "met"),
    [("#btw29", True), ("#btw2029", True), ("#btw25", False), ("Wahl 2029", True), ("Wahl 2025", False)],
)
def test_year_of_the_target_stands_in_its_terms(text: str, met: bool) -> None:
    rule = compound(any_of=terms("#btw{yy}", "Wahl {yyyy}"), election="de.parliament.2029")
    assert labelled(text, rule) is met
    assert labelled(text, compound(any_of=terms("#btw{yy}", "Wahl {yyyy}")))


def test_hashtags_beside_the_text_are_terms() -> None:
    assert labelled("wählen gehen", compound(**BOTH), hashtags=("btw",))
    assert not labelled("wählen gehen #btw", compound(**BOTH), hashtags=())


# Conditions


@pytest.mark.parametrize(("lang", "met"), [("de", True), ("de-AT", True), ("en", False), (None, False)])
def test_language_is_a_condition(lang: str | None, met: bool) -> None:
    assert labelled("#btw", compound(**ANY, languages=frozenset({"de"})), lang=lang) is met


def test_missing_language_is_guessed_where_a_rule_asks_for_it() -> None:
    rule = compound(**ANY, languages=frozenset({"de"}))
    assert labelled("Am Sonntag gehen wir alle gemeinsam in den Garten und wählen #btw", rule)
    assert not labelled("On Sunday we all go to the garden together and have some cake #btw", rule)


def test_region_and_time_are_conditions_too() -> None:
    june = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)
    rule = compound(**ANY, regions=frozenset({"de"}), starts_at=june)
    assert labelled("#btw", rule, region="DE", created_at=june)
    assert not labelled("#btw", rule, region="AT", created_at=june)
    assert not labelled("#btw", rule, region="DE", created_at=june - dt.timedelta(days=1))


# What is said of it


def test_evidence_lists_each_term_that_was_found() -> None:
    rule = compound(any_of=terms("#btw", "Kanzler", "@anna"), all_of=terms("Bundestag"))
    item = Item(text="Bundestag! Der Kanzler #BTW", author_handle="@Anna")
    (match,) = compiled(rule).match(item)
    assert set(match.evidence) == {
        Evidence("both", "account", "@Anna", None, None),
        Evidence("both", "hashtag", "BTW", 23, 27),
        Evidence("both", "phrase", "Bundestag", 0, 9),
        Evidence("both", "phrase", "Kanzler", 15, 22),
    }


def test_target_of_a_rule_is_the_label() -> None:
    rule = compound(**ANY, election="de.parliament.2029")
    (match,) = compiled(rule).match(Item(text="#btw"))
    assert (match.jurisdiction, match.election, match.decision) == ("de", "de.parliament.2029", "apply")


def test_target_is_explicit_evidence_in_any_region_and_language() -> None:
    assert decided(compiled(compound(**ANY)).match(Item(text="#btw", lang="fr", region="FR"))) == [("de", "apply")]


def test_pan_european_target_is_the_election_of_every_viewer() -> None:
    rule = compound(**{**ANY, "jurisdiction": "eu"})
    assert decided(compiled(rule).match(Item(text="#btw", lang="fr", region="FR"))) == [("eu", "apply")]


def test_rule_without_target_leaves_it_to_the_evidence() -> None:
    rule = compound(**{**ANY, "jurisdiction": None})
    assert decided(compiled(rule).match(Item(text="#btw", lang="fr", region="FR"))) == [("fr", "apply")]
    assert decided(compiled(rule).match(Item(text="#btw"))) == [("eu", "review")]


# How sure


def test_terms_of_one_rule_are_one_piece_of_news() -> None:
    (match,) = compiled(compound(**BOTH, weight=0.6)).match(Item(text="#btw wählen gehen"))
    assert (match.confidence, match.decision) == (0.6, "review")


def test_words_heard_in_heavier_news_do_not_count_again() -> None:
    sign = tag("btw", jurisdiction="de", weight=0.6)
    (alone,) = compiled(sign, compound(any_of=terms("#btw"), weight=0.6)).match(Item(text="#btw"))
    assert alone.confidence == 0.6
    (more,) = compiled(sign, compound(**BOTH, weight=0.6)).match(Item(text="#btw wählen gehen"))
    assert more.confidence == 0.6
    (news,) = compiled(replaced(sign, 0.7), compound(**BOTH, weight=0.6)).match(Item(text="#btw wählen gehen"))
    assert news.confidence == 0.88


def replaced(rule: Rule, weight: float) -> Rule:
    return tag(rule.pattern, jurisdiction=rule.jurisdiction, weight=weight)


@pytest.mark.parametrize("jurisdiction", ["de", "eu"])
def test_ambiguous_word_never_applies_alone(jurisdiction: str) -> None:
    party = tag("spd", jurisdiction=jurisdiction, ambiguous=True, weight=0.95)
    again = compound(any_of=terms("#spd"), jurisdiction=jurisdiction, ambiguous=True, weight=0.95)
    for rules in [(party,), (again,), (party, again)]:
        assert decided(compiled(*rules).match(Item(text="#spd"))) == [(jurisdiction, "review")]
        assert decided(compiled(*rules).match(Item(text="#spd #SPD"))) == [(jurisdiction, "review")]


def test_ambiguous_word_applies_with_a_second_signal() -> None:
    words = {"ambiguous": True, "weight": 0.95}
    assert decided(compiled(compound(any_of=terms("#spd"), languages=frozenset({"de"}), **words)).match(
        Item(text="#spd", lang="de")
    )) == [("de", "apply")]  # fmt: skip
    assert decided(compiled(compound(any_of=terms("#spd"), regions=frozenset({"de"}), **words)).match(
        Item(text="#spd", region="DE")
    )) == [("de", "apply")]  # fmt: skip
    both = compiled(compound(all_of=terms("#spd", "#kanzler"), **words))
    assert decided(both.match(Item(text="#spd #kanzler"))) == [("de", "apply")]
    assert decided(both.match(Item(text="#spd"))) == []


def test_review_and_braked_compound_rules_ask_a_moderator() -> None:
    item = Item(text="#btw")
    assert decided(compiled(compound(**ANY, action="review")).match(item)) == [("de", "review")]
    ruleset = compiled(compound(**ANY), tag("btw", jurisdiction="de", weight=0.6))
    assert decided(ruleset.match(item)) == [("de", "apply")]
    assert decided(ruleset.match(item, braked={"both"})) == [("de", "review")]


# What cannot be


@pytest.mark.parametrize(
    "fields",
    [{}, {"none_of": terms("#a")}, {"any_of": terms("#a"), "pattern": "a"}, {"any_of": terms("#a"), "weight": 2}],
)
def test_rule_that_asks_for_nothing_is_refused(fields: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="both"):
        Rule(**{"id": "both", "kind": "compound", "pattern": "", "weight": 0.9, **fields})  # type: ignore[arg-type]


@pytest.mark.parametrize("pattern", ["", " ", "@"])
def test_term_without_words_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match="empty"):
        Term("account", pattern)
