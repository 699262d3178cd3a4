"""How the queues stand: sizes, service levels, who is at work, and who reads what."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from accounts.models import Role
from centers.models import Jurisdiction
from labeling.models import ReviewerProfile, ReviewTask, TaskState
from labeling.services.review_claim import task_claim
from tests.factories import JurisdictionFactory
from tests.labeling.tasks import given_moderator, given_task
from tests.members import client_of, given_member

pytestmark = pytest.mark.django_db
OVERVIEW = "/staff/labeling/reviews/overview/"


def overview(here: Jurisdiction | None) -> str:
    return client_of(given_member(Role.AUDITOR, here, email="auditor@fictional.example")).get(OVERVIEW).content.decode()


def row_of(body: str, title: str) -> str:
    return next(row for row in body.split("<tr ") if title in row)


def test_breaches_and_service_level_are_told_by_queue(here: Jurisdiction) -> None:
    now = timezone.now()
    late, _ = given_task(here, "late"), given_task(here, "fresh")
    ReviewTask.objects.filter(pk=late.pk).update(due_at=now - dt.timedelta(hours=3))
    for name, due in (("1", 1), ("2", 1), ("3", 1), ("4", -1)):
        done = given_task(here, name)
        ReviewTask.objects.filter(pk=done.pk).update(
            state=TaskState.DECIDED, ended_at=now, due_at=now + dt.timedelta(hours=due)
        )
    row = row_of(overview(here), "Labels about elections")
    assert '<span class="tag tag-off">1</span>' in row
    assert "3\xa0hours ago" in row
    assert "75 % of 4" in row


def test_who_works_on_what_is_shown(here: Jurisdiction) -> None:
    task = given_task(here)
    task_claim(by=given_moderator(here, name="anna"), task=task)
    body = overview(here)
    assert "anna@fictional.example, for 0\xa0minutes" in body
    assert f"/reviews/{task.public_id}/" in body


def test_language_nobody_reads_is_a_gap_with_what_to_do(here: Jurisdiction, elsewhere: Jurisdiction) -> None:
    given_task(here, "1", lang="de")
    given_task(elsewhere, "2", lang="de")
    given_task(here, "3", lang="ar")
    given_moderator(here, "de")
    body = overview(None).partition("Who reads what")[2]
    german, arabic = row_of(body, ">Deutsch<"), row_of(body, ">Arabic<")
    # One moderator reads German, but not elsewhere.
    assert '<td class="number">1</td>' in german
    assert "decides 1 of xb" in german
    assert "row-bad" in arabic
    assert "or invite one" in arabic


def test_moderators_of_a_union_count_for_its_states(here: Jurisdiction) -> None:
    state = JurisdictionFactory.create(code="xs", parent=here)
    given_task(state, "1", lang="de")
    given_moderator(here, "de")
    assert "row-bad" not in overview(None)


def test_moderator_without_languages_reads_none(here: Jurisdiction) -> None:
    given_task(here, "1", lang="de")
    given_moderator(here)
    ReviewerProfile.objects.all().delete()
    assert "row-bad" in overview(here)


def test_other_places_are_not_in_the_overview(here: Jurisdiction, elsewhere: Jurisdiction) -> None:
    task = given_task(elsewhere, "foreign")
    task_claim(by=given_moderator(elsewhere, name="ben"), task=task)
    body = overview(here)
    assert "foreign" not in body
    assert "ben@" not in body
