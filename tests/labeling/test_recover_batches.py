"""What happens when messages, brokers and workers fail, on real transactions."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from labeling import tasks
from labeling.intake import Item
from labeling.models import IntakeBatch, Label, LabelDecision, Platform
from labeling.services import batch_send
from labeling.services.batch_label import batch_label
from labeling.services.batch_store import batch_store
from labeling.services.intake_sweep import intake_sweep
from labeling.services.matcher import matcher_forget, matcher_live
from tests.labeling.conftest import build_world

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def clips(transactional_db: None) -> Iterator[Platform]:
    """A platform in a world that other connections see."""
    build_world()
    yield Platform.objects.create(key="clips", name="Clips")
    matcher_forget()


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Messages go here instead of to the broker."""
    messages: list[str] = []
    monkeypatch.setattr(tasks.batch_label, "apply_async", lambda args, **options: messages.append(args[0]))
    monkeypatch.setattr(batch_send._Broker, "silent_until", 0.0)
    return messages


def hand_in(platform: Platform, *external_ids: str) -> IntakeBatch:
    """A batch of items that match."""
    return batch_store(platform=platform, items=[Item(name, text="#btw29") for name in external_ids])


def later(**times: dt.timedelta) -> None:
    """Move all batches' times back, as if that much had passed."""
    for batch in IntakeBatch.objects.all():
        for name, passed in times.items():
            value = getattr(batch, name)
            setattr(batch, name, value - passed if value else None)
        batch.save()


def together(*calls: Callable[[], Any]) -> None:
    """Run calls at the same time, each with its own connection."""
    errors: list[BaseException] = []

    def run(call: Callable[[], Any]) -> None:
        try:
            call()
        except BaseException as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[call]) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert errors == []


def test_one_message_is_sent_after_the_commit(clips: Platform, sent: list[str]) -> None:
    with transaction.atomic():
        batch = hand_in(clips, "a")
        assert sent == []

    assert sent == [str(batch.public_id)]


def test_nothing_is_lost_when_the_broker_is_away(
    clips: Platform, sent: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    # However slow this machine is, the pause outlasts the test.
    monkeypatch.setattr(batch_send, "PAUSE", 3600.0)

    def away(*args: Any, **options: Any) -> None:
        asked.append(args)
        raise OperationalError("connection refused")

    with monkeypatch.context() as broken:
        broken.setattr(tasks.batch_label, "apply_async", away)
        first, second = hand_in(clips, "a"), hand_in(clips, "b")

    assert len(asked) == 1, "a broker that is away is not asked again at once"
    monkeypatch.setattr(batch_send._Broker, "silent_until", 0.0)
    assert intake_sweep() == 0, "messages are given a moment to arrive"
    later(due_at=dt.timedelta(minutes=1))
    assert intake_sweep() == 2
    assert sent == [str(first.public_id), str(second.public_id)]


def test_the_sweeper_does_not_flood_a_long_queue(clips: Platform, sent: list[str]) -> None:
    hand_in(clips, "a")
    later(due_at=dt.timedelta(minutes=1))

    assert [intake_sweep(), intake_sweep()] == [1, 0]
    later(sent_at=dt.timedelta(minutes=1))
    assert intake_sweep() == 1


def test_the_sweeper_leaves_finished_batches_alone(clips: Platform, sent: list[str]) -> None:
    batch = hand_in(clips, "a")
    batch_label(public_id=batch.public_id)
    later(due_at=dt.timedelta(minutes=1))

    assert intake_sweep() == 0


def test_a_batch_whose_worker_died_is_finished_by_another(clips: Platform, sent: list[str]) -> None:
    batch = hand_in(clips, "a")
    IntakeBatch.objects.update(state="working", attempts=1, due_at=timezone.now() + dt.timedelta(seconds=5))
    batch_label(public_id=batch.public_id)
    assert not Label.objects.exists(), "its lease still runs"

    later(due_at=dt.timedelta(seconds=6))
    assert intake_sweep() == 1
    batch_label(public_id=batch.public_id)

    assert Label.objects.count() == 1
    assert IntakeBatch.objects.get().attempts == 2


def test_a_batch_that_a_living_worker_holds_is_left_to_it(clips: Platform, sent: list[str]) -> None:
    batch = hand_in(clips, "a")
    IntakeBatch.objects.update(state="working", attempts=1, due_at=timezone.now())
    sent.clear()

    def others() -> None:
        assert intake_sweep() == 0
        batch_label(public_id=batch.public_id)

    with transaction.atomic():
        IntakeBatch.objects.select_for_update().get()
        together(others)

    assert sent == []
    assert IntakeBatch.objects.get().attempts == 1


def test_a_worker_that_lost_its_claim_writes_nothing(clips: Platform, sent: list[str]) -> None:
    batch = hand_in(clips, "a")
    from labeling.services import batch_label as service

    claim = service._claim(batch.public_id)
    assert claim is not None
    IntakeBatch.objects.update(attempts=2)
    service._work(claim)
    service._set_back(claim, RuntimeError())

    assert not Label.objects.exists()
    assert IntakeBatch.objects.get().state == "working"


def test_two_workers_with_one_batch_label_it_once(clips: Platform, sent: list[str]) -> None:
    batch = hand_in(clips, *map(str, range(200)))
    matcher_live()

    together(*[lambda: batch_label(public_id=batch.public_id)] * 4)

    assert Label.objects.count() == LabelDecision.objects.count() == 200
    assert IntakeBatch.objects.get().attempts == 1


def test_two_workers_with_the_same_items_label_them_once(clips: Platform, sent: list[str]) -> None:
    names = list(map(str, range(200)))
    batches = [hand_in(clips, *names), hand_in(clips, *reversed(names)), hand_in(clips, *names[50:])]
    matcher_live()

    together(*[lambda batch=batch: batch_label(public_id=batch.public_id) for batch in batches])  # type: ignore[misc]

    assert set(IntakeBatch.objects.values_list("state", flat=True)) == {"done"}
    assert Label.objects.count() == LabelDecision.objects.count() == 200


def test_the_same_request_at_the_same_time_is_one_batch(clips: Platform, sent: list[str]) -> None:
    together(*[lambda: hand_in(clips, "a", "b")] * 4)

    assert IntakeBatch.objects.count() == 1


def test_tasks_are_doors(clips: Platform, sent: list[str]) -> None:
    batch = hand_in(clips, "a")
    tasks.batch_label.run(str(batch.public_id))
    tasks.intake_sweep.run()

    assert Label.objects.count() == 1
