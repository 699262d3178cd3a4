"""The proposals of a place in the workspace: read, decided by somebody else, several at once."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Role, User
from centers.models import Answer, ElectionCenter, Proposal, ProposalComment, PublishedChange
from centers.services.proposal_decide import proposal_approve
from centers.services.proposal_submit import proposal_revise
from centers.words import words_compared
from tests.centers.curators import BECAUSE, person, proposed, wish
from tests.factories import AnswerFactory, CenterFactory, JurisdictionFactory
from tests.members import client_of

pytestmark = pytest.mark.django_db

ANSWER = "answer:xa/register"
LIST = "/staff/centers/xa/proposals/"


@pytest.fixture
def desk(publisher: User) -> Client:
    """The publisher's browser."""
    return client_of(publisher)


@pytest.fixture
def answer(arcadia: ElectionCenter) -> Answer:
    return AnswerFactory(center=arcadia, body_de="Wer hier wohnt, steht im Verzeichnis.")


@pytest.fixture
def proposal(answer: Answer, curator: User) -> Proposal:
    return proposed(curator, wish(ANSWER, body_de="Wer hier lebt, steht im Verzeichnis."))


def page_of(proposal: Proposal) -> str:
    return f"{LIST}{proposal.pk}/"


def decide(client: Client, proposal: Proposal, decision: str, note: str = "", revision: int = 1) -> tuple[int, str]:
    """Send the decision and follow it; the status of the first answer, and the page one ends on."""
    first = client.post(f"{page_of(proposal)}decide/", {"decision": decision, "note": note, "revision": revision})
    last = client.get(first["Location"]) if first.status_code == 302 else first
    return first.status_code, last.content.decode()


def given_several(author: User, center: ElectionCenter, number: int) -> list[Proposal]:
    questions = ("where", "what_id", "by_post", "early", "results", "online", "by_proxy", "when")[:number]
    for question in questions:
        AnswerFactory(center=center, question=question, body_de="Alt.")
    return [proposed(author, wish(f"answer:xa/{question}", body_de="Neu.")) for question in questions]


def test_page_shows_the_words_that_change_and_why(desk: Client, proposal: Proposal) -> None:
    html = desk.get(page_of(proposal)).content.decode()

    assert 'lang="de" dir="ltr">Wer hier <del>' in html
    assert '<span class="away" lang="en"> removed: </span>wohnt<' in html
    assert '<span class="away" lang="en"> added: </span>lebt<' in html
    assert "The law changed." in html
    assert '<a href="https://wahl.example.org/rules"' in html
    assert "seen on 1 May 2026" in html
    assert "curator.xa@authority.example" in html


def test_right_to_left_text_is_shown_in_its_direction(desk: Client, answer: Answer, curator: User) -> None:
    proposal = proposed(curator, wish(ANSWER, body_ur="ووٹ"))

    assert '<p class="diff" lang="ur" dir="rtl">' in desk.get(page_of(proposal)).content.decode()


def test_approved_proposal_is_published_and_says_so(
    desk: Client, proposal: Proposal, answer: Answer, publisher: User, client: Client
) -> None:
    status, html = decide(desk, proposal, "approve")

    assert status == 302
    assert "Published: voters see it now." in html
    assert 'href="/de/centers/xa/"' in html
    answer.refresh_from_db()
    assert answer.body_de == "Wer hier lebt, steht im Verzeichnis."
    assert "Wer hier lebt" in client.get("/de/centers/xa/").content.decode()
    assert PublishedChange.objects.get().published_by == publisher


@pytest.mark.parametrize(("decision", "status"), [("send_back", "sent_back"), ("reject", "rejected")])
def test_saying_no_takes_a_reason(desk: Client, proposal: Proposal, decision: str, status: str) -> None:
    code, html = decide(desk, proposal, decision)
    assert code == 422
    assert "Give the reason: the author reads it." in html

    code, html = decide(desk, proposal, decision, "The source says otherwise.")
    assert code == 302
    assert "The source says otherwise." in html
    proposal.refresh_from_db()
    assert proposal.status == status


def test_nobody_is_offered_to_decide_on_their_own(desk: Client, answer: Answer, publisher: User) -> None:
    proposal = proposed(publisher, wish(ANSWER, body_de="Anders."))

    html = desk.get(page_of(proposal)).content.decode()
    assert 'value="approve"' not in html
    assert "somebody else decides on it" in html
    assert decide(desk, proposal, "approve")[0] == 403
    proposal.refresh_from_db()
    assert proposal.status == "open"


def test_curator_is_told_why_there_are_no_buttons(proposal: Proposal, arcadia: ElectionCenter) -> None:
    colleague = client_of(person(Role.CURATOR, arcadia.jurisdiction, name="colleague"))

    html = colleague.get(page_of(proposal)).content.decode()
    assert 'value="approve"' not in html
    assert "Publishers decide on proposals." in html
    assert decide(colleague, proposal, "approve")[0] == 403


def test_decision_about_an_older_revision_is_refused_and_the_page_shows_the_new_one(
    desk: Client, proposal: Proposal, curator: User
) -> None:
    proposal_revise(
        proposal=proposal, author=curator, wishes=[wish(ANSWER, body_de="Ganz neu.")], because=BECAUSE
    )  # fmt: skip

    code, html = decide(desk, proposal, "approve")

    assert code == 409
    assert "changed it meanwhile" in html
    assert "Ganz neu." in html
    assert 'name="revision" value="2"' in html
    assert not PublishedChange.objects.exists()


def test_decision_made_twice_is_made_once(desk: Client, proposal: Proposal) -> None:
    decide(desk, proposal, "approve")

    code, html = decide(desk, proposal, "reject", "No.")

    assert code == 409
    assert "has been decided already" in html
    assert PublishedChange.objects.count() == 1
    proposal.refresh_from_db()
    assert proposal.status == "approved"


def test_conflict_is_shown_three_ways_and_nothing_is_overwritten(
    desk: Client, proposal: Proposal, answer: Answer, curator: User, publisher: User
) -> None:
    other = proposed(curator, wish(ANSWER, body_de="Jemand war schneller."))
    proposal_approve(proposal=other, by=publisher, revision=1)

    html = desk.get(page_of(proposal)).content.decode()
    for text in ("Wer hier wohnt", "Jemand war schneller.", "Wer hier lebt"):
        assert text in html
    assert "Changed by somebody else meanwhile" in html
    assert 'value="approve"' not in html
    code, html = decide(desk, proposal, "approve")
    assert code == 409
    assert "Answer (Deutsch): This has been changed since the proposal was made." in html
    answer.refresh_from_db()
    assert answer.body_de == "Jemand war schneller."


def test_scheduled_proposal_says_when_and_can_be_taken_back(desk: Client, answer: Answer, curator: User) -> None:
    moment = timezone.now() + dt.timedelta(days=3)
    proposal = proposed(curator, wish(ANSWER, body_de="Bald."), publish_at=moment)

    assert "It will be published at the moment below." in decide(desk, proposal, "approve")[1]
    assert "Take the approval back" in desk.get(page_of(proposal)).content.decode()
    assert f'href="{page_of(proposal)}"' in desk.get(f"{LIST}?show=scheduled").content.decode()
    assert "waits for a decision again" in decide(desk, proposal, "unschedule")[1]
    proposal.refresh_from_db()
    assert proposal.status == "open"


def test_author_withdraws_and_nobody_else(desk: Client, proposal: Proposal, curator: User) -> None:
    assert desk.post(f"{page_of(proposal)}withdraw/").status_code == 403
    own = client_of(curator)
    assert "Withdraw it" in own.get(page_of(proposal)).content.decode()

    own.post(f"{page_of(proposal)}withdraw/")

    proposal.refresh_from_db()
    assert proposal.status == "withdrawn"
    assert "decided already" in own.post(f"{page_of(proposal)}withdraw/", follow=True).content.decode()


def test_comment_stands_on_the_page_with_its_author(desk: Client, proposal: Proposal, curator: User) -> None:
    assert desk.post(f"{page_of(proposal)}comment/", {"text": "  "}).status_code == 422
    desk.post(f"{page_of(proposal)}comment/", {"text": "Is that <b>so</b>?"})

    html = client_of(curator).get(page_of(proposal)).content.decode()
    assert "Is that so?" in html
    assert "publisher.xa@authority.example" in html
    assert ProposalComment.objects.count() == 1


def test_contributor_is_told_organisations_and_no_names(proposal: Proposal, arcadia: ElectionCenter) -> None:
    contributor = client_of(person(Role.CONTRIBUTOR, arcadia.jurisdiction, kind="civil_society"))

    for url in (LIST, page_of(proposal)):
        html = contributor.get(url).content.decode()
        assert "Arkadische Wahlbehörde" in html
        assert "curator.xa@authority.example" not in html


def test_proposal_of_another_place_is_not_found(desk: Client, proposal: Proposal, curator: User) -> None:
    CenterFactory(jurisdiction=JurisdictionFactory(code="xb"))
    everywhere = client_of(person(Role.PUBLISHER, None))

    for url in (page_of(proposal).replace("xa", "xb"), f"{page_of(proposal)}decide/".replace("xa", "xb")):
        assert everywhere.post(url, {"decision": "approve", "revision": 1}).status_code in (404, 405)
        assert desk.post(url, {"decision": "approve", "revision": 1}).status_code in (403, 404)
    assert everywhere.get(page_of(proposal).replace("xa", "xb")).status_code == 404
    proposal.refresh_from_db()
    assert proposal.status == "open"


@pytest.mark.parametrize(("decision", "revision"), [("", 1), ("publish", 1), ("approve", "x"), ("approve", "")])
def test_forged_decision_is_not_found(desk: Client, proposal: Proposal, decision: str, revision: object) -> None:
    answer = desk.post(f"{page_of(proposal)}decide/", {"decision": decision, "revision": revision})

    assert answer.status_code == 404
    assert not PublishedChange.objects.exists()


def test_list_groups_filters_and_counts(desk: Client, arcadia: ElectionCenter, curator: User, publisher: User) -> None:
    first, second, third = given_several(curator, arcadia, 3)
    decide(desk, second, "reject", "No.")
    decide(desk, third, "send_back", "Please add French.")

    html = desk.get(LIST).content.decode()
    assert page_of(first) in html
    assert page_of(second) not in html
    assert 'Proposals <span class="count">1<span class="away"> waiting</span></span>' in html
    assert page_of(second) in desk.get(f"{LIST}?show=decided").content.decode()
    assert page_of(third) in desk.get(f"{LIST}?show=sent_back").content.decode()
    assert page_of(first) in desk.get(f"{LIST}?q=where&kind=answer&whose=others").content.decode()
    assert "No proposal fits." in desk.get(f"{LIST}?whose=mine").content.decode()
    assert "No proposal fits." in desk.get(f"{LIST}?kind=round").content.decode()
    assert desk.get(f"{LIST}?show=everything").status_code == 404


def test_list_takes_a_bounded_number_of_queries(
    desk: Client, arcadia: ElectionCenter, curator: User, django_assert_max_num_queries: object
) -> None:
    given_several(curator, arcadia, 8)
    desk.get(LIST)

    with django_assert_max_num_queries(14):  # type: ignore[operator]
        desk.get(LIST)


def test_several_are_asked_about_with_their_number_then_approved(
    desk: Client, arcadia: ElectionCenter, curator: User
) -> None:
    several = given_several(curator, arcadia, 7)

    asked = desk.get(f"{LIST}approve/", {"chosen": [one.pk for one in several]}).content.decode()
    assert "Approve 7 proposals</button>" in asked
    assert asked.count("<del>") == 7
    assert not PublishedChange.objects.exists(), "nothing is done before the answer"
    chosen = [f"{one.pk}:{one.revision}" for one in several]
    assert all(f'value="{one}"' in asked for one in chosen)
    done = desk.post(f"{LIST}approve/", {"chosen": chosen}).content.decode()

    assert "7 proposals approved</h2>" in done
    assert PublishedChange.objects.count() == 7
    again = desk.post(f"{LIST}approve/", {"chosen": chosen}).content.decode()
    assert "7 proposals approved</h2>" in again, "a form sent twice does not frighten"
    assert PublishedChange.objects.count() == 7


def test_those_refused_are_named_with_why_and_hold_up_no_others(
    desk: Client, arcadia: ElectionCenter, curator: User, publisher: User
) -> None:
    good, revised, rejected = given_several(curator, arcadia, 3)
    own = proposed(publisher, wish("answer:xa/when", "create", body_de="Am Sonntag.", source_name="Gesetz"))
    proposal_revise(
        proposal=revised, author=curator, wishes=[wish("answer:xa/what_id", body_de="Neuer.")], because=BECAUSE
    )  # fmt: skip
    decide(desk, rejected, "reject", "No.")

    asked = desk.get(f"{LIST}approve/", {"chosen": [good.pk, own.pk, rejected.pk]}).content.decode()
    assert "Approve 1 proposal</button>" in asked
    assert "It is your own" in asked
    assert "Rejected already." in asked
    html = desk.post(f"{LIST}approve/", {"chosen": [f"{one.pk}:1" for one in (good, revised, rejected, own)]})

    text = html.content.decode()
    assert "1 proposal approved, 3 not</h2>" in text
    assert "changed it meanwhile" in text
    assert "decided already" in text
    assert "own proposal" in text
    assert PublishedChange.objects.count() == 1


@pytest.mark.parametrize("number", ["0", "99999999", "x", "1e3", "٣", "9" * 30])
def test_forged_numbers_approve_nothing(
    desk: Client, proposal: Proposal, number: str
) -> None:  # fmt: skip
    answer = desk.post(f"{LIST}approve/", {"chosen": [f"{proposal.pk}:1", f"{number}:1"]})

    assert answer.status_code == 404
    assert desk.get(f"{LIST}approve/", {"chosen": number}).status_code == 404
    assert not PublishedChange.objects.exists()


def test_proposals_of_another_place_cannot_be_slipped_in(desk: Client, proposal: Proposal, curator: User) -> None:
    other = CenterFactory(jurisdiction=JurisdictionFactory(code="xb"))
    AnswerFactory(center=other, body_de="Alt.")
    foreign = proposed(person(Role.CURATOR, other.jurisdiction), wish("answer:xb/register", body_de="Neu."))

    answer = desk.post(f"{LIST}approve/", {"chosen": [f"{proposal.pk}:1", f"{foreign.pk}:1"]})

    assert answer.status_code == 404
    assert not PublishedChange.objects.exists()


def test_nothing_chosen_says_so(desk: Client, arcadia: ElectionCenter) -> None:
    assert "Choose at least one proposal." in desk.get(f"{LIST}approve/", follow=True).content.decode()
    assert "Choose at least one proposal." in desk.post(f"{LIST}approve/", follow=True).content.decode()


def test_doubtful_material_is_a_group_of_its_own_and_can_be_dismissed(desk: Client, arcadia: ElectionCenter) -> None:
    material = Proposal.objects.create(
        jurisdiction=arcadia.jurisdiction, record="election:xa.local.2031", reason="Low confidence",
        fields={"type": "local", "expected_from": "2031-05-01", "region": None}, source="A newspaper",
    )  # fmt: skip

    assert page_of(material) not in desk.get(LIST).content.decode()
    assert page_of(material) in desk.get(f"{LIST}?show=compiled").content.decode()
    html = desk.get(page_of(material)).content.decode()
    assert "1 May 2031" in html
    assert 'value="approve"' not in html
    assert "Dismissed." in decide(desk, material, "reject", "There is no such election.")[1]
    material.refresh_from_db()
    assert material.status == "rejected"


@pytest.mark.parametrize(
    ("before", "after", "runs"),
    [
        ("", "", []),
        ("", "New.", [("ins", "New.")]),
        ("Old.", "", [("del", "Old.")]),
        ("By 1 May.", "By 9 May.", [("same", "By "), ("del", "1"), ("ins", "9"), ("same", " May.")]),
        ("one two", "uno due", [("del", "one two"), ("ins", "uno due")]),
        ("a b", "a", [("same", "a"), ("del", " b")]),
        ("a\n\nb", "a\n\nc", [("same", "a\n\n"), ("del", "b"), ("ins", "c")]),
    ],
)
def test_words_are_compared(before: str, after: str, runs: list[tuple[str, str]]) -> None:
    found = words_compared(before, after)

    assert [tuple(run) for run in found] == runs
    assert "".join(run.text for run in found if run.kind != "ins") == before
    assert "".join(run.text for run in found if run.kind != "del") == after


def test_very_long_texts_are_compared_as_wholes() -> None:
    before, after = "one " * 2_000, "two " * 2_000

    assert [run.kind for run in words_compared(before, after)] == ["del", "ins"]


def test_preview_shows_voters_page_with_the_proposal_and_writes_nothing(
    desk: Client, proposal: Proposal, answer: Answer, client: Client
) -> None:
    url = f"{page_of(proposal)}preview/?language=de"
    assert f'href="{url}" lang="de"' in desk.get(page_of(proposal)).content.decode()

    preview = desk.get(url)

    html = preview.content.decode()
    assert "Wer hier lebt, steht im Verzeichnis." in html
    assert "not published" in html
    assert preview["Cache-Control"] == "no-store"
    assert "Wer hier wohnt" in client.get("/de/centers/xa/").content.decode()
    answer.refresh_from_db()
    assert answer.body_de == "Wer hier wohnt, steht im Verzeichnis."
    assert desk.get(f"{page_of(proposal)}preview/?language=xx").status_code == 404


def test_auditor_may_look_at_the_preview(proposal: Proposal, arcadia: ElectionCenter) -> None:
    auditor = client_of(person(Role.AUDITOR, arcadia.jurisdiction))

    assert auditor.get(f"{page_of(proposal)}preview/?language=de").status_code == 200


def test_preview_of_what_could_not_be_published_says_why(desk: Client, proposal: Proposal, answer: Answer) -> None:
    answer.delete()

    html = desk.get(f"{page_of(proposal)}preview/?language=de", follow=True).content.decode()

    assert "No preview: The answer is no longer there." in html


@pytest.mark.parametrize(
    ("record", "leads_to"),
    [
        ("election:xa.local.2031", "/staff/centers/xa/edit/election:xa.local.2031/"),
        ("source:xa https://wahl.example.org/new", "/staff/centers/xa/edit/source:xa/new/"),
        ("local_rules:eu.ep.2024/xa", ""),
        ("round:xa.nowhere.2031/1", ""),
    ],
)
def test_doubtful_material_leads_to_the_form_that_takes_it_up(
    desk: Client, arcadia: ElectionCenter, record: str, leads_to: str
) -> None:
    material = Proposal.objects.create(
        jurisdiction=arcadia.jurisdiction, record=record, reason="Low confidence", fields={}, source="A newspaper"
    )

    html = desk.get(page_of(material)).content.decode()

    if leads_to:
        assert f'href="{leads_to}?takes_up={material.pk}"' in html
        assert desk.get(f"{leads_to}?takes_up={material.pk}").status_code == 200
    else:
        assert "There is no form for this kind of fact" in html
