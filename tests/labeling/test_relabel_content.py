"""Stored content meets new rules: slowly, once, whoever dies meanwhile, and never over what a person decided."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from threading import Thread
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import Role, User
from labeling import tasks
from labeling.changes import changes_end
from labeling.intake import Item
from labeling.matching import Rule
from labeling.models import (
    ContentItem,
    Label,
    LabelChange,
    LabelDecision,
    Platform,
    RelabelJob,
    RuleBrake,
    Ruleset,
    StreamTally,
)
from labeling.services import relabel as service
from labeling.services.batch_label import batch_label
from labeling.services.batch_store import batch_store
from labeling.services.changes_sequence import changes_sequence
from labeling.services.job_cancel import job_cancel
from labeling.services.job_send import jobs_sweep
from labeling.services.matcher import Matcher, matcher_forget
from labeling.services.relabel import RELABELLING, RelabelError, relabel_ask, relabel_run
from labeling.services.ruleset import ruleset_publish
from labeling.services.ruleset_release import ruleset_roll_back
from tests.labeling.conftest import RULES, Post, build_world, item, person, the_ruleset
from tests.labeling.test_recover_batches import together

Work = Callable[[], None]
#: `#btw29` says nothing any more, `#mittagessen` is about Germany, and of `#ep2029` a moderator is asked.
CHANGED = [
    *(rule for rule in RULES if rule.id not in {"tag:de", "tag:eu"}),
    Rule(id="tag:lunch", kind="hashtag", pattern="mittagessen", weight=0.9, jurisdiction="de",
         election="de.parliament.2029"),
    Rule(id="tag:eu", kind="hashtag", pattern="ep2029", weight=0.9, jurisdiction="eu", election="eu.ep.2029",
         election_type="european_parliament", action="review"),
]  # fmt: skip
FAST = 1_000_000


@pytest.fixture
def operator(world: dict[str, Any]) -> User:
    return person(Role.OPERATOR)


def states() -> dict[str, str]:
    rows = Label.objects.values_list("item__external_id", "jurisdiction__code", "state")
    return {f"{external_id}/{code}": state for external_id, code, state in rows}


def reasons() -> list[tuple[str, str, str]]:
    rows = LabelDecision.objects.filter(reason="relabelled").order_by("label__item__external_id", "id")
    return list(rows.values_list("label__item__external_id", "action", "ruleset__version"))


def the_job() -> RelabelJob:
    return RelabelJob.objects.get()


def relabel_all(user: User | None = None, **more: Any) -> RelabelJob:
    job = relabel_ask(ruleset=the_ruleset(), user=user, **({"per_second": FAST} | more))
    relabel_run(job.pk)
    return the_job()


def test_feeds_tell_of_new_labels_when_a_step_is_committed(
    post: Post, label_all: Work, django_capture_on_commit_callbacks: Any
) -> None:
    post([item("a", text="#btw29"), item("c", text="#ep2029")])
    label_all()
    changes_sequence()
    before = changes_end()
    ruleset_publish(rules=CHANGED)
    with django_capture_on_commit_callbacks(execute=True):
        relabel_all()

    told = LabelChange.objects.after(before).values_list("action", "item__external_id")
    assert set(told) == {("withdrawn", "a"), ("withdrawn", "c")}


def test_stored_content_is_labelled_anew(post: Post, label_all: Work, operator: User) -> None:
    post([
        item("a", text="#btw29"),
        item("b", text="#btw29 #mittagessen"),
        item("c", text="#ep2029"),
        item("d", text="Oma", hashtags=["btw29", "mittagessen"]),
        item("e", text="Élection présidentielle 2027", lang="fr"),
    ])  # fmt: skip
    label_all()
    tallies = StreamTally.objects.count()
    new = ruleset_publish(rules=CHANGED)
    job = relabel_all(operator)

    assert (job.state, job.done, job.total, job.changed) == ("done", 5, 5, 2)
    assert states() == {"a/de": "withdrawn", "b/de": "applied", "c/eu": "review", "d/de": "applied", "e/fr": "applied"}
    assert reasons() == [("a", "withdrawn", 2), ("c", "sent_to_review", 2)]
    kept = Label.objects.get(item__external_id="b")
    assert (kept.ruleset, [sign["rule"] for sign in kept.evidence if sign["rule"]]) == (new, ["tag:lunch"])
    assert StreamTally.objects.count() == tallies, "what is stored is no stream"


def test_relabelling_can_be_undone(post: Post, label_all: Work, operator: User) -> None:
    post([item("a", text="#btw29"), item("c", text="#ep2029")])
    label_all()
    before = states()
    bad = ruleset_publish(rules=CHANGED)
    relabel_all(operator)
    assert states() != before
    ruleset_roll_back(ruleset=bad, user=operator, reason="too much lunch")
    RelabelJob.objects.all().delete()
    relabel_all(operator)

    assert states() == before
    assert reasons()[:2] == [("a", "withdrawn", 2), ("a", "applied", 1)]


def test_what_a_person_decided_and_what_was_erased_is_left_alone(post: Post, label_all: Work, operator: User) -> None:
    post([item("person", text="#btw29"), item("gone", text="#btw29"), item("other", text="#btw29")])
    label_all()
    Label.objects.filter(item__external_id="person").update(decided_by="person", state="applied")
    post([{"external_id": "gone", "deleted": True}])
    label_all()
    ruleset_publish(rules=CHANGED)
    job = relabel_all(operator)

    assert states() == {"person/de": "applied", "gone/de": "withdrawn", "other/de": "withdrawn"}
    assert reasons() == [("other", "withdrawn", 2)]
    assert (job.done, job.changed) == (3, 1)


def test_labels_of_other_kinds_are_not_taken(post: Post, label_all: Work, operator: User) -> None:
    post([item("a", text="#btw29")])
    label_all()
    label = Label.objects.get()
    Label.objects.create(
        item=label.item, kind="ai_generated", jurisdiction=label.jurisdiction, state="applied", confidence=1,
        decided_at=timezone.now(),
    )  # fmt: skip
    ruleset_publish(rules=CHANGED)
    relabel_all(operator)

    assert Label.objects.get(kind="ai_generated").state == "applied"
    assert Label.objects.get(kind="election").state == "withdrawn"


def test_brakes_hold_for_stored_content_too(post: Post, label_all: Work, operator: User) -> None:
    post([item("a", text="#btw29 #mittagessen")])
    label_all()
    new = ruleset_publish(rules=CHANGED)
    RuleBrake.objects.create(ruleset=new, rule="tag:lunch", cause="share", engaged_at=timezone.now())
    relabel_all(operator)

    assert states() == {"a/de": "review"}


def test_an_item_that_cannot_be_matched_keeps_its_labels(
    post: Post, label_all: Work, operator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    post([item("a", text="#btw29"), item("bad", text="#btw29")])
    label_all()
    ruleset_publish(rules=CHANGED)
    match = Matcher.match

    def fragile(self: Matcher, content: Item) -> Any:
        if content.external_id == "bad":
            raise RuntimeError("cannot read this")
        return match(self, content)

    monkeypatch.setattr(Matcher, "match", fragile)
    job = relabel_all(operator)

    assert (job.state, job.done) == ("done", 2)
    assert states() == {"a/de": "withdrawn", "bad/de": "applied"}


class Clock:
    """A clock that only goes on when somebody sleeps, or for a moment when work is done."""

    def __init__(self) -> None:
        self.began = self.now = timezone.now() + dt.timedelta(seconds=1)
        self.slept = 0.0

    def __call__(self) -> dt.datetime:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept += seconds
        self.now += dt.timedelta(seconds=seconds)

    @property
    def passed(self) -> float:
        return (self.now - self.began).total_seconds()


@pytest.mark.parametrize("per_second", [1, 5, 20, 100])
def test_no_more_items_a_second_than_were_asked_for(
    post: Post, label_all: Work, operator: User, per_second: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "STEP", 10)
    post([item(str(number)) for number in range(40)])
    label_all()
    job = relabel_ask(ruleset=the_ruleset(), user=operator, per_second=per_second)
    clock = Clock()
    done: list[int] = []
    while (wait := RELABELLING.run(job.pk, clock=clock, pause=clock.sleep)) is not None:
        done.append(the_job().done)
        # Each item costs its part of a second, and the first ones come at once.
        assert done[-1] <= per_second * clock.passed + min(10, per_second)
        clock.sleep(wait)

    assert the_job().state == "done"
    assert clock.passed == pytest.approx(40 / per_second, rel=0.01)


def test_a_worker_is_free_during_a_long_pause(post: Post, label_all: Work, operator: User) -> None:
    post([item(str(number)) for number in range(3)])
    label_all()
    job = relabel_ask(ruleset=the_ruleset(), user=operator, per_second=1)
    clock = Clock()

    assert RELABELLING.run(job.pk, clock=clock, pause=clock.sleep) == 1.0
    assert (clock.slept, the_job().done, the_job().leased_until) == (0, 1, None)
    assert RELABELLING.run(job.pk, clock=clock, pause=clock.sleep) is None
    assert the_job().done == 1, "the next step is not due"


def test_a_cancelled_job_keeps_what_it_did(
    post: Post, label_all: Work, operator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    post([item(str(number)) for number in range(4)])
    label_all()
    ruleset_publish(rules=CHANGED)
    job = relabel_ask(ruleset=the_ruleset(), user=operator, per_second=2)
    relabel_run(job.pk)
    job_cancel(job=job, user=operator)
    monkeypatch.setattr(tasks.relabel, "apply_async", lambda args, **options: tasks.relabel(*args))
    assert jobs_sweep() == 1

    assert (the_job().state, the_job().changed) == ("cancelled", 2)
    assert sorted(states().values()) == ["applied", "applied", "withdrawn", "withdrawn"]
    relabel_ask(ruleset=the_ruleset(), user=operator)


def test_taking_the_set_back_ends_the_job(post: Post, label_all: Work, operator: User) -> None:
    post([item("a")])
    label_all()
    new = ruleset_publish(rules=CHANGED)
    job = relabel_ask(ruleset=new, user=operator)
    ruleset_roll_back(ruleset=new, user=operator, reason="no")
    relabel_run(job.pk)

    assert (the_job().state, the_job().error) == ("failed", "v2 is not live any more.")
    assert states() == {"a/de": "applied"}


def test_what_cannot_be_begun_is_refused(world: dict[str, Any], operator: User) -> None:
    former = the_ruleset()
    ruleset_publish(rules=CHANGED)
    with pytest.raises(RelabelError, match="v1 is not live"):
        relabel_ask(ruleset=former, user=operator)
    with pytest.raises(RelabelError, match="At least one item a second"):
        relabel_ask(ruleset=the_ruleset(), user=operator, per_second=0)
    relabel_ask(ruleset=the_ruleset(), user=operator)
    with pytest.raises(RelabelError, match="being labelled anew already"):
        relabel_ask(ruleset=the_ruleset(), user=operator)


@pytest.mark.parametrize("role", [None, Role.MODERATOR, Role.AUDITOR])
def test_relabelling_takes_the_role(world: dict[str, Any], role: Role | None) -> None:
    with pytest.raises(PermissionDenied):
        relabel_ask(ruleset=the_ruleset(), user=person(role))
    assert not RelabelJob.objects.exists()


def given_stored(platform: Platform, *names: str, revision: int = 0, text: str = "#btw29") -> None:
    batch = batch_store(platform=platform, items=[Item(name, text=text, revision=revision) for name in names])
    batch_label(public_id=batch.public_id)


@pytest.fixture
def clips(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A platform in a world that other connections see; messages are not sent."""
    monkeypatch.setattr("labeling.services.batch_store.batch_send", lambda public_id: True)
    monkeypatch.setattr("labeling.services.relabel.job_send", lambda jobs, pk: True)
    build_world()
    yield Platform.objects.create(key="clips", name="Clips")
    matcher_forget()


@pytest.mark.django_db(transaction=True)
def test_a_killed_worker_loses_its_step_and_nothing_else(clips: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "STEP", 4)
    given_stored(clips, *map(str, range(10)))
    ruleset_publish(rules=CHANGED)
    job = relabel_ask(ruleset=the_ruleset(), user=None, per_second=FAST)
    relabel = service._relabel
    steps = 0

    def killed(*args: Any) -> set[int]:
        nonlocal steps
        steps += 1
        changed = relabel(*args)
        if steps == 2:
            # The server ends what a dead worker had begun.
            connection.close()
            raise SystemExit
        return changed

    monkeypatch.setattr(service, "_relabel", killed)
    with pytest.raises(SystemExit):
        relabel_run(job.pk)
    assert (the_job().done, the_job().state) == (4, "running")
    assert list(states().values()).count("withdrawn") == 4

    RelabelJob.objects.update(leased_until=timezone.now())
    relabel_run(job.pk)
    assert (the_job().state, the_job().done, the_job().changed) == ("done", 10, 10)
    assert len(reasons()) == 10


@pytest.mark.django_db(transaction=True)
def test_two_workers_with_one_job_do_it_once(clips: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "STEP", 7)
    given_stored(clips, *map(str, range(60)))
    ruleset_publish(rules=CHANGED)
    job = relabel_ask(ruleset=the_ruleset(), user=None, per_second=FAST)

    together(*[lambda: relabel_run(job.pk)] * 3)
    assert (the_job().state, the_job().done, the_job().changed) == ("done", 60, 60)
    assert len(reasons()) == 60


@pytest.mark.django_db(transaction=True)
def test_a_newer_revision_that_flows_in_meanwhile_wins(clips: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    names = list(map(str, range(60)))
    given_stored(clips, *names)
    ruleset_publish(rules=CHANGED)
    monkeypatch.setattr(service, "STEP", 7)
    job = relabel_ask(ruleset=the_ruleset(), user=None, per_second=FAST)

    together(
        lambda: relabel_run(job.pk),
        lambda: given_stored(clips, *reversed(names), revision=1, text="#mittagessen"),
    )
    assert the_job().state == "done"
    assert set(ContentItem.objects.values_list("text", flat=True)) == {"#mittagessen"}
    assert set(states().values()) == {"applied"}
    assert Label.objects.count() == 60


@pytest.mark.django_db(transaction=True)
def test_relabelling_waits_for_a_batch_and_sees_what_it_wrote(clips: Platform) -> None:
    given_stored(clips, "a")
    new = ruleset_publish(rules=CHANGED)
    job = relabel_ask(ruleset=new, user=None, per_second=FAST)
    with transaction.atomic():
        # A batch is at the item, and will have given it another text.
        ContentItem.objects.select_for_update().get()
        ContentItem.objects.update(text="#mittagessen", revision=1)

        def run() -> None:
            relabel_run(job.pk)
            connection.close()

        worker = Thread(target=run)
        worker.start()
        worker.join(timeout=0.5)
        assert worker.is_alive()
    worker.join(timeout=30)

    assert states() == {"a/de": "applied"}
    assert Ruleset.objects.live().get() == new
