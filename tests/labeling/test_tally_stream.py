"""What is counted of each batch: the ground that brakes and emerging hashtags stand on."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from labeling.matching import Rule
from labeling.models import StreamTally
from labeling.services import stream_tally
from labeling.services.ruleset import ruleset_publish
from tests.labeling.conftest import RULES, Post, item, the_ruleset

Work = Callable[[], None]


def the_tally() -> StreamTally:
    return StreamTally.objects.get()


def test_a_batch_leaves_one_tally(post: Post, label_all: Work) -> None:
    post(
        [
            item("a", text="#btw29 #BTW29 #wahl"),
            item("b", text="#ep2029", hashtags=["ep2029", "#eu"]),
            item("c", text="Oma"),
        ]
    )
    label_all()

    tally = the_tally()
    assert (tally.ruleset, tally.items, tally.labelled) == (the_ruleset(), 3, 2)
    assert tally.rules == {"tag:de": 1, "tag:eu": 1}
    assert tally.tags == {"de": {"btw29": 1, "BTW29": 1, "wahl": 1}, "eu": {"ep2029": 1, "eu": 1}}


def test_only_applied_labels_and_rules_that_stand_alone_are_counted(post: Post, label_all: Work) -> None:
    supporting = Rule(id="word", kind="phrase", pattern="wähle", weight=0.5, supporting=True, jurisdiction="de")
    ruleset_publish(rules=[*RULES, supporting])
    post([item("a"), item("b", text="#vote", lang="de", region="DE")])
    label_all()

    assert (the_tally().labelled, the_tally().rules) == (1, {"tag:de": 1})
    assert the_tally().tags == {"de": {"btw29": 1}}


def test_repeated_and_deleted_items_are_not_counted(post: Post, label_all: Work) -> None:
    post([item("a")])
    label_all()
    post([item("a"), {"external_id": "z", "deleted": True}])
    label_all()

    assert the_tally().items == 1


def test_the_last_attempt_counts_like_the_others(post: Post, label_all: Work) -> None:
    from labeling.models import IntakeBatch
    from labeling.services.batch_label import MAX_ATTEMPTS

    post([item("a"), item("b")])
    IntakeBatch.objects.update(attempts=MAX_ATTEMPTS - 1)
    IntakeBatch.objects.update(due_at=IntakeBatch.objects.get().received_at)
    label_all()

    assert (the_tally().items, the_tally().rules) == (2, {"tag:de": 2})


def test_tags_are_bounded(post: Post, label_all: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream_tally, "MOST_TAGS", 2)
    monkeypatch.setattr(stream_tally, "MOST_TAGS_OF_ITEM", 3)
    long = "x" * (stream_tally.LONGEST_TAG + 1)
    post([item("a", text=f"#btw29 #{long} #eins #zwei"), item("b", text="#btw29 #eins #drei")])
    label_all()

    assert the_tally().tags == {"de": {"btw29": 2, "eins": 2}}


def test_rules_that_hardly_labelled_anything_are_left_out(
    post: Post, label_all: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream_tally, "SMALLEST_SHARE", 5)
    post(
        [
            item("eu", text="#ep2029"),
            *(item(f"de{n}") for n in range(2)),
            *(item(f"x{n}", text="Oma") for n in range(7)),
        ]
    )
    label_all()

    assert (the_tally().items, the_tally().labelled, the_tally().rules) == (10, 3, {"tag:de": 2})


def test_a_batch_that_is_done_twice_is_counted_once(post: Post, label_all: Work) -> None:
    post([item("a")])
    label_all()
    label_all()

    assert StreamTally.objects.count() == 1
