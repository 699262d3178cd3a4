"""What operators do with webhooks: add, look, rotate, try, replay, switch off; and what they can watch."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from pytest_django import Settings
from standardwebhooks import Webhook

from labeling.models import ChangeSet, Platform, WebhookDelivery, WebhookEndpoint
from labeling.services.webhook_deliver import webhooks_deliver
from tests.labeling.conftest import Post, item
from tests.servers import Answering, Server, http_server

Work = Callable[[], None]


@pytest.fixture(autouse=True)
def _local(settings: Settings) -> None:
    """Endpoints of these tests are on this machine."""
    settings.OUTBOUND_LOCAL = True


@pytest.fixture
def server() -> Iterator[Server]:
    """The platform's server."""
    with http_server() as running:
        yield running


def webhooks(*arguments: str) -> tuple[str, str]:
    """Standard output and standard error."""
    out, err = io.StringIO(), io.StringIO()
    call_command("webhooks", *arguments, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def listed() -> Any:
    """The only endpoint, as `list --json` shows it."""
    (endpoint,) = json.loads(webhooks("list", "--json")[0])
    return endpoint


@pytest.fixture
def secret(platform: Platform, server: Server) -> str:
    """An endpoint was added; its secret."""
    return webhooks("add", "clips", f"http://127.0.0.1:{server.port}/hook")[0].strip()


def given_dead(server: Server, post: Post, label_all: Work) -> None:
    """A message was given up."""
    server.answering = Answering(500)
    post([item()])
    label_all()
    webhooks_deliver()
    WebhookDelivery.objects.update(state="dead", finished_at=timezone.now())
    server.received.clear()
    server.answering = Answering(200)


def test_adding_prints_the_secret_alone_and_once(secret: str) -> None:
    assert Webhook(secret)
    assert secret.startswith("whsec_")
    endpoint = listed()
    assert (endpoint["platform"], endpoint["actions"], endpoint["lang"]) == (
        "clips",
        ["applied", "changed", "withdrawn"],
        "en",
    )
    assert secret not in webhooks("list", "--json")[0] + webhooks("list")[0]


def test_an_endpoint_may_want_less(platform: Platform) -> None:
    webhooks("add", "clips", "https://hooks.example.org/", "--actions", "applied,withdrawn", "--lang", "mt")

    assert (listed()["actions"], listed()["lang"]) == (["applied", "withdrawn"], "mt")


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["add", "nowhere", "https://hooks.example.org/"], "no platform 'nowhere'"),
        (["add", "clips", "https://10.0.0.1/"], "public Internet"),
        (["add", "clips", "ftp://hooks.example.org/"], "begin with"),
        (["add", "clips", "https://hooks.example.org/", "--actions", "seen"], "Actions are"),
        (["add", "clips", "https://hooks.example.org/", "--lang", "tlh"], "language must"),
        (["rotate", "ep_0"], "no endpoint 'ep_0'"),
        (["send-test", "ep_0"], "no endpoint"),
        (["replay-dead", "ep_0"], "no endpoint"),
        (["disable", "ep_0"], "no endpoint"),
        (["enable", "ep_0"], "no endpoint"),
    ],
)
def test_what_cannot_be_done_is_said(platform: Platform, arguments: list[str], reason: str) -> None:
    with pytest.raises(CommandError, match=reason):
        webhooks(*arguments)
    assert not WebhookEndpoint.objects.exists()


def test_a_test_message_is_signed_and_sent_now(secret: str, server: Server) -> None:
    out, _ = webhooks("send-test", listed()["endpoint"])

    (got,) = server.received
    assert Webhook(secret).verify(got.body, got.headers)["type"] == "webhook.test"
    assert "200" in out
    assert not WebhookDelivery.objects.exists()


def test_a_test_message_that_is_not_taken_is_an_error(secret: str, server: Server) -> None:
    server.answering = Answering(500)

    with pytest.raises(CommandError, match="answered 500"):
        webhooks("send-test", listed()["endpoint"])


def test_rotating_prints_a_new_secret_and_the_former_one_stays_valid(secret: str, server: Server) -> None:
    name = listed()["endpoint"]
    new = webhooks("rotate", name)[0].strip()
    webhooks("send-test", name)

    (got,) = server.received
    assert new != secret
    for valid in (secret, new):
        assert Webhook(valid).verify(got.body, got.headers)


def test_rotating_cannot_overlap_backwards(secret: str) -> None:
    with pytest.raises(CommandError, match="negative"):
        webhooks("rotate", listed()["endpoint"], "--overlap", "-1")


def test_what_was_given_up_is_sent_once_more(secret: str, server: Server, post: Post, label_all: Work) -> None:
    given_dead(server, post, label_all)
    assert (listed()["pending"], listed()["dead"]) == (0, 1)

    out, _ = webhooks("replay-dead", listed()["endpoint"])
    webhooks_deliver()

    assert "1" in out
    assert len(server.received) == 1
    assert (listed()["pending"], listed()["dead"]) == (0, 0)


def test_a_message_that_is_not_taken_is_skipped(secret: str, server: Server, post: Post, label_all: Work) -> None:
    server.answering = Answering(400)
    post([item()])
    label_all()
    with pytest.raises(CommandError, match="does not wait"):
        webhooks("skip", listed()["endpoint"])
    webhooks_deliver()
    out, _ = webhooks("skip", listed()["endpoint"])

    assert "with 1 changes is given up" in out
    assert (listed()["pending"], listed()["dead"], listed()["failed_error"]) == (0, 1, "answered 400")


def test_a_disabled_endpoint_is_told_when_it_is_enabled(
    secret: str, server: Server, post: Post, label_all: Work
) -> None:
    name = listed()["endpoint"]
    webhooks("disable", name, "--reason", "Asked for")
    webhooks("disable", name, "--reason", "Again")
    post([item()])
    label_all()
    webhooks_deliver()
    assert server.received == []
    assert listed()["disabled_reason"] == "Asked for"

    webhooks("enable", name)
    webhooks_deliver()

    assert len(server.received) == 1
    assert listed()["disabled_at"] is None


def test_the_table_shows_how_endpoints_are(secret: str, server: Server, post: Post, label_all: Work) -> None:
    assert "active" in webhooks("list")[0]
    given_dead(server, post, label_all)
    WebhookEndpoint.objects.update(failing_since=timezone.now())
    assert "failing" in webhooks("list")[0]
    webhooks("disable", listed()["endpoint"])
    assert "disabled" in webhooks("list")[0]


def test_metrics_show_what_waits_and_what_was_given_up(
    secret: str, server: Server, client: Client, post: Post, label_all: Work
) -> None:
    def metrics() -> dict[str, float]:
        lines = [line.rpartition(" ") for line in client.get("/metrics").content.decode().splitlines()]
        return {name.removeprefix("election_centers_"): float(value) for name, _, value in lines if name[:1] != "#"}

    before = metrics()
    assert (before["webhook_pending_messages"], before["webhook_dead_messages"]) == (0, 0)
    assert (before["changes_unsequenced"], before["webhook_pending_age_seconds"]) == (0, 0)
    server.answering = Answering(500)
    post([item()])
    label_all()
    webhooks_deliver()
    after = metrics()
    assert after["webhook_pending_messages"] == 1
    assert after["webhook_pending_age_seconds"] > 0
    webhooks("disable", listed()["endpoint"])
    disabled = metrics()
    assert (disabled["webhook_pending_messages"], disabled["webhook_disabled_endpoints"]) == (0, 1)
    WebhookDelivery.objects.update(state="dead", finished_at=timezone.now())
    ChangeSet.objects.update(last_position=None)

    last = metrics()
    assert (last["webhook_pending_messages"], last["webhook_dead_messages"]) == (0, 1)
    assert last["changes_unsequenced"] == 1
