"""What was kept goes when its time has passed: words and authors of content, and the rows of batches."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from labeling import tasks
from labeling.models import Account, ContentItem, IntakeBatch, Label, LabelDecision
from labeling.services import content_erase, intake_erase
from tests.labeling.conftest import Post, item, the_item, the_label

LabelAll = Callable[[], None]


@pytest.fixture(autouse=True)
def _days(settings: Settings) -> None:
    settings.CONTENT_DAYS = 100
    settings.INTAKE_BATCH_DAYS = 50


def aged(days: float) -> None:
    """All that there is becomes so many days older."""
    past = dt.timedelta(days=days)
    for found in ContentItem.objects.all():
        ContentItem.objects.filter(pk=found.pk).update(first_seen_at=found.first_seen_at - past)
    for batch in IntakeBatch.objects.filter(finished_at__isnull=False):
        IntakeBatch.objects.filter(pk=batch.pk).update(finished_at=batch.finished_at - past)


def given(post: Post, label_all: LabelAll, *items: dict[str, Any]) -> None:
    """Handed in and labelled."""
    assert post(list(items)).status_code == 202
    label_all()


def test_words_and_author_go_and_the_label_stays(post: Post, label_all: LabelAll, client: Client) -> None:
    given(post, label_all, item("a", url="https://clips.example/a", media=[{"type": "video"}]))
    aged(101)

    tasks.intake_erase.run()

    kept = the_item()
    assert (kept.text, kept.author, kept.url, kept.media, kept.hashtags) == ("", None, "", [], [])
    assert not Account.objects.exists()
    label = the_label()
    assert label.state == "applied"
    assert {sign["rule"] for sign in label.evidence} == {"tag:de"}
    assert all("text" not in sign for sign in label.evidence)
    (document,) = client.get("/api/v1/labels/?uri=clips:a").json()["items"]
    assert len(document["labels"]) == 1, "platforms are still told"


def test_younger_words_stay(post: Post, label_all: LabelAll) -> None:
    given(post, label_all, item("a"))
    aged(99)

    tasks.intake_erase.run()

    assert the_item().text == item()["text"]
    assert "text" in the_label().evidence[0]


def test_a_label_nobody_looked_at_is_withdrawn(post: Post, label_all: LabelAll) -> None:
    given(post, label_all, item("a", "On va tous #vote", lang="fr", region="FR"))
    Label.objects.update(state="review")
    aged(101)

    assert content_erase.content_erase() == (1, 1)

    assert the_label().state == "withdrawn"
    decision = LabelDecision.objects.latest("id")
    assert (decision.action, decision.decided_by, decision.reason) == ("withdrawn", "machine", "not_reviewed_in_time")
    assert content_erase.content_erase() == (0, 0)


def test_many_items_go_in_small_steps(post: Post, label_all: LabelAll, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(content_erase, "CHUNK", 3)
    monkeypatch.setattr(content_erase, "MOST_CHUNKS", 2)
    given(post, label_all, *(item(f"a{number}") for number in range(8)))
    aged(101)

    assert content_erase.content_erase().items == 6, "the rest is for the next hour"
    assert content_erase.content_erase().items == 2


def test_a_new_revision_is_kept_anew(post: Post, label_all: LabelAll) -> None:
    given(post, label_all, item("a"))
    aged(101)
    tasks.intake_erase.run()

    given(post, label_all, item("a"))
    assert the_item().erased_at is not None, "the same revision says nothing new"
    given(post, label_all, item("a", revision=1))
    assert (the_item().text, the_item().erased_at) == (item()["text"], None)


def test_pages_show_no_video_without_words(post: Post, label_all: LabelAll, client: Client) -> None:
    given(post, label_all, item("a"))
    public_id = the_label().public_id
    aged(101)
    tasks.intake_erase.run()

    assert "clips/a/" not in client.get("/en/watch/").content.decode()
    assert client.get("/en/watch/clips/a/").status_code == 404
    why = client.get(f"/en/labels/{public_id}/").content.decode()
    assert "The time for keeping the words of this content has passed." in why
    assert "/watch/clips/a/" not in why
    assert "btw29" not in why


def test_rows_of_ended_batches_go_but_those_that_wait_stay(post: Post, label_all: LabelAll) -> None:
    given(post, label_all, item("a"))
    aged(51)
    post([item("b")])
    IntakeBatch.objects.filter(state="received").update(received_at=timezone.now() - dt.timedelta(days=400))

    assert intake_erase.intake_erase().batch_rows == 1

    assert IntakeBatch.objects.get().state == "received"
    assert the_label().state == "applied"


def test_a_batch_goes_after_the_one_split_from_it(post: Post, label_all: LabelAll) -> None:
    given(post, label_all, item("a"))
    whole = IntakeBatch.objects.get()
    post([item("b")])
    IntakeBatch.objects.filter(state="received").update(
        state="poison", split_from=whole, payload=None, finished_at=timezone.now()
    )
    aged(51)

    assert intake_erase.intake_erase().batch_rows == 1
    assert IntakeBatch.objects.get() == whole
    assert intake_erase.intake_erase().batch_rows == 1
    assert not IntakeBatch.objects.exists()
