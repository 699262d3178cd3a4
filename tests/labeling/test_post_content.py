"""Handing content in: what is taken, what is refused, and how it is said."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from labeling.models import ApiKey, IntakeBatch, Platform
from labeling.services.api_key import api_key_create, api_key_revoke
from labeling.services.payload import payload_lines, payload_unpack
from tests.labeling.conftest import Post, item


def problem(response: Any, status: int, code: str) -> dict[str, Any]:
    """The problem document, after checking that it is one."""
    assert response.status_code == status, response.content
    assert response.headers["Content-Type"] == "application/problem+json"
    document = response.json()
    assert document["type"] == f"urn:election-centers:problem:{code}"
    assert document["status"] == status
    assert document["detail"]
    return document  # type: ignore[no-any-return]


def test_items_are_stored_as_one_batch_when_all_are_valid(post: Post, platform: Platform) -> None:
    response = post([item("a"), item("b")])

    assert response.status_code == 202
    batch = IntakeBatch.objects.get()
    assert response.json() == {"batch": str(batch.public_id), "accepted": 2, "invalid": []}
    assert (batch.platform, batch.state, batch.item_count, batch.attempts) == (platform, "received", 2, 0)
    assert batch.payload is not None
    assert [stored.external_id for stored in payload_unpack(batch.payload)] == ["a", "b"]
    assert response.headers["Location"] == f"/api/v1/content/{batch.public_id}/"


def test_fields_nobody_asked_for_are_not_stored(post: Post) -> None:
    post([item("a", phone="+00 000", author={"id": "1", "handle": "h", "email": "anna@mail.example"})])

    payload = IntakeBatch.objects.get().payload
    assert payload is not None
    stored = payload_lines(payload)
    assert b"phone" not in stored
    assert b"mail.example" not in stored


def test_lines_are_taken_like_an_array(post: Post) -> None:
    body = b"\xef\xbb\xbf" + json.dumps(item("a")).encode() + b"\r\n\n" + json.dumps(item("b")).encode() + b"\n"

    response = post(body, "application/x-ndjson; charset=utf-8")

    assert response.status_code == 202
    assert response.json()["accepted"] == 2


BAD_ITEMS: list[tuple[Any, str, str]] = [
    ({}, "external_id", "missing"),
    ({"external_id": ""}, "external_id", "visible ASCII"),
    ({"external_id": 5}, "external_id", "got `int`"),
    ({"external_id": None}, "external_id", "got `null`"),
    ({"external_id": "a b"}, "external_id", "visible ASCII"),
    ({"external_id": "a\n"}, "external_id", "visible ASCII"),
    ({"external_id": "x" * 256}, "external_id", "visible ASCII"),
    ({"external_id": "a", "text": 3}, "text", "got `int`"),
    ({"external_id": "a", "text": "x" * 20_001}, "text", "length <= 20000"),
    ({"external_id": "a", "text": "null \0 character"}, "text", "NUL"),
    ({"external_id": "a", "text": "half a pair \ud83d"}, "text", "surrogate"),
    ({"external_id": "a", "author": "anna"}, "author", "got `str`"),
    ({"external_id": "a", "author": {"id": 7}}, "author.id", "got `int`"),
    ({"external_id": "a", "author": {"handle": "h\0"}}, "author.handle", "NUL"),
    ({"external_id": "a", "created_at": "yesterday"}, "created_at", "RFC3339"),
    ({"external_id": "a", "created_at": "2026-01-01T00:00:00"}, "created_at", "timezone"),
    ({"external_id": "a", "created_at": "0001-01-01T00:00:00+14:00"}, "created_at", "between"),
    ({"external_id": "a", "created_at": "2199-01-01T00:00:00Z"}, "created_at", "between"),
    ({"external_id": "a", "revision": -1}, "revision", ">= 0"),
    ({"external_id": "a", "revision": 2**63}, "revision", "<="),
    ({"external_id": "a", "revision": "2"}, "revision", "got `str`"),
    ({"external_id": "a", "deleted": "no"}, "deleted", "got `str`"),
    ({"external_id": "a", "hashtags": ["ok", 3]}, "hashtags[1]", "got `int`"),
    ({"external_id": "a", "hashtags": ["x"] * 201}, "hashtags", "length <= 200"),
    ({"external_id": "a", "media": [{"url": "https://v.example/"}]}, "media[0]", "type"),
    ({"external_id": "a", "media": [{"type": "video", "sha256": "abc"}]}, "media[0].sha256", "hexadecimal"),
    ({"external_id": "a", "metrics": {"views": "many"}}, "metrics", "got `str`"),
    ([], "", "got `array`"),
    ("a", "", "got `str`"),
    (None, "", "got `null`"),
]


@pytest.mark.parametrize(("bad", "field", "reason"), BAD_ITEMS)
@pytest.mark.parametrize("content_type", ["application/json", "application/x-ndjson"])
def test_bad_items_are_named_and_the_others_taken(
    post: Post, bad: Any, field: str, reason: str, content_type: str
) -> None:
    items = [item("before"), bad, item("after")]
    body = json.dumps(items) if content_type == "application/json" else "\n".join(map(json.dumps, items))

    response = post(body.encode(), content_type)

    assert response.status_code == 202
    answer = response.json()
    assert answer["accepted"] == 2
    (invalid,) = answer["invalid"]
    assert invalid["index"] == 1
    (error,) = invalid["errors"]
    assert error["field"].startswith(field)
    assert reason in error["reason"]


def test_a_line_that_is_no_json_spoils_only_itself(post: Post) -> None:
    bad = b'{"external_id": \nplain words\n{"external_id": "b", "text": "\xff"}'
    body = b'{"external_id": "a"}\n' + bad + b'\n{"external_id": "c"}'

    answer = post(body, "application/x-ndjson").json()

    assert answer["accepted"] == 2
    assert [invalid["index"] for invalid in answer["invalid"]] == [1, 2, 3]
    assert answer["invalid"][2]["external_id"] == "b"


def test_nothing_is_stored_when_no_item_is_valid(post: Post) -> None:
    document = problem(post([{"external_id": "a", "text": 3}]), 422, "no-valid-item")

    assert document["invalid"] == [
        {"index": 0, "external_id": "a", "errors": [{"field": "text", "reason": "Expected `str | null`, got `int`"}]}
    ]
    assert not IntakeBatch.objects.exists()


@pytest.mark.parametrize(
    "body", [b" ", b"{}", b"[", b"[1", b'[{"external_id":"a"}', b"[] []", b"null", b"\xff\xfe", b"[" * 90_000]
)
def test_a_body_that_is_no_array_is_malformed(post: Post, body: bytes) -> None:
    problem(post(body), 400, "malformed")
    assert not IntakeBatch.objects.exists()


@pytest.mark.parametrize(("body", "content_type"), [(b"[]", "application/json"), (b"\n\n", "application/x-ndjson")])
def test_an_empty_body_is_refused(post: Post, body: bytes, content_type: str) -> None:
    problem(post(body, content_type), 400, "parse-error")


@pytest.mark.parametrize("content_type", ["text/plain", "application/xml", "multipart/form-data; boundary=x"])
def test_other_formats_are_refused(post: Post, content_type: str) -> None:
    assert "application/x-ndjson" in problem(post(b"[]", content_type), 415, "unsupported-format")["detail"]


@pytest.mark.parametrize("filler", [{}, 1])
def test_too_many_items_are_refused_whole(post: Post, filler: Any) -> None:
    items = [{"external_id": str(number)} for number in range(5_000)]

    assert post(items).json()["accepted"] == 5_000
    IntakeBatch.objects.all().delete()
    problem(post([*items, filler]), 413, "too-many-items")
    problem(post("\n".join(map(json.dumps, [*items, filler])).encode(), "application/x-ndjson"), 413, "too-many-items")
    assert not IntakeBatch.objects.exists()


@pytest.mark.parametrize(
    ("encoding", "compress"), [("gzip", gzip.compress), ("GZIP", gzip.compress), ("deflate", zlib.compress)]
)
def test_compressed_bodies_are_unpacked(post: Post, encoding: str, compress: Callable[[bytes], bytes]) -> None:
    body = compress(json.dumps([item()]).encode())

    assert post(body, Content_Encoding=encoding).status_code == 202


def test_a_body_that_unpacks_to_too_much_is_refused(post: Post) -> None:
    bomb = gzip.compress(b"[" + b" " * (64 * 1024 * 1024) + b"]")
    assert len(bomb) < 100_000

    problem(post(bomb, Content_Encoding="gzip"), 413, "too-large")


def test_a_body_that_is_too_large_is_refused(post: Post) -> None:
    problem(post(b"[" + b" " * (16 * 1024 * 1024) + b"]"), 413, "too-large")


GZIPPED = gzip.compress(b"[]", mtime=0)


@pytest.mark.parametrize("body", [b"no gzip", GZIPPED[:-4], GZIPPED + b"tail"])
def test_a_damaged_compressed_body_is_malformed(post: Post, body: bytes) -> None:
    problem(post(body, Content_Encoding="gzip"), 400, "malformed")


def test_other_encodings_are_refused(post: Post) -> None:
    problem(post(b"[]", Content_Encoding="br"), 415, "unsupported-format")


@pytest.mark.parametrize(
    "header",
    [None, "", "Api-Key", "Api-Key wrong", "Bearer {key}", "Api-Key {key}x", "Api-Key ec_000000000000_" + "x" * 43],
)
def test_strangers_are_refused(client: Client, key: str, header: str | None) -> None:
    headers = {} if header is None else {"Authorization": header.format(key=key)}

    response = client.post("/api/v1/content/", b"[]", content_type="application/json", headers=headers)

    problem(response, 401, "not-authenticated" if not header else "authentication-failed")
    assert response.headers["WWW-Authenticate"] == "Api-Key"


def test_a_revoked_key_opens_nothing(post: Post, platform: Platform) -> None:
    api_key_revoke(key=ApiKey.objects.get(platform=platform))

    problem(post([item()]), 401, "authentication-failed")


def test_the_day_a_key_was_used_is_noted(post: Post, platform: Platform) -> None:
    post([item()])

    assert ApiKey.objects.get(platform=platform).last_used_on is not None


def test_the_same_request_twice_is_one_batch_while_it_waits(post: Post, label_all: Callable[[], None]) -> None:
    first, again = post([item()]).json(), post([item()]).json()

    assert first == again
    label_all()
    assert post([item()]).json()["batch"] != first["batch"]
    assert IntakeBatch.objects.count() == 2


def test_only_the_platform_itself_sees_how_far_its_batch_is(
    client: Client, post: Post, key: str, label_all: Callable[[], None]
) -> None:
    address = post([item("a"), item("b", text="Mittagessen")]).headers["Location"]
    label_all()

    state = client.get(address, headers={"Authorization": f"Api-Key {key}"}).json()
    assert (state["state"], state["items"], state["matched"], state["labels"]) == ("done", 2, 1, 1)
    other = api_key_create(platform=Platform.objects.create(key="other", name="Other"), name="test")
    problem(client.get(address, headers={"Authorization": f"Api-Key {other}"}), 404, "not-found")
    problem(client.get(address), 401, "not-authenticated")


def test_get_is_not_a_way_to_hand_in(client: Client, key: str) -> None:
    problem(client.get("/api/v1/content/", headers={"Authorization": f"Api-Key {key}"}), 405, "method-not-allowed")
