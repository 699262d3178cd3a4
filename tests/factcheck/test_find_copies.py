"""Claims that say nearly the same: found, merged by a person, parted again."""

from __future__ import annotations

from http import HTTPStatus

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from accounts.models import Role
from centers.models import ElectionCenter
from factcheck.models import Claim, Origin
from factcheck.services.assessment_give import Finding, assessing_partners, assessment_give
from factcheck.services.claim_merge import claim_merge, claim_part, claims_alike
from factcheck.services.claim_open import claim_open
from factcheck.similar import PROPOSE_FROM, bands, likeness, normalised
from tests.factcheck.partners import given_checker, given_partner
from tests.factories import JurisdictionFactory
from tests.members import client_of, given_member

GERMAN = "In Fablonien wurden 40.000 Stimmzettel in einem Wald gefunden, alle für dieselbe Partei!"
FINDING = Finding("false", "There is no forest.", "de", "https://desk.example/a")

ALIKE = [
    (GERMAN, "in fablonien wurden 40.000 stimmzettel in einem WALD gefunden… alle für dieselbe Partei 😱😱 https://x.example/1"),
    ("Το μητρώο έκλεισε χθες για όλους τους ψηφοφόρους", "ΤΟ ΜΗΤΡΩΟ ΕΚΛΕΙΣΕ ΧΘΕΣ για όλους τους ψηφοφόρους!!!"),
    ("Избирателните секции затварят в 15 часа този път", "избирателните секции затварят в 15 часа, този път"),
    ("کل تمام پولنگ اسٹیشن دوپہر تین بجے بند ہو جائیں گے", "کل تمام پولنگ اسٹیشن دوپہر تین بجے بند ہو جائیں گے۔۔۔"),
    ("Post votes are not counted unless the result is close", "Post votes AREN’T counted unless the result is close"),
]  # fmt: skip
OTHER = [
    (GERMAN, "In Fablonien wurde ein neuer Wald gepflanzt, alle Parteien waren eingeladen."),
    ("Post votes are not counted", "The polling stations close at three"),
    (GERMAN, "😱😱😱"),
    ("", ""),
]


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_near_duplicates_are_found_in_every_script(one: str, other: str) -> None:
    assert likeness(one, other) >= PROPOSE_FROM
    assert set(bands(one)) & set(bands(other))


@pytest.mark.parametrize(("one", "other"), OTHER)
def test_other_claims_are_not_alike(one: str, other: str) -> None:
    assert likeness(one, other) < PROPOSE_FROM


def test_text_is_normalised_to_letters_and_digits() -> None:
    assert normalised("  Ñandú, ÉTÉ\u200b 2031!! https://x.example/a?b ") == "nandu ete 2031"
    assert bands("😱 https://x.example/") == []
    assert len(bands("a")) == 16
    # Stored numbers must stay what they are, whatever the process.
    assert bands("Fablonia votes")[:2] == bands("fablonia  VOTES!")[:2]
    assert all(-(2**63) <= band < 2**63 for band in bands(GERMAN))


def given_claim(text: str, countries: tuple[str, ...] = ("xa",)) -> Claim:
    return claim_open(by=None, origin=Origin.PARTNER, text=text, language="de", countries=countries)


@pytest.mark.django_db
def test_copy_waits_with_the_claim_it_is_a_copy_of(arcadia: ElectionCenter) -> None:
    JurisdictionFactory(code="xb")
    first, copy = given_claim(ALIKE[0][0]), given_claim(ALIKE[0][1], ("xb",))
    given_claim(OTHER[0][1])
    assert [(one.claim, one.percent >= 50) for one in claims_alike(copy)] == [(first, True)]
    claim_merge(claim=copy, into=first, by=None)
    first.refresh_from_db()
    copy.refresh_from_db()
    assert first.countries == ["xa", "xb"]
    assert copy not in Claim.objects.waiting()
    assert claims_alike(first) == []
    partner = given_partner(countries=["xb"])
    checker = given_checker(partner)
    assert assessing_partners(checker, copy) == []
    assert assessing_partners(checker, Claim.objects.get(pk=first.pk)) == [partner]
    claim_part(claim=copy, by=None)
    assert copy in Claim.objects.waiting()


@pytest.mark.django_db
def test_merge_is_refused_when_it_would_hide_a_finding_or_chain_copies(arcadia: ElectionCenter) -> None:
    first, second, third = (given_claim(f"{GERMAN} {number}") for number in range(3))
    partner = given_partner()
    assessment_give(claim=second, partner=partner, by=given_checker(partner), finding=FINDING, seen=0)
    with pytest.raises(ValidationError, match="assessed"):
        claim_merge(claim=second, into=first, by=None)
    claim_merge(claim=third, into=first, by=None)
    for claim, into in ((third, second), (second, third), (first, first)):
        with pytest.raises(ValidationError, match="already"):
            claim_merge(claim=claim, into=into, by=None)
    claim_merge(claim=first, into=second, by=None)
    assert set(second.copies.all()) == {first, third}


@pytest.mark.django_db
def test_merge_takes_the_right_in_both_places(arcadia: ElectionCenter) -> None:
    JurisdictionFactory(code="xb")
    first, copy = given_claim(GERMAN), given_claim(GERMAN, ("xb",))
    moderator = given_member(Role.MODERATOR, arcadia.jurisdiction)
    with pytest.raises(PermissionDenied):
        claim_merge(claim=copy, into=first, by=moderator)
    with pytest.raises(PermissionDenied):
        claim_part(claim=copy, by=moderator)


@pytest.mark.django_db
def test_copies_are_made_and_parted_in_the_browser(arcadia: ElectionCenter) -> None:
    first, copy = given_claim(GERMAN), given_claim(ALIKE[0][1])
    partner = given_partner()
    assessment_give(claim=first, partner=partner, by=given_checker(partner), finding=FINDING, seen=0)
    client = client_of(given_member(Role.MODERATOR))
    url = f"/staff/factcheck/claims/{copy.public_id}/"
    assert "Is it one of these?" in client.get(url).content.decode()
    answer = client.post(f"{url}same/", {"into": str(first.public_id)}, follow=True)
    assert "Also said as" in answer.content.decode()
    page = client.get(url).content.decode()
    assert "There is no forest." in page
    assert "This is a copy of" in page
    client.post(f"{url}same/", {"into": ""})
    assert "This is a copy of" not in client.get(url).content.decode()
    for wrong in ("nothing", str(copy.public_id), "00000000-0000-0000-0000-000000000000"):
        answer = client.post(f"{url}same/", {"into": wrong}, follow=True)
        assert answer.status_code == HTTPStatus.OK
        assert "message-error" in answer.content.decode()
