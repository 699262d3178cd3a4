"""Labels go out to the AT Protocol: posts come in by the real intake, the library's own clients read the service."""

from __future__ import annotations

import asyncio
import base64
import json
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from atproto import AsyncFirehoseSubscribeLabelsClient, Client, parse_subscribe_labels_message
from atproto_client.exceptions import BadRequestError
from atproto_client.models.com.atproto.label import query_labels
from atproto_client.models.com.atproto.label.defs import Label as NetworkLabel
from atproto_client.models.com.atproto.label.subscribe_labels import Info, Labels
from atproto_crypto.verify import verify_signature
from atproto_subscription import SubscriptionClient, SubscriptionError
from django.test import Client as DjangoClient
from libipld import encode_dag_cbor

from labeling.atproto import Identity, SigningKey
from labeling.formats import FORMATS
from labeling.models import AtprotoLabel, AtprotoStream, ChangeLedger, Label, LabelState
from tests.labeling.conftest import Post
from tests.labeling.labelers import DID, KEY, OTHER_KEY, PATIENCE, Labeler, Subscriber, wait_for
from tests.labeling.records import TIME_US, event, post

# A process of its own each, on a machine with few cores.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("labeler")]

POST_URI = "at://did:plc:fictional/app.bsky.feed.post/3demo"
GERMAN, FRENCH = "Ich wähle am Sonntag #btw29", "Qui gagnera l’élection présidentielle ?"


@pytest.fixture
def labeler(tmp_path: Path, transactional_db: None) -> Iterator[Labeler]:
    """The service, running."""
    labeler = Labeler(tmp_path / "labeler.log")
    labeler.start()
    yield labeler
    labeler.end()


Publish = Callable[..., None]


@pytest.fixture
def publish(post: Post, label_all: Callable[[], None]) -> Publish:
    """Events of Jetstream on their way through the format, the HTTP intake and a worker's labelling."""

    def hand_in(*events: dict[str, Any]) -> None:
        items = [FORMATS["jetstream"].read(json.dumps(each).encode()) for each in events]
        assert post([item for item in items if item]).status_code == 202
        label_all()

    return hand_in


def skeet(number: int, text: str = GERMAN, *, later: int = 0, operation: str = "create") -> dict[str, Any]:
    """An event about one of many posts; `later` orders what happens to it."""
    record = post(text) if operation != "delete" else None
    happened = event(operation, record, time_us=TIME_US + number * 1000 + later)
    happened["commit"]["rkey"] = f"3demo{number}"
    return happened


def uri(number: int) -> str:
    return f"{POST_URI}{number}"


def is_genuine(label: NetworkLabel, key: SigningKey = KEY) -> bool:
    """As a stranger verifies it: what was received, without the signature, against the published key."""
    fields = {name: getattr(label, name) for name in ("ver", "src", "uri", "cid", "val", "neg", "cts", "exp")}
    signed = encode_dag_cbor({name: value for name, value in fields.items() if value is not None})
    assert isinstance(label.sig, bytes)
    return bool(verify_signature(key.did_key, signed, label.sig))


def said(events: list[Labels]) -> list[tuple[str, str, bool]]:
    """What events say: uri, value, whether it is taken back."""
    return [(label.uri, label.val, bool(label.neg)) for each in events for label in each.labels]


def test_labels_of_posts_reach_a_subscriber_signed(labeler: Labeler, publish: Publish) -> None:
    subscriber = Subscriber(labeler, cursor=0)
    publish(skeet(1), skeet(2, "Der Herbst ist da #wald"), skeet(3, FRENCH))
    events = subscriber.await_events(2)
    subscriber.stop()
    assert said(events) == [(uri(1), "election", False), (uri(3), "election", False)]
    assert [each.seq for each in events] == [1, 2]
    for each in events:
        (label,) = each.labels
        assert (label.ver, label.src, label.neg, label.exp) == (1, DID, None, None)
        assert is_genuine(label)
        assert not is_genuine(label, OTHER_KEY)


def test_label_is_taken_back_when_its_post_is_deleted(labeler: Labeler, publish: Publish) -> None:
    publish(skeet(1))
    subscriber = Subscriber(labeler, cursor=0)
    subscriber.await_events(1)
    publish(skeet(1, later=1, operation="delete"))
    first, second = subscriber.await_events(2)
    assert said([first, second]) == [(uri(1), "election", False), (uri(1), "election", True)]
    assert is_genuine(second.labels[0])
    assert second.labels[0].cts > first.labels[0].cts
    subscriber.stop()
    # Whoever comes later hears of the withdrawal only.
    latecomer = Subscriber(labeler, cursor=0)
    assert said(latecomer.await_events(1)) == [(uri(1), "election", True)]
    latecomer.stop()


def test_network_has_one_label_where_a_post_is_about_two_elections(labeler: Labeler, publish: Publish) -> None:
    subscriber = Subscriber(labeler, cursor=0)
    publish(skeet(1, f"{GERMAN} {FRENCH}"))
    assert Label.objects.applied().count() == 2
    subscriber.await_events(1)
    # One of the two goes, the other one keeps the network's label up.
    publish(skeet(1, GERMAN, later=1, operation="update"))
    assert Label.objects.applied().count() == 1
    publish(skeet(2))
    assert said(subscriber.await_events(2)) == [(uri(1), "election", False), (uri(2), "election", False)]
    publish(skeet(1, "Nichts mehr", later=2, operation="update"))
    assert said(subscriber.await_events(3))[-1] == (uri(1), "election", True)
    subscriber.stop()


def test_label_that_waits_for_a_moderator_is_told_once_it_is_shown(labeler: Labeler, publish: Publish) -> None:
    subscriber = Subscriber(labeler, cursor=0)
    publish(skeet(1, "So geht es: #vote"))
    assert Label.objects.get().state == LabelState.REVIEW
    publish(skeet(2))
    assert said(subscriber.await_events(1)) == [(uri(2), "election", False)]
    # However it is decided: whoever changes a label in the database is followed.
    Label.objects.filter(state=LabelState.REVIEW).update(state=LabelState.APPLIED)
    assert said(subscriber.await_events(2))[-1] == (uri(1), "election", False)
    subscriber.stop()


def test_two_processes_say_the_same_and_everything_once(labeler: Labeler, publish: Publish, tmp_path: Path) -> None:
    other = Labeler(tmp_path / "other.log")
    other.start()
    subscribers = [Subscriber(labeler, cursor=0), Subscriber(other, cursor=0)]
    for first in range(0, 30, 10):
        publish(*(skeet(number) for number in range(first, first + 10)))
    heard = [subscriber.await_events(30) for subscriber in subscribers]
    assert said(heard[0]) == said(heard[1])
    assert [each.seq for each in heard[0]] == [each.seq for each in heard[1]] == list(range(1, 31))
    # The one that is left goes on, whichever was the writer.
    labeler.end(signal.SIGKILL)
    publish(skeet(30))
    assert said(subscribers[1].await_events(31))[-1] == (uri(30), "election", False)
    for subscriber in subscribers:
        subscriber.stop()
    other.end()


def test_nothing_is_missed_or_repeated_when_the_service_restarts(labeler: Labeler, publish: Publish) -> None:
    subscriber = Subscriber(labeler, cursor=0)
    publish(*(skeet(number) for number in range(3)))
    subscriber.await_events(3)
    assert labeler.end(signal.SIGTERM) == 0
    publish(*(skeet(number) for number in range(3, 6)))
    labeler.start()
    publish(*(skeet(number) for number in range(6, 9)))
    events = subscriber.await_events(9)
    subscriber.stop()
    assert sorted(label for label, _, _ in said(events)) == [uri(number) for number in range(9)]
    assert [each.seq for each in events] == list(range(1, 10))


def test_nothing_is_missed_or_repeated_when_the_service_is_killed(labeler: Labeler, publish: Publish) -> None:
    subscriber = Subscriber(labeler, cursor=0)
    publish(*(skeet(number) for number in range(3)))
    subscriber.await_events(3)
    labeler.end(signal.SIGKILL)
    publish(*(skeet(number) for number in range(3, 6)))
    labeler.start()
    assert [each.seq for each in subscriber.await_events(6)] == list(range(1, 7))
    subscriber.stop()


def test_cursor_is_the_last_number_received(labeler: Labeler, publish: Publish) -> None:
    publish(*(skeet(number) for number in range(4)))
    wait_for(lambda: AtprotoLabel.objects.count() == 4, "four labels")
    subscriber = Subscriber(labeler, cursor=2)
    assert [each.seq for each in subscriber.await_events(2)] == [3, 4]
    subscriber.stop()


def test_without_a_cursor_only_what_comes_is_sent(labeler: Labeler, publish: Publish) -> None:
    # The first may be read from the database; who has heard the second was told it, as every subscriber is then.
    told = Subscriber(labeler, cursor=0)
    for number in (1, 2):
        publish(skeet(number))
        told.await_events(number)
    told.stop()

    listener = AsyncListener(labeler)
    publish(skeet(3))
    assert said(listener.await_one()) == [(uri(3), "election", False)]


class AsyncListener:
    """The library's other client, in an event loop of its own, until it has heard something."""

    def __init__(self, labeler: Labeler) -> None:
        self._client = AsyncFirehoseSubscribeLabelsClient(base_uri=labeler.streams)
        self._heard: list[Labels] = []
        self._thread = threading.Thread(target=lambda: asyncio.run(self._client.start(self._take)), daemon=True)
        self._thread.start()
        wait_for(lambda: self._client._client, "the connection")

    async def _take(self, frame: Any) -> None:
        message = parse_subscribe_labels_message(frame)
        assert isinstance(message, Labels)
        self._heard.append(message)
        await self._client.stop()

    def await_one(self) -> list[Labels]:
        self._thread.join(PATIENCE)
        return self._heard


def test_cursor_in_the_future_ends_the_stream(labeler: Labeler) -> None:
    error = Subscriber(labeler, cursor=1000).await_error()
    assert isinstance(error, SubscriptionError)
    assert error.args[0].error == "FutureCursor"


def test_cursor_that_is_no_number_ends_the_stream(labeler: Labeler) -> None:
    for cursor in ("", "x", "-1", "1.5", "1&cursor=2", "9" * 17):
        client = SubscriptionClient(f"com.atproto.label.subscribeLabels?cursor={cursor}", labeler.streams)
        with pytest.raises(SubscriptionError) as ended:
            client.start(lambda frame: None)
        assert ended.value.args[0].error == "InvalidRequest", cursor


def test_subscriber_learns_that_withdrawals_were_erased(labeler: Labeler, publish: Publish) -> None:
    publish(skeet(1), skeet(2))
    wait_for(lambda: AtprotoLabel.objects.count() == 2, "two labels")
    AtprotoStream.objects.update(erased_seq=2)
    outdated = Subscriber(labeler, cursor=1)
    outdated.await_events(1)
    outdated.stop()
    info = outdated.messages[0]
    assert isinstance(info, Info)
    assert info.name == "OutdatedCursor"
    # From the beginning on means: all there is.
    complete = Subscriber(labeler, cursor=0)
    complete.await_events(2)
    complete.stop()
    assert len(complete.messages) == 2


def test_changes_erased_before_they_were_followed_are_made_up_for(
    tmp_path: Path, publish: Publish, client: DjangoClient
) -> None:
    from labeling.models import ChangeSet, LabelChange
    from labeling.services.changes_sequence import changes_sequence

    labeler = Labeler(tmp_path / "labeler.log")
    labeler.start()
    publish(skeet(1), skeet(2))
    wait_for(lambda: AtprotoLabel.objects.count() == 2, "two labels")
    labeler.end()
    publish(skeet(1, later=1, operation="delete"), skeet(3))
    changes_sequence()
    assert "election_centers_atproto_behind_changes 2.0" in client.get("/metrics").content.decode()
    LabelChange.objects.all().delete()
    ChangeSet.objects.all().delete()
    for ledger in ChangeLedger.objects.all():
        ChangeLedger.objects.update(erased_position=ledger.last_position)
    labeler.start()
    subscriber = Subscriber(labeler, cursor=2)
    assert sorted(said(subscriber.await_events(2))) == [(uri(1), "election", True), (uri(3), "election", False)]
    subscriber.stop()
    labeler.end()


def test_query_finds_labels_by_uri_and_by_beginning(labeler: Labeler, publish: Publish) -> None:
    publish(*(skeet(number) for number in range(12)))
    wait_for(lambda: AtprotoLabel.objects.count() == 12, "twelve labels")

    found = ask(labeler, uri_patterns=[uri(1), f"{POST_URI}-nothing"]).labels
    assert [label.uri for label in found] == [uri(1)]
    assert is_genuine(found[0])
    assert not is_genuine(found[0], OTHER_KEY)
    found = ask(labeler, uri_patterns=[uri(1) + "*", uri(2)]).labels
    assert [label.uri for label in found] == [uri(1), uri(10), uri(11), uri(2)]
    # What means something in SQL means nothing here.
    assert ask(labeler, uri_patterns=["at://did:plc:%*", "at://did:plc:_ictional*"]).labels == []
    assert len(ask(labeler, uri_patterns=["*"], sources=[DID]).labels) == 12
    assert ask(labeler, uri_patterns=["*"], sources=["did:web:other.example"]).labels == []

    paged: list[str] = []
    cursor = None
    while True:
        page = ask(labeler, uri_patterns=[f"{POST_URI}1*", "*"], limit=5, cursor=cursor)
        assert len(page.labels) <= 5
        paged += [label.uri for label in page.labels]
        if (cursor := page.cursor) is None:
            break
    assert paged == sorted(uri(number) for number in range(12))


def ask(labeler: Labeler, **params: Any) -> query_labels.Response:
    """A query by the library's client.

    Its model of a label takes bytes, but not the form that JSON has for them (`{"$bytes": …}`), so that it can read no
    signed label of any service; this step is done for it.
    """
    client = Client(labeler.url + "/xrpc")
    method = "com.atproto.label.queryLabels"
    answer = client.invoke_query(method, query_labels.Params(**params), output_encoding="application/json")
    content: Any = answer.content
    for label in content["labels"]:
        text = label["sig"]["$bytes"]
        label["sig"] = base64.b64decode(text + "=" * (-len(text) % 4))
    return query_labels.Response.model_validate(content, context={"strict_string_format": True})


def test_query_answers_what_was_taken_back(labeler: Labeler, publish: Publish) -> None:
    publish(skeet(1))
    wait_for(AtprotoLabel.objects.exists, "the label")
    publish(skeet(1, later=1, operation="delete"))
    wait_for(lambda: AtprotoLabel.objects.filter(neg=True).exists(), "the withdrawal")
    (label,) = httpx.get(f"{labeler.url}/xrpc/com.atproto.label.queryLabels?uriPatterns=*").json()["labels"]
    assert (label["uri"], label["neg"]) == (uri(1), True)


def test_clients_error_is_the_protocols(labeler: Labeler) -> None:
    with pytest.raises(BadRequestError) as refused:
        Client(labeler.url + "/xrpc").com.atproto.label.query_labels({"uri_patterns": ["a*b"]})
    content: Any = refused.value.response and refused.value.response.content
    assert content.error == "InvalidRequest"


def test_everything_else_is_answered_as_the_protocol_says(labeler: Labeler) -> None:
    with httpx.Client(base_url=labeler.url) as client:
        document = client.get("/.well-known/did.json")
        assert document.json()["id"] == DID
        assert document.json()["verificationMethod"][0]["publicKeyMultibase"] == KEY.multikey
        assert document.json()["service"][0]["serviceEndpoint"] == "https://elections.example"
        assert document.headers["cache-control"] == "public, max-age=300"
        labels = client.get("/xrpc/com.atproto.label.queryLabels?uriPatterns=*")
        assert labels.json() == {"labels": []}
        assert labels.headers["cache-control"].startswith("public, max-age=1")
        assert labels.headers["access-control-allow-origin"] == "*"
        preflight = client.options("/xrpc/com.atproto.label.queryLabels")
        assert preflight.status_code == 204
        assert preflight.headers["access-control-allow-origin"] == "*"
        head = client.head("/.well-known/did.json")
        assert (head.status_code, head.content) == (200, b"")
        wait_for(lambda: client.get("/xrpc/_health").status_code == 200, "health")
        stream = client.get("/xrpc/com.atproto.label.subscribeLabels")
        assert (stream.status_code, stream.headers["upgrade"]) == (426, "websocket")
        unknown = client.get("/xrpc/com.atproto.repo.getRecord")
        assert (unknown.status_code, unknown.json()["error"]) == (501, "MethodNotImplemented")
        assert client.get("/").status_code == 404
        assert client.post("/xrpc/com.atproto.label.queryLabels").status_code == 405


def test_former_signatures_are_made_anew_when_the_key_changes(labeler: Labeler, publish: Publish) -> None:
    publish(skeet(1), skeet(2))
    wait_for(lambda: AtprotoLabel.objects.count() == 2, "two labels")
    labeler.end()
    before = list(AtprotoLabel.objects.order_by("seq").values_list("seq", "cts"))
    labeler.start(LABELER_KEY=OTHER_KEY.secret)
    mark = Identity(DID, OTHER_KEY).mark
    wait_for(lambda: AtprotoStream.objects.get().signed_as == mark, "signing")
    assert set(AtprotoLabel.objects.values_list("signed_as", flat=True)) == {mark}
    subscriber = Subscriber(labeler, cursor=0)
    events = subscriber.await_events(2)
    subscriber.stop()
    assert all(is_genuine(each.labels[0], OTHER_KEY) for each in events)
    assert not any(is_genuine(each.labels[0]) for each in events)
    assert list(AtprotoLabel.objects.order_by("seq").values_list("seq", "cts")) == before
