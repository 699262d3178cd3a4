"""Answers and names composed from facts: pure, in the words of a catalogue, or not at all."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import polib
import pytest

from centers.facts import sentences
from centers.facts.answers import bodies_compose, drafts_compose
from centers.facts.drafts import Draft, LastEuropean, PlaceFacts, Union, authority_name
from centers.facts.electoral_authorities import Authority
from centers.facts.ep_2024_rules import Details, EarlyVoting, Rules
from centers.facts.legal_bases import LegalBasis
from centers.facts.names import NAME_KINDS, REGION_NAMES, UNDATED_KINDS, election_name
from centers.facts.records import text_in_languages
from centers.facts.voice import UntranslatedError, Voice, voices_read
from centers.models import LocalRules, Question
from electioncenters.languages import LANGUAGE_CODES
from tests.centers.packs import pack_copy

DAY = dt.date(2024, 6, 9)
AGE = "At the European election of %(year)s, citizens could vote from the age of %(age)s."
DIFFER = (
    "The rules of other elections can differ. For the rules of the next election, ask the electoral authority: "
    "%(authority)s."
)


def given_authority(**changed: Any) -> Authority:
    values: dict[str, Any] = {
        "code": "xa", "organisation": "xa-commission", "organisation_kind": "electoral_authority",
        "name": "Fablonische Kommission", "name_en": "Fablonian Commission", "role": "organises",
        "url": "https://elections.fablonia.example", "purposes": ("organises",), "scope": "", "rank": 10,
        "languages": ("de",), "withheld": "", "confidence": "high", "source": "a fictional page", "verified_on": DAY,
    }  # fmt: skip
    return Authority(**values | changed)


def given_details(**changed: Any) -> Details:
    values: dict[str, Any] = {
        "voting_age_rule": "", "compulsory_until_age": None, "embassy_limit": "", "abroad_postal_limit": "",
        "messenger_vote": False, "early_voting": None,
    }  # fmt: skip
    return Details(**values | changed)


def given_european(details: Details | None = None, **rules: Any) -> LastEuropean:
    confidence = dict.fromkeys(
        ("voting_days", "seats", "min_voting_age", "min_candidate_age", "compulsory_voting", "threshold_percent",
         "preferential_voting", "constituencies", "turnout_percent"), "high",
    ) | dict.fromkeys(
        ("postal_from_home", "postal_from_abroad", "embassy_vote", "proxy_vote", "internet_vote"), "medium"
    )  # fmt: skip
    row = Rules(
        code="xa", election_id="eu.ep.2024", values={}, confidence=confidence, details=details or given_details(),
        withheld=(), withheld_reason="", source="a fictional page", notes="", verified_on=DAY,
    )  # fmt: skip
    return LastEuropean(7, "2024", LocalRules(**rules), row)


def given_place(
    *authorities: Authority, european: LastEuropean | None = None, union: Union | None = None
) -> PlaceFacts:
    basis = LegalBasis("eu_citizens_living_here", "EUR-Lex", "https://eur-lex.europa.eu", "medium", "treaty", DAY)
    return PlaceFacts("xa", authorities or (given_authority(),), european, union, {basis.question: basis})


def drafts(place: PlaceFacts) -> dict[Question, Draft]:
    return {draft.question: draft for draft in drafts_compose(place)}


def english(place: PlaceFacts, question: Question) -> str:
    body = bodies_compose(drafts(place)[question], {"en": voices_read([])["en"]})["en"]
    assert body is not None
    return body


def given_catalogue(folder: Path, language: str, *entries: polib.POEntry) -> None:
    catalogue = polib.POFile()
    catalogue.metadata = {"Content-Type": "text/plain; charset=UTF-8", "Plural-Forms": "nplurals=2; plural=n!=1;"}
    catalogue.extend(entries)
    target = folder / language / "LC_MESSAGES"
    target.mkdir(parents=True)
    catalogue.save_as_mofile(str(target / "django.mo"))


@pytest.fixture
def german(tmp_path: Path) -> dict[str, Voice]:
    """Voices of which German has words for the voting age, all others but English for nothing."""
    given_catalogue(
        tmp_path, "de",
        polib.POEntry(
            msgid=AGE, msgid_plural=AGE,
            msgstr_plural={0: "Wahl %(year)s: ab %(age)s Jahr.", 1: "Wahl %(year)s: ab %(age)s Jahren."},
        ),
        polib.POEntry(msgid=DIFFER, msgstr="Andere Wahlen, andere Regeln: %(authority)s."),
        polib.POEntry(msgctxt="election name", msgid="Presidential election", msgstr="Präsidentschaftswahl"),
    )  # fmt: skip
    return dict(voices_read([tmp_path]))


def test_voting_age_is_told_with_its_year_and_a_reservation() -> None:
    place = given_place(european=given_european(min_voting_age=16, compulsory_voting="no"))
    assert english(place, Question.WHO_CAN_VOTE) == (
        "At the European election of 2024, citizens could vote from the age of 16. "
        "Voting was not compulsory at that election.\n\n"
        "The rules of other elections can differ. For the rules of the next election, ask the electoral authority: "
        "Fablonian Commission / Fablonische Kommission."
    )
    draft = drafts(place)[Question.WHO_CAN_VOTE]
    assert (draft.election_id, draft.source_name, draft.confidence) == (7, "Fablonische Kommission", "high")


@pytest.mark.parametrize(
    ("details", "rules", "said"),
    [
        ({"voting_age_rule": "in_year"}, {"min_voting_age": 17}, "if they turned 17 in that year or were older."),
        ({"voting_age_rule": "or_married"}, {"min_voting_age": 18}, "Married people could vote before that age."),
        ({"compulsory_until_age": 75}, {"min_voting_age": 18, "compulsory_voting": "yes"}, "up to the age of 75."),
        ({}, {"min_voting_age": 18, "compulsory_voting": "yes"}, "Voting was compulsory at that election."),
        ({}, {"min_voting_age": 18, "compulsory_voting": "limited"}, "Voting was compulsory for some voters"),
    ],
)
def test_voting_age_tells_what_is_special(details: dict[str, Any], rules: dict[str, Any], said: str) -> None:
    place = given_place(european=given_european(given_details(**details), **rules))
    assert said in english(place, Question.WHO_CAN_VOTE)


@pytest.mark.parametrize(
    ("details", "rules", "said"),
    [
        ({}, {"embassy_vote": "no", "postal_from_abroad": "no"}, ["in general not possible to vote from abroad"]),
        ({}, {"embassy_vote": "yes", "postal_from_abroad": "no"},
         ["at embassies, consulates or other polling places.", "voters abroad could not vote by post"]),
        ({}, {"embassy_vote": "no", "postal_from_abroad": "yes"},
         ["no polling places abroad", "voters abroad could vote by post"]),
        ({"embassy_limit": "eu"}, {"embassy_vote": "yes", "postal_from_abroad": "no"},
         ["in member states of the European Union only"]),
        ({"embassy_limit": "some", "abroad_postal_limit": "some"}, {"embassy_vote": "yes", "postal_from_abroad": "yes"},
         ["in certain places, or if they belonged to certain groups", "only certain groups of voters abroad"]),
    ],
)  # fmt: skip
def test_vote_from_abroad_is_told_for_each_way(details: dict[str, Any], rules: dict[str, Any], said: list[str]) -> None:
    body = english(given_place(european=given_european(given_details(**details), **rules)), Question.FROM_ABROAD)
    assert all(part in body for part in said), body
    assert body.count("\n\n") == len(said if len(said) > 1 else body.split("\n\n")[:-1])


@pytest.mark.parametrize(
    ("question", "rules", "said"),
    [
        (Question.BY_POST, {"postal_from_home": "yes"}, "voters in the country could vote by post."),
        (Question.BY_POST, {"postal_from_home": "no"}, "voters in the country could not vote by post."),
        (Question.BY_POST, {"postal_from_home": "limited"}, "only certain groups of voters in the country"),
        (Question.BY_PROXY, {"proxy_vote": "yes"}, "voters could authorise another person"),
        (Question.BY_PROXY, {"proxy_vote": "no"}, "nobody could authorise another person"),
        (Question.BY_PROXY, {"proxy_vote": "limited"}, "only certain groups of voters could authorise"),
        (Question.ONLINE, {"internet_vote": "yes"}, "voters could vote on the internet."),
        (Question.ONLINE, {"internet_vote": "no"}, "it was not possible to vote on the internet."),
        (Question.WHEN, {"voting_days": [DAY]}, "people here voted on 9 June 2024."),
        (Question.WHEN, {"voting_days": [dt.date(2024, 6, 8), DAY]}, "these days: 8 June 2024 and 9 June 2024."),
        (Question.WHO_IS_STANDING, {"min_candidate_age": 21}, "had to be at least 21 years old."),
        (Question.HOW_VOTES_BECOME_SEATS, {"seats": 1}, "1 member of the European Parliament was elected"),
        (Question.HOW_VOTES_BECOME_SEATS, {"seats": 6, "constituencies": 1, "threshold_percent": Decimal("1.80")},
         "6 members of the European Parliament were elected here. The whole country was one constituency. "
         "To win seats, at least 1.8% of the votes was needed."),
        (Question.HOW_VOTES_BECOME_SEATS, {"seats": 6, "preferential_voting": "stv", "threshold_percent": Decimal(0)},
         "Voters ranked the candidates in order of preference (single transferable vote). The law set no minimum"),
        (Question.RESULTS, {"turnout_percent": Decimal("56.25")}, "turnout here was 56.25%."),
    ],
)  # fmt: skip
def test_rule_of_2024_is_told_as_it_was(question: Question, rules: dict[str, Any], said: str) -> None:
    body = english(given_place(european=given_european(**rules)), question)
    assert said in body
    assert "2024" in body


def test_early_vote_is_told_with_its_days() -> None:
    early = EarlyVoting((dt.date(2024, 5, 29), dt.date(2024, 6, 4)), (dt.date(2024, 5, 29), dt.date(2024, 6, 1)))
    body = english(given_place(european=given_european(given_details(early_voting=early))), Question.EARLY)
    assert "In the country this was possible from 29 May 2024 to 4 June 2024." in body
    assert "Abroad this was possible from 29 May 2024 to 1 June 2024." in body


def test_question_without_facts_has_no_answer() -> None:
    assert set(drafts(given_place())) == {Question.EU_CITIZENS_LIVING_HERE, Question.REPORT_A_PROBLEM}
    assert Question.EARLY not in drafts(given_place(european=given_european(min_voting_age=18)))
    assert Question.BY_PROXY not in drafts(given_place(european=given_european(min_voting_age=18)))


def test_registration_is_answered_by_whoever_keeps_the_register_for_everyone() -> None:
    own = given_authority(name="Gemeinden", name_en="Municipalities", purposes=("registration",))
    special = given_authority(name="Amt", name_en="Office", purposes=("registration",), scope="eu_citizens")
    place = given_place(given_authority(), own, special)
    assert english(place, Question.REGISTER) == (
        "Responsible for voter registration: Municipalities / Gemeinden. "
        "Ask there whether you need to register, how to do it and until when."
    )
    assert "Office / Amt" in english(place, Question.EU_CITIZENS_LIVING_HERE)
    assert "Municipalities" not in english(place, Question.EU_CITIZENS_LIVING_HERE)


def test_eu_citizens_answer_rests_on_the_law_and_not_on_one_election() -> None:
    draft = drafts(given_place(european=given_european(min_voting_age=16)))[Question.EU_CITIZENS_LIVING_HERE]
    assert (draft.source_name, draft.confidence, draft.election_id) == ("EUR-Lex", "medium", None)
    body = english(given_place(), Question.EU_CITIZENS_LIVING_HERE)
    assert "does not cover elections of a national parliament" in body


def test_union_adds_up_its_states() -> None:
    rules = [
        LocalRules(seats=6, min_voting_age=18, voting_days=[DAY], verified_on=DAY, confidence="high"),
        LocalRules(
            seats=20, min_voting_age=16, voting_days=[dt.date(2024, 6, 6)], verified_on=DAY, confidence="medium"
        ),
    ]
    place = given_place(union=Union(7, "2024", rules))
    assert "from 6 June 2024 to 9 June 2024" in english(place, Question.WHEN)
    assert "between 16 and 18" in english(place, Question.WHO_CAN_VOTE)
    assert "26 members" in english(place, Question.HOW_VOTES_BECOME_SEATS)
    assert drafts(place)[Question.WHEN].confidence == "medium"


def test_union_has_no_number_of_seats_when_one_state_is_unknown() -> None:
    rules = [LocalRules(seats=6, verified_on=DAY, confidence="high"), LocalRules(verified_on=DAY, confidence="high")]
    assert Question.HOW_VOTES_BECOME_SEATS not in drafts(given_place(union=Union(7, "2024", rules)))


def test_body_is_in_the_catalogues_words_or_empty(german: dict[str, Voice]) -> None:
    draft = drafts(given_place(european=given_european(min_voting_age=16)))[Question.WHO_CAN_VOTE]
    bodies = bodies_compose(draft, german)
    assert bodies["de"] == "Wahl 2024: ab 16 Jahren.\n\nAndere Wahlen, andere Regeln: Fablonische Kommission."
    assert set(bodies) == set(LANGUAGE_CODES)
    assert {language for language, body in bodies.items() if body} == {"de", "en"}


def test_body_is_empty_when_one_of_its_sentences_is_not_translated(german: dict[str, Voice]) -> None:
    european = given_european(min_voting_age=16, compulsory_voting="no")
    bodies = bodies_compose(drafts(given_place(european=european))[Question.WHO_CAN_VOTE], german)
    assert bodies["de"] is None
    assert bodies["en"]


def test_composed_text_says_which_languages_a_machine_drafted() -> None:
    assert text_in_languages("body", {"en": "Yes.", "de": "Ja.", "ga": None}) == {
        "body_en": "Yes.", "translation_origin.en": "source",
        "body_de": "Ja.", "translation_origin.de": "machine",
        "body_ga": None, "translation_origin.ga": None,
    }  # fmt: skip


def test_voice_uses_the_plural_form_of_its_language(german: dict[str, Voice]) -> None:
    assert sentences.voting_age(german["de"], year="2031", age=1, rule="") == ["Wahl 2031: ab 1 Jahr."]


def test_voice_never_speaks_english_for_another_language(german: dict[str, Voice]) -> None:
    with pytest.raises(UntranslatedError, match="Married people"):
        sentences.voting_age(german["de"], year="2031", age=18, rule="or_married")
    with pytest.raises(UntranslatedError):
        election_name(german["fr"], kind="president")
    assert election_name(german["de"], kind="president") == "Präsidentschaftswahl"


@pytest.mark.parametrize("kind", NAME_KINDS)
def test_every_kind_of_election_has_a_name(kind: str) -> None:
    voice = voices_read([])["en"]
    region = "Bavaria" if NAME_KINDS[kind].needs_region else ""
    name = election_name(voice, kind=kind, year="2031", region=region)
    assert "2031" in name
    assert region in name
    if kind in UNDATED_KINDS:
        assert not any(letter.isdigit() for letter in election_name(voice, kind=kind))


def test_every_region_of_the_pack_has_a_name(tmp_path: Path) -> None:
    text = (pack_copy(tmp_path) / "centers/data/next_elections.csv").read_text(encoding="utf-8")
    voice = voices_read([])["en"]
    assert all(speak(voice) == region and f",{region}," in text for region, speak in REGION_NAMES.items())


def test_authority_keeps_its_own_name_outside_english(german: dict[str, Voice]) -> None:
    several = given_authority(name="Komisja | Kommission", name_en="Commission")
    assert authority_name(several, german["de"]) == "Komisja / Kommission"
    assert authority_name(several, german["en"]) == "Commission / Komisja / Kommission"
    assert authority_name(given_authority(name="Commission", name_en="Commission"), german["en"]) == "Commission"
