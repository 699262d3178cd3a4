"""Partners' own systems: what waits for them, what they found, and taking it back."""

from __future__ import annotations

import threading
import uuid
from http import HTTPStatus
from typing import Any

import pytest
from django.db import connections
from django.test import override_settings
from jsonschema import validate
from pytest_django import DjangoAssertNumQueries

from accounts.models.organisation import Vetting
from centers.models import ElectionCenter
from factcheck.api.claim_documents import ASSESSMENT_SENT, CLAIM
from factcheck.api.claim_documents import CLAIMS as CLAIMS_DESCRIBED
from factcheck.models import Assessment, Claim, FactCheckPartner
from factcheck.services.assessment_give import assessment_give
from factcheck.services.assessment_stand import Finding
from factcheck.services.claim_merge import claim_merge
from factcheck.verdict import verdict_of
from tests.factcheck.claims import CLAIMS, OWN, SENT, Caller, given_caller, given_claim
from tests.factcheck.partners import given_checker, given_desk
from tests.factories import JurisdictionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def partner(arcadia: ElectionCenter) -> FactCheckPartner:
    return given_desk()


@pytest.fixture
def caller(partner: FactCheckPartner) -> Caller:
    return given_caller(partner)


def problem_of(answer: Any) -> str:
    """The kind of problem, without what all have in common."""
    assert answer["Content-Type"] == "application/problem+json"
    return str(answer.json()["type"]).removeprefix("urn:election-centers:problem:")


def fields_of(answer: Any) -> set[str]:
    return {one["field"] for one in answer.json()["errors"]}


def test_partner_reads_the_claims_that_wait_for_it(caller: Caller, partner: FactCheckPartner) -> None:
    JurisdictionFactory(code="xb")
    routine = given_claim(text="Routine matter", seen_at="https://clips.example/1")
    given_claim(text="Other language", language="en")
    given_claim(text="Other place", countries=["xb"])
    answer = caller.get()
    assert answer["Cache-Control"] == "private, no-store"
    assert answer.json()["count"] == 1
    (found,) = answer.json()["results"]
    assert (found["id"], found["text"], found["is_waiting"]) == (str(routine.public_id), "Routine matter", True)
    assert (found["seen_at"], found["origin"], found["urgency"]) == ("https://clips.example/1", "moderator", "routine")
    assert found["offer"]["step"] == "first"
    assert (found["assessment"], found["held"], found["others"]) == (None, None, [])
    assert caller.get(f"{CLAIMS}{routine.public_id}/").json() == found
    assert caller.get(state="all").json()["count"] == 1
    assert caller.get(state="offered").json()["count"] == 1
    assert caller.get(state="assessed").json()["count"] == 0
    assert fields_of(caller.get(state="finished")) == {"state"}


def test_claims_elsewhere_are_not_the_partners_business(caller: Caller) -> None:
    JurisdictionFactory(code="xb")
    elsewhere = given_claim(countries=["xb"])
    assert caller.get(f"{CLAIMS}{elsewhere.public_id}/").status_code == HTTPStatus.NOT_FOUND
    assert caller.assess(elsewhere, SENT).status_code == HTTPStatus.NOT_FOUND
    assert caller.get(f"{CLAIMS}{uuid.uuid4()}/").status_code == HTTPStatus.NOT_FOUND
    assert not Assessment.objects.exists()


def test_list_costs_the_same_for_any_number_of_claims(
    caller: Caller, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(12):
        given_claim(text=f"Claim {number}")
    caller.get()
    with django_assert_max_num_queries(8):
        assert len(caller.get().json()["results"]) == 12


def test_assessment_stands_and_the_same_again_changes_nothing(caller: Caller) -> None:
    claim = given_claim()
    answer = caller.assess(claim, SENT)
    assert answer.status_code == HTTPStatus.CREATED
    given = answer.json()["assessment"]
    assert (given["rating"], given["own_rating"], given["partner"]) == ("false", "", "fablonia-fact-desk")
    assert answer.json()["is_waiting"] is False
    assert answer.json()["offer"] is None
    again = caller.assess(claim, SENT)
    assert again.status_code == HTTPStatus.OK
    assert again.json() == answer.json()
    assert Assessment.objects.count() == 1
    assert Assessment.objects.get().given_by is None


def test_answers_are_what_the_description_says(caller: Caller, partner: FactCheckPartner) -> None:
    claim = given_claim()
    answers = [caller.get(f"{CLAIMS}{claim.public_id}/"), caller.assess(claim, OWN), caller.assess(claim, SENT)]
    given_caller(given_desk("Other Desk")).assess(claim, SENT)
    answers += [caller.get(f"{CLAIMS}{claim.public_id}/"), caller.withdraw(claim, reason="Our source was wrong.")]
    for answer in answers:
        validate(answer.json(), CLAIM)
    validate(caller.get(state="all").json(), CLAIMS_DESCRIBED)
    validate(SENT, ASSESSMENT_SENT)
    validate(OWN, ASSESSMENT_SENT)


def test_new_assessment_takes_the_place_of_the_former(caller: Caller) -> None:
    claim = given_claim()
    first = caller.assess(claim, SENT).json()["assessment"]
    second = caller.assess(claim, {**SENT, "rating": "partly_false"}).json()["assessment"]
    assert second["id"] != first["id"]
    verdict = verdict_of(claim)
    assert ([one.pk for one in verdict.standing], [one.pk for one in verdict.ended]) == ([second["id"]], [first["id"]])


def test_message_sent_again_under_its_name_is_answered_as_it_was(caller: Caller) -> None:
    claim, other = given_claim(), given_claim(text="Etwas anderes.")
    assert caller.assess(claim, SENT, name="msg-1").status_code == HTTPStatus.CREATED
    changed = {**SENT, "explanation": "It closed two weeks later."}
    assert caller.assess(claim, changed, name="msg-2").status_code == HTTPStatus.CREATED
    late = caller.assess(claim, SENT, name="msg-1")
    assert late.status_code == HTTPStatus.OK
    assert late.json()["assessment"]["explanation"] == "It closed two weeks later.", "the newer one stands still"
    assert problem_of(caller.assess(claim, {**SENT, "rating": "true"}, name="msg-1")) == "idempotency-key-reused"
    assert problem_of(caller.assess(other, SENT, name="msg-1")) == "idempotency-key-reused"
    assert Assessment.objects.count() == 2
    assert fields_of(caller.assess(claim, SENT, name="x" * 201)) == {"Idempotency-Key"}


def test_two_partners_may_use_the_same_name(caller: Caller) -> None:
    claim = given_claim()
    other = given_caller(given_desk("Other Desk"))
    caller.assess(claim, SENT, name="1")
    answer = other.assess(claim, {**SENT, "rating": "true"}, name="1")
    assert answer.status_code == HTTPStatus.CREATED
    assert [one["partner"] for one in answer.json()["others"]] == ["fablonia-fact-desk"]
    assert verdict_of(claim).is_disputed


def test_system_that_saw_another_assessment_is_told(caller: Caller, partner: FactCheckPartner) -> None:
    claim = given_claim()
    standing = assessment_give(
        claim=claim, partner=partner, by=given_checker(partner), seen=0,
        finding=Finding("true", "It did close.", "de", "https://desk.example/b"),
    )  # fmt: skip
    answer = caller.assess(claim, {**SENT, "replaces": 0})
    assert answer.status_code == HTTPStatus.CONFLICT
    assert problem_of(answer) == "assessment-changed"
    assert list(verdict_of(claim).standing) == [standing]
    assert caller.assess(claim, {**SENT, "replaces": standing.pk}).status_code == HTTPStatus.CREATED
    # The same once more has been done, whatever it replaced.
    assert caller.assess(claim, {**SENT, "replaces": standing.pk}).status_code == HTTPStatus.OK


def test_copy_is_assessed_as_what_it_is_a_copy_of(caller: Caller) -> None:
    claim, original = given_claim(), given_claim(text="Das Register ist ja geschlossen.")
    claim_merge(claim=claim, into=original, by=None)
    answer = caller.assess(claim, SENT)
    assert problem_of(answer) == "claim-is-a-copy"
    assert answer.json()["copy_of"] == str(original.public_id)
    assert caller.get(f"{CLAIMS}{claim.public_id}/").json()["copy_of"] == str(original.public_id)


@pytest.mark.parametrize(
    ("sent", "fields"),
    [
        ({**SENT, "rating": "mostly_false"}, {"rating"}),
        ({**SENT, "rating": ""}, {"rating"}),
        ({**SENT, "own_rating": "Falsch"}, {"rating"}),
        ({**SENT, "rating": "", "own_rating": "!!!"}, {"own_rating"}),
        ({**SENT, "rating": "", "own_rating": "x" * 121}, {"own_rating"}),
        ({**SENT, "article_url": ""}, {"evidence"}),
        ({**SENT, "article_url": "javascript:alert(1)"}, {"article_url"}),
        ({**SENT, "article_url": "https://"}, {"article_url"}),
        ({**SENT, "evidence": ["https://law.example/", "ftp://x"]}, {"evidence.1"}),
        ({**SENT, "evidence": ["https://law.example/"] * 11}, {"evidence"}),
        ({**SENT, "explanation": "  "}, {"explanation"}),
        ({**SENT, "explanation": "x" * 2001, "language": "tlh"}, {"explanation", "language"}),
        ({**SENT, "explanation": "a\0b"}, {"explanation"}),
        ({**SENT, "verdict": "false"}, {"body"}),
        ({"rating": "false"}, {"body"}),
        ([], {"body"}),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_kept(caller: Caller, sent: Any, fields: set[str]) -> None:
    claim = given_claim()
    answer = caller.assess(claim, sent)
    assert answer.status_code == HTTPStatus.BAD_REQUEST, answer.content
    assert fields_of(answer) == fields, answer.json()
    assert not Assessment.objects.exists()


def test_bodies_that_are_none_are_refused(caller: Caller) -> None:
    claim = given_claim()
    assert problem_of(caller.assess(claim, b"{")) == "malformed"
    assert problem_of(caller.assess(claim, b"\xff\xfe")) == "malformed"
    assert caller.assess(claim, SENT, kind="text/plain").status_code == HTTPStatus.UNSUPPORTED_MEDIA_TYPE
    huge = b'{"explanation": "' + b"x" * 70_000 + b'"}'
    assert problem_of(caller.assess(claim, huge)) == "too-large"


def test_what_cannot_be_checked_needs_no_evidence(caller: Caller) -> None:
    sent = {"rating": "not_checkable", "explanation": "It is an opinion.", "language": "de"}
    assert caller.assess(given_claim(), sent).status_code == HTTPStatus.CREATED


def test_withdrawal_keeps_its_reason_and_the_claim_waits_again(caller: Caller) -> None:
    claim = given_claim()
    given = caller.assess(claim, SENT).json()["assessment"]
    assert fields_of(caller.withdraw(claim, reason=" ")) == {"reason"}
    assert fields_of(caller.withdraw(claim, reason="x" * 301)) == {"reason"}
    assert problem_of(caller.withdraw(claim, reason="Wrong.", assessment=given["id"] + 1)) == "assessment-changed"
    answer = caller.withdraw(claim, reason="Our source was wrong.", assessment=given["id"])
    assert answer.status_code == HTTPStatus.OK
    assert (answer.json()["assessment"], answer.json()["is_waiting"]) == (None, True)
    assert caller.withdraw(claim, reason="Again.", assessment=given["id"]).status_code == HTTPStatus.OK
    assert Assessment.objects.get().ended_because == "Our source was wrong."
    # What was taken back may be said again: it is a new assessment.
    assert caller.assess(claim, SENT).status_code == HTTPStatus.CREATED


def test_suspended_partner_hands_nothing_in(caller: Caller, partner: FactCheckPartner) -> None:
    claim = given_claim()
    partner.organisation.vetting = Vetting.SUSPENDED
    partner.organisation.save()
    assert caller.assess(claim, SENT).status_code == HTTPStatus.FORBIDDEN
    assert caller.answer(claim, answer="accept").status_code == HTTPStatus.FORBIDDEN


def test_nobody_gets_in_without_a_key(arcadia: ElectionCenter) -> None:
    claim = given_claim()
    stranger = Caller("ecf_unknown")
    for answer in (stranger.get(), stranger.assess(claim, SENT), stranger.withdraw(claim, reason="x")):
        assert answer.status_code == HTTPStatus.UNAUTHORIZED


@override_settings(PARTNER_CALLS_PER_MINUTE=2)
def test_partner_that_calls_too_often_is_told_when_to_come_again(caller: Caller, partner: FactCheckPartner) -> None:
    answers = [caller.get() for _ in range(2)]
    answers.append(given_caller(partner).get())
    # A minute of the clock may have ended in between: then there were two in this one at most.
    statuses = [one.status_code for one in answers]
    if statuses == [HTTPStatus.OK] * 3:
        answers += [caller.get() for _ in range(2)]
    refused = answers[-1]
    assert refused.status_code == HTTPStatus.TOO_MANY_REQUESTS
    assert problem_of(refused) == "throttled"
    assert 1 <= int(refused["Retry-After"]) <= 61
    assert given_caller(given_desk("Other Desk")).get().status_code == HTTPStatus.OK


@pytest.mark.django_db(transaction=True)
def test_name_that_comes_with_two_claims_at_once_belongs_to_one(arcadia: ElectionCenter) -> None:
    caller = given_caller(given_desk())
    claims = [given_claim(text=f"Behauptung {number}") for number in range(4)]
    statuses: list[int] = []
    barrier = threading.Barrier(4)

    def hand_in(claim: Claim) -> None:
        barrier.wait(10)
        statuses.append(caller.assess(claim, SENT, name="msg-1").status_code)
        connections.close_all()

    threads = [threading.Thread(target=hand_in, args=[claim]) for claim in claims]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(statuses) == [HTTPStatus.CREATED, *[HTTPStatus.CONFLICT] * 3]
    assert Assessment.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_stands_and_both_are_answered(arcadia: ElectionCenter) -> None:
    partner = given_desk()
    caller, claim = given_caller(partner), given_claim()
    answers: list[int] = []
    barrier = threading.Barrier(4)

    def hand_in(number: int) -> None:
        barrier.wait(10)
        sent = {**SENT, "explanation": f"Version {number % 2}."}
        answers.append(caller.assess(claim, sent, name=f"msg-{number % 2}").status_code)
        connections.close_all()

    threads = [threading.Thread(target=hand_in, args=[number]) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(answers) == [HTTPStatus.OK, HTTPStatus.OK, HTTPStatus.CREATED, HTTPStatus.CREATED]
    assert Assessment.objects.filter(claim=claim).count() == 2
    assert Assessment.objects.filter(claim=claim, ended_at=None).count() == 1
    assert not Claim.objects.waiting().exists()
