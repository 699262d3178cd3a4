"""Who gets through which door: every address of the workspace, the administration and the API's writes × every role.

The addresses come from the URL configuration. A new one without an entry in `DOORS` fails the first test; the entry
says which permission it takes, and for whose record it is asked.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts.gate import OPEN, OWN, SET_UP
from accounts.models import Membership, Role, User
from accounts.permissions import EVERYWHERE, GRANTS
from centers.models import Jurisdiction
from tests.doors import DOORS, Door
from tests.factories import JurisdictionFactory
from tests.members import client_of, given_factor, given_member

pytestmark = pytest.mark.django_db

LOGIN = "/staff/account/login/"
#: What a view asks of strangers' programs instead of a session.
API_WRITES = {
    "api-content",
    "api-declaration",
    "api-factcheck-assessment",
    "api-factcheck-claims",
    "api-factcheck-hours",
    "api-factcheck-offer",
    "api-factcheck-withdrawal",
    "api-literacy-views",
    "api-provenance",
    "api-reports",
}
WRITES = {"post", "put", "patch", "delete"}
REFUSED = {HTTPStatus.FORBIDDEN, HTTPStatus.UNAUTHORIZED, HTTPStatus.METHOD_NOT_ALLOWED}


@dataclass(frozen=True)
class Address:
    """One entry of the URL configuration."""

    name: str
    route: str
    pattern: URLPattern
    arguments: frozenset[str]

    def url(self, **given: Any) -> str:
        """With `given`, and a 1 for every other argument."""
        arguments = dict.fromkeys(self.arguments, 1) | given
        return reverse(self.name, kwargs=arguments) if self.name else self.route


def addresses(
    resolver: URLResolver | None = None, route: str = "/", space: str = "", arguments: frozenset[str] = frozenset()
) -> Iterator[Address]:
    """All of them."""
    for one in (resolver or get_resolver()).url_patterns:
        path, taken = route + str(one.pattern), arguments | set(one.pattern.converters)
        if isinstance(one, URLResolver):
            yield from addresses(one, path, space + (f"{one.namespace}:" if one.namespace else ""), taken)
        else:
            yield Address(f"{space}{one.name}" if one.name else "", path, one, taken)


def under(prefix: str) -> list[Address]:
    return [one for one in addresses() if one.route.startswith(prefix)]


@pytest.fixture
def place() -> Jurisdiction:
    return JurisdictionFactory.create()


@pytest.fixture
def elsewhere() -> Jurisdiction:
    return JurisdictionFactory.create(code="xb")


def test_every_address_of_the_workspace_has_an_entry() -> None:
    names = {one.name for one in under("/staff/")}
    assert names == OPEN | SET_UP | OWN | set(DOORS)
    assert set(DOORS).isdisjoint(OPEN | SET_UP | OWN)
    assert {door.permission for door in DOORS.values()} | {door.to_post for door in DOORS.values()} <= {*GRANTS, ""}


def test_stranger_is_led_to_sign_in_from_every_door(client: Client, place: Jurisdiction) -> None:
    for name, door in DOORS.items():
        for send in (client.get, client.post):
            answer = send(door_url(name, door, place, None))
            assert answer.status_code == HTTPStatus.FOUND, name
            assert answer["Location"].startswith(LOGIN), name
    for name in SET_UP | OWN:
        answer = client.get(next(one for one in under("/staff/") if one.name == name).url())
        assert answer["Location"].startswith(LOGIN), name


def test_member_without_second_factor_opens_no_door(place: Jurisdiction) -> None:
    member = given_member(is_staff=True, is_superuser=True)
    client = Client()
    client.force_login(member)
    given_factor(member)
    for name, door in DOORS.items():
        for send in (client.get, client.post):
            assert send(door_url(name, door, place, member))["Location"] == "/staff/account/factors/", name
    assert client.get("/admin/")["Location"] == "/staff/account/factors/"


@pytest.mark.parametrize("is_everywhere", [False, True], ids=["here", "everywhere"])
@pytest.mark.parametrize("role", Role)
def test_doors_open_to_whom_they_should(
    role: Role, is_everywhere: bool, place: Jurisdiction, elsewhere: Jurisdiction
) -> None:
    member = given_member(role, None if is_everywhere else place)
    client = client_of(member)
    wrong = []
    for name, door in DOORS.items():
        for method in ("get", "post"):
            permission = door.to_post if method == "post" and door.to_post else door.permission
            for where in (place, elsewhere) if door.target else (place,):
                is_granted = role in GRANTS[permission]
                if door.target:
                    is_granted &= is_everywhere or where == place
                elif permission in EVERYWHERE:
                    is_granted &= is_everywhere
                answer = getattr(client, method)(door_url(name, door, where, member))
                if (answer.status_code != HTTPStatus.FORBIDDEN) is not is_granted:
                    wrong.append((method, name, where.code, answer.status_code))
    assert wrong == []


def test_member_of_another_organisation_does_not_manage_members(place: Jurisdiction) -> None:
    publisher, other = (given_member(Role.PUBLISHER, place, email=f"{name}@fictional.example") for name in ("a", "b"))
    held = Membership.objects.get(user=other)
    assert client_of(publisher).post(f"/staff/members/{held.pk}/remove/").status_code == HTTPStatus.FORBIDDEN
    assert Membership.objects.filter(pk=held.pk).exists()


def test_administrator_opens_every_door(place: Jurisdiction) -> None:
    root = given_member(is_staff=True, is_superuser=True)
    client = client_of(root)
    for name, door in DOORS.items():
        assert client.get(door_url(name, door, place, root)).status_code != HTTPStatus.FORBIDDEN, name


@pytest.mark.parametrize("role", [None, *Role])
def test_administration_is_shut_to_every_role(role: Role | None) -> None:
    client = client_of(given_member(role))
    for one in under("/admin/"):
        path = one.url() if one.name and not one.pattern.pattern.regex.groups else f"/admin/{one.name}/"
        assert client.get(path).status_code == HTTPStatus.FORBIDDEN or one.name == "admin-login", one


def test_writes_of_the_api_have_an_entry_and_take_no_session(place: Jurisdiction) -> None:
    client = client_of(given_member(is_staff=True, is_superuser=True))
    writing = set()
    for one in under("/api/"):
        if WRITES & methods_of(one.pattern.callback):
            writing.add(one.name)
            named = {"claim": uuid.uuid4()} if "claim" in one.arguments else {}
            assert client.post(one.url(**named), b"[]", content_type="application/json").status_code in REFUSED, (
                one.name
            )
    assert writing == API_WRITES


def methods_of(view: Callable[..., Any]) -> set[str]:
    """Lower-case methods a view answers itself."""
    cls = getattr(view, "cls", None) or getattr(view, "view_class", None)
    return {method for method in WRITES if hasattr(cls, method)} if cls else set(getattr(view, "http_methods", ()))


def door_url(name: str, door: Door, place: Jurisdiction, member: User | None) -> str:
    """The address, for a fresh record of `place` where it takes one."""
    return reverse(name, kwargs=door.arguments(place, member))
