"""Decisions that somebody makes again without knowing it, and golden items."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Role, User
from centers.models import Jurisdiction
from labeling import tasks
from labeling.models import (
    CheckKind,
    CheckState,
    ContentItem,
    GoldenItem,
    Label,
    LabelDecision,
    LabelState,
    QualityCheck,
    ReviewAction,
    ReviewDecision,
    ReviewTask,
    SignalKind,
    TaskState,
)
from labeling.review.sampling import is_drawn
from labeling.services.quality_check import EXPIRES_AFTER, quality_sweep
from labeling.services.quality_golden import golden_mark, golden_retire
from labeling.services.review_claim import ReviewConflict, task_claim, task_next
from labeling.services.review_close import review_sweep
from labeling.services.review_decide import Verdict, review_decide, review_decide_together, review_undo
from labeling.services.review_join import Signal, labels_join, signals_join
from tests.labeling.tasks import APPLY, REJECT, given_moderator, given_task
from tests.members import given_member

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _everything_is_drawn(settings: Settings) -> None:
    settings.REVIEW_SECOND_SHARE = 100
    settings.REVIEW_GOLDEN_SHARE = 0


@pytest.fixture
def anna(here: Jurisdiction) -> User:
    return given_moderator(here, name="anna")


@pytest.fixture
def ben(here: Jurisdiction) -> User:
    return given_moderator(here, name="ben")


@pytest.fixture
def cleo(here: Jurisdiction) -> User:
    return given_moderator(here, name="cleo")


def decide(task: ReviewTask, by: User, verdict: Verdict = APPLY) -> ReviewDecision:
    task.refresh_from_db()
    return review_decide(task=task, by=by, version=task.version, verdict=verdict)


def blind_of(task: ReviewTask) -> ReviewTask:
    return ReviewTask.objects.get(uri=task.uri, is_blind=True, state=TaskState.OPEN)


def given_differed(here: Jurisdiction, anna: User, ben: User, first: Verdict = APPLY, second: Verdict = REJECT):  # type: ignore[no-untyped-def]
    task = given_task(here)
    decide(task, anna, first)
    decide(blind_of(task), ben, second)
    return task, QualityCheck.objects.get()


def test_drawn_decision_is_made_again_by_somebody_else(here: Jurisdiction, anna: User, ben: User) -> None:
    task = given_task(here)
    first = decide(task, anna)
    blind = blind_of(task)
    check = QualityCheck.objects.get()
    assert (check.kind, check.first, check.task, check.first_outcome) == (CheckKind.SECOND, first, blind, "apply")
    # Nothing about it tells what it is: the kind, the policy, the place and the language are the first one's.
    assert [getattr(blind, name) for name in ("kind", "policy_id", "jurisdiction_id", "language", "severity")] == [
        getattr(task, name) for name in ("kind", "policy_id", "jurisdiction_id", "language", "severity")
    ]
    assert task_next(by=anna) is None
    with pytest.raises(PermissionDenied, match="no part"):
        task_claim(by=anna, task=blind)
    assert task_next(by=ben) == blind


def test_same_answer_changes_nothing(here: Jurisdiction, anna: User, ben: User) -> None:
    task = given_task(here)
    decide(task, anna)
    lines = LabelDecision.objects.count()
    second = decide(blind_of(task), ben)
    check = QualityCheck.objects.get()
    assert (check.state, check.second, second.effects) == (CheckState.AGREED, second, [])
    assert LabelDecision.objects.count() == lines
    assert not ReviewTask.objects.open().exists()


def test_other_answer_goes_to_a_third_person_who_changes_the_label(
    here: Jurisdiction, anna: User, ben: User, cleo: User
) -> None:
    _, check = given_differed(here, anna, ben)
    assert check.state == CheckState.DIFFERED
    assert Label.objects.get().state == LabelState.APPLIED
    settling = ReviewTask.objects.open().get()
    assert (settling.kind, settling.is_blind, settling.barred) == (
        SignalKind.QUALITY, False, sorted([anna.pk, ben.pk]),
    )  # fmt: skip
    assert task_next(by=anna) is None
    assert task_next(by=ben) is None
    assert task_next(by=cleo) == settling
    final = decide(settling, cleo, REJECT)
    check.refresh_from_db()
    assert (check.state, check.final, check.final_outcome) == (CheckState.SETTLED, final, "reject")
    label = Label.objects.get()
    assert (label.state, LabelDecision.objects.filter(label=label).last().user) == (LabelState.WITHDRAWN, cleo)  # type: ignore[union-attr]
    # What a third person settled is not drawn again.
    assert not ReviewTask.objects.open().exists()


def test_label_led_elsewhere_goes_when_the_third_person_decides_otherwise(
    here: Jurisdiction, elsewhere: Jurisdiction
) -> None:
    anna, ben, cleo = (given_moderator(None, name=name) for name in ("anna", "ben", "cleo"))
    _, check = given_differed(
        here, anna, ben, Verdict(ReviewAction.CHANGE, "other-place", place=elsewhere), APPLY
    )  # fmt: skip
    assert (check.first_outcome, check.second_outcome) == ("change:xb", "apply")
    decide(ReviewTask.objects.open().get(), cleo, APPLY)
    assert dict(Label.objects.values_list("jurisdiction__code", "state")) == {"xa": "applied", "xb": "withdrawn"}


def test_report_meanwhile_does_not_join_the_blind_task(here: Jurisdiction, anna: User, ben: User) -> None:
    task = given_task(here)
    decide(task, anna)
    signal = Signal(task.uri, task.item_id, here.pk, "de", SignalKind.REPORT, "report:1", "voting-information")
    signals_join(signals=[signal], now=timezone.now())
    blind = blind_of(task)
    assert blind.signal_count == 1
    assert ReviewTask.objects.open().filter(is_blind=False).get().kind == SignalKind.REPORT
    # Labels that wait are no concern of a blind task, and the other way round.
    Label.objects.update(state=LabelState.REVIEW, decided_by="machine")
    assert review_sweep() == {"joined": 1, "closed": 0}
    decide(blind, ben, REJECT)
    # The dispute joined what was open about this content.
    assert ReviewTask.objects.open().get().signals.filter(kind=SignalKind.QUALITY).count() == 1


def test_first_decision_taken_back_ends_the_blind_task(here: Jurisdiction, anna: User) -> None:
    task = given_task(here)
    first = decide(task, anna)
    review_undo(decision=first, by=anna, reason="wrong key")
    assert QualityCheck.objects.get().state == CheckState.VOID
    assert ReviewTask.objects.open().get() == task
    # The decision made instead is drawn by its own number.
    decide(task, anna, REJECT)
    assert QualityCheck.objects.waiting().get().first_outcome == "reject"


def test_second_answer_taken_back_is_given_anew(here: Jurisdiction, anna: User, ben: User) -> None:
    _, check = given_differed(here, anna, ben)
    settling = check.settling
    assert check.second is not None
    review_undo(decision=check.second, by=ben, reason="wrong key")
    check.refresh_from_db()
    assert (check.state, check.second, check.settling) == (CheckState.WAITING, None, None)
    settling.refresh_from_db()
    assert settling.state == TaskState.CLOSED
    decide(check.task, ben, APPLY)
    check.refresh_from_db()
    assert check.state == CheckState.AGREED


def test_settled_answer_can_not_be_taken_back_but_the_settling_can(
    here: Jurisdiction, anna: User, ben: User, cleo: User
) -> None:
    _, check = given_differed(here, anna, ben)
    final = decide(ReviewTask.objects.open().get(), cleo, REJECT)
    check.refresh_from_db()
    for decision, by in ((check.first, anna), (check.second, ben)):
        assert decision is not None
        with pytest.raises(ReviewConflict):
            review_undo(decision=decision, by=by, reason="wrong key")
    review_undo(decision=final, by=cleo, reason="wrong key")
    check.refresh_from_db()
    assert (check.state, check.final) == (CheckState.DIFFERED, None)
    assert Label.objects.get().state == LabelState.APPLIED


def test_blind_task_that_is_closed_or_waits_too_long_comes_to_nothing(
    here: Jurisdiction, anna: User, ben: User
) -> None:
    for number in range(3):
        decide(given_task(here, str(number)), anna)
    closed, erased, late = QualityCheck.objects.order_by("pk")
    decide(closed.task, ben, Verdict(ReviewAction.CLOSE, "about-election", "Not to be seen any more."))
    ContentItem.objects.filter(pk=erased.task.item_id).update(text="", erased_at=timezone.now())
    assert quality_sweep() == 1
    assert quality_sweep(now=timezone.now() + EXPIRES_AFTER + dt.timedelta(minutes=1)) == 1
    assert set(QualityCheck.objects.values_list("state", flat=True)) == {CheckState.VOID}
    assert not ReviewTask.objects.open().exists()
    assert "in time" in ReviewTask.objects.get(pk=late.task_id).closed_because


def test_escalated_blind_task_goes_to_somebody_else(here: Jurisdiction, anna: User, ben: User, cleo: User) -> None:
    task = given_task(here)
    decide(task, anna)
    blind = blind_of(task)
    decide(blind, ben, Verdict(ReviewAction.ESCALATE, "about-election", "Too hard."))
    assert task_next(by=ben) is None
    assert task_next(by=cleo) == blind


def test_blind_task_refuses_what_the_ordinary_one_refuses(
    here: Jurisdiction, elsewhere: Jurisdiction, anna: User, ben: User
) -> None:
    task = given_task(here)
    decide(task, anna)
    with pytest.raises(PermissionDenied, match="own moderators"):
        decide(blind_of(task), ben, Verdict(ReviewAction.CHANGE, "other-place", place=elsewhere))


def test_each_decision_of_a_bulk_is_drawn(here: Jurisdiction, anna: User) -> None:
    many = [given_task(here, str(number)) for number in range(3)]
    review_decide_together(tasks=[(task, task.version) for task in many], by=anna, verdict=APPLY)
    assert QualityCheck.objects.count() == 3


@pytest.mark.parametrize("kind", [SignalKind.APPEAL, SignalKind.QUALITY])
def test_what_is_a_second_look_anyway_is_not_drawn(here: Jurisdiction, anna: User, kind: SignalKind) -> None:
    task = given_task(here)
    signal = Signal(task.uri, task.item_id, here.pk, "de", kind, "x:1", label=Label.objects.get().pk)
    signals_join(signals=[signal], now=timezone.now())
    ReviewTask.objects.update(kind=kind)
    decide(ReviewTask.objects.get(), anna)
    assert not QualityCheck.objects.exists()


def test_share_is_the_policys_own_where_it_has_one(here: Jurisdiction, anna: User, settings: Settings) -> None:
    settings.REVIEW_SECOND_SHARES = {"election-label": 0}
    decide(given_task(here), anna)
    assert not QualityCheck.objects.exists()


def test_draw_is_chance_that_repeats() -> None:
    def drawn(secret: str, salt: str = "second") -> list[int]:
        return [seed for seed in range(20_000) if is_drawn(seed=seed, share=5, salt=salt, secret=secret)]

    assert drawn("a") == drawn("a")
    assert 0.045 < len(drawn("a")) / 20_000 < 0.055
    # Another secret or purpose draws others.
    assert len(set(drawn("a")) & set(drawn("b"))) < 150
    assert len(set(drawn("a")) & set(drawn("a", "golden"))) < 150


@pytest.mark.django_db(transaction=True)
def test_blind_second_decision_never_goes_to_who_decided_first(here: Jurisdiction) -> None:
    """Six people empty a queue of a hundred and its blind repetitions at the same time."""
    from tests.labeling.tasks import given_waiting

    for number in range(100):
        given_waiting(here, str(number))
    labels_join(labels=Label.objects.values_list("pk", flat=True), now=timezone.now())
    people = [given_moderator(here, name=f"mod-{number}") for number in range(6)]

    def work(number: int) -> int:
        done = 0
        try:
            while (task := task_next(by=people[number])) is not None:
                review_decide(task=task, by=people[number], version=task.version, verdict=APPLY)
                done += 1
        finally:
            connection.close()
        return done

    with ThreadPoolExecutor(6) as pool:
        done = sum(pool.map(work, range(6)))
        # Whoever stopped early may have left the last ones to others.
        done += sum(pool.map(work, range(6)))
    checks = list(QualityCheck.objects.select_related("first", "second"))
    assert (len(checks), done) == (100, 200)
    assert all(check.first.user_id != check.second.user_id for check in checks)  # type: ignore[union-attr]
    assert {check.state for check in checks} == {CheckState.AGREED}


# --- golden items


@pytest.fixture
def lead(here: Jurisdiction) -> User:
    return given_member(Role.OPERATOR, here, email="lead@fictional.example")


@pytest.fixture
def golden(here: Jurisdiction, anna: User, lead: User, settings: Settings) -> GoldenItem:
    settings.REVIEW_SECOND_SHARE = 0
    return golden_mark(decision=decide(given_task(here, "golden"), anna), by=lead, why="It names the ballot.")


def test_golden_item_is_mixed_in_and_its_answers_change_no_label(
    here: Jurisdiction, anna: User, ben: User, golden: GoldenItem, settings: Settings
) -> None:
    settings.REVIEW_GOLDEN_SHARE = 100
    decide(given_task(here, "everyday"), ben)
    blind = ReviewTask.objects.open().get()
    assert (blind.is_blind, blind.uri, blind.kind) == (True, golden.uri, SignalKind.UNSURE)
    # Never to whoever gave the agreed answer, and to each person once.
    assert task_next(by=anna) is None
    lines = LabelDecision.objects.count()
    decide(blind, ben, REJECT)
    check = QualityCheck.objects.goldens().get()
    assert (check.state, check.second_outcome, check.final_outcome) == (CheckState.SETTLED, "reject", "apply")
    assert LabelDecision.objects.count() == lines
    assert Label.objects.get(item__external_id="golden").state == LabelState.APPLIED
    decide(given_task(here, "another"), ben)
    assert not ReviewTask.objects.open().exists()


def test_golden_item_is_mixed_into_queues_of_its_language_only(
    here: Jurisdiction, golden: GoldenItem, settings: Settings
) -> None:
    settings.REVIEW_GOLDEN_SHARE = 100
    decide(given_task(here, "greek", lang="el"), given_moderator(here, "el", name="eleni"))
    assert not ReviewTask.objects.open().exists()


def test_golden_items_are_given_in_turn(
    anna: User, ben: User, lead: User, golden: GoldenItem, settings: Settings
) -> None:
    here = golden.jurisdiction
    other = golden_mark(decision=decide(given_task(here, "golden 2"), anna), by=lead, why="So too.")
    settings.REVIEW_GOLDEN_SHARE = 100
    for number in range(2):
        decide(given_task(here, str(number)), ben)
        decide(ReviewTask.objects.open().get(), ben)
    assert set(QualityCheck.objects.values_list("golden", "state")) == {
        (golden.pk, CheckState.AGREED), (other.pk, CheckState.AGREED),
    }  # fmt: skip


def test_retired_and_erased_items_leave_the_pool(
    anna: User, ben: User, lead: User, golden: GoldenItem, settings: Settings
) -> None:
    here = golden.jurisdiction
    settings.REVIEW_GOLDEN_SHARE = 100
    decide(given_task(here, "everyday"), ben)
    golden_retire(golden=golden, by=lead, why="The law changed.")
    assert not ReviewTask.objects.open().exists()
    assert QualityCheck.objects.get().state == CheckState.VOID
    with pytest.raises(ReviewConflict, match="already"):
        golden_retire(golden=golden, by=lead, why="Again.")
    settings.REVIEW_GOLDEN_SHARE = 0
    again = golden_mark(decision=golden.decision, by=lead, why="The law changed back.")
    ContentItem.objects.filter(pk=again.item_id).update(text="", erased_at=timezone.now())
    assert not GoldenItem.objects.in_pool().exists()
    tasks.review_sweep()
    again.refresh_from_db()
    assert again.retired_because == "The content was erased."


def test_answer_to_a_retired_item_is_not_given_anew(
    here: Jurisdiction, ben: User, lead: User, golden: GoldenItem, settings: Settings
) -> None:
    settings.REVIEW_GOLDEN_SHARE = 100
    decide(given_task(here, "everyday"), ben)
    answer = decide(ReviewTask.objects.open().get(), ben, REJECT)
    golden_retire(golden=golden, by=lead, why="Not clear after all.")
    with pytest.raises(ReviewConflict, match="nothing left"):
        review_undo(decision=answer, by=ben, reason="wrong key")


def test_golden_item_is_for_leads_of_the_place_and_holds_one_answer(
    here: Jurisdiction, elsewhere: Jurisdiction, anna: User, lead: User, golden: GoldenItem
) -> None:
    decision = decide(given_task(here, "2"), anna)
    stranger = given_member(Role.OPERATOR, elsewhere, email="stranger@fictional.example")
    for by in (anna, stranger):
        with pytest.raises(PermissionDenied):
            golden_mark(decision=decision, by=by, why="x")
        with pytest.raises(PermissionDenied):
            golden_retire(golden=golden, by=by, why="x")
    with pytest.raises(ValidationError):
        golden_mark(decision=decision, by=lead, why=" ")
    with pytest.raises(ReviewConflict, match="golden item already"):
        golden_mark(decision=golden.decision, by=lead, why="x")
    undo = review_undo(decision=decision, by=anna, reason="wrong key")
    for unfit in (undo, decision):
        with pytest.raises(ReviewConflict):
            golden_mark(decision=unfit, by=lead, why="x")


def test_constraints_refuse_what_can_not_be(here: Jurisdiction, anna: User, ben: User, golden: GoldenItem) -> None:
    for change in ({"outcome": ""}, {"why": ""}, {"retired_at": timezone.now()}, {"retired_because": "x"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            GoldenItem.objects.update(**change)
    task = ReviewTask.objects.get()
    check = QualityCheck(
        kind=CheckKind.SECOND, task=task, first=golden.decision, first_outcome="apply", kind_of_queue="unsure",
        jurisdiction=here, policy=task.policy, opened_at=timezone.now(),
    )  # fmt: skip
    check.save()
    for change in (
        {"kind": "other"}, {"state": "other"}, {"kind": CheckKind.GOLDEN}, {"golden": golden},
        {"state": CheckState.AGREED},
    ):  # fmt: skip
        with pytest.raises(IntegrityError), transaction.atomic():
            QualityCheck.objects.update(**change)
