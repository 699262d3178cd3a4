"""Claims that partners' own systems bring."""

from __future__ import annotations

import threading
from http import HTTPStatus
from typing import Any

import pytest
from django.db import connections

from accounts.models.organisation import Vetting
from centers.models import ElectionCenter
from factcheck.models import Claim, FactCheckPartner
from factcheck.services.claim_merge import claim_merge
from tests.factcheck.claims import CLAIMS, Caller, given_caller, given_claim
from tests.factcheck.partners import EVERY_DAY, given_desk, given_hours
from tests.factories import JurisdictionFactory

pytestmark = pytest.mark.django_db
SAID: dict[str, Any] = {"text": "Das Register ist geschlossen.", "language": "de", "countries": ["xa"]}


@pytest.fixture
def partner(arcadia: ElectionCenter) -> FactCheckPartner:
    return given_desk("Z Desk")


@pytest.fixture
def caller(partner: FactCheckPartner) -> Caller:
    return given_caller(partner)


def bring(caller: Caller, name: str = "", **more: Any) -> Any:
    return caller.send("POST", CLAIMS, {**SAID, **more}, name=name)


def test_claim_is_brought_and_comes_to_the_partner_first(caller: Caller, partner: FactCheckPartner) -> None:
    given_hours(given_desk("A Desk"), EVERY_DAY)
    answer = bring(caller, seen_at="https://clips.example/1")
    assert answer.status_code == HTTPStatus.CREATED
    claim = Claim.objects.get()
    assert answer["Location"] == f"{CLAIMS}{claim.public_id}/"
    assert caller.get(answer["Location"]).json() == answer.json()
    assert (claim.origin, claim.brought_by, claim.opened_by) == ("partner", partner, None)
    assert answer.json()["offer"]["step"] == "first", (
        "though somebody else is on duty, and this one's hours are unknown"
    )


def test_claim_brought_twice_is_one(caller: Caller) -> None:
    first = bring(caller).json()
    for again in (bring(caller), bring(caller, text=f" {SAID['text']}  "), bring(caller, seen_at="https://x.example/")):
        assert again.status_code == HTTPStatus.OK
        assert again.json()["id"] == first["id"]
    assert bring(caller, text="Etwas anderes.").status_code == HTTPStatus.CREATED
    assert Claim.objects.count() == 2
    other = given_caller(given_desk("Other Desk"))
    assert bring(other).status_code == HTTPStatus.CREATED, "what two partners bring, people may merge"


def test_name_belongs_to_one_claim(caller: Caller, arcadia: ElectionCenter) -> None:
    claim = bring(caller, name="c-1").json()
    assert bring(caller, name="c-1").json()["id"] == claim["id"]
    used = bring(caller, name="c-1", text="Etwas anderes.")
    assert used.status_code == HTTPStatus.CONFLICT
    assert used.json()["type"].endswith("idempotency-key-reused")
    assert bring(caller, name="c-2").json()["id"] != claim["id"], "another name is another claim"
    # A copy from elsewhere adds its countries; it is the same claim still.
    JurisdictionFactory(code="xb")
    kept = Claim.objects.get(public_id=claim["id"])
    claim_merge(claim=given_claim(text="Kopie", countries=["xb"]), into=kept, by=None)
    assert bring(caller, name="c-1").status_code == HTTPStatus.OK


@pytest.mark.parametrize(
    ("more", "fields"),
    [
        ({"text": " "}, {"text"}),
        ({"text": "x" * 2001, "language": "xx"}, {"text", "language"}),
        ({"countries": []}, {"countries"}),
        ({"countries": ["xb"]}, {"countries"}),
        ({"countries": "xa"}, {"countries"}),
        ({"seen_at": "file:///etc/passwd"}, {"seen_at"}),
        ({"seen_at": "https://"}, {"seen_at"}),
        ({"origin": "operator"}, {"body"}),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_kept(caller: Caller, more: dict[str, Any], fields: set[str]) -> None:
    answer = bring(caller, **more)
    assert answer.status_code == HTTPStatus.BAD_REQUEST
    assert {one["field"] for one in answer.json()["errors"]} == fields
    assert not Claim.objects.exists()


def test_place_the_portal_does_not_know_is_named(arcadia: ElectionCenter) -> None:
    caller = given_caller(given_desk(countries=["xa", "zz"]))
    answer = bring(caller, countries=["zz"])
    assert answer.json()["errors"] == [{"field": "countries", "reason": "There is no place zz."}]


def test_suspended_partner_brings_nothing(caller: Caller, partner: FactCheckPartner) -> None:
    partner.organisation.vetting = Vetting.SUSPENDED
    partner.organisation.save()
    assert bring(caller).status_code == HTTPStatus.FORBIDDEN
    assert not Claim.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_claim_comes(arcadia: ElectionCenter) -> None:
    caller = given_caller(given_desk())
    statuses: list[int] = []
    barrier = threading.Barrier(4)

    def work() -> None:
        barrier.wait(10)
        statuses.append(bring(caller).status_code)
        connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(statuses) == [HTTPStatus.OK] * 3 + [HTTPStatus.CREATED]
    assert Claim.objects.count() == 1
