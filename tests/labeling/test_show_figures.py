"""Figures of the moderators' work: right, scoped to one's places, and about nobody alone."""

from __future__ import annotations

import csv
import datetime as dt
import io
from http import HTTPStatus

import pytest
from django.utils import timezone
from freezegun import freeze_time
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import Role, User
from centers.models import Jurisdiction
from labeling import figures
from labeling.charts import bars_of
from labeling.models import Label, LabelDecision, ReviewTask, SignalKind
from labeling.services.review_claim import task_claim
from labeling.services.review_decide import Verdict, review_decide, review_undo
from labeling.services.review_join import Signal, signals_join
from tests.labeling.tasks import APPLY, REJECT, given_moderator, given_task
from tests.members import client_of, given_member

pytestmark = pytest.mark.django_db
FIGURES = "/staff/labeling/figures/"
NOON = dt.datetime(2031, 3, 10, 12, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def _nothing_is_drawn(settings: Settings) -> None:
    settings.REVIEW_SECOND_SHARE = settings.REVIEW_GOLDEN_SHARE = 0


@pytest.fixture
def three(here: Jurisdiction) -> list[User]:
    return [given_moderator(here, "de", "fr", name=name) for name in ("anna", "ben", "cleo")]


def scope(*places: Jurisdiction) -> figures.Scope:
    midnight = NOON.replace(hour=0)
    return figures.Scope(
        tuple(place.pk for place in places), midnight - dt.timedelta(days=2), midnight + dt.timedelta(1)
    )


def decide(task: ReviewTask, by: User, verdict: Verdict = APPLY, seconds: int = 0):  # type: ignore[no-untyped-def]
    with freeze_time(timezone.now()) as clock:
        if seconds:
            task_claim(by=by, task=task)
            clock.tick(seconds)
        task.refresh_from_db()
        return review_decide(task=task, by=by, version=task.version, verdict=verdict)


def again(task: ReviewTask, kind: SignalKind = SignalKind.REPORT) -> ReviewTask:
    label = Label.objects.get(item=task.item_id)
    signal = Signal(task.uri, task.item_id, task.jurisdiction_id, task.language, kind, f"{kind}:1", label=label.pk)
    signals_join(signals=[signal], now=timezone.now())
    return ReviewTask.objects.open().get(uri=task.uri)


def test_work_is_counted_and_timed(here: Jurisdiction, elsewhere: Jurisdiction, three: list[User]) -> None:
    with freeze_time(NOON):
        for number, seconds in enumerate((4, 6, 20)):
            decide(given_task(here, str(number)), three[number], seconds=seconds)
        decide(given_task(elsewhere, "other"), given_moderator(None, name="zoe"))
    (work,) = figures.work_of(scope(here))
    assert (work.policy, work.language, work.decisions, work.people, work.median) == ("election-label", "de", 3, 3, 6.0)
    assert work.per_hour == pytest.approx(360)
    assert figures.work_together(scope(here, elsewhere)).decisions == 4
    assert figures.work_together(scope()).decisions == 0


def test_backlog_is_told_day_by_day(here: Jurisdiction, three: list[User]) -> None:
    with freeze_time(NOON - dt.timedelta(days=5)):
        old = given_task(here, "old")
        given_task(here, "older than the period, and waits")
    with freeze_time(NOON - dt.timedelta(days=1)):
        new = given_task(here, "new")
        decide(old, three[0])
    with freeze_time(NOON):
        decide(new, three[1])
    days = figures.days_of(scope(here))
    assert [(day.decisions, day.came, day.waiting) for day in days] == [(0, 0, 2), (1, 1, 2), (1, 0, 1)]
    (waiting,) = figures.waiting_now(scope(here), NOON)
    assert (waiting.place, waiting.language, waiting.waiting, waiting.late) == ("xa", "de", 1, 1)
    assert waiting.oldest == 5 * 86_400
    (service,) = figures.service_of(scope(here), NOON)
    assert (service.late.hits, service.late.n, service.waiting_late) == (1, 2, 1)


def test_decision_is_overturned_by_somebody_else_only(here: Jurisdiction, three: list[User]) -> None:
    anna, ben, cleo = three
    with freeze_time(NOON):
        turned, kept, back, french = (given_task(here, name, lang="de") for name in ("1", "2", "3", "4"))
        for task in (turned, kept):
            decide(task, anna)
        decide(again(turned), ben, REJECT)
        decide(again(kept), cleo)
        # Taken back and decided otherwise by the same person: the first one was never made.
        first = decide(back, anna)
        review_undo(decision=first, by=anna, reason="wrong key")
        decide(back, anna, REJECT)
        decide(french, cleo, REJECT)
    (group,) = figures.overturned(scope(here), by="language")
    assert (group.group, group.hits, group.n, group.people) == ("de", 1, 6, 3)
    (group,) = figures.overturned(scope(here), by="place")
    assert group.group == "xa"


def test_appeals_count_once_for_what_was_decided_before(here: Jurisdiction, three: list[User]) -> None:
    anna, ben, _ = three
    with freeze_time(NOON) as clock:
        task = given_task(here, "1")
        decide(task, anna)
        decide(given_task(here, "2"), anna)
        clock.tick(60)
        appeal = again(task, SignalKind.APPEAL)
        clock.tick(60)
        decide(appeal, ben, REJECT)
    (group,) = figures.appealed(scope(here), by="language")
    assert (group.hits, group.n) == (1, 3)


def test_labels_viewers_saw_count_when_a_person_took_them_away(here: Jurisdiction, three: list[User]) -> None:
    with freeze_time(NOON):
        for number, verdict in enumerate((APPLY, REJECT, REJECT)):
            task = given_task(here, str(number), lang="fr-BE")
            label = Label.objects.get(item=task.item_id)
            LabelDecision.objects.create(
                label=label, action="applied", decided_by="machine", reason="matched", decided_at=NOON
            )
            decision = decide(task, three[number], verdict)
        # The last one is taken back: nobody has judged it.
        review_undo(decision=decision, by=three[2], reason="wrong key")
        # Never seen by viewers: no matter of the machine's.
        decide(given_task(here, "unsure", lang="fr"), three[0], REJECT)
    (group,) = figures.machine_overturned(scope(here), by="language")
    assert (group.group, group.hits, group.n) == ("fr", 1, 2)


def test_page_shows_tables_charts_and_their_words(here: Jurisdiction, three: list[User]) -> None:
    for number, user in enumerate(three):
        decide(given_task(here, str(number)), user, seconds=5)
    body = client_of(three[0]).get(FIGURES).content.decode()
    assert '<svg role="img" aria-labelledby="chart-1"' in body
    assert "Decisions a day" in body
    assert "at most 3 decisions" in body
    assert body.count("<table") == 7
    assert " style=" not in body
    assert "Median handling time</dt><dd>5.0 s" in body


def test_what_comes_from_few_people_is_left_out(here: Jurisdiction, three: list[User]) -> None:
    for number in range(4):
        decide(given_task(here, str(number)), three[number % 2], seconds=5)
    client = client_of(three[0])
    body = client.get(FIGURES).content.decode()
    assert "too few people" in body
    assert "5.0 s" not in body
    rows = list(csv.reader(io.StringIO(client.get(f"{FIGURES}handling.csv").content.decode())))
    assert rows[1] == ["election-label", "de", "4", "", "", ""]
    rows = list(csv.reader(io.StringIO(client.get(f"{FIGURES}overturned-language.csv").content.decode())))
    assert rows[1][:3] == ["de", "", ""]


def test_figures_are_of_ones_own_places_and_name_nobody(
    here: Jurisdiction, elsewhere: Jurisdiction, three: list[User]
) -> None:
    for number, user in enumerate(three):
        decide(given_task(here, str(number)), user)
    stranger = client_of(given_member(Role.AUDITOR, elsewhere, email="auditor@fictional.example"))
    assert list(csv.reader(io.StringIO(stranger.get(f"{FIGURES}handling.csv").content.decode())))[1:] == []
    auditor = client_of(given_member(Role.AUDITOR, here, email="second@fictional.example"))
    body = auditor.get(FIGURES).content.decode()
    assert "election-label" in body
    assert "anna@" not in body


def test_language_that_differs_is_flagged(here: Jurisdiction, three: list[User]) -> None:
    for lang, turned in (("de", 0), ("fr", 9)):
        for number in range(21):
            task = given_task(here, f"{lang}{number}", lang=lang)
            decide(task, three[number % 3])
            if number < turned:
                decide(again(task), three[(number + 1) % 3], REJECT)
    client = client_of(three[0])
    rows = list(csv.DictReader(io.StringIO(client.get(f"{FIGURES}overturned-language.csv").content.decode())))
    assert [(row["Language"], row["Cases"], row["Of these"], row["Differs"]) for row in rows] == [
        ("de", "21", "0", "yes"),
        ("fr", "30", "9", "yes"),
    ]
    body = client.get(FIGURES).content.decode()
    assert '<span class="tag tag-wait">differs</span>' in body
    assert 'class="span"' in body


@pytest.mark.parametrize(
    "query",
    ["since=2031-03-10&until=2031-03-09", "since=x&until=y", "since=2031-01-01", "since=0001-01-01&until=9999-12-31"],
)
def test_period_that_is_none_is_said_and_the_usual_one_shown(here: Jurisdiction, query: str) -> None:
    client = client_of(given_moderator(here))
    answer = client.get(f"{FIGURES}?{query}")
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "errorlist" in answer.content.decode()
    assert client.get(f"{FIGURES}days.csv?{query}").content.decode().count("\n") == 31
    assert client.get(f"{FIGURES}?since=9999-12-30&until=9999-12-31").status_code == HTTPStatus.OK


def test_unknown_table_is_not_found(here: Jurisdiction) -> None:
    assert client_of(given_moderator(here)).get(f"{FIGURES}nothing.csv").status_code == HTTPStatus.NOT_FOUND


def test_page_takes_few_queries(
    here: Jurisdiction, three: list[User], django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number, user in enumerate(three):
        decide(given_task(here, str(number)), user)
    client = client_of(three[0])
    client.get(FIGURES)
    with django_assert_max_num_queries(20):
        client.get(FIGURES)


def test_chart_of_nothing_says_so() -> None:
    assert bars_of("x", [], unit="tasks").about == "Nothing in this period."
    chart = bars_of("x", [("1 Mar", 2), ("2 Mar", 4)], unit="tasks")
    assert [(bar.y, bar.height) for bar in chart.bars] == [("20.00", "20.00"), ("0.00", "40.00")]
    assert chart.about == "1 Mar to 2 Mar: at most 4 tasks (2 Mar)."
