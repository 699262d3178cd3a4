"""An account is gone: what it posted loses words, name and labels, however much it is and whoever dies meanwhile."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django import Settings

from labeling.models import (
    Account,
    AuthorErasure,
    ContentItem,
    IntakeBatch,
    Label,
    LabelChange,
    LabelDecision,
    Platform,
)
from labeling.services import author_erase
from labeling.services.author_erase import authors_erase, erasures_forget
from labeling.services.batch_label import batch_label
from labeling.services.changes_sequence import changes_sequence
from tests.labeling.conftest import Post, item

Work = Callable[[], None]

ANNA = {"id": "anna-1", "handle": "demo.anna"}
GONE = {"external_id": "anna-1", "author": {"id": "anna-1"}, "author_deleted": True}


@pytest.fixture
def known(post: Post, label_all: Work) -> None:
    """Five posts of Anna's and one of Ben's, all labelled."""
    post([*(item(str(number), author=ANNA) for number in range(5)), item("ben", author={"id": "ben-1"})])
    label_all()


def kept() -> set[str]:
    """Items whose words are still there."""
    return set(ContentItem.objects.filter(erased_at=None).values_list("external_id", flat=True))


def shown() -> set[str]:
    """Items whose label viewers see."""
    return set(Label.objects.applied().values_list("item__external_id", flat=True))


def test_what_a_gone_account_posted_loses_words_name_and_labels(known: None, post: Post, label_all: Work) -> None:
    assert post([GONE]).status_code == 202
    label_all()
    assert authors_erase() is False

    assert (kept(), shown()) == ({"ben"}, {"ben"})
    assert not ContentItem.objects.exclude(external_id="ben").exclude(text="", author=None, url="").exists()
    assert list(Account.objects.values_list("external_id", flat=True)) == ["ben-1"]
    assert "btw29" not in str(list(Label.objects.filter(state="withdrawn").values_list("evidence", flat=True)))
    assert LabelDecision.objects.filter(reason="author_erased", action="withdrawn").count() == 5
    changes_sequence()
    told = LabelChange.objects.after(0).filter(action="withdrawn").values_list("item__external_id", flat=True)
    assert set(told) == set("01234")
    erasure = AuthorErasure.objects.get()
    assert (erasure.items, erasure.labels, erasure.finished_at is not None) == (5, 5, True)


def test_a_label_that_a_person_decided_on_goes_too(known: None, post: Post, label_all: Work) -> None:
    Label.objects.filter(item__external_id="0").update(decided_by="person")
    post([GONE])
    label_all()
    authors_erase()
    assert shown() == {"ben"}


def test_what_was_handed_in_before_and_is_labelled_later_is_gone_too(post: Post) -> None:
    post([item("early", author=ANNA)])
    post([GONE, item("same", author=ANNA)])
    early, together = IntakeBatch.objects.order_by("id")
    batch_label(public_id=together.public_id)
    batch_label(public_id=early.public_id)
    authors_erase()
    assert shown() == set()
    assert kept() == set()


def test_an_account_that_posts_again_afterwards_is_labelled_again(known: None, post: Post, label_all: Work) -> None:
    post([GONE])
    label_all()
    post([item("again", author=ANNA)])
    label_all()
    authors_erase()
    assert shown() == {"again", "ben"}
    assert Account.objects.get(external_id="anna-1").handle == ""

    post([GONE | {"revision": 2}])
    label_all()
    authors_erase()
    assert shown() == {"ben"}


def test_an_account_of_the_same_id_elsewhere_stays(known: None, platform: Platform) -> None:
    other = Platform.objects.create(key="other", name="Other")
    now = timezone.now()
    author_erase.authors_erase_ask(platform=other, external_ids=["anna-1"], handed_in_at=now, now=now)
    authors_erase()
    assert len(shown()) == 6


class KilledError(BaseException):
    """What no worker survives."""


def test_erasing_goes_on_where_a_worker_died(
    known: None, post: Post, label_all: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(author_erase, "CHUNK", 2)
    post([GONE])
    label_all()
    erase, calls = author_erase.item_rows.items_erase, []

    def dying(revisions: dict[int, int], now: dt.datetime) -> None:
        calls.append(revisions)
        if len(calls) == 2:
            raise KilledError
        erase(revisions, now)

    with monkeypatch.context() as patch:
        patch.setattr(author_erase.item_rows, "items_erase", dying)
        with pytest.raises(KilledError):
            authors_erase()
    assert len(kept()) == 4
    assert authors_erase(seconds=0) is True, "no time was left: there is more to do"
    authors_erase()
    assert (kept(), AuthorErasure.objects.get().items) == ({"ben"}, 5)


def test_asking_twice_erases_once(known: None, post: Post, label_all: Work) -> None:
    for _ in range(2):
        post([GONE])
        label_all()
        authors_erase()
    assert AuthorErasure.objects.get().items == 5
    assert LabelDecision.objects.filter(reason="author_erased").count() == 5


def test_news_of_no_account_is_refused(post: Post) -> None:
    answer: Any = post([{"external_id": "x", "author_deleted": True}])
    assert answer.status_code == 422
    assert "`author_deleted` needs `author.id`" in answer.content.decode()
    assert post([{"external_id": "x", "author": {"handle": "demo"}, "author_deleted": True}]).status_code == 422


def test_operator_erases_an_account_here_and_now(known: None) -> None:
    out, err = io.StringIO(), io.StringIO()
    call_command("author_erase", "clips", "anna-1", stdout=out, stderr=err)
    assert "Items known of this account: 5" in err.getvalue()
    assert "Erased: 5 items; labels withdrawn: 5." in out.getvalue()
    assert shown() == {"ben"}
    for wrong in (("nowhere", "anna-1"), ("clips", ""), ("clips", "x" * 256)):
        with pytest.raises(CommandError):
            call_command("author_erase", *wrong)


def test_the_accounts_id_is_forgotten_when_nothing_older_can_come(known: None, settings: Settings) -> None:
    call_command("author_erase", "clips", "anna-1", stdout=io.StringIO(), stderr=io.StringIO())
    assert erasures_forget() == 0
    AuthorErasure.objects.update(finished_at=timezone.now() - dt.timedelta(days=settings.INTAKE_POISON_DAYS + 2))
    assert erasures_forget() == 1
