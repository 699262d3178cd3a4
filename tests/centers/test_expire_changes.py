"""What is published for a while is taken back when its time is over, unless somebody changed it again."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.utils import timezone

from accounts.models import User
from centers.curation import CurationError
from centers.models import Answer, ElectionCenter, Proposal, PublishedChange, TrustedSource
from centers.services.proposal_decide import proposal_approve
from centers.services.proposal_expire import proposals_expire_due
from centers.services.proposal_submit import proposal_revise, proposal_submit
from tests.centers.curators import BECAUSE, proposed, wish
from tests.factories import AnswerFactory, OrganisationFactory

ANSWER = "answer:xa/register"
SOON = dt.timedelta(hours=1)


@pytest.fixture
def answer(arcadia: ElectionCenter) -> Answer:
    return AnswerFactory(center=arcadia, body_de="Bis 18 Uhr.")


def approved(proposal: Proposal, by: User) -> Proposal:
    return proposal_approve(proposal=proposal, by=by, revision=proposal.revision)


def over(proposal: Proposal) -> None:
    """Its time is over."""
    Proposal.objects.filter(pk=proposal.pk).update(expires_at=timezone.now())


def test_change_is_taken_back_when_its_time_is_over(answer: Answer, curator: User, publisher: User) -> None:
    proposal = proposed(curator, wish(ANSWER, body_de="Heute bis 20 Uhr."), expires_at=timezone.now() + SOON)
    approved(proposal, publisher)
    assert proposals_expire_due() == 0
    version = ElectionCenter.objects.get(pk=answer.center_id).version
    over(proposal)

    assert (proposals_expire_due(), proposals_expire_due()) == (1, 0)

    answer.refresh_from_db()
    proposal.refresh_from_db()
    assert answer.body_de == "Bis 18 Uhr."
    assert answer.verified_on == BECAUSE.verified_on, "nobody looked at the source since"
    assert proposal.expired_at is not None
    assert proposal.expiry_note == ""
    line = PublishedChange.objects.first()
    assert line is not None
    assert (line.after, line.published_by) == ({"body_de": "Bis 18 Uhr."}, None)
    assert "is over" in line.reason
    assert ElectionCenter.objects.get(pk=answer.center_id).version == version + 1, "pages are made anew"


def test_change_stays_when_somebody_changed_it_again(answer: Answer, curator: User, publisher: User) -> None:
    proposal = proposed(curator, wish(ANSWER, body_de="Heute bis 20 Uhr."), expires_at=timezone.now() + SOON)
    approved(proposal, publisher)
    approved(proposed(curator, wish(ANSWER, body_de="Immer bis 19 Uhr.")), publisher)
    over(proposal)

    assert (proposals_expire_due(), proposals_expire_due()) == (0, 0)

    answer.refresh_from_db()
    proposal.refresh_from_db()
    assert answer.body_de == "Immer bis 19 Uhr."
    assert "changed again" in proposal.expiry_note
    assert PublishedChange.objects.count() == 2


def test_all_of_a_proposal_is_taken_back_or_nothing(answer: Answer, curator: User, publisher: User) -> None:
    OrganisationFactory(key="watch")
    source = wish(
        "source:xa/new", "create", url="https://wacht.example.org/", title="Wacht", organisation="watch",
        kind="civil_society",
    )  # fmt: skip
    proposal = proposed(curator, wish(ANSWER, body_de="Anders."), source, expires_at=timezone.now() + SOON)
    approved(proposal, publisher)
    made = TrustedSource.objects.get(title="Wacht")
    approved(proposed(curator, wish(ANSWER, body_de="Noch anders.")), publisher)
    over(proposal)

    proposals_expire_due()
    assert TrustedSource.objects.filter(pk=made.pk).exists(), "the answer was changed again, so this stays too"


@pytest.mark.parametrize("minutes", [-1, 0])
def test_expiry_lies_ahead_and_after_the_publication(answer: Answer, curator: User, minutes: int) -> None:
    later = timezone.now() + SOON
    for more in (
        {"expires_at": timezone.now() + dt.timedelta(minutes=minutes)},
        {"publish_at": later, "expires_at": later + dt.timedelta(minutes=minutes)},
    ):
        with pytest.raises(CurationError) as caught:
            proposed(curator, wish(ANSWER, body_de="Anders."), **more)
        assert "expires_at" in caught.value.errors
    new = wish("election:xa.president.2039", "create", name_de="Wahl", type="president", status="held")
    with pytest.raises(CurationError, match="cannot be taken back"):
        proposed(curator, new, expires_at=later)


def test_form_sent_twice_makes_one_proposal(answer: Answer, curator: User) -> None:
    token = uuid.uuid4()
    first, second = (proposed(curator, wish(ANSWER, body_de="Anders."), submission=token) for _ in range(2))
    assert first.pk == second.pk
    again = uuid.uuid4()
    for _ in range(2):
        sent = proposal_revise(
            proposal=first, author=curator, wishes=[wish(ANSWER, body_de="Doch anders.")], because=BECAUSE,
            revision=1, submission=again,
        )  # fmt: skip
    assert sent.revision == 2
    with pytest.raises(CurationError, match="another window"):
        proposal_revise(
            proposal=first, author=curator, wishes=[wish(ANSWER, body_de="x")], because=BECAUSE, revision=1,
            submission=uuid.uuid4(),
        )  # fmt: skip


def test_everything_that_is_wrong_is_said_at_once(answer: Answer, curator: User) -> None:
    wrong = BECAUSE._replace(reason=" ", source="javascript:alert(1)", verified_on=dt.date(2999, 1, 1))
    with pytest.raises(CurationError) as caught:
        proposal_submit(
            author=curator, wishes=[wish(ANSWER, body_de="x" * 100_000)], because=wrong, publish_at=timezone.now()
        )
    assert set(caught.value.errors) == {"body_de", "reason", "source", "verified_on", "publish_at"}
