"""What is refused for now: from everybody while workers are behind, from one platform over its quota."""

from __future__ import annotations

import datetime as dt
import json
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families
from pytest_django import DjangoAssertNumQueries, Settings
from pytest_django.live_server_helper import LiveServer

from labeling.intake import Item
from labeling.intake_client import HttpDoor
from labeling.models import IntakeBatch, Label, Platform
from labeling.services import intake_count, intake_limits
from labeling.services.api_key import api_key_create
from labeling.services.batch_store import batch_store
from tests.labeling.conftest import Post, build_world, item
from tests.labeling.test_post_content import problem
from tests.labeling.test_recover_batches import together


@pytest.fixture(autouse=True)
def _new_process() -> Iterator[None]:
    """Nothing is known of the backlog, and nothing counted waits to be handed over."""
    intake_limits.backlog_forget()
    intake_count._Counts.pending.clear()
    intake_count._Counts.silent_until = 0.0
    yield
    intake_limits.backlog_forget()


def items(count: int, prefix: str = "v") -> list[dict[str, Any]]:
    """So many items."""
    return [item(f"{prefix}{number}") for number in range(count)]


def quota(platform: Platform, per_minute: int | None) -> None:
    """What an administrator sets."""
    Platform.objects.filter(pk=platform.pk).update(items_per_minute=per_minute)


def passed(seconds: float) -> None:
    """Move what was handed in back, as if so much time had passed."""
    for batch in IntakeBatch.objects.all():
        batch.received_at -= dt.timedelta(seconds=seconds)
        batch.save()


def metrics(client: Client) -> dict[tuple[str, ...], float]:
    """The pipeline's samples by name and label values."""
    text = client.get("/metrics").content.decode()
    return {
        (sample.name.removeprefix("election_centers_"), *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name.startswith("election_centers_")
    }


def test_content_is_refused_when_too_much_waits(post: Post, settings: Settings) -> None:
    settings.INTAKE_BACKLOG_LIMIT = 2
    assert post(items(3)).status_code == 202, "the limit was not passed when it came"
    intake_limits.backlog_forget()

    response = post(items(1, "later"))

    problem(response, 429, "backlog")
    assert response.headers["Retry-After"] == "5"
    assert IntakeBatch.objects.count() == 1


def test_content_is_taken_again_when_workers_caught_up(
    post: Post, settings: Settings, label_all: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.INTAKE_BACKLOG_LIMIT = 2
    monkeypatch.setattr(intake_limits, "LOOK_EVERY", 60.0)
    post(items(3))
    intake_limits.backlog_forget()
    assert post(items(1, "later")).status_code == 429

    label_all()
    assert post(items(1, "later")).status_code == 429, "the backlog is not looked at for every request"
    intake_limits._Backlog.look_again_at -= 60.0
    assert post(items(1, "later")).status_code == 202


def test_a_backlog_of_exactly_the_limit_is_allowed(post: Post, settings: Settings) -> None:
    settings.INTAKE_BACKLOG_LIMIT = 3
    post(items(3))
    intake_limits.backlog_forget()

    assert post(items(1, "later")).status_code == 202


def test_what_was_set_aside_is_no_backlog(post: Post, platform: Platform, settings: Settings) -> None:
    settings.INTAKE_BACKLOG_LIMIT = 2
    post(items(3))
    IntakeBatch.objects.update(state="poison", finished_at=timezone.now())
    intake_limits.backlog_forget()

    assert post(items(1, "later")).status_code == 202


def test_the_backlog_is_asked_for_once_in_half_a_second(
    platform: Platform, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):
        for _ in range(50):
            intake_limits.backlog_check()


def test_a_slow_look_at_the_backlog_is_made_less_often(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([100.0, 100.0, 102.0])
    monkeypatch.setattr(intake_limits, "time", SimpleNamespace(monotonic=lambda: next(clock)))

    intake_limits.backlog_check()

    assert intake_limits._Backlog.look_again_at == pytest.approx(122.0)


def test_a_stranger_learns_nothing_of_the_backlog(client: Client, post: Post, settings: Settings) -> None:
    settings.INTAKE_BACKLOG_LIMIT = 2
    post(items(3))
    intake_limits.backlog_forget()

    response = client.post("/api/v1/content/", b"[]", content_type="application/json")

    assert response.status_code == 401


def test_content_over_the_quota_is_refused_until_some_has_left_the_minute(post: Post, platform: Platform) -> None:
    quota(platform, 10)
    assert post(items(4, "first")).status_code == 202
    passed(20)
    assert post(items(6, "second")).status_code == 202

    response = post(items(4, "third"))
    problem(response, 429, "quota")
    assert 39 <= int(response.headers["Retry-After"]) <= 40, "when the first four are a minute old"
    response = post(items(5, "third"))
    assert 59 <= int(response.headers["Retry-After"]) <= 60, "five need the second batch to leave, too"
    assert IntakeBatch.objects.count() == 2

    passed(41)
    assert post(items(4, "third")).status_code == 202


def test_a_quota_is_exactly_what_may_be_handed_in(post: Post, platform: Platform) -> None:
    quota(platform, 3)

    assert [post(items(2)).status_code, post(items(1, "w")).status_code] == [202, 202]
    assert post(items(1, "x")).status_code == 429


def test_a_request_larger_than_the_quota_is_told_that_it_never_fits(post: Post, platform: Platform) -> None:
    quota(platform, 3)

    document = problem(post(items(4)), 413, "too-many-items")

    assert "3 items a minute" in document["detail"]
    assert not IntakeBatch.objects.exists()


def test_one_platform_over_its_quota_does_not_concern_another(client: Client, post: Post, platform: Platform) -> None:
    quota(platform, 1)
    other = api_key_create(platform=Platform.objects.create(key="loops", name="Loops"), name="test")
    post(items(1))
    assert post(items(1, "w")).status_code == 429

    response = client.post(
        "/api/v1/content/", items(9), content_type="application/json", headers={"Authorization": f"Api-Key {other}"}
    )

    assert response.status_code == 202


def test_without_a_quota_as_much_as_comes_is_taken(post: Post, platform: Platform) -> None:
    assert [post(items(50, prefix)).status_code for prefix in "abc"] == [202] * 3


def test_labelled_items_and_repeats_count_once(post: Post, platform: Platform, label_all: Callable[[], None]) -> None:
    quota(platform, 4)
    post(items(2))
    assert post(items(2)).status_code == 202, "the same items that still wait are the same batch"
    label_all()

    assert post(items(2, "w")).status_code == 202
    assert post(items(1, "x")).status_code == 429


@pytest.mark.django_db(transaction=True)
def test_a_client_waits_as_long_as_it_is_asked_to(live_server: LiveServer) -> None:
    build_world()
    platform = Platform.objects.create(key="clips", name="Clips", items_per_minute=2)
    pauses: list[float] = []

    def sleep(seconds: float) -> None:
        pauses.append(seconds)
        passed(seconds)

    door = HttpDoor(live_server.url, api_key_create(platform=platform, name="test"), sleep=sleep)
    try:
        for name in "ab":
            door.hand_in("".join(json.dumps(line) + "\n" for line in items(2, name)).encode())
    finally:
        door.close()

    assert len(pauses) == 1
    assert 55 <= pauses[0] <= 60
    assert IntakeBatch.objects.count() == 2


def test_the_operator_is_not_held_to_the_quota(platform: Platform) -> None:
    quota(platform, 1)
    batch_store(platform=platform, items=[Item("a"), Item("b")])

    assert IntakeBatch.objects.get().item_count == 2


@pytest.mark.django_db(transaction=True)
def test_requests_at_the_same_time_cannot_pass_the_quota_together() -> None:
    build_world()
    platform = Platform.objects.create(key="clips", name="Clips", items_per_minute=10)
    key = api_key_create(platform=platform, name="test")
    statuses: list[int] = []

    def hand_in(prefix: str) -> None:
        headers = {"Authorization": f"Api-Key {key}"}
        response = Client().post("/api/v1/content/", items(4, prefix), content_type="application/json", headers=headers)
        statuses.append(response.status_code)

    together(*[lambda prefix=prefix: hand_in(prefix) for prefix in "abcdef"])  # type: ignore[misc]

    assert sorted(statuses) == [202, 202, 429, 429, 429, 429]
    assert IntakeBatch.objects.count() == 2


def test_intake_is_counted(client: Client, post: Post, platform: Platform) -> None:
    quota(platform, 4)
    post([*items(3), {"external_id": 7}, item("x", lang=5), "no item", item("y", text=3)])
    post(items(2, "w"))
    post([{}])
    post(b"{")
    client.post("/api/v1/content/", b"[]", content_type="application/json")

    seen = metrics(client)

    assert {name[1:]: value for name, value in seen.items() if name[0] == "intake_items_total"} == {
        ("accepted", ""): 3,
        ("invalid", "external_id"): 2,
        ("invalid", "item"): 1,
        ("invalid", "lang"): 1,
        ("invalid", "text"): 1,
        ("refused", "quota"): 2,
    }
    assert {name[1]: value for name, value in seen.items() if name[0] == "intake_refused_requests_total"} == {
        "malformed": 1,
        "no_valid_item": 1,
        "not_authenticated": 1,
        "quota": 1,
    }


def test_names_of_strangers_fields_are_no_labels(client: Client, post: Post) -> None:
    post([item("a"), item("b", **{"anna@mail.example": "\0"})])

    assert metrics(client)["intake_items_total", "invalid", "other"] == 1
    assert "anna" not in client.get("/metrics").content.decode()


def test_threads_that_count_first_at_the_same_time_share_one_client(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[object] = []
    both_here = threading.Barrier(2)

    def connected() -> object:
        time.sleep(0.01)  # the other thread meets a client that is just being made
        made.append(object())
        return made[-1]

    def look(_: int) -> object:
        both_here.wait()
        return intake_count._valkey()

    monkeypatch.setattr(intake_count, "_connected", connected)
    monkeypatch.setattr(intake_count._Counts, "valkey", None)
    with ThreadPoolExecutor(2) as threads:
        one, other = threads.map(look, range(2))

    assert one is other
    assert len(made) == 1, "a second one, dropped, would hang up on whoever still used it"


def test_counts_are_kept_while_valkey_is_away(
    client: Client, post: Post, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    # However slow this machine is, the pause outlasts the test.
    monkeypatch.setattr(intake_count, "PAUSE", 3600.0)
    here, settings.REDIS_URL = settings.REDIS_URL, "unix:///nowhere/valkey.sock"
    intake_count._Counts.valkey = None
    try:
        assert post(items(2)).status_code == 202
        seen = metrics(client)
        assert seen["pipeline_readable", "valkey"] == 0
        assert seen["pipeline_backlog_items",] == 2
    finally:
        settings.REDIS_URL = here
        intake_count._Counts.valkey = None
    assert post(items(1, "w")).status_code == 202
    assert ("intake_items_total", "accepted", "") not in metrics(client), "Valkey is left alone for a moment"

    monkeypatch.setattr(intake_count._Counts, "silent_until", 0.0)
    post(items(1, "x"))
    assert metrics(client)["intake_items_total", "accepted", ""] == 4


def test_backlog_and_poison_are_gauges_and_all_gauges_cost_few_queries(
    client: Client, post: Post, label_all: Callable[[], None], django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    post(items(2, "done"))
    label_all()
    post(items(5, "poison"))
    IntakeBatch.objects.unfinished().update(state="poison", finished_at=timezone.now())
    post(items(3, "old"))
    passed(90)
    post(items(4, "new"))

    with django_assert_max_num_queries(11):
        seen = metrics(client)

    assert seen["pipeline_backlog_items",] == 7
    assert seen["pipeline_backlog_batches",] == 2
    assert 90 <= seen["pipeline_backlog_age_seconds",] < 100
    assert (seen["pipeline_poison_batches",], seen["pipeline_poison_items",]) == (1, 5)
    assert seen["pipeline_readable", "database"] == seen["pipeline_readable", "valkey"] == 1
    assert Label.objects.count() == 2


def test_metrics_are_answered_without_the_database(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def away() -> None:
        raise OperationalError("away")

    monkeypatch.setattr("labeling.metrics._gauges", away)
    monkeypatch.setattr("centers.metrics._links", away)

    seen = metrics(client)

    assert seen["pipeline_readable", "database"] == 0
    assert ("pipeline_backlog_items",) not in seen
    assert ("links_broken",) not in seen


@pytest.mark.django_db
def test_limits_have_their_indexes() -> None:
    # By their definition, not by a plan: which index a planner takes for a few rows depends on its statistics.
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, IntakeBatch._meta.db_table)
    assert found["batch_by_platform_and_time"]["columns"][:2] == ["platform_id", "received_at"]
    assert found["batch_done_by_time"]["columns"][0] == "finished_at"
