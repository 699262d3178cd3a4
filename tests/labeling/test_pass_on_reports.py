"""`POST /api/v1/reports/`: platforms pass on what their users report."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from centers.models import Jurisdiction
from labeling.models import Platform, Report, ReviewAction, ReviewTask
from labeling.services.api_key import api_key_create
from labeling.services.review_decide import Verdict, review_decide
from tests.labeling.outside import given_label, the_task
from tests.labeling.tasks import given_moderator

pytestmark = pytest.mark.django_db
Send = Callable[..., HttpResponse]
REPORT = {"uri": "fictional:7312", "kind": "incitement"}


@pytest.fixture
def key(here: Jurisdiction) -> str:
    """Of the platform whose content is labelled."""
    given_label(here)
    return api_key_create(platform=Platform.objects.get(), name="test")


@pytest.fixture
def send(client: Client, key: str) -> Send:
    """Pass a report on."""

    def pass_on(body: Any, content_type: str = "application/json", **headers: str) -> HttpResponse:
        named = {"Authorization": f"Api-Key {key}"} | {name.replace("_", "-"): value for name, value in headers.items()}
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        return client.post("/api/v1/reports/", raw, content_type=content_type, headers=named)

    return pass_on


def problems(response: HttpResponse) -> set[str]:
    """The fields that the answer names."""
    return {error["field"] for error in json.loads(response.content)["errors"]}


def test_report_is_taken_and_its_reporter_gets_a_private_page(client: Client, send: Send, key: str) -> None:
    answer = send(REPORT | {"said": "It calls for violence.", "language": "fr"})
    assert answer.status_code == 201
    document = answer.json()
    assert document["outcome"] is None
    assert document["status_url"].startswith("http://localhost:8000/fr/status/")
    assert "Reçu. Personne" in client.get(document["status_url"].removeprefix("http://localhost:8000")).content.decode()
    state = client.get(answer.headers["Location"], headers={"Authorization": f"Api-Key {key}"})
    assert state.json()["id"] == document["id"]
    assert "said" not in state.json()


def test_outcome_is_told_to_the_platform(client: Client, send: Send, key: str, here: Jurisdiction) -> None:
    where = send(REPORT).headers["Location"]
    task = the_task()
    verdict = Verdict(ReviewAction.REJECT, "harsh-but-allowed")
    review_decide(task=task, by=given_moderator(here), version=task.version, verdict=verdict)
    document = client.get(where, headers={"Authorization": f"Api-Key {key}"}).json()
    assert (document["outcome"], document["policy"], document["reason"]) == (
        "rejected", "incitement/1", "harsh-but-allowed",
    )  # fmt: skip


def test_many_reports_are_one_task(send: Send) -> None:
    for number in range(5):
        assert send(REPORT | {"reporter": f"r{number}"}).status_code == 201
    assert the_task().signals.get().count == 5


def test_repeated_call_is_one_report(send: Send) -> None:
    first = send(REPORT, Idempotency_Key="a-1")
    again = send(REPORT, Idempotency_Key="a-1")
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    said = [send(REPORT | {"reporter": "r-1"}).status_code for _ in range(2)]
    assert said == [201, 200]
    assert send(REPORT | {"reporter": "r-1", "kind": "other"}).status_code == 201
    assert Report.objects.count() == 3


def test_key_used_for_something_else_is_refused(send: Send) -> None:
    send(REPORT, Idempotency_Key="a-1")
    answer = send(REPORT | {"kind": "other"}, Idempotency_Key="a-1")
    assert (answer.status_code, answer.json()["type"].rpartition(":")[2]) == (409, "idempotency-key-reused")


@pytest.mark.parametrize(
    ("changed", "fields"),
    [
        ({"uri": "other:1"}, {"uri"}),
        ({"uri": "http://127.0.0.1/"}, {"uri"}),
        ({"uri": "fictional:a\u202eb"}, {"uri"}),
        ({"kind": "everything"}, {"kind"}),
        ({"said": "x" * 2_001, "language": "xx"}, {"said", "language"}),
        ({"reporter": "x" * 101}, {"reporter"}),
        ({"reporter": "a\nb"}, {"reporter"}),
        ({"jurisdiction": "zz"}, {"jurisdiction"}),
        ({"jurisdiction": "x\x00"}, {"jurisdiction"}),
        ({"said": 7}, {"said"}),
    ],
)
def test_what_is_wrong_is_named_and_nothing_kept(send: Send, changed: dict[str, Any], fields: set[str]) -> None:
    answer = send(REPORT | changed)
    assert (answer.status_code, problems(answer)) == (400, fields)
    assert not ReviewTask.objects.exists()


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"{", "application/json", 400),
        (b"\xff", "application/json", 400),
        (b'{"kind": "other"}', "application/json", 400),
        (b"[]", "application/json", 400),
        (b"{}", "text/plain", 415),
        (b'{"said": "' + b"x" * 1_000_000 + b'"}', "application/json", 413),
    ],
)
def test_what_is_no_report_is_refused(send: Send, body: bytes, content_type: str, status: int) -> None:
    answer = send(body, content_type)
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "application/problem+json")
    assert not Report.objects.exists()


def test_more_than_a_minute_allows_waits(send: Send, settings: Any) -> None:
    settings.REPORTS_PER_MINUTE = 2
    taken = [send(REPORT | {"reporter": str(number)}) for number in range(3)]
    assert [answer.status_code for answer in taken] == [201, 201, 429]
    assert int(taken[2].headers["Retry-After"]) >= 1
    # A repeated one is answered all the same.
    assert send(REPORT | {"reporter": "1"}).status_code == 200


def test_others_see_nothing(client: Client, send: Send) -> None:
    where = send(REPORT).headers["Location"]
    other = api_key_create(platform=Platform.objects.create(key="other", name="Other"), name="test")
    assert client.get(where).status_code == 401
    assert client.get(where, headers={"Authorization": f"Api-Key {other}"}).status_code == 404
    assert client.post("/api/v1/reports/", REPORT, content_type="application/json").status_code == 401
