"""Which partner a claim goes to, and how it goes on when nobody answers."""

from __future__ import annotations

import datetime as dt
import threading
from http import HTTPStatus
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connections
from django.utils import timezone

from accounts.models import Notification, NotificationKind, Role
from accounts.models.organisation import Vetting
from centers.models import ElectionCenter
from factcheck.models import Claim, ClaimOffer, CoverPlan, FactCheckPartner, OfferEnd, Step, Urgency
from factcheck.services.assessment_give import assessment_give, assessment_withdraw
from factcheck.services.assessment_stand import Finding
from factcheck.services.claim_merge import claim_merge, claim_part
from factcheck.services.claim_route import claims_route
from factcheck.services.offer_answer import (
    OfferGoneError,
    claim_hand_over,
    offer_accept,
    offer_decline,
    offer_pass_on,
)
from factcheck.urgency import ACCEPT_LIMITS, LIMITS
from tests.factcheck.claims import NOW, SENT, given_caller, given_claim
from tests.factcheck.partners import EVERY_DAY, given_checker, given_desk, given_hours, given_partner
from tests.factories import ElectionFactory, JurisdictionFactory, RoundFactory
from tests.members import client_of, given_member

pytestmark = pytest.mark.django_db
FINDING = Finding("false", "The register closed a week later.", "de", "https://desk.example/a")
NIGHT = dict.fromkeys(range(7), "00:00-06:00, 22:00-24:00")


class Clock:
    """The time Django tells."""

    def __init__(self) -> None:
        self.now = NOW

    def later(self, **how: float) -> None:
        """Let time pass."""
        self.now += dt.timedelta(**how)


@pytest.fixture(autouse=True)
def time(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(timezone, "now", lambda: clock.now)
    return clock


def live(claim: Claim) -> list[tuple[str, str]]:
    """Where it lies, by name and step."""
    offers = ClaimOffer.objects.filter(claim=claim, ended_at=None).select_related("partner__organisation")
    return [(str(one.partner or "operators"), one.step) for one in offers]


def went(claim: Claim) -> list[tuple[str, str]]:
    """Who had it before, and why it went on."""
    offers = ClaimOffer.objects.filter(claim=claim, ended_at__isnull=False).select_related("partner__organisation")
    return [(str(one.partner or "operators"), one.ended_as) for one in offers]


def told(kind: NotificationKind) -> list[str]:
    """Who has not read of it yet."""
    return sorted(Notification.objects.unread().filter(kind=kind).values_list("recipient__email", flat=True))


def test_claim_goes_first_to_who_is_on_duty_then_to_unknown_hours_then_to_who_comes_soonest(
    arcadia: ElectionCenter, time: Clock
) -> None:
    given_hours(given_desk("A Night Desk"), NIGHT)
    given_desk("B Silent Desk")
    given_hours(given_desk("C Day Desk"), EVERY_DAY)
    claim = given_claim()
    order = []
    for _ in range(3):
        ((name, step),) = live(claim)
        order.append((name, step))
        partner = FactCheckPartner.objects.get(organisation__name=name)
        offer_decline(claim=claim, partner=partner, by=None, reason="No time.")
    assert order == [("C Day Desk", "first"), ("B Silent Desk", "next"), ("A Night Desk", "next")]
    assert live(claim) == [("operators", "operators")]


def test_time_to_accept_is_counted_from_when_somebody_is_there(arcadia: ElectionCenter) -> None:
    given_hours(given_desk(), NIGHT)
    claim = given_claim()
    (offer,) = ClaimOffer.objects.all()
    # 22:00 in Vienna is 20:00 UTC; a routine claim may wait eight hours to be taken.
    assert offer.answer_by == dt.datetime(2031, 6, 5, 4, tzinfo=dt.UTC)
    assert offer.answer_by <= claim.due_at


@pytest.mark.parametrize("urgency", list(Urgency))
def test_time_to_accept_is_shorter_than_the_time_to_answer(urgency: Urgency) -> None:
    assert ACCEPT_LIMITS[urgency] * 3 <= LIMITS[urgency] / 2


def test_nobody_is_asked_alone_who_comes_when_the_claim_is_due(arcadia: ElectionCenter) -> None:
    election = ElectionFactory(jurisdiction=arcadia.jurisdiction, status="scheduled")
    RoundFactory(election=election, status="scheduled", days=[NOW.date()])
    given_hours(given_desk(), NIGHT)
    claim = given_claim()
    assert claim.urgency == Urgency.POLLING_DAY
    assert live(claim) == [("Fablonia Fact Desk", "all")], "but everybody is, before operators are"


def test_claim_goes_to_who_covers_its_country_and_language_only(arcadia: ElectionCenter) -> None:
    JurisdictionFactory(code="xb")
    given_desk("Other Language", languages=["fr"])
    given_desk("Other Country", countries=["xb"])
    ended = given_desk("Contract Over", contract_from=dt.date(2030, 1, 1), contract_until=dt.date(2031, 1, 1))
    suspended = given_desk("Suspended")
    suspended.organisation.vetting = Vetting.SUSPENDED
    suspended.organisation.save()
    claim = given_claim()
    assert live(claim) == [("operators", "operators")]
    with pytest.raises(ValidationError):
        claim_hand_over(
            claim=claim, to=ended, by=given_member(Role.OPERATOR, email="o@fictional.example"), note="Please."
        )


def test_partner_that_would_not_see_it_is_not_asked_and_named(arcadia: ElectionCenter) -> None:
    unseen = given_partner("Unseen Desk")
    claim = given_claim()
    assert live(claim) == [("operators", "operators")]
    operator = given_member(Role.OPERATOR, email="operator@fictional.example")
    page = client_of(operator).get(f"/staff/factcheck/claims/{claim.public_id}/").content.decode()
    assert "Also cover it, but nobody of theirs works here:" in page
    assert 'href="https://unseen-desk.example/"' in page
    with pytest.raises(ValidationError, match="Nobody of Unseen Desk works here"):
        claim_hand_over(claim=claim, to=unseen, by=operator, note="Please.")
    checker = given_checker(unseen)
    claim_hand_over(claim=claim, to=unseen, by=operator, note="Please.")
    assert live(claim) == [("Unseen Desk", "handed_over")]
    checker.is_active = False
    checker.save()
    assert live(given_claim(text="Eine andere")) == [("operators", "operators")]


def test_claims_are_shared_and_full_desks_left_alone(arcadia: ElectionCenter) -> None:
    given_hours(given_desk("A Desk", capacity=1), EVERY_DAY)
    given_hours(given_desk("B Desk"), EVERY_DAY)
    claims = [given_claim(text=f"Behauptung {number}") for number in range(4)]
    assert [live(claim)[0][0] for claim in claims] == ["A Desk", "B Desk", "B Desk", "B Desk"]
    (left,) = FactCheckPartner.objects.loaded().filter(organisation__name="A Desk")
    assert left.load == 1  # type: ignore[attr-defined]  # annotated


def test_claim_of_a_desk_comes_to_that_desk_first(arcadia: ElectionCenter) -> None:
    given_hours(given_desk("A Desk"), EVERY_DAY)
    own = given_desk("Z Desk")
    said = {"text": "Das Register ist zu.", "language": "de", "countries": ["xa"], "seen_at": ""}
    client_of(given_checker(own)).post("/staff/factcheck/claims/new/", said)
    claim = Claim.objects.get()
    assert (claim.brought_by, claim.origin, live(claim)) == (own, "partner", [("Z Desk", "first")])


def test_full_desks_are_asked_when_everybody_is(arcadia: ElectionCenter) -> None:
    given_hours(given_desk("A Desk", capacity=1), EVERY_DAY)
    given_claim(text="Die erste")
    second = given_claim(text="Die zweite")
    assert live(second) == [("A Desk", "all")]


def test_silence_leads_to_the_next_then_to_all_then_to_the_operators(arcadia: ElectionCenter, time: Clock) -> None:
    desks = [given_desk(f"{letter} Desk") for letter in "ABC"]
    for desk in desks:
        given_hours(desk, EVERY_DAY)
        given_checker(desk, name=desk.organisation.key)
    given_member(Role.OPERATOR, email="operator@fictional.example")
    claim = given_claim()
    assert live(claim) == [("A Desk", "first")]
    assert told(NotificationKind.CLAIM_OFFERED) == ["a-desk@checkers.example"]
    time.later(hours=7, minutes=59)
    assert claims_route() == 0
    time.later(minutes=1)
    assert claims_route() == 1
    assert claims_route() == 0, "again changes nothing"
    assert live(claim) == [("B Desk", "next")]
    assert told(NotificationKind.CLAIM_OFFERED) == ["b-desk@checkers.example"], "whose time is over needs no answer"
    time.later(hours=8)
    claims_route()
    assert live(claim) == [("A Desk", "all"), ("B Desk", "all"), ("C Desk", "all")]
    time.later(hours=8)
    claims_route()
    assert live(claim) == [("operators", "operators")]
    assert time.now == claim.opened_at + LIMITS[Urgency.ROUTINE] / 2, "operators have half of the time"
    assert told(NotificationKind.CLAIM_UNANSWERED) == ["operator@fictional.example"]
    assert told(NotificationKind.CLAIM_OFFERED) == []
    time.later(days=3)
    assert claims_route() == 0, "it lies with people now"
    assert [end for _, end in went(claim)] == ["silent"] * 5


def test_claim_nobody_covers_goes_to_the_operators_at_once(arcadia: ElectionCenter) -> None:
    given_member(Role.OPERATOR, arcadia.jurisdiction, email="operator@fictional.example")
    claim = given_claim()
    assert live(claim) == [("operators", "operators")]
    assert told(NotificationKind.CLAIM_UNANSWERED) == ["operator@fictional.example"]
    (told_of,) = Notification.objects.all()
    assert told_of.path == f"/staff/factcheck/claims/{claim.public_id}/"
    assert "XA, de, routine" in told_of.title


def test_operators_see_what_nobody_took(arcadia: ElectionCenter) -> None:
    given_claim(text="Ohne jemanden")
    given_desk()
    given_claim(text="Mit jemandem")
    client = client_of(given_member(Role.OPERATOR, email="operator@fictional.example"))
    page = client.get("/staff/factcheck/claims/?show=stuck").content.decode()
    assert "Ohne jemanden" in page
    assert "Mit jemandem" not in page


def test_whoever_takes_it_has_it_until_it_is_due(arcadia: ElectionCenter, time: Clock) -> None:
    partner, other = given_desk("A Desk"), given_desk("B Desk")
    user = given_checker(partner)
    claim = given_claim()
    offer = offer_accept(claim=claim, partner=partner, by=user)
    assert (offer.accepted_by, offer.answer_by) == (user, claim.due_at)
    assert told(NotificationKind.CLAIM_OFFERED) == []
    time.later(hours=1)
    assert offer_accept(claim=claim, partner=partner, by=user).accepted_at == NOW, "once is enough"
    time.later(hours=46)
    assert claims_route() == 0
    with pytest.raises(OfferGoneError):
        offer_accept(claim=claim, partner=other, by=None)
    time.later(hours=1)
    claims_route()
    assert went(claim) == [("A Desk", "silent")]
    assert live(claim) == [("B Desk", "next")]


def test_late_acceptance_leaves_time_to_look(arcadia: ElectionCenter, time: Clock) -> None:
    partner = given_desk()
    claim = given_claim()
    Claim.objects.filter(pk=claim.pk).update(due_at=NOW + dt.timedelta(minutes=10))
    time.later(minutes=5)
    offer = offer_accept(claim=claim, partner=partner, by=None)
    assert offer.answer_by == time.now + ACCEPT_LIMITS[Urgency.ROUTINE]


def test_of_all_who_were_asked_one_takes_it(arcadia: ElectionCenter, time: Clock) -> None:
    for letter in "ABC":
        given_hours(given_desk(f"{letter} Desk"), EVERY_DAY)
    claim = given_claim()
    for _ in range(2):
        time.later(hours=8)
        claims_route()
    taker = FactCheckPartner.objects.get(organisation__name="C Desk")
    offer_accept(claim=claim, partner=taker, by=None)
    assert live(claim) == [("C Desk", "all")]
    assert went(claim)[2:] == [("A Desk", "taken"), ("B Desk", "taken")]
    with pytest.raises(OfferGoneError, match="another partner took it"):
        offer_decline(
            claim=claim, partner=FactCheckPartner.objects.get(organisation__name="A Desk"), by=None, reason="Late."
        )


def test_partner_passes_it_on_by_name_with_a_note(arcadia: ElectionCenter) -> None:
    one, other = given_desk("A Desk"), given_desk("Z Desk")
    abroad = given_desk("Abroad", countries=["xb"])
    user = given_checker(one)
    given_checker(other, name="zoe")
    claim = given_claim()
    for to, note in ((other, " "), (abroad, "Yours?"), (one, "Mine?")):
        with pytest.raises(ValidationError):
            offer_pass_on(claim=claim, partner=one, to=to, by=user, note=note)
    assert live(claim) == [("A Desk", "first")], "nothing was changed"
    offer_pass_on(claim=claim, partner=one, to=other, by=user, note="You wrote of it in May.")
    assert live(claim) == [("Z Desk", "handed_over")]
    before, now = ClaimOffer.objects.order_by("pk")
    assert (before.ended_as, before.ended_because, before.ended_by) == (
        OfferEnd.PASSED_ON, "You wrote of it in May.", user,
    )  # fmt: skip
    assert (now.note, now.offered_by) == ("You wrote of it in May.", user)
    assert told(NotificationKind.CLAIM_OFFERED) == ["zoe@checkers.example"]


def test_operator_brings_it_to_somebody_by_name_and_it_comes_back(arcadia: ElectionCenter, time: Clock) -> None:
    partner = given_desk("Reads French", languages=["fr"])
    operator = given_member(Role.OPERATOR, email="operator@fictional.example")
    claim = given_claim()
    assert live(claim) == [("operators", "operators")]
    with pytest.raises(PermissionDenied):
        claim_hand_over(claim=claim, to=partner, by=given_checker(partner), note="Mine.")
    claim_hand_over(claim=claim, to=partner, by=operator, note="You have a colleague who reads German.")
    assert live(claim) == [("Reads French", "handed_over")]
    assert told(NotificationKind.CLAIM_UNANSWERED) == []
    time.later(hours=8)
    claims_route()
    assert live(claim) == [("operators", "operators")]
    assert told(NotificationKind.CLAIM_UNANSWERED) == ["operator@fictional.example"]
    assert went(claim) == [("operators", "passed_on"), ("Reads French", "silent")]


def test_assessment_ends_what_was_offered_and_withdrawal_begins_anew(arcadia: ElectionCenter, time: Clock) -> None:
    one, other = given_desk("A Desk"), given_desk("B Desk")
    user, second = given_checker(one), given_checker(other, name="bea")
    claim = given_claim()
    given = assessment_give(claim=claim, partner=other, by=second, finding=FINDING, seen=0)
    assert went(claim) == [("A Desk", "elsewhere")]
    assert claims_route() == 0
    with pytest.raises(OfferGoneError):
        offer_accept(claim=claim, partner=one, by=user)
    time.later(hours=1)
    assessment_withdraw(assessment=given, by=second, reason="Our source was wrong.")
    assert claims_route() == 1
    assert live(claim) == [("B Desk", "first")], "who has been asked less recently"
    offer_accept(claim=claim, partner=other, by=second)
    assessment_give(claim=claim, partner=other, by=second, finding=FINDING, seen=0)
    assert went(claim)[-1] == ("B Desk", "assessed")


def test_merged_claim_lies_nowhere_and_parted_again_goes_to_somebody(arcadia: ElectionCenter, time: Clock) -> None:
    given_desk()
    claim, original = given_claim(), given_claim(text="Das Register ist ja geschlossen.")
    claim_merge(claim=claim, into=original, by=None)
    assert live(claim) == []
    assert claims_route() == 0
    claim_part(claim=claim, by=None)
    time.later(seconds=1)
    assert claims_route() == 1
    assert live(claim) == [("Fablonia Fact Desk", "first")]


def test_claims_of_before_are_brought_to_somebody(arcadia: ElectionCenter) -> None:
    claim = given_claim()
    ClaimOffer.objects.all().delete()
    given_desk()
    assert claims_route() == 1
    assert live(claim) == [("Fablonia Fact Desk", "first")]


def test_one_claim_that_fails_keeps_no_other_from_going_on(
    arcadia: ElectionCenter, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.db import DatabaseError

    from factcheck.services import claim_route as module

    given_desk()
    bad, good = given_claim(), given_claim(text="Eine andere")
    ClaimOffer.objects.all().delete()
    route = module.claim_route

    def failing(*, claim: Claim) -> None:
        if claim.pk == bad.pk:
            raise DatabaseError("fictional")
        route(claim=claim)

    monkeypatch.setattr(module, "claim_route", failing)
    assert claims_route() == 1
    assert (live(bad), len(live(good))) == ([], 1)


def test_partners_system_takes_passes_on_and_declines(arcadia: ElectionCenter) -> None:
    one, other = given_desk("A Desk"), given_desk("Z Desk")
    first, second = given_caller(one), given_caller(other)
    claim = given_claim()
    offer = first.answer(claim, answer="accept").json()["offer"]
    assert (offer["step"], offer["accepted_at"]) == ("first", "2031-06-04T12:00:00Z")
    assert first.answer(claim, answer="accept").status_code == HTTPStatus.OK
    assert second.answer(claim, answer="accept").status_code == HTTPStatus.CONFLICT
    for sent, field in (
        ({"answer": "maybe"}, "answer"),
        ({"answer": "decline"}, "reason"),
        ({"answer": "pass_on", "reason": "Yours.", "to": "nobody"}, "to"),
        ({"answer": "pass_on", "reason": "Mine.", "to": one.organisation.key}, "to"),
        ({"answer": "pass_on", "reason": "", "to": other.organisation.key}, "reason"),
    ):
        answer = first.answer(claim, **sent)
        assert answer.status_code == HTTPStatus.BAD_REQUEST
        assert [error["field"] for error in answer.json()["errors"]] == [field]
    passed = first.answer(claim, answer="pass_on", reason="You wrote of it.", to=other.organisation.key)
    assert passed.json()["offer"] is None
    got = second.get(state="offered").json()["results"][0]["offer"]
    assert (got["step"], got["note"]) == ("handed_over", "You wrote of it.")
    assert second.answer(claim, answer="decline", reason="No time.").status_code == HTTPStatus.OK
    assert live(claim) == [("operators", "operators")]
    assert first.assess(claim, SENT).status_code == HTTPStatus.CREATED
    assert live(claim) == []


def test_desk_takes_passes_on_and_declines_in_the_browser(arcadia: ElectionCenter, time: Clock) -> None:
    one, other = given_desk("A Desk"), given_desk("Z Desk")
    client, second = client_of(given_checker(one)), client_of(given_checker(other, name="zoe"))
    claim = given_claim()
    page = f"/staff/factcheck/claims/{claim.public_id}/"
    assert "It lies with A Desk (first choice)" in client.get(page).content.decode()
    assert "take it, pass it on or decline" not in second.get(page).content.decode()
    queue = client.get("/staff/factcheck/claims/?show=ours").content.decode()
    assert "Das Register ist geschlossen." in queue
    assert "asked until 4 Jun, 20:00" in queue
    assert "Das Register" not in second.get("/staff/factcheck/claims/?show=ours").content.decode()
    answer = client.post(f"{page}take/{one.pk}/", follow=True)
    assert "It is yours: say what you found by 6 June, 12:00 UTC." in answer.content.decode()
    late = second.post(f"{page}take/{other.pk}/", follow=True)
    assert "The claim does not lie with Z Desk." in late.content.decode()
    form = f"{page}pass-on/{one.pk}/"
    assert client.post(form, {"to": "", "note": ""}).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert client.post(form, {"to": one.pk, "note": "x"}).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    client.post(form, {"to": other.pk, "note": "You <b>know</b> it."})
    assert "You &lt;b&gt;know&lt;/b&gt; it." in second.get(page).content.decode()
    declined = f"{page}decline/{other.pk}/"
    assert second.post(declined, {"reason": ""}).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    time.later(minutes=1)
    second.post(declined, {"reason": "Nobody reads it."})
    assert "Nobody took it" in client.get("/staff/factcheck/claims/").content.decode().replace("nobody", "Nobody")
    operator = client_of(given_member(Role.OPERATOR, email="operator@fictional.example"))
    assert "Nobody reads it." in operator.get(page).content.decode()
    over = f"{page}hand-over/"
    assert operator.post(over, {"to": one.pk, "note": ""}).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    operator.post(over, {"to": one.pk, "note": "Please, once more."})
    assert live(claim) == [("A Desk", "handed_over")]
    assert client.post(over, {"to": one.pk, "note": "x"}).status_code == HTTPStatus.FORBIDDEN


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_ask_nobody_twice(arcadia: ElectionCenter) -> None:
    given_hours(given_desk("A Desk", capacity=2), EVERY_DAY)
    given_hours(given_desk("B Desk", capacity=2), EVERY_DAY)
    claims = [given_claim(text=f"Behauptung {number}") for number in range(5)]
    ClaimOffer.objects.all().delete()
    failed: list[Any] = []

    def work() -> None:
        try:
            claims_route()
        except Exception as error:
            failed.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert not failed
    by_step = [step for claim in claims for _, step in live(claim)]
    assert by_step.count(Step.FIRST) == 4, "two desks with room for two each"
    assert by_step.count(Step.ALL) == 2, "and everybody for the fifth"
    assert CoverPlan.objects.count() == 2
