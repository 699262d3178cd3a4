"""A source by its address: looked at by a worker, suggested, proposed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from centers.models import ElectionCenter, PageLook, Proposal
from centers.services.page_look import organisation_of, page_look_run
from tests.centers.links import local_caller
from tests.factories import OrganisationFactory, TrustedSourceFactory
from tests.members import client_of
from tests.servers import Answering, Server, http_server

pytestmark = pytest.mark.django_db

SOURCES = "/staff/centers/xa/sources/"


@pytest.fixture
def server() -> Iterator[Server]:
    with http_server() as running:
        yield running


@pytest.fixture
def desk(curator: User) -> Client:
    return client_of(curator)


def looked(arcadia: ElectionCenter, curator: User, url: str) -> PageLook:
    """A look that a worker has done."""
    look = PageLook.objects.create(
        jurisdiction=arcadia.jurisdiction, asked_by=curator, asked_at=timezone.now(), url=url
    )
    page_look_run(public_id=look.public_id, caller=local_caller())
    look.refresh_from_db()
    return look


def page_of(look: PageLook) -> str:
    return f"{SOURCES}look/{look.public_id}/"


def test_address_is_looked_at_and_proposed_with_what_its_page_says(
    server: Server, arcadia: ElectionCenter, curator: User, desk: Client
) -> None:
    answer = desk.post(SOURCES, {"do": "look", "address": "https://wahl.example.org/neu"})
    look = PageLook.objects.get()
    assert answer["Location"] == page_of(look)
    waiting = desk.get(page_of(look)).content.decode()
    assert 'data-follow="1"' in waiting
    assert "Looking at the page" in waiting

    server.answering = Answering(
        headers={"Content-Type": "text/html"}, body=b"<html lang=de><title>Wahl &lt;b&gt;2031&lt;/b&gt;</title>"
    )
    PageLook.objects.update(url=f"http://wahl.example.org:{server.port}/neu")
    page_look_run(public_id=look.public_id, caller=local_caller())
    PageLook.objects.update(url="https://wahl.example.org/neu")
    page = desk.get(page_of(look))
    suggested = page.context["form"].initial
    own = arcadia.sources.get().organisation
    assert suggested == {"title": "Wahl 2031", "organisation": own.key, "kind": "authority", "languages": "de"}

    form = suggested | {"purposes": ["information"], "reason": "Voters find forms there."}
    assert desk.post(page_of(look), form | {"languages": "klingonisch!"}).status_code == 422
    assert desk.post(page_of(look), form).status_code == 302
    proposal = Proposal.objects.get()
    assert (proposal.record, proposal.action, proposal.source) == (
        "source:xa/new",
        "create",
        "https://wahl.example.org/neu",
    )
    assert proposal.fields["title"] == "Wahl 2031"
    assert proposal.fields["languages"] == ["de"]
    assert arcadia.sources.count() == 1, "nothing is public before somebody else approves"


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("javascript:alert(1)", "full web address"),
        ("data:text/html,hello", "full web address"),
        ("ftp://wahl.example.org/", "full web address"),
        ("https://10.0.0.1/", "inside a network"),
        ("http://169.254.169.254/latest/meta-data/", "inside a network"),
        ("https://[::1]/", "inside a network"),
        ("http://localhost/", "inside a network"),
        ("https://user:secret@wahl.example.org/", "user name"),
        ("https://wahl.example.org:8443/", "without a port"),
        ("https://wahl.example.org/" + "x" * 600, "at most 600"),
        ("wahl", "full web address"),
        ("", "required"),
    ],
)
def test_address_no_voter_should_get_is_refused_beside_the_field(desk: Client, address: str, said: str) -> None:
    answer = desk.post(SOURCES, {"do": "look", "address": address})
    assert answer.status_code == 422
    assert said in " ".join(answer.context["form"].errors["address"])
    assert not PageLook.objects.exists()


def test_source_that_is_there_already_is_not_looked_at(arcadia: ElectionCenter, desk: Client) -> None:
    answer = desk.post(SOURCES, {"do": "look", "address": arcadia.sources.get().url})
    assert "among the sources already" in answer.content.decode()


@pytest.mark.parametrize(
    ("answering", "said"),
    [
        (Answering(status=404), "answers with an error (answered 404)"),
        (Answering(status=302, headers={"Location": "http://10.0.0.1/"}), "not one voters can open"),
        (Answering(status=302, headers={"Location": "/neu"}), "without an end"),
    ],
)
def test_page_that_cannot_be_had_is_told_as_a_sentence(
    server: Server, arcadia: ElectionCenter, curator: User, answering: Answering, said: str
) -> None:
    server.answering = answering
    look = looked(arcadia, curator, f"http://wahl.example.org:{server.port}/neu")
    html = client_of(curator).get(page_of(look)).content.decode()
    assert said in html
    assert "Propose it" not in html
    assert "data-follow" not in html


def test_page_that_shuts_machines_out_is_filled_in_by_hand(
    server: Server, arcadia: ElectionCenter, curator: User, desk: Client
) -> None:
    server.answering = Answering(status=403, body=b"<html lang=en><title>Are you a robot?</title>")
    look = looked(arcadia, curator, f"http://wahl.example.org:{server.port}/")
    assert (look.title, look.languages, look.error) == ("", [], "")
    assert "Propose it" in desk.get(page_of(look)).content.decode()


def test_page_is_looked_at_once(server: Server, arcadia: ElectionCenter, curator: User) -> None:
    look = looked(arcadia, curator, f"http://wahl.example.org:{server.port}/")
    assert page_look_run(public_id=look.public_id, caller=local_caller()) is None
    assert len(server.received) == 1


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://www.wahl.example.org/x", "board"),
        ("https://daten.wahl.example.org/", "board"),
        ("https://ministerium.example.org/", "ministry"),
        ("https://stranger.example.net/", None),
        ("https://notwahl.example.org/", None),
    ],
)
def test_organisation_is_found_by_its_host(arcadia: ElectionCenter, url: str, key: str | None) -> None:
    board = OrganisationFactory(key="board", url="")
    TrustedSourceFactory(center=arcadia, organisation=board, url="https://wahl.example.org/board")
    arcadia.sources.exclude(organisation=board).delete()
    OrganisationFactory(key="ministry", url="https://ministerium.example.org/")
    found = organisation_of(url, arcadia.jurisdiction)
    assert (found.key if found else None) == key


def test_look_of_another_centre_cannot_be_reached(union: ElectionCenter, curator: User, desk: Client) -> None:
    look = looked_at_nothing(union, curator)
    assert desk.get(page_of(look)).status_code == 404
    assert desk.get(f"/staff/centers/eu/sources/look/{look.public_id}/").status_code == 403


def looked_at_nothing(center: ElectionCenter, by: User, **fields: Any) -> PageLook:
    return PageLook.objects.create(
        jurisdiction=center.jurisdiction, asked_by=by, asked_at=timezone.now(), url="https://x.example/", **fields
    )
