"""Webhooks in the workspace: how each address does, adding one, its secret, a message that is stuck, the dead."""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings
from standardwebhooks import Webhook

from accounts.models import Role
from labeling.models import ChangeAction, Platform, WebhookDelivery, WebhookEndpoint
from tests.labeling.webhooks import given_endpoint, given_message
from tests.members import client_of, given_member
from tests.servers import Answering, Server, http_server

pytestmark = pytest.mark.django_db

PATH = "/staff/labeling/webhooks/"


@pytest.fixture
def desk() -> Client:
    return client_of(given_member(Role.OPERATOR))


@pytest.fixture
def auditor() -> Client:
    return client_of(given_member(Role.AUDITOR, email="audit@fictional.example"))


@pytest.fixture
def server(settings: Settings) -> Iterator[Server]:
    """The platform's server, on this machine."""
    settings.OUTBOUND_LOCAL = True
    with http_server() as running:
        yield running


def page_of(client: Client, path: str = "") -> str:
    return client.get(f"{PATH}{path}").content.decode()


def fields(**more: Any) -> dict[str, Any]:
    platform, _ = Platform.objects.get_or_create(key="fictional", defaults={"name": "Fictional platform"})
    given = {"platform": platform.pk, "url": "https://hooks.example/new", "actions": ["applied"], "language": "mt"}
    return given | more


def step(client: Client, endpoint: WebhookEndpoint, name: str, **data: str) -> str:
    """Take a step and follow to the endpoint's page."""
    answer = client.post(f"{PATH}{endpoint.public_id}/step/{name}/", data, follow=True)
    return answer.content.decode()


def test_list_says_what_to_do_when_there_is_nothing(desk: Client) -> None:
    assert "create_api_key" in page_of(desk)
    Platform.objects.create(key="fictional", name="Fictional platform")
    page = page_of(desk)
    assert "No platform is told of changes" in page
    assert f"{PATH}add/" in page


def test_list_shows_how_each_address_does_with_few_queries(auditor: Client, django_assert_max_num_queries: Any) -> None:
    now = timezone.now()
    failing = given_endpoint(failing_since=now, failed_at=now, failed_error="answered 503")
    given_message(failing, attempts=2)
    paused = given_endpoint(disabled_at=now, disabled_reason="The platform moves")
    for _ in range(3):
        given_message(paused, "dead")
    with django_assert_max_num_queries(12):
        page = page_of(auditor)
    assert page.count("Fictional platform</h2>") == 1
    assert "answered 503" in page
    assert "The platform moves" in page
    assert "<strong>3</strong>" in page
    assert f"{PATH}add/" not in page, "an auditor changes nothing"


def test_secret_is_shown_once_when_an_address_is_added(desk: Client) -> None:
    answer = desk.post(f"{PATH}add/", fields())
    assert answer.status_code == HTTPStatus.OK
    endpoint = WebhookEndpoint.objects.get()
    assert (endpoint.actions, endpoint.language, endpoint.created_by_id is None) == (["applied"], "mt", False)
    page = answer.content.decode()
    secret = page.partition('value="whsec_')[2].partition('"')[0]
    assert Webhook(f"whsec_{secret}")
    assert "no-store" in answer["Cache-Control"]
    assert secret not in page_of(desk, f"{endpoint.public_id}/")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"url": "https://10.0.0.1/"}, "url"),
        ({"url": "javascript:alert(1)"}, "url"),
        ({"url": ""}, "url"),
        ({"actions": []}, "actions"),
        ({"language": "tlh"}, "language"),
        ({"platform": "9999"}, "platform"),
    ],
)
def test_what_cannot_be_added_is_named_beside_its_field(desk: Client, wrong: dict[str, Any], field: str) -> None:
    answer = desk.post(f"{PATH}add/", fields(**wrong))
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert f'id="id_{field}_error"' in answer.content.decode()
    assert not WebhookEndpoint.objects.exists()


def test_address_is_changed_but_not_to_one_that_is_known(desk: Client) -> None:
    endpoint, other = given_endpoint(), given_endpoint()
    path = f"{PATH}{endpoint.public_id}/change/"
    given = {"url": "https://hooks.example/moved", "actions": ["applied", "withdrawn"], "language": "de"}
    assert desk.post(path, given).status_code == HTTPStatus.FOUND
    endpoint.refresh_from_db()
    assert (endpoint.url, endpoint.actions, endpoint.language) == tuple(given.values())
    assert desk.post(path, given | {"url": other.url}).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    endpoint.refresh_from_db()
    assert endpoint.url == given["url"]
    assert "https://hooks.example/moved" in page_of(desk, f"{endpoint.public_id}/").partition("History")[2]


def test_endpoint_is_paused_with_a_reason_and_resumed(desk: Client) -> None:
    endpoint = given_endpoint()
    refused = desk.post(f"{PATH}{endpoint.public_id}/step/pause/", {"reason": ""})
    assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "they asked for it" in step(desk, endpoint, "pause", reason="they asked for it")
    endpoint.refresh_from_db()
    assert endpoint.disabled_at is not None
    assert "from where it was" in step(desk, endpoint, "resume")
    endpoint.refresh_from_db()
    assert endpoint.disabled_at is None
    history = [(event.action, event.user and event.user.email) for event in endpoint.events.all()]
    assert history == [("enabled", "anna@fictional.example"), ("disabled", "anna@fictional.example")]


def test_new_secret_signs_beside_the_former_one_for_as_long_as_asked(desk: Client) -> None:
    endpoint = given_endpoint()
    before = bytes(endpoint.secret)
    answer = desk.post(f"{PATH}{endpoint.public_id}/secret/", {"hours": "1"})
    assert "whsec_" in answer.content.decode()
    endpoint.refresh_from_db()
    assert bytes(endpoint.former_secret or b"") == before
    desk.post(f"{PATH}{endpoint.public_id}/secret/", {"hours": "0"})
    endpoint.refresh_from_db()
    assert endpoint.former_secret is None


def test_test_message_says_what_came_of_it(desk: Client, server: Server) -> None:
    endpoint = given_endpoint(f"http://127.0.0.1:{server.port}/hook")
    assert "it answered 200" in step(desk, endpoint, "test")
    server.answering = Answering(500)
    assert "was not taken: answered 500" in step(desk, endpoint, "test")
    assert len(server.received) == 2


def test_message_that_holds_others_up_is_skipped_once(desk: Client) -> None:
    endpoint = given_endpoint()
    stuck = given_message(endpoint, attempts=3, last_status=400, last_error="answered 400")
    asked = page_of(desk, f"{endpoint.public_id}/step/skip/")
    assert "1 change was tried 3 times" in asked
    assert stuck.public_id in asked
    step(desk, endpoint, "skip", message=stuck.public_id)
    behind = given_message(endpoint, attempts=1)
    assert "does not wait any more" in step(desk, endpoint, "skip", message=stuck.public_id)
    assert dict(WebhookDelivery.objects.values_list("pk", "state")) == {stuck.pk: "dead", behind.pk: "pending"}


def test_given_up_messages_are_sent_again_after_the_count_was_shown(desk: Client) -> None:
    endpoint = given_endpoint()
    for _ in range(3):
        given_message(endpoint, "dead", attempts=10)
    assert "3 messages" in page_of(desk, f"{endpoint.public_id}/step/replay/")
    assert WebhookDelivery.objects.dead().count() == 3, "asking changes nothing"
    assert "3 messages" in step(desk, endpoint, "replay")
    assert set(WebhookDelivery.objects.values_list("state", "attempts")) == {("pending", 0)}


def test_given_up_message_is_downloaded_as_it_was_sent(desk: Client, auditor: Client) -> None:
    endpoint = given_endpoint()
    dead, waiting = given_message(endpoint, "dead"), given_message(endpoint)
    answer = desk.get(f"{PATH}{endpoint.public_id}/messages/{dead.public_id}/")
    assert answer.content.decode() == dead.payload
    assert "attachment" in answer["Content-Disposition"]
    for message, of in ((waiting, endpoint), (dead, given_endpoint())):
        path = f"{PATH}{of.public_id}/messages/{message.public_id}/"
        assert desk.get(path).status_code == HTTPStatus.NOT_FOUND
    path = f"{PATH}{endpoint.public_id}/messages/{dead.public_id}/"
    assert auditor.get(path).status_code == HTTPStatus.FORBIDDEN


def test_steps_that_make_no_sense_lead_back(desk: Client) -> None:
    endpoint = given_endpoint(actions=[ChangeAction.APPLIED])
    for name in ("resume", "skip", "replay"):
        answer = desk.get(f"{PATH}{endpoint.public_id}/step/{name}/")
        assert answer.status_code == HTTPStatus.FOUND, name
    assert desk.get(f"{PATH}{endpoint.public_id}/step/explode/").status_code == HTTPStatus.NOT_FOUND
