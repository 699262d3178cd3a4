"""The shipped rules work: every state's, every language's, and those of every election that is known to come."""

from __future__ import annotations

import datetime as dt
from functools import cache

import pytest

from electioncenters.languages import LANGUAGE_CODES
from labeling.matching import CompiledRuleset, Item, Rule
from labeling.services.shipped import ruleset_shipped

#: The facts are of late 2026; what was held before is no longer waited for.
TODAY = dt.date(2026, 11, 22)
STATES = (
    "at", "be", "bg", "cy", "cz", "de", "dk", "ee", "es", "fi", "fr", "gr", "hr", "hu", "ie", "it", "lt", "lu", "lv",
    "mt", "nl", "pl", "pt", "ro", "se", "si", "sk",
)  # fmt: skip
#: Official languages by state, as the facts have them; a test holds them to be all.
SPOKEN = [
    *(("at", "de"), ("be", "nl"), ("be", "fr"), ("be", "de"), ("bg", "bg"), ("cy", "el"), ("cy", "tr"), ("cz", "cs")),
    *(("de", "de"), ("dk", "da"), ("ee", "et"), ("es", "es"), ("fi", "fi"), ("fi", "sv"), ("fr", "fr"), ("gr", "el")),
    *(("hr", "hr"), ("hu", "hu"), ("ie", "en"), ("ie", "ga"), ("it", "it"), ("lt", "lt"), ("lu", "lb"), ("lu", "fr")),
    *(("lu", "de"), ("lv", "lv"), ("mt", "mt"), ("mt", "en"), ("nl", "nl"), ("pl", "pl"), ("pt", "pt"), ("ro", "ro")),
    *(("se", "sv"), ("si", "sl"), ("sk", "sk")),
]


def shipped() -> CompiledRuleset:
    return ruleset_shipped()


@cache
def signs() -> tuple[Rule, ...]:
    """What counts alone: no words of other votes, none that only support."""
    return tuple(rule for rule in shipped().rules if rule.kind in ("hashtag", "phrase") and not rule.supporting)


def written(rule: Rule) -> str:
    """The words of a rule as somebody would write them in 2029."""
    words = rule.pattern.replace("{yyyy}", "2029").replace("{yy}", "29").replace("*", "")
    return f"#{words}" if rule.kind == "hashtag" else words


def applied(text: str, language: str | None, region: str | None) -> set[str]:
    matches = shipped().match(Item(text, lang=language, region=region))
    return {match.jurisdiction for match in matches if match.decision == "apply"}


def test_states_and_languages_are_those_of_the_facts() -> None:
    geography = shipped().geography
    assert geography.states == set(STATES)
    assert {(state, language) for language, states in geography.languages.items() for state in states} == set(SPOKEN)


# States


@pytest.mark.parametrize(("state", "language"), SPOKEN)
def test_post_of_a_state_s_own_words_is_labelled_in_each_of_its_languages(state: str, language: str) -> None:
    """Two of the language's own words for elections in one post, with a word between that makes no phrase of them."""
    words = [
        rule
        for rule in signs()
        if rule.kind == "phrase" and language in rule.languages and rule.jurisdiction is None
        if rule.concept in ("election", "polling_station", "turnout", "ballot", "campaign")
    ]
    elections = [rule for rule in words if rule.concept == "election" and rule.weight >= 0.5][:5]
    others = [rule for rule in words if rule.concept != "election"][:5]
    assert elections
    assert others
    for one in elections:
        for other in others:
            assert applied(f"{written(one)} lalala {written(other)}", language, state.upper()) == {state}, (
                one.id,
                other.id,
            )


@pytest.mark.parametrize("state", STATES)
def test_every_sure_sign_of_a_state_labels_for_it(state: str) -> None:
    own = [rule for rule in signs() if rule.jurisdiction == state and not rule.ambiguous and not rule.election]
    assert own
    for rule in own:
        language = min(rule.languages, default=None)
        assert state in applied(written(rule), language, state.upper()), rule.id


def test_nearly_every_sure_sign_of_europe_labels_for_everybody() -> None:
    own = [rule for rule in signs() if rule.jurisdiction == "eu" and not rule.ambiguous]
    # "Candidate for the European Parliament" ends in a word that has another meaning in two languages.
    missed = [rule.id for rule in own if "eu" not in applied(written(rule), min(rule.languages, default=None), None)]
    assert len(own) > 500
    assert len(missed) <= len(own) // 100, missed


# Languages


@pytest.mark.parametrize("language", LANGUAGE_CODES)
def test_words_of_every_language_are_noticed(language: str) -> None:
    own = [rule for rule in signs() if language in rule.languages]
    assert {rule.kind for rule in own} >= {"phrase", "hashtag"}
    europe = [rule for rule in own if rule.jurisdiction == "eu" and not rule.ambiguous and rule.kind == "phrase"]
    assert europe
    for rule in europe[:10]:
        assert shipped().match(Item(written(rule), lang=language)), rule.id


# Elections


def coming() -> list[tuple[str, str]]:
    """Code and key of every election to come that voters all over a state or Europe vote in."""
    geography = shipped().geography
    return [
        (code, key)
        for code, elections in sorted(geography.upcoming.items())
        for key, kind, year in elections
        if kind in ("european_parliament", "parliament", "president") and year > TODAY.year
    ]


def test_every_state_and_europe_has_an_election_to_come() -> None:
    # Malta's is not known yet, or not sure enough to be said.
    assert {code for code, _ in coming()} >= {*STATES, "eu"} - {"mt", "nl"}


def test_every_election_to_come_has_hashtags_of_its_year() -> None:
    """A template or a tag that takes a year, written with the election's, means that election and no other."""
    named: dict[str, set[str]] = {}
    for rule in signs():
        for year in ("2027", "2028", "2029", "2030", "2031", "2032"):
            for digits in (year, year[2:]):
                tag = rule.pattern.replace("{yyyy}", year).replace("{yy}", digits)
                tag = f"{tag}{digits}" if rule.yearly and tag == rule.pattern else tag
                if rule.kind == "hashtag" and (digits in tag):
                    for entry in shipped().tag_rules(tag):
                        if entry.election and entry.election.endswith(year):
                            named.setdefault(entry.election, set()).add(tag)
    lacking = {key for _, key in coming()} - named.keys()
    # Elected by delegates, on a day the public does not vote: nobody has a hashtag of its own for it yet.
    assert lacking <= {"de.president.2027"}


@pytest.mark.parametrize(
    ("tag", "election"),
    [
        ("btw29", "de.parliament.2029"),
        ("BTW2029", "de.parliament.2029"),
        ("nrw29", "at.parliament.2029"),
        ("presidentielle2027", "fr.president.2027"),
        ("wybory2027", "pl.parliament.2027"),
        ("eduskuntavaalit2027", "fi.parliament.2027"),
        ("ep2029", "eu.ep.2029"),
        ("Europawahl2029", "eu.ep.2029"),
        ("europeennes29", "eu.ep.2029"),
    ],
)
def test_year_in_a_hashtag_names_the_election(tag: str, election: str) -> None:
    assert election in {entry.election for entry in shipped().tag_rules(tag)}
    (match,) = shipped().match(Item(f"Heute! #{tag}"))
    assert (match.election, match.decision) == (election, "apply")


# Windows


def test_elections_to_come_have_their_windows() -> None:
    windows = shipped().geography.windows
    assert {key for _, key in coming()} <= windows.keys()
    first, last = windows["eu.ep.2029"]
    assert first < dt.date(2029, 6, 7) - dt.timedelta(days=60)
    assert last > dt.date(2029, 6, 10) + dt.timedelta(days=20)
