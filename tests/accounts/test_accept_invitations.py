"""Invitations by mail: sent, accepted once, void when withdrawn, replaced or late."""

from __future__ import annotations

import datetime as dt
import re
from http import HTTPStatus
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Invitation, Membership, Organisation, Role, User
from centers.models import Jurisdiction
from tests.factories import JurisdictionFactory, OrganisationFactory
from tests.members import client_of, given_member

pytestmark = pytest.mark.django_db

PASSWORD = "a long fictional password"


@pytest.fixture(autouse=True)
def _quick(settings: Settings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def place() -> Jurisdiction:
    return JurisdictionFactory.create()


@pytest.fixture
def publisher(place: Jurisdiction) -> User:
    return given_member(Role.PUBLISHER, place, email="lead@fictional.example")


@pytest.fixture
def organisation(publisher: User) -> Organisation:
    return publisher.memberships_held[0].organisation


def given_invitation(publisher: User, place: Jurisdiction, **more: Any) -> str:
    """Path of the link in the mail."""
    organisation = publisher.memberships_held[0].organisation
    fields = {"email": "new@fictional.example", "organisation": organisation.pk, "role": "curator"}
    answer = client_of(publisher).post("/staff/members/", fields | {"jurisdiction": place.pk} | more)
    assert answer.status_code == HTTPStatus.FOUND, answer.content.decode()
    link = re.search(r"https?://[^/]+(/staff/join/\S+)", mail.outbox[-1].body)
    assert link is not None
    return link[1]


def test_new_member_joins_with_a_password_and_sets_up_a_factor_next(
    client: Client, publisher: User, place: Jurisdiction, organisation: Organisation
) -> None:
    link = given_invitation(publisher, place)
    assert organisation.name in client.get(link).content.decode()

    weak = client.post(link, {"name": "Nora", "password": "short", "again": "short"})
    assert weak.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "at least 12 characters" in weak.content.decode()
    assert not User.objects.filter(email="new@fictional.example").exists()
    joined = client.post(link, {"name": "Nora", "password": PASSWORD, "again": PASSWORD}, follow=True)

    assert joined.redirect_chain[-1][0] == "/staff/account/factors/"
    user = User.objects.get(email="new@fictional.example")
    held = user.memberships.get()
    assert (held.role, held.jurisdiction, held.organisation) == (Role.CURATOR, place, organisation)
    assert not user.is_staff


def test_link_works_once(client: Client, publisher: User, place: Jurisdiction) -> None:
    link = given_invitation(publisher, place)
    client.post(link, {"name": "Nora", "password": PASSWORD, "again": PASSWORD})
    again = Client().post(link, {"name": "Mallory", "password": PASSWORD, "again": PASSWORD})
    assert again.status_code == HTTPStatus.GONE
    assert "accepted already" in again.content.decode()
    assert Membership.objects.filter(role=Role.CURATOR).count() == 1


def test_link_is_void_when_withdrawn_replaced_or_late(client: Client, publisher: User, place: Jurisdiction) -> None:
    old = given_invitation(publisher, place)
    link = given_invitation(publisher, place)
    assert Invitation.objects.count() == 1
    assert client.get(old).status_code == HTTPStatus.GONE
    assert client.get(link).status_code == HTTPStatus.OK

    Invitation.objects.update(expires_at=timezone.now() - dt.timedelta(seconds=1))
    assert "expired" in client.get(link).content.decode()
    link = given_invitation(publisher, place)
    invitation = Invitation.objects.get()
    client_of(publisher).post(f"/staff/invitations/{invitation.public_id}/withdraw/")
    assert "withdrawn" in client.get(link).content.decode()


@pytest.mark.parametrize("token", ["x", "WyJhIiwiYiJd:forged:signature", "a" * 3000])
def test_forged_link_opens_nothing(client: Client, token: str) -> None:
    assert client.get(f"/staff/join/{token}/").status_code == HTTPStatus.GONE


def test_known_member_joins_after_signing_in(client: Client, publisher: User, place: Jurisdiction) -> None:
    member = given_member(email="new@fictional.example")
    link = given_invitation(publisher, place)
    assert "You have an account" in client.get(link).content.decode()
    refused = client.post(link, {"name": "Mallory", "password": PASSWORD, "again": PASSWORD})
    assert not Membership.objects.filter(user=member).exists(), refused

    client_of(member).post(link)

    assert Membership.objects.get(user=member).role == Role.CURATOR


def test_member_cannot_take_anothers_invitation(publisher: User, place: Jurisdiction) -> None:
    stranger = given_member(Role.AUDITOR, email="stranger@fictional.example")
    link = given_invitation(publisher, place)
    assert "who is not invited" in client_of(stranger).post(link).content.decode()
    assert Membership.objects.filter(user=stranger).count() == 1


def test_publisher_invites_only_for_their_organisation_place_and_roles(publisher: User, place: Jurisdiction) -> None:
    foreign, elsewhere = OrganisationFactory.create(), JurisdictionFactory.create(code="xb")
    fields = {
        "email": "new@fictional.example",
        "organisation": publisher.memberships_held[0].organisation_id,
        "role": "curator",
        "jurisdiction": place.pk,
    }
    client = client_of(publisher)
    for wrong in (
        {"organisation": foreign.pk},
        {"jurisdiction": elsewhere.pk},
        {"jurisdiction": ""},
        {"role": "operator"},
    ):
        answer = client.post("/staff/members/", fields | wrong)
        assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY, wrong
        assert f'id="id_{next(iter(wrong))}_error"' in answer.content.decode(), wrong
    assert not Invitation.objects.exists()
    assert mail.outbox == []


def test_role_that_is_held_is_not_invited_to_again(publisher: User, place: Jurisdiction) -> None:
    organisation = publisher.memberships_held[0].organisation
    fields = {"email": "LEAD@fictional.example", "organisation": organisation.pk, "role": "publisher"}
    answer = client_of(publisher).post("/staff/members/", fields | {"jurisdiction": place.pk})
    assert "holds that role already" in answer.content.decode()


def test_nobody_is_invited_when_the_mail_fails(publisher: User, place: Jurisdiction, monkeypatch: Any) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise ConnectionRefusedError("no mail server")

    monkeypatch.setattr("django.core.mail.EmailMessage.send", refuse)
    organisation = publisher.memberships_held[0].organisation
    fields = {"email": "new@fictional.example", "organisation": organisation.pk, "role": "curator"}
    answer = client_of(publisher).post("/staff/members/", fields | {"jurisdiction": place.pk})
    assert "could not be sent" in answer.content.decode()
    assert not Invitation.objects.exists()


def test_role_is_taken_back_after_asking_but_never_ones_own(publisher: User, place: Jurisdiction) -> None:
    organisation = publisher.memberships_held[0].organisation
    colleague = given_member(email="old@fictional.example")
    role = Membership.objects.create(user=colleague, organisation=organisation, role=Role.CURATOR, jurisdiction=place)
    client = client_of(publisher)
    assert "Remove old@fictional.example?" in client.get(f"/staff/members/{role.pk}/remove/").content.decode()
    client.post(f"/staff/members/{role.pk}/remove/")
    assert not Membership.objects.filter(pk=role.pk).exists()

    own = publisher.memberships.get()
    client.post(f"/staff/members/{own.pk}/remove/")
    assert Membership.objects.filter(pk=own.pk).exists()


def test_members_page_is_read_with_few_queries(
    publisher: User, place: Jurisdiction, organisation: Organisation, django_assert_max_num_queries: Any
) -> None:
    for number in range(60):
        user = given_member(email=f"m{number}@fictional.example")
        Membership.objects.create(user=user, organisation=organisation, role=Role.CURATOR, jurisdiction=place)
    client = client_of(publisher)
    with django_assert_max_num_queries(13):
        page = client.get("/staff/members/")
    assert page.content.decode().count("data-row") == 50
