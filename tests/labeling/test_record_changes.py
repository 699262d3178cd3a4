"""What viewers could see change is written down with the change itself, and numbered once it is committed."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest
from django.db import connection, transaction
from django.utils import timezone

from labeling import tasks
from labeling.models import (
    ChangeLedger,
    ChangeSet,
    ContentItem,
    Label,
    LabelChange,
    Platform,
)
from labeling.services import changes_sequence
from labeling.services.matcher import matcher_forget
from tests.labeling.conftest import Post, build_world, item, the_label

Work = Callable[[], None]


class Seen(NamedTuple):
    """A change as a reader sees it."""

    position: int
    action: str
    external_id: str
    place: str


def read(after: int = 0, limit: int = 1000) -> list[Seen]:
    """What follows a position."""
    changes = LabelChange.objects.after(after).select_related("item", "jurisdiction")[:limit]
    return [Seen(it.position, it.action, it.item.external_id, it.jurisdiction.code) for it in changes]


def actions() -> list[str]:
    """What happened, in order."""
    return [seen.action for seen in read()]


def test_a_label_that_viewers_see_is_a_change(post: Post, label_all: Work) -> None:
    post([item("1"), item("2", text="#ep2029")])
    label_all()

    assert sorted(read(), key=lambda seen: seen.external_id) == [
        Seen(read()[0].position, "applied", "1", "de"),
        Seen(read()[1].position, "applied", "2", "eu"),
    ]
    assert [seen.position for seen in read()] == [1, 2]
    (change,) = LabelChange.objects.after(0).filter(item__external_id="1")
    label = Label.objects.get(item__external_id="1")
    assert (change.label, change.kind, change.election, change.confidence) == (
        label,
        "election",
        label.election,
        label.confidence,
    )
    assert change.change_set.platform.key == "clips"


def test_what_only_a_moderator_sees_is_no_change(post: Post, label_all: Work) -> None:
    post([item(text="#vote", lang="de", region="DE")])
    label_all()
    Label.objects.update(state="withdrawn")

    assert read() == []
    assert not ChangeSet.objects.exists()


def test_the_same_items_again_change_nothing(post: Post, label_all: Work) -> None:
    post([item()])
    label_all()
    post([item(lang="de")])
    label_all()

    assert actions() == ["applied"]


def test_a_revision_that_is_about_something_else_withdraws_and_applies(post: Post, label_all: Work) -> None:
    post([item()])
    label_all()
    post([item(text="#ep2029", revision=1)])
    label_all()

    assert Counter((seen.action, seen.place) for seen in read()) == Counter(
        [("applied", "de"), ("withdrawn", "de"), ("applied", "eu")]
    )


def test_a_revision_of_which_viewers_see_nothing_is_no_change(post: Post, label_all: Work) -> None:
    post([item()])
    label_all()
    post([item(text="Nochmals: ich wähle am Sonntag #btw29", revision=1)])
    label_all()

    assert actions() == ["applied"]


def test_a_deletion_withdraws(post: Post, label_all: Work) -> None:
    post([item()])
    label_all()
    post([item(deleted=True)])
    label_all()

    assert actions() == ["applied", "withdrawn"]


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ({"state": "review"}, {"state": "applied"}, "applied"),
        ({"state": "withdrawn"}, {"state": "applied"}, "applied"),
        ({"state": "applied"}, {"state": "review"}, "withdrawn"),
        ({"state": "applied"}, {"state": "withdrawn"}, "withdrawn"),
        ({"state": "applied", "confidence": 0.9}, {"confidence": 0.8}, "changed"),
        ({"state": "applied"}, {"election": None}, "changed"),
        ({"state": "applied"}, {"evidence": []}, None),
        ({"state": "applied"}, {"decided_at": timezone.now()}, None),
        ({"state": "review", "confidence": 0.5}, {"confidence": 0.6}, None),
        ({"state": "withdrawn"}, {"state": "review"}, None),
    ],
)
def test_whoever_changes_a_label_is_written_down(
    post: Post, label_all: Work, before: dict[str, Any], after: dict[str, Any], told: str | None
) -> None:
    post([item()])
    label_all()
    Label.objects.update(**before)
    changes_sequence.changes_sequence()
    known = len(read())

    Label.objects.update(**after)
    changes_sequence.changes_sequence()

    assert actions()[known:] == ([told] if told else [])


def test_a_change_tells_what_held_then(post: Post, label_all: Work) -> None:
    post([item()])
    label_all()
    election = the_label().election
    Label.objects.update(election=None, confidence=0.5)
    changes_sequence.changes_sequence()

    applied, changed = LabelChange.objects.after(0)
    assert (applied.election, applied.confidence) == (election, the_label().changes.after(0)[0].confidence)
    assert applied.confidence != 0.5
    assert (changed.election, changed.confidence) == (None, 0.5)


def test_one_statement_over_several_platforms_is_a_set_for_each(post: Post, label_all: Work) -> None:
    post([item("1"), item("2")])
    label_all()
    other = Platform.objects.create(key="other", name="Other")
    ContentItem.objects.filter(external_id="2").update(platform=other)

    Label.objects.update(state="withdrawn")
    changes_sequence.changes_sequence()

    sets = [(it.size, it.platform.key) for it in ChangeSet.objects.all()]
    assert sorted(sets) == [(1, "clips"), (1, "other"), (2, "clips")]
    assert [seen.position for seen in read()] == [1, 2, 3, 4]
    assert [it.item.external_id for it in LabelChange.objects.after(0).of_platform(other)] == ["2"]


def test_a_reader_begins_within_a_set(post: Post, label_all: Work) -> None:
    post([item(str(number)) for number in range(5)])
    label_all()

    everything = read()
    assert [seen.position for seen in everything] == [1, 2, 3, 4, 5]
    assert read(after=2) == everything[2:]
    assert read(after=2, limit=2) == everything[2:4]
    assert read(after=5) == []


def test_more_sets_than_one_transaction_numbers_are_all_numbered(
    post: Post, label_all: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes_sequence, "AT_ONCE", 2)
    post([item()])
    label_all()
    for number in range(1, 6):
        Label.objects.update(confidence=number / 10)

    assert changes_sequence.changes_sequence() == 5
    assert changes_sequence.changes_sequence() == 0
    assert [seen.position for seen in read()] == [1, 2, 3, 4, 5, 6]
    assert ChangeLedger.objects.get().last_position == 6


# ---- With real transactions


@pytest.fixture
def clips(transactional_db: None) -> Iterator[Platform]:
    """A platform in a world that other connections see."""
    build_world()
    yield Platform.objects.create(key="clips", name="Clips")
    matcher_forget()


def given_item(platform: Platform, external_id: str) -> ContentItem:
    return ContentItem.objects.create(platform=platform, external_id=external_id, created_at=timezone.now())


def given_labels(platform: Platform, *external_ids: str) -> None:
    """Labels on new items, in the transaction that is open."""
    from centers.models import Jurisdiction

    place, now = Jurisdiction.objects.get(code="de"), timezone.now()
    Label.objects.bulk_create(
        Label(
            item=given_item(platform, name),
            kind="election",
            jurisdiction=place,
            state="applied",
            confidence=0.9,
            decided_at=now,
        )
        for name in external_ids
    )


def in_thread(call: Callable[[], None]) -> threading.Thread:
    """Run with a connection of its own."""

    def run() -> None:
        try:
            call()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def test_a_change_committed_late_comes_after_what_was_read(clips: Platform) -> None:
    written, may_commit = threading.Event(), threading.Event()

    def slow_writer() -> None:
        with transaction.atomic():
            given_labels(clips, "slow")
            written.set()
            assert may_commit.wait(30)

    slow = in_thread(slow_writer)
    assert written.wait(30)
    given_labels(clips, "fast")
    tasks.changes_sequence()
    before = read()
    may_commit.set()
    slow.join(30)
    assert read() == before
    tasks.changes_sequence()

    assert [(seen.position, seen.external_id) for seen in before] == [(1, "fast")]
    assert [(seen.position, seen.external_id) for seen in read(after=1)] == [(2, "slow")]


def test_what_is_rolled_back_is_no_change(clips: Platform) -> None:
    with transaction.atomic():
        given_labels(clips, "never")
        transaction.set_rollback(True)
    given_labels(clips, "kept")
    changes_sequence.changes_sequence()

    assert [(seen.position, seen.external_id) for seen in read()] == [(1, "kept")]


def test_sequencing_at_the_same_time_numbers_each_change_once(clips: Platform) -> None:
    for number in range(20):
        given_labels(clips, f"{number}a", f"{number}b")
    counts: list[int] = []
    threads = [in_thread(lambda: counts.append(changes_sequence.changes_sequence())) for _ in range(4)]
    for thread in threads:
        thread.join(30)

    assert sum(counts) == 40
    assert [seen.position for seen in read()] == list(range(1, 41))


def test_a_database_that_was_emptied_counts_from_one(clips: Platform) -> None:
    ChangeLedger.objects.all().delete()
    given_labels(clips, "1")
    changes_sequence.changes_sequence()

    assert [seen.position for seen in read()] == [1]
    assert ChangeLedger.objects.get().last_position == 1


WRITERS, ROUNDS, SIZE = 4, 12, 5


def test_a_polling_reader_misses_nothing_while_writers_commit_out_of_order(clips: Platform) -> None:
    """Each writer's transaction stays open until another writer's, begun later, is committed; nobody waits for time."""
    turns = [threading.Event() for _ in range(WRITERS * ROUNDS + 1)]

    def writer(number: int) -> None:
        for turn in range(ROUNDS):
            mine = turn * WRITERS + number
            with transaction.atomic():
                given_labels(clips, *(f"{number}-{turn}-{n}" for n in range(SIZE)))
                turns[mine].set()
                # Even writers commit only once a later transaction has written.
                if number % 2 == 0:
                    assert turns[mine + 1].wait(30)
            changes_sequence.changes_nudge()

    read_by_polling: list[Seen] = []
    finished = threading.Event()

    def reader() -> None:
        while True:
            done = finished.is_set()
            last = read_by_polling[-1].position if read_by_polling else 0
            news = read(after=last, limit=7)
            read_by_polling.extend(news)
            if done and not news:
                return

    polling = in_thread(reader)
    writers = [in_thread(lambda number=number: writer(number)) for number in range(WRITERS)]  # type: ignore[misc]
    for thread in writers:
        thread.join(60)
    changes_sequence.changes_sequence()
    finished.set()
    polling.join(60)

    total = WRITERS * ROUNDS * SIZE
    assert [seen.position for seen in read_by_polling] == list(range(1, total + 1))
    assert len({seen.external_id for seen in read_by_polling}) == total
    assert read() == read_by_polling
