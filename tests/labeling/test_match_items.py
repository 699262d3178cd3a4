"""The matcher says whether an item is about an election, whose, how sure it is, and why."""

import csv
import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec import structs

from labeling.matching import (
    CompiledRuleset,
    Evidence,
    Geography,
    Item,
    Match,
    Rule,
    Thresholds,
    canonical_type,
    compile_ruleset,
    starter_rules,
)

DATA = Path(__file__).parents[2] / "labeling" / "data"
GEOGRAPHY = Geography(
    states=frozenset({"at", "be", "cy", "de", "es", "fi", "fr", "gr", "ie", "lu", "nl", "pl", "se"}),
    languages={
        "de": frozenset({"at", "be", "de", "lu"}),
        "el": frozenset({"cy", "gr"}),
        "en": frozenset({"ie"}),
        "es": frozenset({"es"}),
        "fi": frozenset({"fi"}),
        "fr": frozenset({"be", "fr", "lu"}),
        "ga": frozenset({"ie"}),
        "nl": frozenset({"be", "nl"}),
        "pl": frozenset({"pl"}),
        "sv": frozenset({"fi", "se"}),
        "tr": frozenset({"cy"}),
    },
    country_names={
        "at": ["Austria", "Österreich", "Autriche"],
        "de": ["Germany", "Deutschland"],
        "fr": ["France", "Frankreich"],
        "pl": ["Poland", "Polska"],
        "ch": ["Switzerland", "Schweiz", "Suisse"],
        "us": ["United States", "USA"],
    },
    country_adjectives={"fr": ["French"], "pl": ["Polish"], "us": ["American"]},
    upcoming={
        "de": [("de.parliament.2029", "parliament", 2029)],
        "eu": [("eu.ep.2029", "european_parliament", 2029)],
        "fr": [("fr.president.2027", "president", 2027), ("fr.parliament.2029", "national parliament", 2029)],
    },
)


def tag(pattern: str, **fields: object) -> Rule:
    values = {"id": f"tag:{pattern}", "kind": "hashtag", "pattern": pattern, "weight": 0.9, **fields}
    return Rule(**values)  # type: ignore[arg-type]


def phrase(pattern: str, **fields: object) -> Rule:
    values = {"id": f"term:{pattern}", "kind": "phrase", "pattern": pattern, "weight": 0.85, **fields}
    return Rule(**values)  # type: ignore[arg-type]


def generic(pattern: str, language: str, concept: str, **fields: object) -> Rule:
    values = {"weight": 0.6, "ambiguous": True, "languages": frozenset({language}), "concept": concept, **fields}
    return phrase(pattern, **values)


def compiled(*rules: Rule, thresholds: Thresholds | None = None) -> CompiledRuleset:
    return compile_ruleset(rules, "1", GEOGRAPHY, thresholds)


def only(matches: tuple[Match, ...]) -> Match:
    (match,) = matches
    return match


ELECTION = generic("election", "en", "election")
STATION = generic("polling station*", "en", "polling_station")
VOTE = generic("vote", "en", "vote", weight=0.4, supporting=True)
WAHLEN = generic("Wahlen", "de", "election")
BTW = tag("btw25", jurisdiction="de", election_type="parliament", languages=frozenset({"de"}))
PRESIDENTIAL = phrase(
    "presidential election", election_type="president", languages=frozenset({"en"}), concept="election"
)
EUROPAWAHL = phrase("Europawahl", jurisdiction="eu", election_type="european_parliament", languages=frozenset({"de"}))


# What is found


@pytest.mark.parametrize("text", ["", "A walk in the rain", "#rain and #sun", "selection elections", "🙂" * 50])
def test_nothing_matches_when_no_sign_is_there(text: str) -> None:
    assert compiled(ELECTION, STATION, BTW).match(Item(text=text, lang="en", region="IE")) == ()


@pytest.mark.parametrize("written", ["#btw25", "#BTW25", "＃Btw25", "(#btw25)", "#fyp#btw25"])
def test_hashtag_matches_however_it_is_written(written: str) -> None:
    match = only(compiled(BTW).match(Item(text=f"Auszählung {written}")))
    assert (match.jurisdiction, match.decision, match.kind) == ("de", "apply", "election")


@pytest.mark.parametrize("hashtags", [None, ("btw25",)])
@pytest.mark.parametrize(("text", "start"), [("#btw25x #btw25", 8), ("＃Btw25", 0), ("#x#BTW25", 2)])
def test_hashtag_evidence_says_where_the_tag_stands(text: str, start: int, hashtags: tuple[str, ...] | None) -> None:
    evidence = only(compiled(BTW).match(Item(text=text, hashtags=hashtags))).evidence[0]
    assert (evidence.start, evidence.end) == (start, start + 6)


@pytest.mark.parametrize("text", ["btw25", "https://x.example/#btw25", "#btw255", "x#btw25"])
def test_hashtag_rule_needs_a_hashtag(text: str) -> None:
    assert compiled(BTW).match(Item(text=text)) == ()


def test_hashtags_handed_in_replace_those_of_the_text() -> None:
    ruleset = compiled(BTW)
    assert ruleset.match(Item(text="#btw25", hashtags=())) == ()
    match = only(ruleset.match(Item(text="Auszählung", hashtags=("BTW25",))))
    assert match.evidence == (Evidence("tag:btw25", "hashtag", "BTW25", None, None),)


def test_exact_rule_keeps_accents_apart_and_folded_rule_does_not() -> None:
    exact = compiled(tag("voľby", key="exact", jurisdiction="fr"))
    folded = compiled(tag("voľby", jurisdiction="fr"))
    assert exact.match(Item(text="#volby")) == ()
    assert exact.match(Item(text="#VOĽBY"))
    assert folded.match(Item(text="#volby"))


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        ("εκλογές", "οι ΕΚΛΟΓΕΣ!", "ΕΚΛΟΓΕΣ"),
        ("избори", "утре: избори.", "избори"),
        ("élection présidentielle", "L'E\u0301LECTION\n PRÉSIDENTIELLE", "E\u0301LECTION\n PRÉSIDENTIELLE"),
        ("EU-Wahl", "die EU Wahl", "EU Wahl"),
        ("الیکشن", "آج الیکشن ہے", "الیکشن"),
        ("選挙", "今日は選挙だ", "選挙"),
        ("वोट", "आज वोट दें", "वोट"),
    ],
)
def test_phrase_matches_whole_words_in_every_script(pattern: str, text: str, found: str) -> None:
    match = only(compiled(phrase(pattern, jurisdiction="fr")).match(Item(text=text)))
    evidence = match.evidence[0]
    assert evidence.text == found
    assert text[evidence.start : evidence.end] == found


@pytest.mark.parametrize(
    ("pattern", "text"),
    [("val", "valet carnaval"), ("वोट", "वोटर"), ("избор", "изборен"), ("vote", "votё\u0301r"), ("ψήφο", "ψήφος")],
)
def test_phrase_does_not_match_inside_words(pattern: str, text: str) -> None:
    assert compiled(phrase(pattern, jurisdiction="fr")).match(Item(text=text)) == ()


@pytest.mark.parametrize(
    ("word", "matches"), [("Wahllokal", True), ("Wahllokalen", True), ("Wahllokalschließung", False)]
)
def test_starred_phrase_takes_an_ending_but_no_second_word(word: str, matches: bool) -> None:
    ruleset = compiled(phrase("wahllokal*", jurisdiction="de"))
    assert bool(ruleset.match(Item(text=f"im {word} heute"))) is matches


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        ("президентск* избор*", "на президентските избори днес", "президентските избори"),
        ("izbor* za hrvatski sabor", "na izborima za Hrvatski sabor", "izborima za Hrvatski sabor"),
        ("*verkiezing*", "de waterschapsverkiezingen komen", "waterschapsverkiezingen"),
        ("*verkiezing*", "verkiezing!", "verkiezing"),
        ("volb* prezident*", "volba prezidenta", "volba prezidenta"),
    ],
)
def test_stars_stand_anywhere_in_a_phrase(pattern: str, text: str, found: str) -> None:
    match = only(compiled(phrase(pattern, jurisdiction="fr")).match(Item(text=text)))
    assert match.evidence[0].text == found


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("президентск* избор*", "президентски дворец избори"),
        ("izbor* za hrvatski sabor", "za Hrvatski sabor"),
        ("*verkiezing*", "verkiezingsprogrammaboekje"),
    ],
)
def test_starred_phrase_needs_all_its_words(pattern: str, text: str) -> None:
    assert compiled(phrase(pattern, jurisdiction="fr")).match(Item(text=text)) == ()


def test_tag_template_needs_its_year() -> None:
    ruleset = compiled(tag("tk{yy}", jurisdiction="nl"))
    assert [only(ruleset.match(Item(text=text))).jurisdiction for text in ("#TK29", "#tk2029")] == ["nl", "nl"]
    assert ruleset.match(Item(text="#tk #tk1")) == ()


def test_election_of_a_year_long_past_goes_to_a_moderator() -> None:
    ruleset = compiled(PRESIDENTIAL)
    match = only(ruleset.match(Item(text="The presidential election of 1873", lang="en", region="IE")))
    assert match.decision == "review"


def test_longest_phrase_wins_and_neighbours_both_count() -> None:
    ruleset = compiled(PRESIDENTIAL, ELECTION, STATION)
    match = only(ruleset.match(Item(text="presidential election polling station", lang="en", region="IE")))
    assert [evidence.text for evidence in match.evidence[:2]] == ["presidential election", "polling station"]


def test_words_in_addresses_and_names_are_no_evidence() -> None:
    text = "see https://x.example/presidential-election and @presidential_election"
    assert compiled(PRESIDENTIAL).match(Item(text=text, lang="en", region="IE")) == ()


# How sure


def test_confidence_is_a_noisy_or_over_concepts() -> None:
    ruleset = compiled(ELECTION, STATION, VOTE)
    item = Item(text="Election today: the polling station is open, vote! vote! vote!", lang="en", region="XX")
    # The region is unknown to us, so nobody can tell whose election it is, and no context adds to the words.
    assert ruleset.match(item) == ()
    match = only(ruleset.match(structs.replace(item, region=None)))
    assert match.confidence == round(1 - 0.4 * 0.4 * 0.6, 3)
    assert (match.jurisdiction, match.decision) == ("eu", "review")


@pytest.mark.parametrize(
    ("text", "decision"),
    [
        ("election", "review"),
        ("election election elections", "review"),
        ("election at the polling station", "apply"),
        ("vote", None),
        ("vote in the talent show, vote", None),
    ],
)
def test_generic_word_needs_a_second_signal(text: str, decision: str | None) -> None:
    ruleset = compiled(replace(ELECTION, weight=0.5), STATION, VOTE)
    matches = ruleset.match(Item(text=text, lang="en", region="IE"))
    assert [match.decision for match in matches] == ([decision] if decision else [])


def test_generic_tag_used_at_home_goes_to_a_moderator() -> None:
    ruleset = compiled(generic("elecciones", "es", "election", kind="hashtag"), ELECTION)
    assert (
        only(ruleset.match(Item(text="Cena: ¿pizza o sopa? #elecciones", lang="es", region="ES"))).decision == "review"
    )


def test_language_and_region_together_are_a_second_signal_for_what_only_elections_have() -> None:
    ruleset = compiled(STATION)
    assert only(ruleset.match(Item(text="At the polling station", lang="en", region="IE"))).decision == "apply"
    assert only(ruleset.match(Item(text="At the polling station", lang="en"))).decision == "review"


def test_generic_tag_with_a_year_is_no_joke() -> None:
    ruleset = compiled(generic("elecciones", "es", "election", kind="hashtag", yearly=True))
    assert only(ruleset.match(Item(text="#elecciones2027", lang="es", region="ES"))).decision == "apply"


def test_word_of_another_language_is_not_meant() -> None:
    ruleset = compiled(generic("stem", "nl", "election"), generic("stembureau", "nl", "polling_station"))
    assert ruleset.match(Item(text="the stem of a rose", lang="en", region="IE")) == ()
    assert only(ruleset.match(Item(text="stem in het stembureau", lang="nl", region="NL"))).decision == "apply"


def test_words_of_another_kind_of_vote_ask_for_a_moderator() -> None:
    school = replace(phrase("student council", weight=0.0), kind="contrary")
    ruleset = compiled(ELECTION, STATION, school)
    item = Item(text="Student council election, polling station in room 2", lang="en", region="IE")
    match = only(ruleset.match(item))
    assert match.decision == "review"
    assert all(evidence.text != "Student council" for evidence in match.evidence)


def test_thresholds_belong_to_the_ruleset() -> None:
    item = Item(text="#btw25")
    assert only(compiled(BTW, thresholds=Thresholds(apply=0.95, review=0.5)).match(item)).decision == "review"
    assert compiled(BTW, thresholds=Thresholds(apply=0.95, review=0.92)).match(item) == ()
    with pytest.raises(ValueError, match="thresholds"):
        Thresholds(apply=0.4, review=0.6)


# Whose election


@pytest.mark.parametrize(
    ("text", "lang", "region", "expected"),
    [
        ("presidential election", "en", "FR", ("fr", "apply")),  # region
        ("presidential election", "en", None, ("eu", "review")),  # nobody can tell
        ("presidential election in France", "en", None, ("fr", "apply")),  # named
        ("presidential election in France", "en", "IE", ("fr", "apply")),  # named wins over region
        ("French presidential election", "en", "IE", ("fr", "apply")),  # adjective beside it
        ("presidential election 🇵🇱", "en", None, ("pl", "apply")),  # flag
        ("presidential election in the USA", "en", "IE", None),  # elsewhere
        ("American presidential election", "en", "IE", None),
        ("presidential election", "en", "US", None),
        ("presidential election", "en-IE", None, ("ie", "apply")),  # region of the locale
        ("French fries after the very long presidential election", "en", "IE", ("ie", "apply")),  # not beside it
    ],
)
def test_jurisdiction_comes_from_names_then_region(
    text: str, lang: str, region: str | None, expected: tuple[str, str] | None
) -> None:
    matches = compiled(PRESIDENTIAL).match(Item(text=text, lang=lang, region=region))
    assert [(match.jurisdiction, match.decision) for match in matches] == ([expected] if expected else [])


@pytest.mark.parametrize(
    ("pattern", "lang", "region", "expected"),
    [
        ("eduskuntavaalit", "fi", None, ("fi", "apply")),  # one state speaks it
        ("eduskuntavaalit", "fi", "US", ("fi", "apply")),  # people abroad vote at home
        ("wybory parlamentarne", "pl", "DE", ("pl", "apply")),
        ("Parlamentswahl", "de", None, ("eu", "review")),  # several do
        ("Parlamentswahl", "de", "AT", ("at", "apply")),
        ("elecciones generales", "es", None, ("eu", "review")),  # spoken mostly elsewhere
        ("elecciones generales", "es", "MX", None),
        ("seçim günü", "tr", "TR", None),
        ("seçim günü", "tr", "CY", ("cy", "apply")),
    ],
)
def test_language_is_not_country(pattern: str, lang: str, region: str | None, expected: tuple[str, str] | None) -> None:
    ruleset = compiled(phrase(pattern, languages=frozenset({lang})))
    matches = ruleset.match(Item(text=pattern, lang=lang, region=region))
    assert [(match.jurisdiction, match.decision) for match in matches] == ([expected] if expected else [])


@pytest.mark.parametrize("region", [None, "DE", "FR", "US"])
def test_explicit_tag_keeps_its_country_in_any_region(region: str | None) -> None:
    assert only(compiled(BTW).match(Item(text="#btw25", lang="fr", region=region))).jurisdiction == "de"


@pytest.mark.parametrize("region", [None, "DE", "AT", "GB"])
def test_european_election_belongs_to_the_union_in_any_region(region: str | None) -> None:
    match = only(compiled(EUROPAWAHL).match(Item(text="Europawahl 2029", lang="de", region=region)))
    assert (match.jurisdiction, match.decision, match.election) == ("eu", "apply", "eu.ep.2029")


def test_inferred_country_gives_way_to_a_region_that_speaks_the_language() -> None:
    ruleset = compiled(tag("wahl2026", jurisdiction="de", inferred=True, languages=frozenset({"de"})))
    assert only(ruleset.match(Item(text="#wahl2026", lang="de", region="AT"))).jurisdiction == "at"
    assert only(ruleset.match(Item(text="#wahl2026", lang="de"))).jurisdiction == "de"


def test_same_tag_of_two_countries_is_told_by_language() -> None:
    ruleset = compiled(
        tag("vote2026", id="a", jurisdiction="pl", languages=frozenset({"pl"})),
        tag("vote2026", id="b", jurisdiction="fr", languages=frozenset({"fr"})),
    )
    assert only(ruleset.match(Item(text="#vote2026", lang="pl"))).jurisdiction == "pl"
    assert only(ruleset.match(Item(text="#vote2026", lang="de", region="FR"))).jurisdiction == "fr"


def test_two_explicit_countries_make_two_labels_with_their_own_evidence() -> None:
    ruleset = compiled(BTW, tag("nrw24", jurisdiction="at"))
    matches = ruleset.match(Item(text="#btw25 #nrw24"))
    assert {match.jurisdiction: match.evidence[0].text for match in matches} == {"de": "btw25", "at": "nrw24"}


# Which election


@pytest.mark.parametrize(
    ("text", "election"),
    [
        ("presidential election 2027", "fr.president.2027"),
        ("presidential election 2022", None),
        ("presidential election", "fr.president.2027"),  # next year's, as the item is of 2026
    ],
)
def test_election_is_named_only_without_doubt(text: str, election: str | None) -> None:
    item = Item(text=text, lang="en", region="FR", created_at=datetime(2026, 11, 1, tzinfo=UTC))
    assert only(compiled(PRESIDENTIAL).match(item)).election == election


def test_election_without_year_or_date_stays_open() -> None:
    assert (
        only(compiled(PRESIDENTIAL).match(Item(text="presidential election", lang="en", region="FR"))).election is None
    )


def test_year_behind_a_yearly_tag_is_evidence_and_names_the_election() -> None:
    rule = generic(
        "bundestagswahl", "de", "election", kind="hashtag", yearly=True, jurisdiction="de", election_type="parliament"
    )
    match = only(compiled(rule).match(Item(text="#Bundestagswahl2029", lang="de")))
    assert (match.election, match.decision) == ("de.parliament.2029", "apply")
    assert Evidence("", "year", "2029", 0, 19) in match.evidence


# Rules and their values


def test_rule_with_impossible_values_is_refused() -> None:
    with pytest.raises(ValueError, match="empty pattern"):
        tag("")
    with pytest.raises(ValueError, match="weight"):
        tag("x", weight=1.5)


def test_ruleset_without_rules_matches_nothing() -> None:
    assert compiled().match(Item(text="#btw25 election", lang="en", region="IE")) == ()


@pytest.mark.parametrize(
    ("name", "kind"),
    [("National parliament", "parliament"), ("president", "president"), ("EP", "european_parliament"), ("x", None)],
)
def test_election_types_have_one_spelling(name: str, kind: str | None) -> None:
    assert canonical_type(name) == kind


# The rules a new installation starts with


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def starter() -> list[Rule]:
    return starter_rules(
        rows("election_hashtags.csv"),
        rows("election_terms.csv"),
        rows("election_words.csv"),
        upcoming=GEOGRAPHY.upcoming,
    )


def of_patterns(rules: Iterable[Rule]) -> dict[str, Rule]:
    return {rule.pattern.lower(): rule for rule in rules if rule.kind == "hashtag"}


def test_starter_ids_are_unique_and_stable(starter: list[Rule]) -> None:
    again = starter_rules(
        rows("election_hashtags.csv"),
        rows("election_terms.csv"),
        rows("election_words.csv"),
        upcoming=GEOGRAPHY.upcoming,
    )
    assert len({rule.id for rule in starter}) == len(starter) > 1500
    assert starter == again


def test_parties_candidates_and_claims_are_never_rules(starter: list[Rule]) -> None:
    patterns = of_patterns(starter)
    barred = [row for row in rows("election_hashtags.csv") if row["kind"] in ("party-candidate", "irregularity-claim")]
    assert len(barred) > 50
    assert not [row["hashtag"] for row in barred if row["hashtag"].lower() in patterns]


def test_low_confidence_is_left_out(starter: list[Rule]) -> None:
    high = {row["hashtag"].lower() for row in rows("election_hashtags.csv") if row["confidence"] != "low"}
    low = {row["hashtag"].lower() for row in rows("election_hashtags.csv") if row["confidence"] == "low"}
    sources = {rule.pattern.lower() for rule in starter if rule.id.startswith("tag:") and rule.id[-5:-4] != ":"}
    assert low - high
    assert not (low - high) & sources


def test_short_words_never_count_alone(starter: list[Rule]) -> None:
    # The acronym of an electoral authority is no other word of its language.
    phrases = [rule for rule in starter if rule.kind == "phrase" and rule.concept != "authority"]
    short = [rule for rule in phrases if len(rule.pattern) <= 3]
    assert {"val", "wal", "oy", "dip", "vot"} <= {rule.pattern for rule in short}
    assert all(rule.supporting for rule in short)


def test_tags_with_a_year_become_templates_of_elections_to_come(starter: list[Rule]) -> None:
    templates = {(rule.pattern.lower(), rule.election) for rule in starter if rule.election}
    assert {
        ("btw{yy}", "de.parliament.2029"),
        ("presidentielle{yyyy}", "fr.president.2027"),
        ("euelections{yyyy}", "eu.ep.2029"),
    } <= templates
    tags = compile_ruleset(starter, "1", GEOGRAPHY)
    assert "de.parliament.2029" in {entry.election for entry in tags.tag_rules("btw2029")}
    assert {entry.election for entry in tags.tag_rules("btw2027")} == {None}


@pytest.mark.parametrize(
    ("text", "lang", "region", "expected"),
    [
        ("Wahl in Österreich", "de", None, "at"),
        ("Élection présidentielle en France : le premier tour", "fr", None, "fr"),
        ("Wo ist mein Wahllokal? Sonntag sind Wahlen", "de", "DE", "de"),
        ("Wybory prezydenckie, lokal wyborczy otwarty", "pl", None, "pl"),
        ("Eurowybory 2029 tuż tuż", "pl", "PL", "eu"),
        ("Nationalratswahl: so geht Briefwahl", "de", "DE", "at"),
        ("#Bundestagswahl2029", "de", None, "de"),
        ("Vote for the best cake in the final!", "en", "IE", None),
        ("Wer die Wahl hat, hat die Qual", "de", "DE", None),
        ("Une voix incroyable, quel candidat !", "fr", "FR", None),
        ("Nationalratswahlen in der Schweiz", "de", "CH", None),
        ("Second tour de la coupe, quel match", "fr", "FR", None),
    ],
)
def test_starter_rules_label_what_is_about_elections(
    starter: list[Rule], text: str, lang: str, region: str | None, expected: str | None
) -> None:
    matches = compile_ruleset(starter, "1", GEOGRAPHY).match(Item(text=text, lang=lang, region=region))
    assert [match.jurisdiction for match in matches if match.decision == "apply"] == ([expected] if expected else [])


def test_evidence_offsets_lead_to_its_text_in_every_sample_post(starter: list[Rule]) -> None:
    ruleset = compile_ruleset(starter, "1", GEOGRAPHY)
    seen = 0
    for line in (DATA / "sample_posts.ndjson").read_text(encoding="utf-8").splitlines():
        post = json.loads(line)
        item = Item(text=post["text"], lang=post.get("lang"), region=post.get("region"))
        for evidence in (evidence for match in ruleset.match(item) for evidence in match.evidence):
            if evidence.start is not None and evidence.kind in ("phrase", "hashtag"):
                seen += 1
                assert post["text"][evidence.start : evidence.end].lstrip("#＃") == evidence.text
    assert seen > 100
