"""Who may do what: a stranger, the wrong role, the right role, here and elsewhere."""

from __future__ import annotations

import pytest
from django.db import IntegrityError

from accounts.models import Membership, Organisation, Role, User
from accounts.permissions import GRANTS
from centers.models import ElectionCenter, Jurisdiction

pytestmark = pytest.mark.django_db


@pytest.fixture
def union() -> Jurisdiction:
    return Jurisdiction.objects.create(
        ocd_id="ocd-division/region:zz", code="zz", level="union", name_en="Fictional Union",
        languages=["en"], time_zones=["UTC"],
    )  # fmt: skip


@pytest.fixture
def states(union: Jurisdiction) -> list[Jurisdiction]:
    return [
        Jurisdiction.objects.create(
            ocd_id=f"ocd-division/country:{code}", code=code, level="country", name_en=f"Fictional {code}",
            languages=["en"], time_zones=["UTC"], parent=union,
        )
        for code in ("xa", "xb")
    ]  # fmt: skip


@pytest.fixture
def organisation() -> Organisation:
    return Organisation.objects.create(
        key="fictional", kind="electoral_authority", name="Fictional Commission", name_en="Fictional Commission"
    )


@pytest.fixture
def user() -> User:
    return User.objects.create_user("anna@fictional.example", "a long fictional password")


def given_role(user: User, organisation: Organisation, role: Role, place: Jurisdiction | None) -> None:
    Membership.objects.create(user=user, organisation=organisation, role=role, jurisdiction=place)


def test_stranger_may_nothing(user: User, states: list[Jurisdiction]) -> None:
    assert not any(user.has_perm(name, states[0]) for name in GRANTS)
    assert not any(user.has_perm(name) for name in GRANTS)


@pytest.mark.parametrize("role", Role)
def test_role_may_exactly_what_it_is_granted(
    user: User, organisation: Organisation, states: list[Jurisdiction], role: Role
) -> None:
    given_role(user, organisation, role, states[0])
    for name, roles in GRANTS.items():
        assert user.has_perm(name, states[0]) is (role in roles), name


def test_role_ends_at_the_border(user: User, organisation: Organisation, states: list[Jurisdiction]) -> None:
    given_role(user, organisation, Role.PUBLISHER, states[0])
    assert user.has_perm("centers.publish_center", states[0])
    assert not user.has_perm("centers.publish_center", states[1])
    assert not user.has_perm("centers.publish_center", states[0].parent)


def test_role_holds_below_and_for_records_of_the_place(
    user: User, organisation: Organisation, union: Jurisdiction, states: list[Jurisdiction]
) -> None:
    given_role(user, organisation, Role.PUBLISHER, union)
    center = ElectionCenter.objects.create(jurisdiction=states[1])
    assert user.has_perm("centers.publish_center", states[1])
    assert user.has_perm("centers.publish_center", center)


def test_role_without_place_holds_everywhere(
    user: User, organisation: Organisation, states: list[Jurisdiction]
) -> None:
    given_role(user, organisation, Role.MODERATOR, None)
    assert user.has_perm("labeling.review_label", states[1])
    assert not user.has_perm("centers.publish_center", states[1])


def test_what_concerns_all_places_takes_a_role_for_all_of_them(
    user: User, organisation: Organisation, states: list[Jurisdiction]
) -> None:
    given_role(user, organisation, Role.OPERATOR, states[0])
    assert user.has_perm("labeling.draft_rules")
    assert not user.has_perm("labeling.release_rules")
    given_role(user, organisation, Role.OPERATOR, None)
    assert User.objects.get(pk=user.pk).has_perm("labeling.release_rules")


def test_inactive_user_and_unknown_permission_are_denied(
    user: User, organisation: Organisation, states: list[Jurisdiction]
) -> None:
    given_role(user, organisation, Role.PUBLISHER, None)
    assert not user.has_perm("centers.erase_history", states[0])
    user.is_active = False
    assert not user.has_perm("centers.publish_center", states[0])


def test_address_differing_in_case_is_refused(user: User) -> None:
    with pytest.raises(IntegrityError):
        User(email="ANNA@fictional.example").save()


def test_membership_is_held_once(user: User, organisation: Organisation) -> None:
    given_role(user, organisation, Role.CURATOR, None)
    with pytest.raises(IntegrityError):
        given_role(user, organisation, Role.CURATOR, None)


def test_user_signs_in_with_address_in_any_case(user: User) -> None:
    assert User.objects.get_by_natural_key("Anna@Fictional.Example") == user
