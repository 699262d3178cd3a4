"""Which task comes to whom: routed, in order, to one person at a time."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.utils import timezone
from freezegun import freeze_time
from pytest_django import DjangoAssertNumQueries

from accounts.models import Role
from centers.models import Jurisdiction
from labeling.models import ContentItem, Label, LabelState, ReviewSignal, ReviewTask, SignalKind, TaskState
from labeling.review.queue import Queue
from labeling.services.review_claim import LEASE, ReviewConflict, task_claim, task_next, task_release, task_renew
from labeling.services.review_close import review_sweep, review_weigh_again
from labeling.services.review_join import Signal, labels_join, signals_join
from tests.factories import ElectionFactory, RoundFactory
from tests.labeling.conftest import Post, item
from tests.labeling.tasks import given_moderator, given_task, given_waiting
from tests.members import given_member

pytestmark = pytest.mark.django_db


def test_item_that_the_engine_is_unsure_of_comes_to_the_moderators(post: Post, label_all: Callable[[], None]) -> None:
    # A vague word and a region: enough to ask, not enough to label.
    post([item("1", "#vote", lang="de", region="DE")])
    label_all()
    waiting = Label.objects.get(state=LabelState.REVIEW)
    task = ReviewTask.objects.open().get()
    assert (task.item_id, task.language, task.policy.key, task.jurisdiction_id) == (
        waiting.item_id, "de", "election-label", waiting.jurisdiction_id,
    )  # fmt: skip


def test_second_signal_joins_the_open_task_and_raises_it(here: Jurisdiction) -> None:
    task = given_task(here)
    now = timezone.now()
    signal = Signal(task.uri, task.item_id, here.pk, "de", SignalKind.REPORT, "report:1", "voting-information")
    assert signals_join(signals=[signal, signal], now=now) == 1
    assert signals_join(signals=[signal], now=now) == 0
    again = ReviewTask.objects.get()
    assert (again.kind, again.policy.key, again.severity, again.signal_count) == (
        SignalKind.REPORT, "voting-information", 4, 2,
    )  # fmt: skip
    assert again.rank > task.rank
    assert again.version == task.version + 1
    assert again.due_at < task.due_at
    assert list(ReviewSignal.objects.values_list("source", flat=True))[1] == "report:1"


def test_ended_task_is_followed_by_a_new_one(here: Jurisdiction) -> None:
    task = given_task(here)
    ReviewTask.objects.update(state=TaskState.DECIDED, ended_at=timezone.now())
    labels_join(labels=[Label.objects.get().pk], now=timezone.now())
    assert ReviewTask.objects.open().get().pk != task.pk


def test_moderator_gets_what_is_theirs_and_what_they_read(here: Jurisdiction, elsewhere: Jurisdiction) -> None:
    given_task(elsewhere, "other place")
    given_task(here, "other language", lang="el")
    mine, unknown = given_task(here, "mine", lang="de-AT"), given_task(here, "unknown", lang="und")
    moderator = given_moderator(here, "de")
    got = [task_next(by=moderator), task_next(by=moderator), task_next(by=moderator)]
    assert [task and task.pk for task in got] == [mine.pk, unknown.pk, None]
    with pytest.raises(PermissionDenied):
        task_next(by=given_member(Role.CURATOR, here))
    with pytest.raises(PermissionDenied):
        task_claim(by=moderator, task=ReviewTask.objects.get(item__external_id="other place"))


def test_queue_is_asked_for_by_kind_place_language_and_policy(here: Jurisdiction, elsewhere: Jurisdiction) -> None:
    given_task(here, "1")
    given_task(elsewhere, "2", lang="fr")
    moderator = given_moderator(None, "de", "fr")
    for queue in (Queue(place="xb"), Queue(language="fr")):
        task = task_next(by=moderator, queue=queue)
        assert task is not None
        assert task.item is not None
        assert task.item.external_id == "2"
        task_release(by=moderator, task=task)
    assert task_next(by=moderator, queue=Queue(kind="appeal")) is None
    assert task_next(by=moderator, queue=Queue(policy="incitement")) is None


def test_lease_is_renewed_released_and_runs_out(here: Jurisdiction) -> None:
    given_task(here)
    anna, ben = given_moderator(here, name="anna"), given_moderator(here, name="ben")
    with freeze_time() as clock:
        task = task_next(by=anna)
        assert task is not None
        assert task_next(by=ben) is None
        with pytest.raises(ReviewConflict, match="working"):
            task_claim(by=ben, task=task)
        clock.tick(LEASE - dt.timedelta(seconds=1))
        assert task_renew(by=anna, task=task)
        clock.tick(LEASE - dt.timedelta(seconds=1))
        assert task_next(by=ben) is None
        clock.tick(dt.timedelta(seconds=2))
        assert task_next(by=ben) == task
        assert not task_renew(by=anna, task=task)
        task_release(by=ben, task=task)
        assert task_next(by=anna) == task


def test_skipped_task_does_not_come_back_until_it_changes(here: Jurisdiction) -> None:
    task = given_task(here)
    anna, ben = given_moderator(here, name="anna"), given_moderator(here, name="ben")
    task_release(by=anna, task=task, skip=True)
    assert task_next(by=anna) is None
    assert task_next(by=ben) == task
    task_release(by=ben, task=task)
    signal = Signal(task.uri, task.item_id, here.pk, "de", SignalKind.REPORT, "report:1", "other")
    signals_join(signals=[signal], now=timezone.now())
    assert task_next(by=anna) == task


def test_who_decided_before_is_barred(here: Jurisdiction) -> None:
    task = given_task(here)
    anna = given_moderator(here, name="anna")
    signal = Signal(
        task.uri, task.item_id, here.pk, "de", SignalKind.APPEAL, "appeal:1", "election-label", barred=(anna.pk,)
    )
    signals_join(signals=[signal], now=timezone.now())
    assert task_next(by=anna) is None
    with pytest.raises(PermissionDenied, match="no part"):
        task_claim(by=anna, task=task)
    assert task_next(by=given_moderator(here, name="ben")) == task


def test_urgent_comes_first_and_waiting_counts(here: Jurisdiction) -> None:
    with freeze_time("2031-03-01 00:00") as clock:
        old = given_task(here, "old")
        clock.tick(dt.timedelta(hours=11))
        seen = given_task(here, "seen by many", metrics={"views": 9})
        clock.tick(dt.timedelta(hours=2))
        given_task(here, "new")
        moderator = given_moderator(here)
        assert task_next(by=moderator) == seen
        assert task_next(by=moderator) == old


def test_nearness_of_an_election_raises_what_concerns_its_place(here: Jurisdiction, elsewhere: Jurisdiction) -> None:
    RoundFactory.create(election=ElectionFactory(jurisdiction=elsewhere), days=[dt.date(2031, 3, 20)])
    with freeze_time("2031-03-01 12:00"):
        given_task(here, "first")
        near = given_task(elsewhere, "near")
        assert (near.factors["nearness"], near.factors["days"]) == (2.0, 19)
        assert task_next(by=given_moderator(None)) == near
    with freeze_time("2031-03-19 12:00"):
        assert review_weigh_again() == 1
        near.refresh_from_db()
        assert near.factors["nearness"] == 8.0
        assert review_weigh_again() == 0


def test_sweep_brings_what_was_missed_and_ends_what_is_gone(here: Jurisdiction) -> None:
    missed = given_waiting(here, "missed")
    gone = given_task(here, "gone")
    Label.objects.filter(item=gone.item).update(state=LabelState.WITHDRAWN)
    reported = given_task(here, "reported")
    signal = Signal(reported.uri, reported.item_id, here.pk, "de", SignalKind.REPORT, "report:1", "other")
    signals_join(signals=[signal], now=timezone.now())
    Label.objects.filter(item=reported.item).update(state=LabelState.WITHDRAWN)
    assert review_sweep() == {"joined": 1, "closed": 1}
    assert review_sweep() == {"joined": 0, "closed": 0}
    gone.refresh_from_db()
    assert gone.state == TaskState.CLOSED
    assert set(ReviewTask.objects.open().values_list("item", flat=True)) == {missed.item_id, reported.item_id}


def test_deleted_content_leaves_the_queue(here: Jurisdiction) -> None:
    task = given_task(here)
    ContentItem.objects.filter(pk=task.item_id).update(text="", erased_at=timezone.now())
    assert review_sweep()["closed"] == 1


@pytest.mark.django_db(transaction=True)
def test_two_moderators_never_get_the_same_task(here: Jurisdiction) -> None:
    """A thousand claims by eight people at once."""
    for number in range(1000):
        given_waiting(here, str(number))
    labels_join(labels=Label.objects.values_list("pk", flat=True), now=timezone.now())
    moderators = [given_moderator(here, name=f"mod-{number}") for number in range(8)]

    def work(number: int) -> list[int]:
        got = []
        try:
            while (task := task_next(by=moderators[number])) is not None:
                got.append(task.pk)
        finally:
            connection.close()
        return got

    with ThreadPoolExecutor(8) as pool:
        claimed = [pk for got in pool.map(work, range(8)) for pk in got]
    assert Counter(claimed).most_common(1)[0][1] == 1
    assert len(claimed) == 1000
    assert ReviewTask.objects.filter(claimed_by=None).count() == 0


def test_next_task_takes_few_queries(here: Jurisdiction, django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    given_task(here)
    moderator = given_moderator(here)
    with django_assert_max_num_queries(8):
        assert task_next(by=moderator) is not None
