"""An original that is worded otherwise and means the same: its translations stay as they are, if two people say so."""

from __future__ import annotations

import pytest

from accounts.models import User
from centers.curation import CurationError
from centers.models import Answer, ElectionCenter, Proposal
from centers.services.change_undo import proposal_undo
from centers.services.proposal_decide import proposal_approve
from centers.services.proposal_submit import Wish, proposal_revise
from centers.wording import languages_outdated
from tests.centers.curators import BECAUSE, proposed, wish
from tests.centers.forms import WHY, begun
from tests.factories import AnswerFactory
from tests.members import client_of

pytestmark = pytest.mark.django_db

ANSWER = "answer:xa/register"
EDIT = f"/staff/centers/xa/edit/{ANSWER}/"
OLD, NEW = "Melden Sie sich beim Amt.", "Melden Sie sich beim Amt!"


@pytest.fixture
def answer(arcadia: ElectionCenter) -> Answer:
    texts = {"body_de": OLD, "body_fr": "Voyez le bureau.", "body_hu": "Keresse a hivatalt.", "body_en": None}
    return AnswerFactory(center=arcadia, translation_origin={"de": "source"}, **texts)


def reworded(author: User, text: str = NEW) -> Proposal:
    return proposed(author, Wish(ANSWER, fields={"body_de": text}, same_meaning=["body"]))


def outdated(answer: Answer) -> set[str]:
    answer.refresh_from_db()
    state = answer.translation_state.get("body")
    return set(languages_outdated(state, getattr(answer, f"body_{state['original']}")))


def test_translations_stay_when_author_and_approver_say_the_meaning_is_the_same(
    answer: Answer, curator: User, publisher: User
) -> None:
    proposal = reworded(curator)
    assert proposal.same_meaning == {ANSWER: ["body"]}

    proposal_approve(proposal=proposal, by=publisher, revision=1)

    assert answer.body_de != NEW
    assert outdated(answer) == set()
    assert answer.body_de == NEW


def test_first_own_text_may_mean_what_the_compiled_original_means(
    arcadia: ElectionCenter, curator: User, publisher: User
) -> None:
    texts = {"body_de": OLD, "body_fr": "Voyez le bureau.", "body_hu": "Keresse a hivatalt."}
    drafted = AnswerFactory(
        center=arcadia, **texts, translation_origin={"en": "source", "de": "machine", "fr": "machine", "hu": "machine"}
    )
    proposal = reworded(curator)
    proposal_approve(proposal=proposal, by=publisher, revision=1)
    assert outdated(drafted) == set()
    assert drafted.translation_state["body"]["original"] == "de", "a person of the place wrote it"

    proposal_undo(proposal=Proposal.objects.get(pk=proposal.pk), by=publisher, reason="Doch nicht.")
    assert outdated(drafted) == set()
    assert drafted.translation_state["body"]["original"] == "en"


def test_translations_are_outdated_when_the_approver_thinks_otherwise(
    answer: Answer, curator: User, publisher: User
) -> None:
    proposal = reworded(curator)

    html = client_of(publisher).get(f"/staff/centers/xa/proposals/{proposal.pk}/").content.decode()
    assert "alters the wording and not the meaning" in html
    decided = {"decision": "approve", "revision": "1", "note": ""}
    client_of(publisher).post(f"/staff/centers/xa/proposals/{proposal.pk}/decide/", decided)

    assert outdated(answer) == {"fr", "hu"}
    proposal.refresh_from_db()
    assert (proposal.status, proposal.same_meaning) == ("approved", {})
    assert "The meaning is not the same" in proposal.decision


def test_approver_agrees_with_the_box_that_is_ticked(answer: Answer, curator: User, publisher: User) -> None:
    proposal = reworded(curator)
    desk = client_of(publisher)
    page = f"/staff/centers/xa/proposals/{proposal.pk}/"
    assert 'name="same_meaning"' in desk.get(page).content.decode()

    desk.post(f"{page}decide/", {"decision": "approve", "revision": "1", "note": "", "same_meaning": "on"})

    assert outdated(answer) == set()


def test_former_translations_stay_outdated(answer: Answer, curator: User, publisher: User) -> None:
    proposal_approve(
        proposal=proposed(curator, wish(ANSWER, body_de="Ganz anders.", body_fr="Tout autre.")),
        by=publisher,
        revision=1,
    )
    assert outdated(answer) == {"hu"}

    proposal_approve(proposal=reworded(curator, "Ganz anders!"), by=publisher, revision=1)

    assert outdated(answer) == {"hu"}, "what was outdated before is not made current by a comma"


def test_undoing_brings_the_former_wording_back_with_its_translations(
    answer: Answer, curator: User, publisher: User
) -> None:
    proposal = reworded(curator)
    proposal_approve(proposal=proposal, by=publisher, revision=1)

    proposal_undo(proposal=Proposal.objects.get(pk=proposal.pk), by=publisher, reason="Doch mit Punkt.")

    assert outdated(answer) == set()
    assert answer.body_de == OLD


def test_undoing_another_meaning_brings_its_translations_back_too(
    answer: Answer, curator: User, publisher: User
) -> None:
    proposal = reworded(curator)
    proposal_approve(proposal=proposal, by=publisher, revision=1, same_meaning=False)
    assert outdated(answer) == {"fr", "hu"}

    proposal_undo(proposal=Proposal.objects.get(pk=proposal.pk), by=publisher, reason="Doch nicht.")

    assert outdated(answer) == set()


def test_nothing_is_said_of_originals_that_stay(answer: Answer, curator: User) -> None:
    proposal = proposed(curator, Wish(ANSWER, fields={"body_fr": "Autrement."}, same_meaning=["body"]))
    assert proposal.same_meaning == {}
    with pytest.raises(CurationError, match="No translated field"):
        proposed(curator, Wish(ANSWER, fields={"body_de": NEW}, same_meaning=["source_url"]))


def test_another_revision_may_say_otherwise(answer: Answer, curator: User) -> None:
    proposal = reworded(curator)

    proposal_revise(proposal=proposal, author=curator, wishes=[wish(ANSWER, body_de="Anders.")], because=BECAUSE)

    proposal.refresh_from_db()
    assert proposal.same_meaning == {}


def test_form_offers_it_for_texts_in_several_languages(answer: Answer, curator: User) -> None:
    desk = client_of(curator)
    form = begun(desk, EDIT)
    assert "p0-same-body" in desk.get(EDIT).content.decode()
    assert "p0-same-body" not in form, "nobody has said so yet"
    sent = desk.post(EDIT, form | WHY | {"p0-body_de": NEW, "p0-same-body": "on", "do": "submit"})

    assert sent.status_code == 302, sent.content.decode()
    proposal = Proposal.objects.get()
    assert proposal.same_meaning == {ANSWER: ["body"]}
    assert begun(desk, f"/staff/centers/xa/proposals/{proposal.pk}/revise/")["p0-same-body"] == "on"

    Answer.objects.filter(pk=answer.pk).update(body_fr="", body_hu="")
    assert "p0-same-body" not in desk.get(EDIT).content.decode(), "with one language there is nothing to keep"
