"""Who is told what of a proposal's way, and who is told no more."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from accounts.models import Notification, Role, User
from centers.models import Answer, ElectionCenter, Proposal, PublishedChange
from centers.services.change_undo import change_undo
from centers.services.proposal_decide import (
    proposal_approve,
    proposal_comment,
    proposal_reject,
    proposal_send_back,
    proposal_unschedule,
)
from centers.services.proposal_submit import proposal_revise, proposal_withdraw
from centers.services.publish import proposals_publish_due
from tests.centers.curators import BECAUSE, person, proposed, wish
from tests.factories import AnswerFactory

ANSWER = "answer:xa/register"


@pytest.fixture
def lead(arcadia: ElectionCenter) -> User:
    return person(Role.PUBLISHER, arcadia.jurisdiction, name="lead")


@pytest.fixture
def answer(arcadia: ElectionCenter) -> Answer:
    return AnswerFactory(center=arcadia, body_de="Alt.")


def unread(user: User) -> list[str]:
    return [one.kind for one in Notification.objects.of(user).unread().order_by("pk")]


@pytest.mark.usefixtures("answer")
def test_proposal_waits_on_publishers_but_not_on_its_author(curator: User, publisher: User, lead: User) -> None:
    proposal = proposed(curator, wish(ANSWER, body_de="Neu."))
    assert (unread(publisher), unread(lead), unread(curator)) == (["proposal_waits"], ["proposal_waits"], [])
    told = Notification.objects.of(publisher).get()
    assert told.title == "A proposal waits for your decision: Answer: How do I register?"
    assert told.path == f"/staff/centers/xa/proposals/{proposal.pk}/"

    proposed(publisher, wish(ANSWER, body_de="Ganz neu."))
    assert (unread(publisher), unread(lead)) == (["proposal_waits"], ["proposal_waits"] * 2)


@pytest.mark.usefixtures("answer")
def test_decision_is_told_to_the_author_and_waits_on_nobody(curator: User, publisher: User, lead: User) -> None:
    proposal = proposed(curator, wish(ANSWER, body_de="Neu."))
    proposal_approve(proposal=proposal, by=publisher, revision=1)
    assert (unread(publisher), unread(lead), unread(curator)) == ([], [], ["proposal_approved"])


@pytest.mark.usefixtures("answer", "lead")
def test_proposal_that_was_sent_back_waits_again_when_revised(curator: User, publisher: User) -> None:
    proposal = proposed(curator, wish(ANSWER, body_de="Neu."))
    proposal_send_back(proposal=proposal, by=publisher, revision=1, note="Which law?")
    assert (unread(publisher), unread(curator)) == ([], ["proposal_sent_back"])
    proposal_revise(proposal=proposal, author=curator, wishes=[wish(ANSWER, body_de="Neuer.")], because=BECAUSE)
    assert unread(publisher) == ["proposal_waits"]
    proposal_reject(proposal=proposal, by=publisher, revision=2, note="No.")
    assert (unread(publisher), unread(curator)) == ([], ["proposal_sent_back", "proposal_rejected"])


@pytest.mark.usefixtures("answer")
def test_withdrawn_proposal_waits_on_nobody(curator: User, publisher: User) -> None:
    proposal_withdraw(proposal=proposed(curator, wish(ANSWER, body_de="Neu.")), author=curator)
    assert unread(publisher) == []


@pytest.mark.usefixtures("answer")
def test_comment_is_told_to_whoever_took_part(curator: User, publisher: User, lead: User) -> None:
    proposal = proposed(curator, wish(ANSWER, body_de="Neu."))
    Notification.objects.all().delete()
    proposal_comment(proposal=proposal, by=publisher, text="Since when?")
    proposal_comment(proposal=proposal, by=curator, text="Since May.")
    proposal_comment(proposal=proposal, by=curator, text="And see the source.")
    assert (unread(curator), unread(publisher), unread(lead)) == (["proposal_commented"], ["proposal_commented"], [])


@pytest.mark.usefixtures("answer")
def test_planned_publication_that_failed_is_told_to_author_and_approver(curator: User, publisher: User) -> None:
    later = timezone.now() + dt.timedelta(hours=1)
    proposal = proposed(curator, wish(ANSWER, body_de="Neu."), publish_at=later)
    proposal_approve(proposal=proposal, by=publisher, revision=1)
    assert unread(curator) == ["proposal_approved"]
    Answer.objects.update(body_de="Inzwischen anders.")
    Proposal.objects.update(publish_at=timezone.now() - dt.timedelta(minutes=1))

    assert proposals_publish_due() == 0
    assert unread(curator) == ["proposal_approved", "publication_failed"]
    assert unread(publisher) == ["publication_failed"]


@pytest.mark.usefixtures("answer")
def test_approval_taken_back_before_its_moment_waits_again(curator: User, publisher: User) -> None:
    later = timezone.now() + dt.timedelta(hours=1)
    proposal = proposed(curator, wish(ANSWER, body_de="Neu."), publish_at=later)
    proposal_approve(proposal=proposal, by=publisher, revision=1)
    proposal_unschedule(proposal=proposal, by=publisher)
    assert unread(publisher) == ["proposal_waits"]


@pytest.mark.usefixtures("answer")
def test_author_learns_that_their_change_was_taken_back(curator: User, publisher: User) -> None:
    proposal_approve(proposal=proposed(curator, wish(ANSWER, body_de="Neu.")), by=publisher, revision=1)
    change = PublishedChange.objects.get()
    undone = change_undo(change=change, by=publisher, reason="Too early.")
    assert unread(curator) == ["proposal_approved", "change_undone"]
    assert undone.undoes == change
