"""Translations of a place: which are missing, drafts or outdated; proposed side by side, confirmed by who read them."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from accounts.models import Role, User
from centers.curation import CurationError
from centers.models import Answer, ElectionCenter, Proposal, PublishedChange, Question
from centers.pagecache import publications
from centers.services.change_undo import change_undo
from centers.services.proposal_decide import proposal_approve
from centers.wording import TextState, wording_entry, wording_is_outdated, wording_state
from tests.centers.curators import person, proposed, wish
from tests.factories import AnswerFactory, CenterFactory, ElectionFactory, JurisdictionFactory
from tests.members import client_of

DESK = "/staff/centers/xa/translations/"
ANSWER = "answer:xa/register"
UNIT = "answer:xa::register::body"
OUTDATED = "The original has changed since this translation was made."
MACHINE = "Translated by machine, not yet checked by a person."


@pytest.fixture
def answer(arcadia: ElectionCenter) -> Answer:
    """Written in German, with machine drafts in English and French."""
    return AnswerFactory(
        center=arcadia,
        body_de="Bis 1. Mai eintragen.",
        body_en="Register by 1 May.",
        body_fr="Inscrivez-vous avant le 1er mai.",
        translation_origin={"de": "source", "en": "machine", "fr": "machine"},
    )


def approved(proposal: Proposal, by: User) -> None:
    proposal_approve(proposal=proposal, by=by, revision=proposal.revision)


def fresh(answer: Answer) -> Answer:
    return Answer.objects.get(pk=answer.pk)


def state(answer: Answer, language: str) -> TextState:
    return wording_state(fresh(answer), "body", language, "de")


def form_of(client: Client, language: str) -> dict[str, Any]:
    """What a browser would send of the page as it is."""
    html = client.get(DESK, {"language": language, "show": "all"}).content.decode()
    fields = dict(re.findall(r'<input type="hidden" name="((?:seen|of)\.[^"]+|submission)" value="([^"]*)"', html))
    fields |= dict(re.findall(r'<textarea [^>]*name="([^"]+)"[^>]*>\n?([^<]*)</textarea>', html))
    return fields | {"reason": "Translation", "do": "propose"}


def sent(client: Client, language: str, **fields: Any) -> Any:
    form = form_of(client, language) | {name.replace("__", "."): value for name, value in fields.items()}
    return client.post(f"{DESK}?language={language}&show=all", form)


def test_translations_are_outdated_once_the_original_changed(
    answer: Answer, curator: User, publisher: User, client: Client
) -> None:
    before = client.get("/en/centers/xa/").content.decode()
    assert MACHINE in before
    assert OUTDATED not in before

    approved(proposed(curator, wish(ANSWER, body_de="Bis 8. Mai eintragen.")), publisher)

    assert [state(answer, code) for code in ("de", "en", "fr", "mt")] == ["original", "outdated", "outdated", "missing"]
    publications.forget()
    page = client.get("/en/centers/xa/").content.decode()
    assert OUTDATED in page
    assert MACHINE in page
    assert OUTDATED not in client.get("/de/centers/xa/").content.decode()
    body = client.get("/api/v1/centers/xa/answers/", {"lang": "en"}).json()["results"][0]["body"]
    assert (body["outdated"], body["machine_drafted"]) == (True, True)


def test_what_is_changed_with_the_original_stays_current(answer: Answer, curator: User, publisher: User) -> None:
    change = wish(ANSWER, body_de="Bis 8. Mai eintragen.", body_en="Register by 8 May.")
    approved(proposed(curator, change), publisher)

    assert [state(answer, code) for code in ("en", "fr")] == ["present", "outdated"]


def test_a_first_text_in_the_places_own_language_becomes_the_original(
    arcadia: ElectionCenter, curator: User, publisher: User
) -> None:
    answer = AnswerFactory(center=arcadia, body_fr="Automatique.", translation_origin={"en": "source", "fr": "machine"})
    approved(proposed(curator, wish(ANSWER, body_de="Von selbst, ab 16.")), publisher)

    assert [state(answer, code) for code in ("de", "en", "fr")] == ["original", "outdated", "outdated"]


def test_original_changed_in_the_shell_makes_translations_outdated(
    answer: Answer, curator: User, publisher: User
) -> None:
    approved(proposed(curator, wish(ANSWER, body_en="Register before 1 May.")), publisher)
    assert state(answer, "en") == "present"

    Answer.objects.filter(pk=answer.pk).update(body_de="Bis 9. Mai eintragen.")

    assert wording_is_outdated(fresh(answer), "body", "en")


def test_undo_of_a_translation_brings_the_draft_and_its_mark_back(
    answer: Answer, curator: User, publisher: User
) -> None:
    was = (answer.source_url, answer.verified_on)
    client = client_of(curator)
    sent(client, "fr", **{f"text__{UNIT}": "Inscription avant le 1er mai."})
    approved(Proposal.objects.get(), publisher)
    assert (state(answer, "fr"), fresh(answer).translation_origin["fr"]) == ("present", "person")
    now = fresh(answer)
    assert (now.source_url, now.verified_on) == was, "a translation says nothing new about the fact"

    change_undo(change=PublishedChange.objects.get(), by=publisher, reason="Wrong word")

    assert (state(answer, "fr"), fresh(answer).translation_origin["fr"]) == ("machine", "machine")


def test_overview_counts_every_language(answer: Answer, curator: User) -> None:
    ElectionFactory(jurisdiction=answer.center.jurisdiction, translation_origin={"de": "source", "en": "machine"})
    html = client_of(curator).get(DESK).content.decode()

    def numbers(language: str) -> list[int]:
        """Originals, confirmed, translated, machine drafts, outdated, missing."""
        row = next(part for part in html.split("<tr data-row>") if f'href="?language={language}"' in part)
        cells = re.findall(r'<td class="number">(.*?)</td>', row, re.DOTALL)
        return [int(re.sub(r"<span.*?</span>|<[^>]+>", "", cell)) for cell in cells]

    assert numbers("de") == [2, 0, 0, 0, 0, 0]
    assert numbers("en") == [0, 0, 0, 2, 0, 0]
    assert numbers("mt") == [0, 0, 0, 0, 0, 2]
    assert html.count("spoken here") == 1


def test_changed_translations_become_one_proposal(answer: Answer, curator: User, publisher: User) -> None:
    AnswerFactory(center=answer.center, question="results", body_de="Am Abend.", body_en="", translation_origin={})
    client = client_of(curator)
    form = form_of(client, "fr") | {
        f"text.{UNIT}": "Inscription avant le 1er mai.",
        "text.answer:xa::results::body": "Le soir <b>même</b>.",
    }
    for _ in range(2):
        response = client.post(f"{DESK}?language=fr&show=all", form)
        assert response.status_code == 302

    proposal = Proposal.objects.get()
    assert (proposal.translated_by, proposal.jurisdiction.code) == ("person", "xa")
    assert proposal.source == answer.source_url
    approved(proposal, publisher)
    results = Answer.objects.get(question="results")
    assert results.body_fr == "Le soir même."
    assert fresh(answer).translation_origin == {"de": "source", "en": "machine", "fr": "person"}
    assert "a proposal waits" not in client.get(DESK, {"language": "fr", "show": "all"}).content.decode()


def test_translation_of_an_original_that_changed_meanwhile_is_not_published(
    answer: Answer, curator: User, publisher: User
) -> None:
    client = client_of(curator)
    sent(client, "fr", **{f"text__{UNIT}": "Inscription avant le 1er mai."})
    translation = Proposal.objects.get()
    assert "a proposal waits" in client.get(DESK, {"language": "fr", "show": "all"}).content.decode()
    approved(proposed(curator, wish(ANSWER, body_de="Bis 8. Mai.")), publisher)

    with pytest.raises(CurationError, match="body_de"):
        approved(translation, publisher)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({}, "Nothing is different"),
        ({f"text__{UNIT}": "x" * 8_001}, "at most 8,000 fit"),
        ({f"text__{UNIT}": "  "}, "is not emptied here"),
        ({f"text__{UNIT}": "Neuf.", f"of__{UNIT}": "0"}, "The original has changed meanwhile"),
        ({f"text__{UNIT}": "Neuf.", f"seen__{UNIT}": "0"}, "Somebody else has changed this translation"),
        ({f"text__{UNIT}": "Neuf.", "reason": ""}, "Say why"),
        ({"do": "confirm"}, "Tick the translations"),
        ({"do": "confirmed", "tick": "answer:xb::register::body"}, "Tick the translations"),
        ({"do": "confirmed", "tick": UNIT, f"seen__{UNIT}": "0"}, "has changed since you read it"),
        ({"do": "confirmed", "tick": UNIT, f"of__{UNIT}": "0"}, "original has changed since you read it"),
    ],
)  # fmt: skip
def test_a_wrong_form_says_what_is_wrong_and_changes_nothing(
    answer: Answer, curator: User, fields: dict[str, str], sentence: str
) -> None:
    client = client_of(curator)
    response = sent(client, "fr", **fields)

    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert not Proposal.objects.exists()
    assert not PublishedChange.objects.exists()


def test_who_read_a_draft_confirms_it(answer: Answer, curator: User, client: Client) -> None:
    desk = client_of(curator)
    asked = sent(desk, "fr", do="confirm", tick=UNIT)
    assert asked.status_code == 200
    assert "Confirm 1 translation into" in asked.content.decode()
    assert not PublishedChange.objects.exists()

    sent(desk, "fr", do="confirmed", tick=UNIT)

    assert state(answer, "fr") == "confirmed"
    line = PublishedChange.objects.get()
    assert (line.action, line.before, line.organisation) == (
        "confirm", {"translation": "machine draft"}, curator.memberships.get().organisation,
    )  # fmt: skip
    assert wording_entry(fresh(answer), "body", "fr")["confirmed_by"] == "of-electoral_authority"
    assert '<p class="note">' not in client.get("/fr/centers/xa/").content.decode()
    history = client.get("/en/centers/xa/history/").content.decode()
    assert "Translation confirmed" in history
    assert "French" in history
    assert "Confirmed by" not in history, "nobody confirmed the fact"
    assert "Confirmed on" in desk.get(DESK, {"language": "fr", "show": "all"}).content.decode()


def test_contributor_may_propose_and_not_confirm(answer: Answer, arcadia: ElectionCenter) -> None:
    client = client_of(person(Role.CONTRIBUTOR, arcadia.jurisdiction))
    assert "I have read" not in client.get(DESK, {"language": "fr"}).content.decode()
    assert sent(client, "fr", do="confirmed", tick=UNIT).status_code == 403
    assert sent(client, "fr", **{f"text__{UNIT}": "Neuf."}).status_code == 302


def test_records_of_another_place_are_neither_seen_nor_touched(answer: Answer, curator: User) -> None:
    there = CenterFactory(jurisdiction=JurisdictionFactory(code="xb", name="Elsewhere"))
    foreign = AnswerFactory(center=there, body_de="Woanders.", body_fr="Ailleurs.", translation_origin={"de": "source"})
    client = client_of(curator)

    assert client.get("/staff/centers/xb/translations/").status_code == 403
    response = sent(client, "fr", **{"text__answer:xb::register::body": "Volé.", "of__answer:xb::register::body": "0"})
    assert response.status_code == 422
    assert not Proposal.objects.exists()
    assert Answer.objects.get(pk=foreign.pk).body_fr == "Ailleurs."


def test_unknown_language_is_not_found(answer: Answer, curator: User) -> None:
    client = client_of(curator)
    for language in ("xx", "../etc", "de; drop"):
        assert client.get(DESK, {"language": language}).status_code == 404
    assert client.post(DESK).status_code == 404


def test_pages_take_as_many_queries_for_many_texts_as_for_one(
    arcadia: ElectionCenter, curator: User, django_assert_max_num_queries: Any
) -> None:
    for question in Question.values:
        AnswerFactory(center=arcadia, question=question, translation_origin={"en": "source"})
    client = client_of(curator)
    client.get(DESK)
    for query in ({}, {"language": "fr"}):
        with django_assert_max_num_queries(16):
            client.get(DESK, query)
