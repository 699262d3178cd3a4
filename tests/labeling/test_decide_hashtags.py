"""Rising hashtags in the workspace: shown where one may decide, accepted into a draft, dismissed."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import pytest

from accounts.models import Role
from centers.models import Jurisdiction
from labeling.models import EmergingState, Ruleset, RulesetStatus
from tests.factories import JurisdictionFactory
from tests.labeling.sets import given_rising, given_ruleset
from tests.members import client_of, given_member

pytestmark = pytest.mark.django_db

PATH = "/staff/labeling/hashtags/"


@pytest.fixture
def place() -> Jurisdiction:
    given_ruleset(RulesetStatus.LIVE)
    return JurisdictionFactory.create()


def test_moderator_sees_what_rises_at_their_places_only(
    place: Jurisdiction, django_assert_max_num_queries: Any
) -> None:
    for number in range(30):
        given_rising(place, f"tag{number}")
    given_rising(JurisdictionFactory.create(code="xb"), "elsewhere")
    client = client_of(given_member(Role.MODERATOR, place))
    with django_assert_max_num_queries(12):
        page = client.get(PATH).content.decode()
    assert page.count("data-row") == 25
    assert "elsewhere" not in page
    assert 'data-press="a"' in page


def test_hashtag_is_accepted_into_a_draft(place: Jurisdiction) -> None:
    hashtag = given_rising(place)
    client = client_of(given_member(Role.MODERATOR))
    answer = client.post(f"{PATH}{hashtag.pk}/decide/", {"decision": "accept", "reason": "early election"}, follow=True)
    hashtag.refresh_from_db()
    draft = Ruleset.objects.get(status=RulesetStatus.DRAFT)
    assert (hashtag.state, hashtag.ruleset) == (EmergingState.ACCEPTED, draft)
    assert draft.rules.filter(pattern="neuwahl", ambiguous=True).exists()
    assert f"in the draft {draft}" in answer.content.decode()
    assert "Nothing waits for you." in answer.content.decode()


def test_hashtag_is_dismissed_with_a_reason_and_once(place: Jurisdiction) -> None:
    hashtag = given_rising(place)
    client = client_of(given_member(Role.MODERATOR))
    path = f"{PATH}{hashtag.pk}/decide/"
    assert "say why" in client.post(path, {"decision": "dismiss", "reason": ""}, follow=True).content.decode()
    client.post(path, {"decision": "dismiss", "reason": "a song"})
    hashtag.refresh_from_db()
    assert (hashtag.state, hashtag.reason) == (EmergingState.DISMISSED, "a song")
    again = client.post(path, {"decision": "accept", "reason": "no"}, follow=True)
    assert again.status_code == HTTPStatus.OK
    assert "was dismissed already" in again.content.decode()
