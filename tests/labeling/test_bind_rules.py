"""Rules count only where and when they are bound to, ask a moderator when told or braked, and know their hashtags."""

from __future__ import annotations

import datetime as dt

import pytest

from labeling.matching import Item, Rule
from tests.labeling.rule_makers import GEOGRAPHY, compiled, compound, decided, phrase, tag, terms

JUNE = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)
JULY = dt.datetime(2026, 7, 1, tzinfo=dt.UTC)
BTW = tag("btw29", jurisdiction="de")


def posted(text: str, at: dt.datetime | None = None, **more: str) -> Item:
    return Item(text=text, created_at=at, **more)  # type: ignore[arg-type]


# Bound to a place or a time


@pytest.mark.parametrize(
    ("region", "labelled"), [("DE", True), ("de", True), ("AT", False), (None, False), ("DE-BY", True)]
)
def test_rule_counts_only_in_its_regions(region: str | None, labelled: bool) -> None:
    ruleset = compiled(tag("btw29", jurisdiction="de", regions=frozenset({"de"})))
    assert bool(ruleset.match(Item(text="#btw29", region=region))) is labelled


@pytest.mark.parametrize(
    ("moment", "labelled"),
    [
        (JUNE, True),
        (JUNE - dt.timedelta(seconds=1), False),
        (JULY - dt.timedelta(seconds=1), True),
        (JULY, False),
        (dt.datetime(2026, 6, 15), True),  # noqa: DTZ001  # a moment without a zone is UTC
        (None, False),
    ],
)
def test_rule_counts_only_in_its_period(moment: dt.datetime | None, labelled: bool) -> None:
    ruleset = compiled(tag("btw29", jurisdiction="de", starts_at=JUNE, ends_at=JULY))
    assert bool(ruleset.match(posted("#btw29", moment))) is labelled
    assert bool(ruleset.match(posted("#btw29"), at=moment)) is labelled


@pytest.mark.parametrize(
    ("day", "labelled"),
    [("2027-01-10", False), ("2027-01-11", True), ("2027-04-18", True), ("2027-05-25", True), ("2027-05-26", False)],
)
def test_rule_counts_while_an_election_is_in_its_window(day: str, labelled: bool) -> None:
    """From 90 days before the first polling day (11 April) to 30 days after the last (25 April)."""
    ruleset = compiled(tag("elysee", jurisdiction="fr", during="fr.president.2027"))
    noon = dt.datetime.fromisoformat(f"{day}T12:00:00+00:00")
    assert bool(ruleset.match(posted("#elysee", noon))) is labelled


def test_window_of_an_election_that_nobody_knows_is_never_open() -> None:
    ruleset = compiled(tag("elysee", jurisdiction="fr", during="fr.president.2032"))
    assert ruleset.match(posted("#elysee", JUNE)) == ()


# Years


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        ("tk{yy}", "#tk29", True),
        ("tk{yy}", "#TK2031", True),
        ("tk{yy}", "#tk", False),
        ("tk{yyyy}", "#tk2029", True),
        ("tk{yyyy}", "#tk29", False),
        ("vote{yy}nl", "#vote29nl", True),
        ("vote{yy}nl", "#Vote2029NL", True),
        ("vote{yyyy}nl", "#vote29nl", True),
        ("{yyyy}wahl", "#2029wahl", True),
        ("ep_{yy}", "#ep_29", True),
    ],
)
def test_tag_template_stands_for_any_year(pattern: str, text: str, found: bool) -> None:
    assert bool(compiled(tag(pattern, jurisdiction="de")).match(Item(text=text))) is found


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        ("btw{yy}", "#btw29", True),
        ("btw{yy}", "#btw2029", True),
        ("btw{yy}", "#btw25", False),
        ("btw{yyyy}", "#btw29", False),
        ("{yyyy}btw", "#2029btw", True),
    ],
)
def test_tag_template_of_an_election_stands_for_its_year(pattern: str, text: str, found: bool) -> None:
    ruleset = compiled(tag(pattern, jurisdiction="de", election="de.parliament.2029"))
    matches = ruleset.match(Item(text=text))
    assert [match.election for match in matches] == (["de.parliament.2029"] if found else [])


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        ("europawahl {yyyy}", "Die Europawahl 2029 kommt", "Europawahl 2029"),
        ("europawahl {yy}", "Die Europawahl 29!", "Europawahl 29"),
        ("europawahl {yyyy}", "Die Europawahl 29!", None),
        ("europawahl {yyyy}", "Die Europawahl", None),
        ("wahl{yyyy}", "Alles zur Wahl2029", "Wahl2029"),
        ("{yyyy} election*", "the 2029 elections", "2029 elections"),
        ("{yyyy} election*", "the 20291 elections", None),
    ],
)
def test_phrase_template_stands_for_any_year(pattern: str, text: str, found: str | None) -> None:
    matches = compiled(phrase(pattern, jurisdiction="de")).match(Item(text=text))
    assert [match.evidence[0].text for match in matches] == ([found] if found else [])


def test_phrase_template_of_an_election_stands_for_its_year() -> None:
    ruleset = compiled(phrase("Wahl {yyyy}", jurisdiction="de", election="de.parliament.2029"))
    assert decided(ruleset.match(Item(text="zur Wahl 2029"))) == [("de", "apply")]
    assert ruleset.match(Item(text="zur Wahl 2025")) == ()


# What follows


def test_remind_rule_labels_nothing() -> None:
    ruleset = compiled(tag("btw29", jurisdiction="de", action="remind"))
    assert ruleset.match(Item(text="#btw29")) == ()


def test_review_rule_keeps_sure_evidence_from_being_applied() -> None:
    doubtful = phrase("Satire", jurisdiction="de", weight=0.1, action="review")
    assert decided(compiled(BTW, doubtful).match(Item(text="#btw29"))) == [("de", "apply")]
    assert decided(compiled(BTW, doubtful).match(Item(text="#btw29 Satire"))) == [("de", "review")]


def test_review_rule_of_one_place_leaves_other_places_alone() -> None:
    doubtful = phrase("Satire", jurisdiction="fr", inferred=False, supporting=True, weight=0.1, action="review")
    assert ("de", "apply") in decided(compiled(BTW, doubtful).match(Item(text="#btw29 Satire")))


def test_braked_rule_asks_a_moderator() -> None:
    ruleset = compiled(BTW, tag("wahl29", jurisdiction="de"))
    assert decided(ruleset.match(Item(text="#btw29"), braked={BTW.id})) == [("de", "review")]
    assert decided(ruleset.match(Item(text="#btw29"))) == [("de", "apply")]


def test_braked_rule_holds_up_no_label_that_others_suffice_for() -> None:
    ruleset = compiled(BTW, tag("wahl29", jurisdiction="de"))
    assert decided(ruleset.match(Item(text="#btw29 #wahl29"), braked={BTW.id})) == [("de", "apply")]
    both = {BTW.id, "hashtag:wahl29"}
    assert decided(ruleset.match(Item(text="#btw29 #wahl29"), braked=both)) == [("de", "review")]


# Hashtags that trigger rules


def told(*rules: Rule, tag: str, at: dt.datetime | None = None) -> list[tuple[str, str | None, str | None]]:
    found = compiled(*rules).tag_rules(tag, at)
    return [(entry.rule.id, entry.jurisdiction, entry.election) for entry in found]


@pytest.mark.parametrize("action", ["apply", "review", "remind"])
def test_hashtag_names_the_rules_it_triggers_whatever_they_do(action: str) -> None:
    one = tag("btw29", jurisdiction="de", election="de.parliament.2029", action=action)
    assert told(one, phrase("btw29"), tag="BTW29") == [("hashtag:btw29", "de", "de.parliament.2029")]
    assert told(one, tag="btw") == []


def test_hashtag_names_the_election_of_the_year_in_it() -> None:
    yearly = tag("europawahl", jurisdiction="eu", election_type="european_parliament", yearly=True)
    assert told(yearly, tag="europawahl2029") == [("hashtag:europawahl", "eu", "eu.ep.2029")]
    assert told(yearly, tag="europawahl") == [("hashtag:europawahl", "eu", None)]
    assert told(yearly, tag="europawahl2024") == [("hashtag:europawahl", "eu", None)]


def test_hashtag_of_a_period_is_known_in_it_only() -> None:
    bound = tag("btw29", jurisdiction="de", starts_at=JULY)
    assert told(bound, tag="btw29", at=JUNE) == []
    assert told(bound, tag="btw29", at=JULY) == told(bound, tag="btw29") == [("hashtag:btw29", "de", None)]


@pytest.mark.parametrize(
    ("fields", "triggered"),
    [
        ({"any_of": terms("#btw29", "Wahl")}, True),
        ({"all_of": terms("#btw29")}, True),
        ({"all_of": terms("#btw29", "Wahl")}, False),
        ({"any_of": terms("Wahl"), "all_of": terms("#btw29")}, False),
        ({"any_of": terms("#btw29"), "none_of": terms("#btw29")}, False),
    ],
)
def test_compound_rule_is_triggered_by_a_hashtag_that_is_enough(fields: dict[str, object], triggered: bool) -> None:
    assert bool(told(compound(**fields), tag="btw29")) is triggered


def test_exact_spelling_is_asked_for_by_hashtags_too() -> None:
    exact = tag("öl29", jurisdiction="at", key="exact")
    assert told(exact, tag="ol29") == []
    assert told(exact, tag="ÖL29") == [("hashtag:öl29", "at", None)]


def test_windows_are_those_of_the_geography() -> None:
    assert GEOGRAPHY.windows["fr.president.2027"] == (dt.date(2027, 1, 11), dt.date(2027, 5, 25))
