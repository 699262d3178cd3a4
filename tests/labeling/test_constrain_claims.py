"""What the database refuses of matches, of what labels rest on, and of searches, whoever writes them."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from centers.models import Jurisdiction
from labeling.models import ClaimMatch, ClaimSearch, Label, LabelBasis, SearchCursor
from tests.labeling.claims import POST, decided, found, given_claim, given_desk, given_match
from tests.labeling.outside import given_item, given_label
from tests.labeling.tasks import given_moderator

pytestmark = pytest.mark.django_db


@pytest.fixture
def match(here: Jurisdiction) -> ClaimMatch:
    """One that a moderator confirmed, with the label that rests on it."""
    claim, item = given_claim(here), given_item(text=POST)
    found(claim, given_desk(here))
    made = given_match(claim, item)
    decided(item, given_moderator(here))
    made.refresh_from_db()
    return made


@pytest.mark.parametrize(
    ("changed", "constraint"),
    [
        ({"how": "hunch"}, "claim_match_how_is_known"),
        ({"state": "guessed"}, "claim_match_state_is_known"),
        ({"likeness": 1.1}, "claim_match_likeness_is_a_share"),
        ({"decision": None}, "claim_match_is_decided_by_people"),
        ({"state": "proposed"}, "claim_match_is_decided_by_people"),
    ],
)
def test_match_is_refused(match: ClaimMatch, changed: dict[str, Any], constraint: str) -> None:
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        ClaimMatch.objects.update(**changed)


def test_match_is_found_once(match: ClaimMatch) -> None:
    twin = ClaimMatch(claim=match.claim, item=match.item, how="text", found_at=timezone.now())
    with pytest.raises(IntegrityError, match="claim_match_is_found_once"), transaction.atomic():
        twin.save()


@pytest.mark.parametrize(
    ("changed", "constraint"),
    [({"reason": ""}, "label_basis_has_a_reason"), ({"ended_by": True}, "label_basis_ended_says_when")],
)
def test_basis_is_refused(match: ClaimMatch, changed: dict[str, Any], constraint: str) -> None:
    if "ended_by" in changed:
        changed = {"ended_by": match.decision}
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        LabelBasis.objects.update(**changed)


def test_basis_stands_once(match: ClaimMatch) -> None:
    basis = LabelBasis.objects.get()
    basis.pk = None
    with pytest.raises(IntegrityError, match="label_basis_stands_once"), transaction.atomic():
        basis.save()


def test_only_what_is_not_verified_says_what_was_found(here: Jurisdiction) -> None:
    given_label(here)
    with pytest.raises(IntegrityError, match="label_finding_is_of_unverified"), transaction.atomic():
        Label.objects.update(finding={"reason": "rated-false"})


def test_search_begins_at_the_beginning(match: ClaimMatch) -> None:
    search = ClaimSearch(claim=match.claim, signs="x", after_item=-1, until_item=1, noticed_at=timezone.now())
    with pytest.raises(IntegrityError, match="claim_search_begins_at_the_beginning"), transaction.atomic():
        search.save()


@pytest.mark.django_db
def test_cursor_is_known() -> None:
    with pytest.raises(IntegrityError, match="search_cursor_is_known"), transaction.atomic():
        SearchCursor.objects.create(name="other")
