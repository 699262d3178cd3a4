"""Deciding: what becomes of the labels, who may, what happened meanwhile, and taking it back."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from freezegun import freeze_time

from centers.models import Jurisdiction
from labeling.models import (
    ContentItem,
    Label,
    LabelChange,
    LabelDecision,
    LabelKind,
    LabelState,
    ReviewAction,
    ReviewDecision,
    ReviewTask,
    SignalKind,
    TaskState,
)
from labeling.services.review_claim import LEASE, ReviewConflict, task_claim, task_next
from labeling.services.review_decide import (
    Verdict,
    review_decide,
    review_decide_together,
    review_undo,
    review_undo_together,
)
from labeling.services.review_join import Signal, labels_join, signals_join
from tests.factories import ElectionFactory
from tests.labeling.tasks import APPLY, REJECT, given_moderator, given_task, given_waiting

pytestmark = pytest.mark.django_db


def test_applied_label_is_shown_and_everybody_is_told(here: Jurisdiction) -> None:
    task, moderator = given_task(here), given_moderator(here)
    decision = review_decide(task=task, by=moderator, version=task.version, verdict=APPLY)
    label = Label.objects.get()
    assert (label.state, label.decided_by) == (LabelState.APPLIED, "person")
    line = LabelDecision.objects.get(label=label)
    assert (line.action, line.user, line.reason) == ("applied", moderator, "about-election")
    assert decision.effects[0]["before"]["state"] == LabelState.REVIEW
    task.refresh_from_db()
    assert task.state == TaskState.DECIDED
    # The change feed has it at once, with its position.
    assert LabelChange.objects.after(0).get().action == "applied"


def test_rejected_label_is_withdrawn(here: Jurisdiction) -> None:
    task, moderator = given_task(here), given_moderator(here)
    review_decide(task=task, by=moderator, version=task.version, verdict=REJECT)
    assert Label.objects.get().state == LabelState.WITHDRAWN
    assert not LabelChange.objects.exists()


def test_label_is_led_to_another_election(here: Jurisdiction) -> None:
    election = ElectionFactory.create(jurisdiction=here)
    task, moderator = given_task(here), given_moderator(here)
    verdict = Verdict(ReviewAction.CHANGE, "other-election", place=here, election=election)
    review_decide(task=task, by=moderator, version=task.version, verdict=verdict)
    assert {(label.election, label.state) for label in Label.objects.select_related("election")} == {
        (None, LabelState.WITHDRAWN),
        (election, LabelState.APPLIED),
    }


def test_label_led_to_where_it_leads_already_just_stays(here: Jurisdiction) -> None:
    task, moderator = given_task(here), given_moderator(here)
    decision = review_decide(
        task=task, by=moderator, version=task.version, verdict=Verdict(ReviewAction.CHANGE, "other-place", place=here)
    )
    assert Label.objects.get().state == LabelState.APPLIED
    review_undo(decision=decision, by=moderator, reason="Wrong key")
    assert Label.objects.get().state == LabelState.REVIEW


def test_further_kinds_of_label_are_added(here: Jurisdiction) -> None:
    task, moderator = given_task(here), given_moderator(here)
    verdict = APPLY._replace(add=[LabelKind.AI_GENERATED])
    decision = review_decide(task=task, by=moderator, version=task.version, verdict=verdict)
    assert set(Label.objects.values_list("kind", "state")) == {("election", "applied"), ("ai_generated", "applied")}
    review_undo(decision=decision, by=moderator, reason="Too fast")
    assert set(Label.objects.values_list("kind", "state")) == {("election", "review"), ("ai_generated", "withdrawn")}


def test_election_of_another_place_is_refused(here: Jurisdiction, elsewhere: Jurisdiction) -> None:
    task, moderator = given_task(here), given_moderator(None)
    election = ElectionFactory.create(jurisdiction=elsewhere)
    verdict = Verdict(ReviewAction.CHANGE, "other-election", place=here, election=election)
    with pytest.raises(ValidationError) as refused:
        review_decide(task=task, by=moderator, version=task.version, verdict=verdict)
    assert set(refused.value.message_dict) == {"election"}


@pytest.mark.parametrize(
    ("verdict", "field"),
    [
        (APPLY._replace(reason="because"), "reason"),
        (Verdict(ReviewAction.ESCALATE, "about-election"), "note"),
        (Verdict(ReviewAction.CLOSE, "about-election", note="  "), "note"),
        (Verdict(ReviewAction.CHANGE, "other-place"), "place"),
        (Verdict(ReviewAction.UNDO, "about-election"), "action"),
    ],
)
def test_incomplete_verdict_names_what_is_missing(here: Jurisdiction, verdict: Verdict, field: str) -> None:
    task, moderator = given_task(here), given_moderator(here)
    with pytest.raises(ValidationError) as refused:
        review_decide(task=task, by=moderator, version=task.version, verdict=verdict)
    assert set(refused.value.message_dict) == {field}
    assert not ReviewDecision.objects.exists()
    assert Label.objects.get().state == LabelState.REVIEW


def test_label_cannot_be_led_to_a_place_of_others(here: Jurisdiction, elsewhere: Jurisdiction) -> None:
    task, moderator = given_task(here), given_moderator(here)
    with pytest.raises(PermissionDenied, match="own moderators"):
        review_decide(
            task=task,
            by=moderator,
            version=task.version,
            verdict=Verdict(ReviewAction.CHANGE, "other-place", place=elsewhere),
        )
    assert Label.objects.get().state == LabelState.REVIEW


def test_what_belongs_to_other_moderators_goes_on_to_them(here: Jurisdiction, elsewhere: Jurisdiction) -> None:
    task = given_task(here)
    labels_join(labels=[given_waiting(elsewhere).pk], now=timezone.now())
    task.refresh_from_db()
    anna, ben = given_moderator(here, name="anna"), given_moderator(elsewhere, name="ben")
    review_decide(task=task, by=anna, version=task.version, verdict=APPLY)
    assert dict(Label.objects.values_list("jurisdiction__code", "state")) == {"xa": "applied", "xb": "review"}
    again = task_next(by=ben)
    assert again == task
    review_decide(task=task, by=ben, version=again.version, verdict=REJECT)
    assert ReviewTask.objects.get().state == TaskState.DECIDED
    assert dict(Label.objects.values_list("jurisdiction__code", "state")) == {"xa": "applied", "xb": "withdrawn"}


def test_decision_on_what_changed_meanwhile_is_refused(here: Jurisdiction) -> None:
    task, moderator = given_task(here), given_moderator(here)
    signal = Signal(task.uri, task.item_id, here.pk, "de", SignalKind.REPORT, "report:1", "other")
    signals_join(signals=[signal], now=timezone.now())
    with pytest.raises(ReviewConflict, match="came in meanwhile"):
        review_decide(task=task, by=moderator, version=task.version, verdict=APPLY)


def test_two_decisions_on_one_task_are_one(here: Jurisdiction) -> None:
    task = given_task(here)
    anna, ben = given_moderator(here, name="anna"), given_moderator(here, name="ben")
    review_decide(task=task, by=anna, version=task.version, verdict=APPLY)
    for who in (anna, ben):
        with pytest.raises(ReviewConflict, match="Labels applied"):
            review_decide(task=task, by=who, version=task.version, verdict=REJECT)
    assert ReviewDecision.objects.count() == 1


def test_lease_that_ran_out_in_the_middle_does_no_harm_unless_somebody_took_it(here: Jurisdiction) -> None:
    task = given_task(here)
    anna, ben = given_moderator(here, name="anna"), given_moderator(here, name="ben")
    with freeze_time() as clock:
        held = task_claim(by=anna, task=task)
        clock.tick(LEASE + dt.timedelta(seconds=1))
        task_claim(by=ben, task=task)
        with pytest.raises(ReviewConflict, match="taken it up"):
            review_decide(task=held, by=anna, version=held.version, verdict=APPLY)
        clock.tick(LEASE + dt.timedelta(seconds=1))
        review_decide(task=held, by=anna, version=held.version, verdict=APPLY)


def test_seconds_in_hand_are_counted_from_taking_it_up(here: Jurisdiction) -> None:
    given_task(here)
    moderator = given_moderator(here)
    with freeze_time() as clock:
        task = task_next(by=moderator)
        assert task is not None
        clock.tick(4)
        assert review_decide(task=task, by=moderator, version=task.version, verdict=APPLY).seconds == 4.0


def test_content_that_is_gone_can_only_be_closed(here: Jurisdiction) -> None:
    task, moderator = given_task(here), given_moderator(here)
    ContentItem.objects.update(text="", erased_at=timezone.now())
    with pytest.raises(ReviewConflict, match="gone"):
        review_decide(task=task, by=moderator, version=task.version, verdict=APPLY)
    close = Verdict(ReviewAction.CLOSE, "not-about-election", note="Deleted by its author")
    review_decide(task=task, by=moderator, version=task.version, verdict=close)
    assert ReviewTask.objects.get().state == TaskState.DECIDED


def test_escalated_task_goes_to_others_at_once(here: Jurisdiction) -> None:
    task = given_task(here)
    anna, ben = given_moderator(here, name="anna"), given_moderator(here, name="ben")
    verdict = Verdict(ReviewAction.ESCALATE, "about-election", note="A threat, I think")
    review_decide(task=task, by=anna, version=task.version, verdict=verdict)
    assert task_next(by=anna) is None
    again = task_next(by=ben)
    assert again == task
    assert again.severity == 5
    assert Label.objects.get().state == LabelState.REVIEW


def test_decision_is_taken_back(here: Jurisdiction) -> None:
    task, moderator = given_task(here), given_moderator(here)
    before = Label.objects.get()
    decision = review_decide(task=task, by=moderator, version=task.version, verdict=APPLY)
    review_undo(decision=decision, by=moderator, reason="Pressed the wrong key")
    label = Label.objects.get()
    assert (label.state, label.decided_by) == (before.state, "machine")
    task.refresh_from_db()
    assert task.state == TaskState.OPEN
    assert [line.action for line in LabelDecision.objects.all()] == ["applied", "sent_to_review"]
    with pytest.raises(ReviewConflict, match="undone already"):
        review_undo(decision=decision, by=moderator, reason="Again")


def test_only_ones_own_decision_is_taken_back_and_within_a_day(here: Jurisdiction) -> None:
    task = given_task(here)
    anna, ben = given_moderator(here, name="anna"), given_moderator(here, name="ben")
    with freeze_time() as clock:
        decision = review_decide(task=task, by=anna, version=task.version, verdict=APPLY)
        with pytest.raises(PermissionDenied):
            review_undo(decision=decision, by=ben, reason="I disagree")
        with pytest.raises(ValidationError):
            review_undo(decision=decision, by=anna, reason=" ")
        clock.tick(dt.timedelta(hours=25))
        with pytest.raises(ReviewConflict, match="for a day"):
            review_undo(decision=decision, by=anna, reason="Too late")


def test_decision_that_others_built_on_is_not_taken_back(here: Jurisdiction) -> None:
    task, moderator = given_task(here), given_moderator(here)
    decision = review_decide(task=task, by=moderator, version=task.version, verdict=APPLY)
    Label.objects.update(state=LabelState.WITHDRAWN, decided_at=timezone.now())
    with pytest.raises(ReviewConflict, match="again since"):
        review_undo(decision=decision, by=moderator, reason="Wrong")
    assert Label.objects.get().state == LabelState.WITHDRAWN


def test_similar_items_are_decided_and_taken_back_together(here: Jurisdiction, elsewhere: Jurisdiction) -> None:
    tasks = [given_task(here, str(number)) for number in range(3)]
    foreign = given_task(elsewhere, "foreign")
    moderator = given_moderator(here)
    changed = tasks[2]
    signal = Signal(changed.uri, changed.item_id, here.pk, "de", SignalKind.REPORT, "report:1", "other")
    signals_join(signals=[signal], now=timezone.now())
    seen = [(task, task.version) for task in (*tasks, foreign)]
    bulk, refused = review_decide_together(tasks=seen, by=moderator, verdict=APPLY)
    assert bulk.count == 2
    assert set(refused) == {changed.pk, foreign.pk}
    assert Label.objects.filter(state=LabelState.APPLIED).count() == 2
    assert review_undo_together(bulk=bulk, by=moderator, reason="Not alike after all") == 2
    assert Label.objects.filter(state=LabelState.REVIEW).count() == 4
    assert ReviewTask.objects.open().count() == 4
    with pytest.raises(ReviewConflict):
        review_undo_together(bulk=bulk, by=moderator, reason="Again")


def test_bulk_of_none_of_too_many_or_without_effect_is_refused(here: Jurisdiction, elsewhere: Jurisdiction) -> None:
    moderator = given_moderator(here)
    task = given_task(elsewhere)
    for tasks in ([], [(task, 1)] * 201, [(task, task.version)]):
        with pytest.raises(ValidationError):
            review_decide_together(tasks=tasks, by=moderator, verdict=APPLY)
    assert not ReviewDecision.objects.exists()


def test_history_of_decisions_can_only_be_added_to(here: Jurisdiction) -> None:
    task, moderator = given_task(here), given_moderator(here)
    review_decide(task=task, by=moderator, version=task.version, verdict=APPLY)
    for change in (ReviewDecision.objects.update, lambda **_: ReviewDecision.objects.all().delete()):
        with pytest.raises(IntegrityError), transaction.atomic():
            change(note="never")
