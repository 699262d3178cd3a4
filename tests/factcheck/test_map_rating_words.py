"""Partners' own rating words: mapped by people, held until they are, never guessed."""

from __future__ import annotations

import threading
from http import HTTPStatus
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connections

from accounts.models import Role
from centers.models import ElectionCenter
from factcheck.models import Assessment, Claim, FactCheckPartner, HeldAssessment, Rating, RatingWord
from factcheck.services.assessment_give import assessment_give
from factcheck.services.assessment_stand import Finding
from factcheck.services.claim_merge import claim_merge
from factcheck.services.rating_word import rating_read
from factcheck.services.rating_word_map import WordChangedError, rating_word_add, rating_word_map
from factcheck.verdict import verdict_of
from factcheck.words import LONGEST, RatingValue, value_word, word_key
from tests.factcheck.claims import CLAIMS, OWN, SENT, Caller, given_caller, given_claim
from tests.factcheck.partners import given_checker, given_desk
from tests.members import client_of, given_member

pytestmark = pytest.mark.django_db


@pytest.fixture
def partner(arcadia: ElectionCenter) -> FactCheckPartner:
    return given_desk()


@pytest.fixture
def caller(partner: FactCheckPartner) -> Caller:
    return given_caller(partner)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Erfunden!", "  «ERFUNDEN»  "),
        ("Plutôt   faux", "plutôt faux."),
        ("ＦＡＬＳＥ", "false"),
        ("Ψευδές", "ΨΕΥΔΈΣ"),
        ("Pants on fire", "pants\u00a0on\tfire"),
    ],
)
def test_word_is_the_same_in_whatever_dress(one: str, other: str) -> None:
    assert word_key(one) == word_key(other) != ""


@pytest.mark.parametrize(("one", "other"), [("vrai", "pas vrai"), ("Falsch", "Fälsch"), ("2 (1-5)", "2 (1-10)")])
def test_word_is_another_when_it_says_something_else(one: str, other: str) -> None:
    assert word_key(one) != word_key(other)


def test_number_is_a_word_together_with_its_scale() -> None:
    assert value_word(RatingValue("2.0", "1", "5.00")) == "2 (1-5)"
    for none in ("", "two", "NaN", "Infinity", "1e99"):
        assert value_word(RatingValue(none, "1", "5")) == ""
    assert len(word_key("x" * 500)) == LONGEST


def test_word_is_read_as_people_said_and_not_otherwise(partner: FactCheckPartner) -> None:
    assert rating_read(partner=partner, word="False") is None, "not even the portal's own word is guessed"
    rating_word_add(partner=partner, by=None, word="Falsch", rating="false")
    rating_word_add(partner=partner, by=None, word="1 (1-5)", rating="false")
    worst = RatingValue("1", "1", "5")
    assert rating_read(partner=partner, word="FALSCH!") == Rating.FALSE
    assert rating_read(partner=partner, word="", by_value=worst) == Rating.FALSE
    assert rating_read(partner=partner, word="Irreführend", by_value=worst) is None, "the word comes before the number"
    assert rating_read(partner=partner, word="", by_value=RatingValue("1", "1", "10")) is None
    assert rating_read(partner=given_desk("Other Desk"), word="Falsch") is None, "each partner's words are its own"
    assert RatingWord.objects.count() == 2, "reading writes nothing"


def test_unknown_word_is_held_and_counts_as_nothing(caller: Caller) -> None:
    claim = given_claim()
    answer = caller.assess(claim, OWN)
    assert answer.status_code == HTTPStatus.ACCEPTED
    assert answer.json()["assessment"] is None
    assert answer.json()["is_waiting"] is True
    assert answer.json()["held"]["own_rating"] == "Erfunden!"
    assert answer.json()["offer"]["accepted_at"] is not None, "the partner has answered"
    assert caller.assess(claim, OWN).status_code == HTTPStatus.ACCEPTED
    assert HeldAssessment.objects.count() == 1
    assert not Assessment.objects.exists()
    assert list(Claim.objects.waiting()) == [claim]
    assert caller.get(state="held").json()["count"] == 1


def test_mapped_word_lets_go_what_was_held_in_one_go(caller: Caller, partner: FactCheckPartner) -> None:
    claims = [given_claim(text=f"Behauptung {number}") for number in range(3)]
    for claim in claims:
        caller.assess(claim, OWN, name=f"msg-{claim.pk}")
    other = given_claim(text="Mit anderem Wort")
    caller.assess(other, {**OWN, "own_rating": "Satire?"})
    word = RatingWord.objects.get(key="erfunden")
    user = given_checker(partner)
    assert rating_word_map(word=word, by=user, rating="false", seen="") == 3
    for claim in claims:
        (standing,) = verdict_of(claim).standing
        assert (standing.rating, standing.word, standing.given_by) == ("false", "Erfunden!", None)
        again = caller.assess(claim, OWN, name=f"msg-{claim.pk}")
        assert again.status_code == HTTPStatus.OK, "the same message is answered with what it became"
        assert again.json()["assessment"]["id"] == standing.pk
        assert again.json()["held"] is None
    assert list(Claim.objects.waiting()) == [other]
    assert rating_word_map(word=word, by=user, rating="false") == 0, "again changes nothing"
    assert Assessment.objects.count() == 3


def test_changed_mapping_holds_for_what_comes_later_only(caller: Caller, partner: FactCheckPartner) -> None:
    rating_word_add(partner=partner, by=None, word="Erfunden", rating="false")
    before, after = given_claim(), given_claim(text="Später gesagt.")
    assert caller.assess(before, OWN).json()["assessment"]["rating"] == "false"
    rating_word_map(word=RatingWord.objects.get(), by=None, rating="altered")
    assert caller.assess(after, OWN).json()["assessment"]["rating"] == "altered"
    assert verdict_of(before).rating == Rating.FALSE
    rating_word_map(word=RatingWord.objects.get(), by=None, rating="")
    assert caller.assess(given_claim(text="Zuletzt."), OWN).status_code == HTTPStatus.ACCEPTED


def test_newer_word_of_the_partner_takes_the_place_of_what_was_held(caller: Caller, partner: FactCheckPartner) -> None:
    claim, user = given_claim(), given_checker(partner)
    caller.assess(claim, OWN)
    caller.assess(claim, {**OWN, "own_rating": "Halb wahr"})
    first, second = HeldAssessment.objects.order_by("pk")
    assert (first.ended_as, second.ended_as) == ("replaced", "")
    assessment_give(
        claim=claim, partner=partner, by=user, seen=0, finding=Finding("true", "So it is.", "de", "https://desk.example/")
    )  # fmt: skip
    second.refresh_from_db()
    assert second.ended_as == "replaced"
    assert rating_word_map(word=second.word, by=None, rating="partly_false") == 0
    assert verdict_of(claim).rating == Rating.TRUE


def test_standing_finding_stays_until_the_held_word_is_mapped(caller: Caller, partner: FactCheckPartner) -> None:
    claim = given_claim()
    caller.assess(claim, SENT)
    held = caller.assess(claim, OWN).json()
    assert (held["assessment"]["rating"], held["held"]["own_rating"]) == ("false", "Erfunden!")
    rating_word_map(word=RatingWord.objects.get(), by=None, rating="altered")
    assert verdict_of(claim).rating == Rating.ALTERED
    assert len(verdict_of(claim).ended) == 1


def test_withdrawal_takes_back_what_is_held_too(caller: Caller) -> None:
    claim = given_claim()
    caller.assess(claim, OWN)
    assert caller.withdraw(claim, reason="Sent by mistake.").json()["held"] is None
    assert rating_word_map(word=RatingWord.objects.get(), by=None, rating="false") == 0
    assert HeldAssessment.objects.get().ended_as == "withdrawn"
    assert not Assessment.objects.exists()


def test_what_was_held_of_a_copy_stands_at_the_claim_it_is_a_copy_of(caller: Caller) -> None:
    original, copy = given_claim(), given_claim(text="Das Register ist ja geschlossen.")
    caller.assess(copy, OWN, name="msg-1")
    claim_merge(claim=copy, into=original, by=None)
    assert rating_word_map(word=RatingWord.objects.get(), by=None, rating="false") == 1
    assert verdict_of(original).rating == Rating.FALSE
    assert not copy.assessments.exists()
    again = caller.assess(copy, OWN, name="msg-1")
    assert (again.status_code, again.json()["copy_of"]) == (HTTPStatus.OK, str(original.public_id))


def test_of_two_held_for_one_claim_the_later_said_stands(caller: Caller) -> None:
    original, copy = given_claim(), given_claim(text="Das Register ist ja geschlossen.")
    caller.assess(copy, {**OWN, "explanation": "Said first."})
    caller.assess(original, {**OWN, "explanation": "Said last."})
    claim_merge(claim=copy, into=original, by=None)
    rating_word_map(word=RatingWord.objects.get(), by=None, rating="false")
    assert [one.explanation for one in verdict_of(original).standing] == ["Said last."]


def test_word_nobody_knows_needs_evidence(caller: Caller, partner: FactCheckPartner) -> None:
    bare = {"own_rating": "Meinung", "explanation": "It is an opinion.", "language": "de"}
    assert caller.assess(given_claim(), bare).status_code == HTTPStatus.BAD_REQUEST
    assert not HeldAssessment.objects.exists()
    rating_word_add(partner=partner, by=None, word="Meinung", rating="not_checkable")
    assert caller.assess(given_claim(), bare).status_code == HTTPStatus.CREATED


def test_only_the_partners_people_and_operators_map(partner: FactCheckPartner) -> None:
    rating_word_add(partner=partner, by=given_checker(partner), word="Falsch", rating="false")
    word = RatingWord.objects.get()
    stranger = given_checker(given_desk("Other Desk"), name="otto")
    for user in (stranger, given_member(Role.MODERATOR), given_member(Role.AUDITOR, email="a@fictional.example")):
        with pytest.raises(PermissionDenied):
            rating_word_map(word=word, by=user, rating="true")
    with pytest.raises(ValidationError):
        rating_word_map(word=word, by=None, rating="mostly_false")
    operator = given_member(Role.OPERATOR, email="o@fictional.example")
    with pytest.raises(WordChangedError):
        rating_word_map(word=word, by=operator, rating="true", seen="")
    rating_word_map(word=word, by=operator, rating="true", seen="false")
    word.refresh_from_db()
    assert (word.rating, word.mapped_by) == ("true", operator)


def test_desk_shows_what_is_held_and_maps_it(caller: Caller, partner: FactCheckPartner) -> None:
    claim = given_claim(text="Das <b>Register</b> ist zu.")
    caller.assess(claim, {**OWN, "own_rating": "<i>Erfunden</i>"})
    client = client_of(given_checker(partner))
    assert "1 assessment is held" in client.get(f"/staff/factcheck/partners/{partner.pk}/").content.decode()
    words = f"/staff/factcheck/partners/{partner.pk}/words/"
    page = client.get(words).content.decode()
    assert "&lt;i&gt;Erfunden&lt;/i&gt;" in page
    assert "Das &lt;b&gt;Register&lt;/b&gt; ist zu." in page
    assert "held" in client.get(f"/staff/factcheck/claims/{claim.public_id}/").content.decode()
    one = f"/staff/factcheck/words/{RatingWord.objects.get().pk}/"
    assert "1 assessment waits for it" in client.get(one).content.decode()
    assert client.post(one, {"seen": "", "rating": "mostly"}).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    answer = client.post(one, {"seen": "", "rating": "false"}, follow=True)
    assert "One assessment that was held for it stands now." in answer.content.decode()
    assert verdict_of(claim).rating == Rating.FALSE
    late = client.post(one, {"seen": "", "rating": "true"})
    assert late.status_code == HTTPStatus.CONFLICT
    assert "Somebody mapped it meanwhile: False." in late.content.decode()


def test_word_is_added_before_it_is_first_used(partner: FactCheckPartner) -> None:
    client = client_of(given_checker(partner))
    add = f"/staff/factcheck/partners/{partner.pk}/words/add/"
    assert client.post(add, {"word": "…", "rating": "false"}).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert client.post(add, {"word": "Falsch", "rating": ""}).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert client.post(add, {"word": "Falsch", "rating": "false"}).status_code == HTTPStatus.FOUND
    assert "Falsch" in client.get(f"/staff/factcheck/partners/{partner.pk}/words/").content.decode()


@pytest.mark.django_db(transaction=True)
def test_word_that_is_mapped_while_something_comes_leaves_nothing_behind(arcadia: ElectionCenter) -> None:
    partner = given_desk()
    caller = given_caller(partner)
    claims = [given_claim(text=f"Behauptung {number}") for number in range(6)]
    caller.assess(claims[0], OWN)
    word, barrier = RatingWord.objects.get(), threading.Barrier(6)
    failed: list[Any] = []

    def work(number: int) -> None:
        barrier.wait(10)
        try:
            if number == 0:
                rating_word_map(word=word, by=None, rating="false")
            elif (answer := caller.assess(claims[number], OWN)).status_code not in (201, 202):
                failed.append(answer.content)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=[number]) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert not failed
    assert not HeldAssessment.objects.filter(ended_at=None).exists(), "held before: let go; after: read"
    assert Assessment.objects.filter(rating="false", ended_at=None).count() == 6
    assert caller.get(f"{CLAIMS}?state=assessed").json()["count"] == 6
