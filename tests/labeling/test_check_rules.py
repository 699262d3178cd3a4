"""Rules are checked before they label: what cannot work, or should not, is named with its rule, field and reason."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labeling.matching import Item, Rule, Term, Thresholds
from labeling.matching.check import Problem, check_beside, check_rule, check_rules, check_thresholds
from labeling.services.shipped import geography_shipped, rules_shipped
from tests.labeling.rule_makers import GEOGRAPHY, compiled, compound, phrase, rule, tag, terms

NOW = dt.datetime(2026, 11, 22, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
GOOD = [
    tag("btw29", jurisdiction="de"),
    tag("btw{yy}", jurisdiction="de", election="de.parliament.2029", election_type="parliament"),
    tag("wähl29", jurisdiction="de", key="exact"),
    tag("ep_{yyyy}", jurisdiction="eu", regions=frozenset({"de", "us", "us-ca"})),
    phrase("élection présidentielle", jurisdiction="fr", during="fr.president.2027"),
    phrase("*verkiezing*", jurisdiction="de", languages=frozenset({"nl"})),
    phrase("президентски избори {yyyy}", jurisdiction="de"),
    phrase("選挙", jurisdiction="de"),
    phrase("val", ambiguous=True, weight=0.4),
    phrase("the", supporting=True, weight=0.3),
    rule("contrary", "song contest", weight=0),
    compound(any_of=terms("#btw", "Bundestag"), none_of=terms("Bundestagswahl 2005", "#satire")),
    compound(all_of=terms("the", "#vote"), ambiguous=True),
    compound(any_of=terms("#spd"), ambiguous=True, languages=frozenset({"de"})),
    compound(any_of=terms("@wahlleiterin", "@did:plc:ewvi7nxzyoun6zhxrhs64oiz"), action="review"),
    compound(any_of=terms("#btw29"), action="remind"),
]


def codes(one: Rule, severity: str = "error") -> list[tuple[str, str]]:
    return [(found.field, found.code) for found in check_rule(one, GEOGRAPHY, at=NOW) if found.severity == severity]


@pytest.mark.parametrize("good", GOOD, ids=lambda one: one.pattern or str(one.any_of or one.all_of))
def test_good_rule_has_no_problems(good: Rule) -> None:
    assert check_rule(good, GEOGRAPHY, at=NOW) == []


# What words can be


@pytest.mark.parametrize(
    ("pattern", "code"),
    [
        ("2029", "not_a_hashtag"),
        ("btw 29", "not_a_hashtag"),
        ("btw-29", "not_a_hashtag"),
        ("btw29!", "not_a_hashtag"),
        ("wahl*", "not_a_hashtag"),
        ("btw·", "not_a_hashtag"),
        ("a#b", "not_a_hashtag"),
        ("#btw29", "hash_sign"),
        ("{yyyy}", "nothing_left"),
        ("\u0301", "nothing_left"),
        ("btw{year}", "unknown_template"),
        ("btw{yy}{yyyy}", "two_years"),
        ("btw\u202e29", "hidden_character"),
        ("btw\x0029", "hidden_character"),
        ("btw\ud800", "hidden_character"),
        ("b" * 301, "too_long"),
    ],
)
def test_tag_that_no_platform_makes_is_refused(pattern: str, code: str) -> None:
    assert ("pattern", code) in codes(tag(pattern, jurisdiction="de"))


@pytest.mark.parametrize(
    ("pattern", "code"),
    [
        ("…", "nothing_left"),
        ("{yyyy}", "nothing_left"),
        ("@wahl", "nothing_left"),
        ("wahl @wahl", "word_left_out"),
        ("wa*hl", "star_inside"),
        ("die *wahl", "star_inside"),
        ("wahl**", "star_inside"),
        ("wahl {jahr}", "unknown_template"),
        ("the", "stop_word"),
        ("und die", "stop_word"),
        ("και", "stop_word"),
        ("ep", "too_short"),
        ("wahl\u200b", "hidden_character"),
    ],
)
def test_phrase_that_finds_nothing_or_everything_is_refused(pattern: str, code: str) -> None:
    assert ("pattern", code) in codes(phrase(pattern, jurisdiction="de"))


@pytest.mark.parametrize(("pattern", "code"), [("lok", "short"), ("#wahlen", "hash_sign")])
def test_phrase_worth_a_second_look_is_named(pattern: str, code: str) -> None:
    assert codes(phrase(pattern, jurisdiction="de")) == []
    assert ("pattern", code) in codes(phrase(pattern, jurisdiction="de"), "warning")


@pytest.mark.parametrize("pattern", ["a b", "a*", "{yyyy}", "a\nb", "#a"])
def test_account_is_one_name(pattern: str) -> None:
    assert ("any_of.0.pattern", "not_an_account") in codes(compound(any_of=(Term("account", pattern),)))


@pytest.mark.parametrize(
    ("word", "severity"),
    [
        ("еlection", "error"),  # a Cyrillic е
        ("elecτion", "warning"),
        ("ΑTHENS", "error"),  # a Greek Α
        ("изборi", "error"),  # a Latin i
        ("voteΕλλάδα", "warning"),
    ],
)
def test_word_of_mixed_scripts_is_named(word: str, severity: str) -> None:
    assert ("pattern", "mixed_scripts") in codes(tag(word, jurisdiction="de"), severity)
    assert ("all_of.0.pattern", "mixed_scripts") in codes(compound(all_of=terms(word)), severity)


@pytest.mark.parametrize("word", ["election", "избори", "εκλογές", "EU_избори", "ep2029", "वोट"])
def test_word_of_one_script_is_fine(word: str) -> None:
    assert codes(tag(word, jurisdiction="de")) == codes(tag(word, jurisdiction="de"), "warning") == []


# Whom it is about, and when


@pytest.mark.parametrize(
    ("fields", "field", "code"),
    [
        ({"jurisdiction": "zz"}, "jurisdiction", "unknown_jurisdiction"),
        ({"jurisdiction": "el"}, "jurisdiction", "unknown_jurisdiction"),
        ({"jurisdiction": "DE"}, "jurisdiction", "unknown_jurisdiction"),
        ({"jurisdiction": "us-\0"}, "jurisdiction", "unknown_jurisdiction"),
        ({"election_type": "coronation"}, "election_type", "unknown_type"),
        ({"jurisdiction": None, "election": "de.parliament.2029"}, "jurisdiction", "election_elsewhere"),
        ({"jurisdiction": "fr", "election": "de.parliament.2029"}, "election", "election_elsewhere"),
        ({"election": "Bundestag 2029"}, "election", "bad_key"),
        ({"languages": frozenset({"qq"})}, "languages", "unknown_language"),
        ({"languages": frozenset({"de-at"})}, "languages", "unknown_language"),
        ({"regions": frozenset({"uk"})}, "regions", "unreachable_region"),
        ({"regions": frozenset({"DE"})}, "regions", "unreachable_region"),
        ({"regions": frozenset({"xx"})}, "regions", "unknown_region"),
        ({"starts_at": NOW, "ends_at": NOW}, "ends_at", "empty_period"),
        ({"during": "de.parliament.1949"}, "during", "unknown_election"),
        ({"during": "eu.ep.2029"}, "during", "no_window"),
        ({"during": "fr.president.2027", "ends_at": NOW}, "during", "period_outside_window"),
        ({"during": "fr.president.2027", "starts_at": NOW + 365 * DAY}, "during", "period_outside_window"),
        ({"note": "n" * 501}, "note", "too_long"),
        ({"concept": "a\0"}, "concept", "hidden_character"),
        ({"id": " "}, "id", "bad_id"),
    ],
)  # fmt: skip
def test_rule_that_can_never_count_is_refused(fields: dict[str, object], field: str, code: str) -> None:
    assert (field, code) in codes(tag("btw29", **{"jurisdiction": "de", **fields}))


@pytest.mark.parametrize(
    ("fields", "field", "code"),
    [
        ({"jurisdiction": "us"}, "jurisdiction", "no_center"),
        ({"election": "de.parliament.2033"}, "election", "unknown_election"),
        ({"election": "de.parliament.2029", "election_type": "president"}, "election_type", "another_type"),
        ({"ends_at": NOW}, "ends_at", "over"),
        ({"election": "de.parliament.2029", "starts_at": NOW + 2_000 * DAY}, "starts_at", "after_election"),
        ({"weight": 0.0}, "weight", "no_weight"),
    ],
)
def test_rule_worth_a_second_look_is_named(fields: dict[str, object], field: str, code: str) -> None:
    one = tag("btw29", **{"jurisdiction": "de", **fields})
    assert codes(one) == []
    assert (field, code) in codes(one, "warning")


def test_window_that_has_ended_is_named() -> None:
    one = tag("btw29", jurisdiction="de", during="fr.president.2027")
    assert check_rule(one, GEOGRAPHY, at=NOW) == []
    assert [found.code for found in check_rule(one, GEOGRAPHY, at=NOW + 365 * DAY)] == ["over"]


def test_year_template_without_a_year_is_refused() -> None:
    one = tag("btw{yy}", jurisdiction="de", election="de.parliament.next")
    assert ("election", "no_year") in codes(one)


# Conditions that contradict each other


@pytest.mark.parametrize(
    ("fields", "field", "code"),
    [
        ({"all_of": terms("Wahl"), "none_of": terms("wahl")}, "all_of.0", "contradiction"),
        ({"all_of": terms("Wahl zum Bundestag"), "none_of": terms("Bundestag")}, "all_of.0", "contradiction"),
        ({"all_of": terms("Wahlen"), "none_of": terms("wahl*")}, "all_of.0", "contradiction"),
        ({"all_of": terms("#btw29"), "none_of": terms("#btw{yy}")}, "all_of.0", "contradiction"),
        ({"all_of": terms("@anna"), "none_of": terms("@Anna")}, "all_of.0", "contradiction"),
        ({"any_of": terms("#btw", "#wahl"), "none_of": terms("btw", "wahl")}, "none_of", "contradiction"),
        ({"all_of": terms("#btw", "#2029")}, "all_of.1.pattern", "not_a_hashtag"),
        ({"all_of": terms("@a", "@b", "@c")}, "all_of", "several_authors"),
        ({"any_of": terms(*(f"#a{number}" for number in range(101)))}, "any_of", "too_many"),
    ],
)
def test_conditions_that_never_come_together_are_refused(fields: dict[str, object], field: str, code: str) -> None:
    assert (field, code) in codes(compound(**fields))


@pytest.mark.parametrize(
    ("fields", "field", "code"),
    [
        ({"any_of": terms("#btw", "#wahl"), "none_of": terms("btw")}, "any_of.0", "contradiction"),
        ({"any_of": terms("#btw", "#btw")}, "any_of.1", "repeated"),
        ({"any_of": terms("#btw"), "all_of": terms("#btw")}, "any_of", "met_anyway"),
        ({"all_of": terms("@a", "@b")}, "all_of", "several_authors"),
    ],
)
def test_conditions_worth_a_second_look_are_named(fields: dict[str, object], field: str, code: str) -> None:
    assert codes(compound(**fields)) == []
    assert (field, code) in codes(compound(**fields), "warning")


def test_reminder_needs_a_hashtag() -> None:
    assert ("action", "nothing_to_remind") in codes(phrase("Bundestagswahl", action="remind"))
    assert ("action", "nothing_to_remind") in codes(compound(all_of=terms("#btw", "Wahl"), action="remind"))


# Words with other meanings


@pytest.mark.parametrize(
    "one",
    [
        tag("spd", jurisdiction="de", ambiguous=True),
        phrase("Grüne", jurisdiction="de", ambiguous=True, languages=frozenset({"de"})),
        compound(any_of=terms("#spd", "#cdu"), ambiguous=True),
        compound(all_of=terms("#spd"), ambiguous=True),
        compound(any_of=terms("#spd"), all_of=terms("#spd"), ambiguous=True),
        compound(all_of=terms("#spd", "spd"), ambiguous=True),
    ],
)
def test_ambiguous_rule_that_would_label_alone_is_refused_with_the_reason(one: Rule) -> None:
    (problem,) = [found for found in check_rule(one, GEOGRAPHY) if found.severity == "error"]
    assert (problem.rule, problem.field, problem.code) == (one.id, "weight", "ambiguous_alone")
    assert "second term, a language or a region" in problem.reason
    lighter = Thresholds(apply=0.95, review=0.5)
    assert not [found for found in check_rule(one, GEOGRAPHY, lighter) if found.code == "ambiguous_alone"]


@pytest.mark.parametrize(
    "fields",
    [
        {"any_of": terms("#spd"), "languages": frozenset({"de"})},
        {"any_of": terms("#spd"), "regions": frozenset({"de"})},
        {"any_of": terms("#spd"), "all_of": terms("#wahl")},
        {"any_of": terms("#spd"), "action": "review"},
        {"any_of": terms("#spd"), "weight": 0.7},
    ],
)
def test_ambiguous_rule_with_a_second_signal_is_fine(fields: dict[str, object]) -> None:
    assert codes(compound(**fields, ambiguous=True)) == []


# Rules beside each other


def beside(*rules: Rule) -> list[tuple[str, str]]:
    return [(found.rule, found.code) for found in check_rules(rules, GEOGRAPHY)]


WIDE = tag("btw29", id="wide", jurisdiction="de")


@pytest.mark.parametrize(
    ("other", "found"),
    [
        (tag("BTW29", id="other", jurisdiction="de"), [("other", "duplicate")]),
        (tag("btw29", id="other", jurisdiction="de", weight=0.8), [("other", "shadowed")]),
        (tag("btw29", id="other", jurisdiction="de", key="exact"), [("other", "shadowed")]),
        (tag("btw29", id="other", jurisdiction="de", regions=frozenset({"de"})), [("other", "shadowed")]),
        (tag("btw29", id="other", jurisdiction="de", starts_at=NOW), [("other", "shadowed")]),
        (compound("other", all_of=terms("#btw29", "Wahl")), [("other", "shadowed")]),
        (compound("other", any_of=terms("#btw29"), none_of=terms("Satire")), [("other", "shadowed")]),
        (compound("other", any_of=terms("#btw29", "#wahl29")), [("wide", "shadowed")]),
        (tag("btw29", id="other", jurisdiction="fr"), []),
        (tag("btw29", id="other", jurisdiction="de", weight=0.95, ambiguous=True, regions=frozenset({"de"})), []),
        (tag("btw29", id="other", jurisdiction="de", action="review"), []),
        (tag("btw25", id="other", jurisdiction="de"), []),
        (phrase("btw29", id="other", jurisdiction="de"), []),
        (tag("btw29", id="other", jurisdiction="de", yearly=True, weight=0.7), []),
    ],
)
def test_rule_that_another_one_covers_is_named(other: Rule, found: list[tuple[str, str]]) -> None:
    assert beside(WIDE, other) == found


def test_rule_is_told_what_covers_it() -> None:
    (problem,) = check_beside(tag("btw29", id="new", jurisdiction="de", weight=0.7), [WIDE])
    assert (problem.rule, problem.code, problem.severity) == ("new", "shadowed", "warning")
    assert "'wide'" in problem.reason
    assert check_beside(WIDE, [WIDE]) == []


def test_two_rules_with_one_id_are_refused() -> None:
    assert ("wide", "repeated_id") in beside(WIDE, tag("wahl29", id="wide", jurisdiction="de"))


@pytest.mark.parametrize(
    ("apply_from", "review_from", "field"),
    [(0.8, 0.9, "review_from"), (1.1, 0.5, "apply_from"), (0.8, 0.0, "review_from"), (float("nan"), 0.5, "apply_from")],
)
def test_thresholds_out_of_order_are_refused(apply_from: float, review_from: float, field: str) -> None:
    assert [found.field for found in check_thresholds(apply_from, review_from)] == [field]
    assert check_thresholds(0.8, 0.5) == check_thresholds(0.8, 0.8) == []


def test_problem_reads_as_a_sentence() -> None:
    assert str(Problem("a", "weight", "x", "Too light.")) == "a, weight: Too light."
    assert str(Problem("", "apply_from", "x", "Too low.")) == "apply_from: Too low."


def test_shipped_rules_have_no_errors() -> None:
    problems = check_rules(rules_shipped(), geography_shipped())
    assert [problem for problem in problems if problem.severity == "error"] == []
    # Greeks do write #debateαρχηγών.
    assert {problem.code for problem in problems} <= {"duplicate", "shadowed", "mixed_scripts"}


# Whatever is accepted works

WORDS = st.text(
    st.one_of(st.sampled_from("aeinst избр εκλγ 選挙 वोट 29 {yyyy} {yy} * # @ - _ ' \u200d\u0301"), st.characters()),
    min_size=1,
    max_size=12,
)
TERMS = st.builds(
    Term,
    kind=st.sampled_from(["hashtag", "phrase", "account"]),
    pattern=WORDS.filter(lambda text: text.strip(" @")),
    key=st.sampled_from(["exact", "folded"]),
)
LISTS = st.lists(TERMS, max_size=3).map(tuple)
RULES = st.one_of(
    st.builds(
        Rule,
        id=st.just("rule"),
        kind=st.sampled_from(["hashtag", "phrase", "contrary"]),
        pattern=WORDS,
        weight=st.floats(0, 1),
        key=st.sampled_from(["exact", "folded"]),
        jurisdiction=st.sampled_from([None, "eu", "de"]),
        ambiguous=st.booleans(),
        supporting=st.booleans(),
        yearly=st.booleans(),
        languages=st.sampled_from([frozenset[str](), frozenset({"de"})]),
        regions=st.sampled_from([frozenset[str](), frozenset({"de"})]),
    ),
    st.builds(
        Rule,
        id=st.just("rule"),
        kind=st.just("compound"),
        pattern=st.just(""),
        weight=st.floats(0.5, 1),
        any_of=LISTS.filter(bool),
        all_of=LISTS,
        none_of=LISTS,
        jurisdiction=st.just("de"),
        election=st.sampled_from([None, "de.parliament.2029"]),
    ),
)


@settings(max_examples=300, deadline=None)
@given(RULES, st.text(max_size=60))
def test_accepted_rule_compiles_and_matches_any_text(one: Rule, text: str) -> None:
    if any(found.severity == "error" for found in check_rule(one, GEOGRAPHY)):
        return
    ruleset = compiled(one, tag("btw", jurisdiction="de"))
    words = " ".join(term.pattern for term in (*one.any_of, *one.all_of, Term("phrase", one.pattern or "x")))
    for hashtags in (None, tuple(words.split())):
        for said in (text, f"{words} #{words} {text}"):
            for match in ruleset.match(Item(said, hashtags, lang=None, region="DE", author_handle=words)):
                for sign in match.evidence:
                    assert sign.start is None or 0 <= sign.start < (sign.end or 0) <= len(said)


@settings(max_examples=200, deadline=None)
@given(st.lists(RULES, max_size=4))
def test_checking_never_raises(rules: list[Rule]) -> None:
    assert all(problem.reason for problem in check_rules(rules, GEOGRAPHY, at=NOW))
