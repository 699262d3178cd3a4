"""Platforms are told of changes at their own address: signed, in order, until the message is taken or given up."""

from __future__ import annotations

import datetime as dt
import json
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from freezegun import freeze_time
from pytest_django import Settings
from standardwebhooks import Webhook, WebhookVerificationError

from labeling import tasks
from labeling.models import (
    ChangeLedger,
    Label,
    Platform,
    WebhookDelivery,
    WebhookEndpoint,
)
from labeling.services import webhook_deliver, webhook_messages, webhooks_erase
from labeling.services.changes_sequence import changes_sequence
from labeling.services.matcher import matcher_forget
from labeling.services.webhook_deliver import (
    PAUSES,
    REFUSED_ATTEMPTS,
    dead_replay,
    delivery_skip,
    webhooks_deliver,
)
from labeling.services.webhook_endpoint import (
    EndpointError,
    NewEndpoint,
    endpoint_add,
    endpoint_disable,
    endpoint_enable,
    endpoint_rotate,
)
from labeling.services.webhook_send import LONGEST_WAIT, wait_asked
from tests.labeling.conftest import Post, build_world, item
from tests.labeling.test_record_changes import given_labels, in_thread
from tests.servers import Answering, Received, Server, http_server

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


@pytest.fixture
def added(platform: Platform, server: Server) -> NewEndpoint:
    """Its address is known, with its secret."""
    return endpoint_add(platform=platform, url=f"http://127.0.0.1:{server.port}/hook", user=None)


@pytest.fixture
def endpoint(added: NewEndpoint) -> WebhookEndpoint:
    """Its address is known."""
    return added.endpoint


@pytest.fixture
def labelled(endpoint: WebhookEndpoint, post: Post, label_all: Work) -> None:
    """One label more than there was."""
    post([item()])
    label_all()


def given_changes(*confidences: float) -> None:
    """The labels there are change."""
    for confidence in confidences:
        Label.objects.update(confidence=confidence)
    changes_sequence()


def given_due() -> None:
    """As if the pause after a failure were over."""
    WebhookDelivery.objects.pending().update(next_at=timezone.now())


def document(got: Received) -> Any:
    return json.loads(got.body)


def told(server: Server) -> list[list[tuple[str, str]]]:
    """What the platform was told, by message."""
    return [[(it["action"], it["uri"]) for it in document(got)["data"]["changes"]] for got in server.received]


def confidences(server: Server) -> list[float]:
    """The labels' confidences the platform was told of, in order."""
    return [it["label"]["confidence"] for got in server.received for it in document(got)["data"]["changes"]]


def the_delivery() -> WebhookDelivery:
    return WebhookDelivery.objects.get()


def test_a_change_arrives_signed(added: NewEndpoint, server: Server, labelled: None) -> None:
    assert webhooks_deliver() == 1

    (got,) = server.received
    verified = Webhook(added.secret).verify(got.body, got.headers)
    assert verified == document(got)
    assert got.headers["webhook-id"] == the_delivery().public_id
    assert (got.path, got.headers["content-type"]) == ("/hook", "application/json")
    assert verified["type"] == "labels.changed"
    assert dt.datetime.fromisoformat(verified["timestamp"]) <= timezone.now()
    (change,) = verified["data"].pop("changes")
    assert verified["data"] == {"platform": "clips", "lang": "en"}
    assert (change["action"], change["uri"]) == ("applied", "clips:7312")
    assert change["label"]["text"] == "This video is about an election."
    delivery = the_delivery()
    assert (delivery.state, delivery.attempts, delivery.last_status) == ("delivered", 1, 200)
    assert delivery.finished_at is not None
    assert webhooks_deliver() == 0


def test_a_changed_body_or_another_secret_does_not_verify(added: NewEndpoint, server: Server, labelled: None) -> None:
    webhooks_deliver()
    (got,) = server.received

    for secret, body in ((added.secret, got.body + b" "), ("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", got.body)):
        with pytest.raises(WebhookVerificationError):
            Webhook(secret).verify(body, got.headers)


def test_texts_are_in_the_endpoints_language(endpoint: WebhookEndpoint, server: Server, labelled: None) -> None:
    WebhookEndpoint.objects.update(language="de")
    webhooks_deliver()

    data = document(server.received[0])["data"]
    assert data["lang"] == "de"
    assert "/de/" in data["changes"][0]["label"]["link"]


def test_many_changes_go_in_few_messages_in_order(
    endpoint: WebhookEndpoint, server: Server, labelled: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook_messages, "MOST_CHANGES", 4)
    given_changes(*(number / 10 for number in range(9)))

    assert webhooks_deliver() == 3

    assert [len(changes) for changes in told(server)] == [4, 4, 2]
    assert confidences(server)[1:] == [number / 10 for number in range(9)]
    endpoint.refresh_from_db()
    assert endpoint.position == ChangeLedger.objects.get().last_position


def test_what_happened_before_is_told_only_when_wanted(
    platform: Platform, server: Server, post: Post, label_all: Work
) -> None:
    post([item()])
    label_all()
    address = f"http://127.0.0.1:{server.port}"
    endpoint_add(platform=platform, url=f"{address}/from-now", user=None)
    endpoint_add(platform=platform, url=f"{address}/from-start", user=None, from_start=True)

    webhooks_deliver()

    assert [got.path for got in server.received] == ["/from-start"]


def test_another_platforms_changes_are_not_told(endpoint: WebhookEndpoint, server: Server, labelled: None) -> None:
    WebhookEndpoint.objects.update(platform=Platform.objects.create(key="other", name="Other"))

    assert webhooks_deliver() == 0
    assert server.received == []


def test_only_what_is_wanted_is_told(platform: Platform, server: Server, post: Post, label_all: Work) -> None:
    endpoint_add(platform=platform, url=f"http://127.0.0.1:{server.port}/", user=None, actions=["withdrawn"])
    post([item()])
    label_all()
    given_changes(0.5)
    assert webhooks_deliver() == 0
    post([item(deleted=True)])
    label_all()
    webhooks_deliver()

    assert told(server) == [[("withdrawn", "clips:7312")]]
    assert document(server.received[0])["data"]["changes"][0]["label"]["text"] is None


def test_a_failure_is_tried_again_with_the_same_id_and_a_new_signature(
    added: NewEndpoint, server: Server, labelled: None
) -> None:
    server.answering = Answering(500)
    webhooks_deliver()
    first = the_delivery()
    assert (first.state, first.attempts, first.last_status, first.last_error) == ("pending", 1, 500, "answered 500")
    assert webhooks_deliver() == 0, "the pause is not over"
    server.answering = Answering(204, body=b"")
    given_due()
    later = timezone.now() + dt.timedelta(minutes=3)
    with freeze_time(later):
        webhooks_deliver()

    before, after = server.received
    assert after.headers["webhook-id"] == before.headers["webhook-id"]
    assert after.body == before.body
    assert after.headers["webhook-timestamp"] == str(int(later.timestamp()))
    assert after.headers["webhook-signature"] != before.headers["webhook-signature"]
    delivery = the_delivery()
    assert (delivery.state, delivery.attempts, delivery.last_error) == ("delivered", 2, "")
    assert WebhookEndpoint.objects.get().failing_since is None


@pytest.mark.parametrize("status", [301, 302, 400, 401, 404, 429, 500, 503])
def test_only_success_is_success(endpoint: WebhookEndpoint, server: Server, labelled: None, status: int) -> None:
    server.answering = Answering(status, {"Location": f"http://127.0.0.1:{server.port}/elsewhere"})

    webhooks_deliver()

    assert (the_delivery().state, the_delivery().last_status) == ("pending", status)
    assert len(server.received) == 1


def test_pauses_grow_over_three_days_and_then_the_message_is_given_up(
    endpoint: WebhookEndpoint, server: Server, labelled: None
) -> None:
    server.answering = Answering(500)
    pauses = []
    for _ in PAUSES:
        given_due()
        webhooks_deliver()
        pauses.append(the_delivery().next_at - timezone.now())
    given_due()
    webhooks_deliver()

    for pause, least in zip(pauses, PAUSES, strict=True):
        assert least - dt.timedelta(seconds=30) < pause <= least * 1.2
    assert dt.timedelta(days=3) < sum(PAUSES, dt.timedelta()) < dt.timedelta(days=3.5)
    assert (the_delivery().state, the_delivery().attempts) == ("dead", 10)
    # The next message has its own attempts; what was given up can be sent once more, before it.
    given_changes(0.5)
    server.received.clear()
    server.answering = Answering(200)
    assert dead_replay(endpoint=endpoint) == 1
    webhooks_deliver()
    assert told(server) == [[("applied", "clips:7312")], [("changed", "clips:7312")]]


def test_a_message_that_is_refused_as_such_is_given_up_within_hours(
    endpoint: WebhookEndpoint, server: Server, labelled: None
) -> None:
    server.answering = Answering(422)
    for _ in range(REFUSED_ATTEMPTS):
        given_due()
        webhooks_deliver()
    assert (the_delivery().state, the_delivery().attempts) == ("dead", REFUSED_ATTEMPTS)
    assert sum(PAUSES[: REFUSED_ATTEMPTS - 1], dt.timedelta()) * 1.2 < dt.timedelta(hours=4)
    server.answering = Answering(200)
    given_changes(0.5)
    webhooks_deliver()

    assert told(server)[-1] == [("changed", "clips:7312")]


def test_a_skipped_message_lets_the_next_one_pass_and_can_be_replayed(
    endpoint: WebhookEndpoint, server: Server, labelled: None
) -> None:
    with pytest.raises(EndpointError):
        delivery_skip(endpoint=endpoint)
    server.answering = Answering(400)
    webhooks_deliver()
    server.answering = Answering(200)
    given_changes(0.5)
    assert webhooks_deliver() == 0
    assert delivery_skip(endpoint=endpoint).last_status == 400
    webhooks_deliver()
    assert told(server)[1:] == [[("changed", "clips:7312")]]

    assert dead_replay(endpoint=endpoint) == 1
    webhooks_deliver()
    assert told(server)[2:] == [[("applied", "clips:7312")]]


def test_an_attempt_under_way_does_not_revive_a_skipped_message(
    endpoint: WebhookEndpoint, server: Server, labelled: None
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        send = webhook_deliver.message_send

        def skip_then_send(**given: Any) -> Any:
            delivery_skip(endpoint=endpoint)
            return send(**given)

        patch.setattr(webhook_deliver, "message_send", skip_then_send)
        webhooks_deliver()
    assert the_delivery().state == "dead"


@pytest.mark.parametrize(("status", "asked"), [(429, "600"), (503, "600"), (500, "")])
def test_an_endpoint_that_asks_for_time_gets_it(
    endpoint: WebhookEndpoint, server: Server, labelled: None, status: int, asked: str
) -> None:
    server.answering = Answering(status, {"Retry-After": "600"})
    before = timezone.now()
    webhooks_deliver()
    waits = the_delivery().next_at

    least = dt.timedelta(seconds=float(asked)) if asked else PAUSES[0]
    assert before + least <= waits <= timezone.now() + least * 1.2


def test_waiting_as_asked_uses_no_attempts_up_before_their_time(
    endpoint: WebhookEndpoint, server: Server, labelled: None
) -> None:
    server.answering = Answering(429, {"Retry-After": "1"})
    for _ in range(2):
        given_due()
        webhooks_deliver()

    assert the_delivery().next_at > timezone.now() + PAUSES[1] - dt.timedelta(seconds=30)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("120", 120),
        (" 7 ", 7),
        ("Fri, 02 Mar 2029 10:00:30 GMT", 30),
        ("Fri, 02 Mar 2029 09:00:00 GMT", 0),
        ("99999999999999999999", LONGEST_WAIT.total_seconds()),
        ("Wed, 02 Mar 2039 10:00:30 GMT", LONGEST_WAIT.total_seconds()),
        ("-5", 0),
        ("soon", 0),
        ("1e9", 0),
        ("²", 0),
        ("", 0),
    ],
)
def test_the_time_asked_for_is_read_and_bounded(text: str, seconds: float) -> None:
    now = dt.datetime(2029, 3, 2, 10, tzinfo=dt.UTC)
    assert wait_asked(text, now).total_seconds() == seconds


def test_a_later_change_waits_for_the_message_before_it(
    endpoint: WebhookEndpoint, server: Server, labelled: None
) -> None:
    server.answering = Answering(500)
    webhooks_deliver()
    given_changes(0.1, 0.2)
    assert webhooks_deliver() == 0
    server.answering = Answering(200)
    given_due()
    webhooks_deliver()

    assert told(server) == [[("applied", "clips:7312")]] * 2 + [[("changed", "clips:7312")] * 2]
    assert WebhookDelivery.objects.count() == 2


def test_one_platforms_failure_does_not_hold_up_another(
    endpoint: WebhookEndpoint, server: Server, labelled: None
) -> None:
    with http_server() as other:
        endpoint_add(platform=endpoint.platform, url=f"http://127.0.0.1:{other.port}/", user=None, from_start=True)
        server.answering = Answering(500)
        webhooks_deliver()

    assert len(other.received) == 1
    assert sorted(WebhookDelivery.objects.values_list("state", flat=True)) == ["delivered", "pending"]


def test_an_endpoint_that_is_gone_is_told_nothing_more(
    endpoint: WebhookEndpoint, server: Server, labelled: None
) -> None:
    server.answering = Answering(410)
    webhooks_deliver()
    given_changes(0.5)
    webhooks_deliver()

    endpoint.refresh_from_db()
    assert endpoint.disabled_at is not None
    assert "410" in endpoint.disabled_reason
    assert the_delivery().state == "dead"
    assert len(server.received) == 1


def test_an_endpoint_that_fails_for_days_is_disabled_and_goes_on_where_it_was(
    endpoint: WebhookEndpoint, server: Server, labelled: None
) -> None:
    server.answering = Answering(500)
    webhooks_deliver()
    WebhookEndpoint.objects.update(failing_since=timezone.now() - dt.timedelta(days=5))
    given_due()
    webhooks_deliver()
    endpoint.refresh_from_db()
    assert "took nothing for 5 days" in endpoint.disabled_reason
    given_due()
    assert webhooks_deliver() == 0

    server.answering = Answering(200)
    given_changes(0.5)
    assert endpoint_enable(endpoint=endpoint) is False
    webhooks_deliver()

    assert [len(changes) for changes in told(server)][2:] == [1, 1]
    endpoint.refresh_from_db()
    assert (endpoint.disabled_at, endpoint.disabled_reason, endpoint.failing_since) == (None, "", None)


def test_an_endpoint_enabled_too_late_is_said_to_have_missed_something(
    endpoint: WebhookEndpoint, server: Server, labelled: None
) -> None:
    endpoint_disable(endpoint=endpoint, reason="Asked for by the platform")
    ChangeLedger.objects.update(erased_position=1)
    given_changes(0.5)

    assert endpoint_enable(endpoint=endpoint) is True
    webhooks_deliver()

    assert told(server) == [[("changed", "clips:7312")]]


def test_a_new_secret_and_the_former_one_are_both_valid_for_a_while(
    added: NewEndpoint, server: Server, labelled: None
) -> None:
    secret = endpoint_rotate(endpoint=added.endpoint, overlap=dt.timedelta(hours=1))
    webhooks_deliver()
    (got,) = server.received
    assert len(got.headers["webhook-signature"].split(" ")) == 2
    for valid in (secret, added.secret):
        assert Webhook(valid).verify(got.body, got.headers)

    given_changes(0.5)
    WebhookEndpoint.objects.update(former_until=timezone.now())
    webhooks_deliver()
    later = server.received[-1]
    assert Webhook(secret).verify(later.body, later.headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(added.secret).verify(later.body, later.headers)


def test_a_secret_can_be_replaced_at_once(added: NewEndpoint, server: Server, labelled: None) -> None:
    endpoint_rotate(endpoint=added.endpoint, overlap=dt.timedelta())
    webhooks_deliver()

    with pytest.raises(WebhookVerificationError):
        Webhook(added.secret).verify(server.received[0].body, server.received[0].headers)


def test_the_database_alone_does_not_give_the_secret_away(
    added: NewEndpoint, server: Server, labelled: None, settings: Settings
) -> None:
    assert added.secret.startswith("whsec_")
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM labeling_webhookendpoint")
        (stored,) = cursor.fetchone()
    assert Webhook(added.secret)._whsecret not in bytes(stored)

    former, settings.SECRET_KEY = settings.SECRET_KEY, "another-" + "y" * 50
    webhooks_deliver()
    assert server.received == []
    assert "SECRET_KEY was changed" in the_delivery().last_error

    settings.SECRET_KEY_FALLBACKS = [former]
    given_due()
    webhooks_deliver()
    assert Webhook(added.secret).verify(server.received[0].body, server.received[0].headers)


def test_an_address_inside_our_network_is_not_called(
    endpoint: WebhookEndpoint, server: Server, labelled: None, settings: Settings
) -> None:
    settings.OUTBOUND_LOCAL = False
    webhooks_deliver()

    assert server.received == []
    assert the_delivery().last_status is None
    assert "begin with https" in the_delivery().last_error


@pytest.mark.parametrize("url", ["http://hooks.example.org/", "https://10.0.0.1/", "https://localhost/", "nonsense"])
def test_an_address_that_is_not_called_cannot_be_added(platform: Platform, settings: Settings, url: str) -> None:
    settings.OUTBOUND_LOCAL = False

    with pytest.raises(ValueError, match=r"address|host|https"):
        endpoint_add(platform=platform, url=url, user=None)
    assert not WebhookEndpoint.objects.exists()


def test_an_address_is_added_once(endpoint: WebhookEndpoint, platform: Platform) -> None:
    with pytest.raises(EndpointError, match="already"):
        endpoint_add(platform=platform, url=endpoint.url, user=None)
    assert WebhookEndpoint.objects.count() == 1


@pytest.mark.parametrize(
    ("options", "reason"),
    [({"actions": []}, "Actions"), ({"actions": ["seen"]}, "Actions"), ({"language": "tlh"}, "language")],
)
def test_what_is_not_known_cannot_be_wanted(platform: Platform, options: dict[str, Any], reason: str) -> None:
    with pytest.raises(EndpointError, match=reason):
        endpoint_add(platform=platform, url="https://hooks.example.org/", user=None, **options)


def test_logs_hold_neither_addresses_nor_texts(
    added: NewEndpoint, server: Server, labelled: None, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.clear()
    webhooks_deliver()

    assert the_delivery().public_id in caplog.text
    assert "127.0.0.1" not in caplog.text
    assert "7312" not in caplog.text
    assert "whsec" not in caplog.text


def test_messages_are_erased_when_they_were_kept_long_enough(
    endpoint: WebhookEndpoint, server: Server, labelled: None, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhooks_erase, "AT_ONCE", 1)
    webhooks_deliver()
    given_changes(0.5)
    webhooks_deliver()
    assert webhooks_erase.webhooks_erase() == 0
    WebhookDelivery.objects.update(
        finished_at=timezone.now() - dt.timedelta(days=settings.LABEL_CHANGES_DAYS, minutes=1)
    )
    server.answering = Answering(500)
    given_changes(0.6)
    webhooks_deliver()
    assert webhooks_erase.webhooks_erase() == 2

    assert the_delivery().state == "pending"


def test_a_courier_is_woken_once_when_there_is_something_to_tell(
    endpoint: WebhookEndpoint, server: Server, post: Post, label_all: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    woken: list[str] = []
    monkeypatch.setattr(tasks.webhooks_deliver, "delay", lambda: woken.append("now"))
    tasks.webhooks_wake()
    assert woken == []
    post([item()])
    label_all()
    server.answering = Answering(500)

    tasks.webhooks_wake()
    tasks.webhooks_wake()
    assert woken == ["now"]
    tasks.webhooks_deliver()
    tasks.webhooks_wake()
    assert woken == ["now"], "the pause is not over"
    given_due()
    tasks.webhooks_wake()

    assert woken == ["now"] * 2
    assert len(server.received) == 1


# ---- With real transactions


@pytest.fixture
def clips(transactional_db: None) -> Iterator[Platform]:
    """A platform in a world that other connections see."""
    build_world()
    yield Platform.objects.create(key="clips", name="Clips")
    matcher_forget()


class KilledError(BaseException):
    """What no worker survives."""


def test_a_message_whose_worker_was_killed_is_sent_by_another(
    clips: Platform, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint_add(platform=clips, url=f"http://127.0.0.1:{server.port}/", user=None)
    given_labels(clips, "1")
    changes_sequence()

    def killed(delivery: WebhookDelivery, outcome: object) -> None:
        raise KilledError

    with monkeypatch.context() as dying:
        dying.setattr(webhook_deliver, "_record", killed)
        with pytest.raises(KilledError):
            webhooks_deliver()
    assert webhooks_deliver() == 0, "whoever has it may still live"
    given_due()
    assert webhooks_deliver() == 1

    first, second = server.received
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert (the_delivery().state, the_delivery().attempts) == ("delivered", 2)


def test_an_answer_that_comes_after_somebody_else_tried_changes_nothing(clips: Platform, server: Server) -> None:
    endpoint_add(platform=clips, url=f"http://127.0.0.1:{server.port}/", user=None)
    given_labels(clips, "1")
    changes_sequence()

    def meanwhile(got: Received) -> int:
        if len(server.received) > 1:
            return 200
        thread = in_thread(overtake)
        thread.join(30)
        return 500

    def overtake() -> None:
        given_due()
        webhooks_deliver()

    server.answering = Answering(meanwhile)
    webhooks_deliver()

    assert (the_delivery().state, the_delivery().attempts, the_delivery().last_status) == ("delivered", 2, 200)
    assert WebhookEndpoint.objects.get().failing_since is None


def test_many_workers_tell_everything_once_and_in_order(
    clips: Platform, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook_messages, "MOST_CHANGES", 3)
    with http_server() as other:
        for port in (server.port, other.port):
            endpoint_add(platform=clips, url=f"http://127.0.0.1:{port}/", user=None)
        finished = threading.Event()

        def write() -> None:
            for number in range(20):
                given_labels(clips, f"{number}a", f"{number}b")
                changes_sequence()

        def deliver() -> None:
            while not finished.is_set():
                webhooks_deliver()

        workers = [in_thread(deliver) for _ in range(3)]
        in_thread(write).join(60)
        finished.set()
        for worker in workers:
            worker.join(60)
        webhooks_deliver()

    expected = [f"clips:{number}{letter}" for number in range(20) for letter in "ab"]
    for told_there in (server, other):
        assert [uri for message in told(told_there) for _, uri in message] == expected
    assert set(WebhookDelivery.objects.values_list("state", "attempts")) == {("delivered", 1)}
