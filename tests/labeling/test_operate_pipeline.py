"""What operators do: look at the pipeline, put batches back, read what could not be labelled, let time erase it."""

from __future__ import annotations

import datetime as dt
import io
import json
import stat
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from electioncenters.tasks import HEARTBEAT_KEY
from labeling import tasks
from labeling.matching import Match
from labeling.models import ContentItem, IntakeBatch, Label, Platform, SampledItem
from labeling.services import batch_send
from labeling.services.batch_label import MAX_ATTEMPTS, batch_label
from labeling.services.matcher import Matcher
from tests.labeling.conftest import Post, item

LabelAll = Callable[[], None]


def run(command: str, *arguments: str) -> tuple[str, str]:
    """Standard output and standard error."""
    out, err = io.StringIO(), io.StringIO()
    call_command(command, *arguments, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def state() -> dict[str, Any]:
    """What `pipeline --json` says."""
    document: dict[str, Any] = json.loads(run("pipeline", "--json")[0])
    return document


def set_aside(post: Post, *external_ids: str, days_ago: float = 0) -> IntakeBatch:
    """A batch that was given up."""
    public_id = post([item(name) for name in external_ids]).json()["batch"]
    IntakeBatch.objects.filter(public_id=public_id).update(
        state="poison",
        attempts=MAX_ATTEMPTS,
        error="RuntimeError at attempt 5",
        finished_at=timezone.now() - dt.timedelta(days=days_ago),
    )
    return IntakeBatch.objects.get(public_id=public_id)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Messages go here instead of to the broker."""
    messages: list[str] = []
    monkeypatch.setattr(tasks.batch_label, "apply_async", lambda args, **options: messages.append(args[0]))
    monkeypatch.setattr(batch_send._Broker, "silent_until", 0.0)
    return messages


def test_an_idle_pipeline_is_all_zeros(platform: Platform) -> None:
    assert state() == {
        "states": {name: {"batches": 0, "items": 0} for name in ("received", "working", "done", "poison", "erased")},
        "backlog": {"batches": 0, "items": 0, "age_seconds": 0.0},
        "items_per_minute": 0.0,
        "labels_per_minute": 0.0,
        "poison": [],
        "worker": "not seen",
    }


def test_the_state_counts_what_waits_flows_and_was_set_aside(post: Post, label_all: LabelAll) -> None:
    post([item(str(number)) for number in range(10)] + [item("other", text="Kuchen")])
    label_all()
    poison = set_aside(post, "p", "q")
    post([item("w"), item("x"), item("y")])
    IntakeBatch.objects.unfinished().update(received_at=timezone.now() - dt.timedelta(seconds=75))
    cache.set(HEARTBEAT_KEY, time.time())

    document = state()

    assert {name: (of["batches"], of["items"]) for name, of in document["states"].items()} == {
        "received": (1, 3),
        "working": (0, 0),
        "done": (1, 11),
        "poison": (1, 2),
        "erased": (0, 0),
    }
    assert document["backlog"]["items"] == 3
    assert 75 <= document["backlog"]["age_seconds"] < 85
    assert (document["items_per_minute"], document["labels_per_minute"]) == (2.2, 2.0)
    assert document["worker"] == "ok"
    (listed,) = document["poison"]
    assert listed["batch"] == str(poison.public_id)
    assert (listed["platform"], listed["items"], listed["attempts"], listed["replays"]) == ("clips", 2, 5, 0)
    assert listed["error"] == "RuntimeError at attempt 5"


def test_what_was_labelled_long_ago_is_no_flow(post: Post, label_all: LabelAll) -> None:
    post([item("a")])
    label_all()
    IntakeBatch.objects.update(finished_at=timezone.now() - dt.timedelta(minutes=6))

    assert state()["items_per_minute"] == 0


def test_the_tables_say_the_same(post: Post) -> None:
    poison = set_aside(post, "p", "q")
    post([item(str(number)) for number in range(1200)])

    out, _ = run("pipeline")

    assert "1,200 items, the oldest waits" in out
    assert str(poison.public_id) in out, "in one piece, to be copied"
    assert "RuntimeError" in out
    assert "not seen" in out
    assert "demo.anna" not in out


def test_the_check_is_content_when_nothing_is_wrong(post: Post, label_all: LabelAll) -> None:
    post([item("a")])
    label_all()
    post([item("b")])

    run("pipeline", "--check")


def test_the_check_fails_when_a_batch_was_set_aside(post: Post) -> None:
    set_aside(post, "p")

    run("pipeline")
    with pytest.raises(CommandError, match="Batches set aside: 1") as caught:
        run("pipeline", "--check", "--json")
    assert caught.value.returncode == 1


def test_the_check_fails_when_the_backlog_is_too_old(post: Post) -> None:
    post([item("a")])
    IntakeBatch.objects.update(received_at=timezone.now() - dt.timedelta(seconds=100))

    run("pipeline", "--check")
    with pytest.raises(CommandError, match=r"has waited 10\d s \(limit 60 s\)"):
        run("pipeline", "--check", "--max-age", "60")


def test_a_batch_that_was_set_aside_is_labelled_when_put_back(
    post: Post,
    sent: list[str],
    label_all: LabelAll,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    batch = set_aside(post, "p", "q", days_ago=2)
    with django_capture_on_commit_callbacks(execute=True):
        out, _ = run("pipeline_replay", str(batch.public_id))

    assert "1 of 1 batches were put back." in out
    assert sent == [str(batch.public_id)]
    batch.refresh_from_db()
    assert (batch.state, batch.attempts, batch.error, batch.replay_count) == ("received", 0, "", 1)
    assert batch.replayed_at is not None
    assert batch.finished_at is None
    label_all()
    batch.refresh_from_db()
    assert (batch.state, batch.matched_count, batch.replay_count) == ("done", 2, 1)
    assert Label.objects.count() == 2


def test_a_batch_that_was_put_back_has_not_waited_since_it_came(post: Post) -> None:
    batch = set_aside(post, "p")
    IntakeBatch.objects.update(received_at=timezone.now() - dt.timedelta(days=3))
    run("pipeline_replay", str(batch.public_id))

    assert state()["backlog"]["age_seconds"] < 10
    run("pipeline", "--check")


def test_a_batch_that_fails_again_is_set_aside_again(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    batch = set_aside(post, "p")
    run("pipeline_replay", str(batch.public_id))

    def broken() -> Matcher:
        raise RuntimeError("no rules")

    monkeypatch.setattr("labeling.services.batch_label.matchers_in_force", broken)
    for _ in range(MAX_ATTEMPTS):
        IntakeBatch.objects.update(due_at=timezone.now())
        batch_label(public_id=batch.public_id)

    (listed,) = state()["poison"]
    assert (listed["attempts"], listed["replays"], listed["error"]) == (5, 1, "RuntimeError at attempt 5")


def test_all_are_put_back_and_those_that_cannot_are_named(post: Post) -> None:
    first, second = set_aside(post, "p"), set_aside(post, "q")
    again = set_aside(post, "r")
    post([item("r")])

    with pytest.raises(CommandError, match=f"items of batch {again.public_id} were handed in again"):
        run("pipeline_replay", "--all")

    states = dict(IntakeBatch.objects.values_list("public_id", "state"))
    assert [states[batch.public_id] for batch in (first, second, again)] == ["received", "received", "poison"]


def test_only_batches_set_aside_with_their_items_are_put_back(post: Post) -> None:
    waiting = post([item("a")]).json()["batch"]
    with pytest.raises(CommandError, match="is not set aside: it is received"):
        run("pipeline_replay", waiting)

    erased = set_aside(post, "p")
    IntakeBatch.objects.filter(pk=erased.pk).update(payload=None)
    with pytest.raises(CommandError, match="have been erased"):
        run("pipeline_replay", str(erased.public_id))

    with pytest.raises(CommandError, match="There is no batch"):
        run("pipeline_replay", str(uuid.uuid4()))
    assert not IntakeBatch.objects.exclude(replayed_at=None).exists()


@pytest.mark.parametrize("arguments", [[], ["--all", "00000000-0000-4000-8000-000000000000"], ["no-id"]])
def test_a_replay_needs_one_batch_or_all(arguments: list[str]) -> None:
    with pytest.raises(CommandError):
        run("pipeline_replay", *arguments)


def test_an_item_deleted_since_does_not_come_back_with_the_failed_ones(
    post: Post, label_all: LabelAll, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The failed item gets a batch younger than the deletion that was handed in after it."""
    real = Matcher.match_all

    def broken(self: Matcher, given: Any, **known: Any) -> list[tuple[Match, ...]]:
        if any(item.external_id == "bad" for item in given):
            raise ValueError("cannot be matched")
        return real(self, given, **known)

    first = post([item("bad"), item("good")]).json()["batch"]
    post([{"external_id": "bad", "deleted": True}])
    with monkeypatch.context() as faulty:
        faulty.setattr(Matcher, "match_all", broken)
        batch_label(public_id=uuid.UUID(first))
        label_all()
    failed = IntakeBatch.objects.set_aside().get()
    assert failed.item_count == 1

    run("pipeline_replay", str(failed.public_id))
    label_all()

    assert [label.item.external_id for label in Label.objects.all()] == ["good"]
    assert ContentItem.objects.get(external_id="bad").text == ""


def test_the_items_are_written_for_the_operator_alone(post: Post, tmp_path: Path) -> None:
    batch = set_aside(post, "p", "q")
    path = tmp_path / "batch.ndjson"

    out, err = run("pipeline_download", str(batch.public_id), str(path))

    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert [line["external_id"] for line in lines] == ["p", "q"]
    assert lines[0]["text"] == "Ich wähle am Sonntag #btw29"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "2 items" in out
    assert "erase it" in err


def test_what_was_downloaded_can_be_handed_in_again(post: Post, tmp_path: Path) -> None:
    batch = set_aside(post, "p", "q")
    path = tmp_path / "batch.ndjson"
    run("pipeline_download", str(batch.public_id), str(path))

    response = post(path.read_bytes(), "application/x-ndjson")

    assert (response.status_code, response.json()["accepted"], response.json()["invalid"]) == (202, 2, [])


def test_a_download_overwrites_nothing_and_follows_no_link(post: Post, tmp_path: Path) -> None:
    batch = set_aside(post, "p")
    there = tmp_path / "there"
    there.write_text("mine")
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "elsewhere")

    for name in (there, link, tmp_path / "no" / "folder"):
        with pytest.raises(CommandError, match="cannot be written"):
            run("pipeline_download", str(batch.public_id), str(name))

    assert there.read_text() == "mine"
    assert not (tmp_path / "elsewhere").exists()


def test_only_what_was_set_aside_can_be_downloaded(post: Post, tmp_path: Path) -> None:
    path = tmp_path / "batch.ndjson"
    waiting = post([item("a")]).json()["batch"]
    damaged, cut, erased = set_aside(post, "p"), set_aside(post, "r"), set_aside(post, "q")
    IntakeBatch.objects.filter(pk=damaged.pk).update(payload=b"no JSON")
    IntakeBatch.objects.filter(pk=cut.pk).update(payload=bytes(cut.payload or b"")[:-9])
    IntakeBatch.objects.filter(pk=erased.pk).update(payload=None)

    for batch, reason in (
        (waiting, "not set aside"),
        (damaged.public_id, "damaged"),
        (cut.public_id, "damaged"),
        (erased.public_id, "have been erased"),
        (uuid.uuid4(), "no batch"),
    ):
        with pytest.raises(CommandError, match=reason):
            run("pipeline_download", str(batch), str(path))
    assert not path.exists()


def test_items_set_aside_are_erased_in_time(post: Post, client: Client, key: str) -> None:
    old, young = set_aside(post, "p", days_ago=14.1), set_aside(post, "q", days_ago=13.9)

    tasks.intake_erase.run()

    old.refresh_from_db()
    young.refresh_from_db()
    assert (old.payload, old.state, old.error) == (None, "poison", "RuntimeError at attempt 5")
    assert young.payload is not None
    document = state()
    assert (document["states"]["poison"]["batches"], document["states"]["erased"]["batches"]) == (1, 1)
    assert [batch["batch"] for batch in document["poison"]] == [str(young.public_id)]
    answer = client.get(f"/api/v1/content/{old.public_id}/", headers={"Authorization": f"Api-Key {key}"})
    assert answer.json()["state"] == "poison", "the platform is still told"


def test_erased_batches_are_not_alarming(post: Post) -> None:
    set_aside(post, "p", days_ago=20)
    tasks.intake_erase.run()

    run("pipeline", "--check")


def test_samples_are_erased_in_time(platform: Platform, settings: Settings) -> None:
    settings.SAMPLE_DAYS = 30
    today = timezone.now().date()
    for days in (0, 30, 31, 400):
        SampledItem.objects.create(text=f"{days} days", sampled_on=today - dt.timedelta(days=days))

    tasks.intake_erase.run()

    assert sorted(SampledItem.objects.values_list("text", flat=True)) == ["0 days", "30 days"]


def test_beat_asks_for_the_erasing() -> None:
    schedule = settings.CELERY_BEAT_SCHEDULE.values()
    assert {entry["schedule"] for entry in schedule if entry["task"] == tasks.intake_erase.name} == {3600.0}
