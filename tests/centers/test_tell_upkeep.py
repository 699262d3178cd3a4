"""Facts past their review date and broken links: who is told, when once more, and when no longer."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import MailMode, Notification, Role, User
from accounts.services.notification import notification_choose, notification_read
from centers.models import ElectionCenter, Link
from centers.services.upkeep_tell import upkeep_tell
from tests.centers.conftest import on
from tests.centers.curators import person
from tests.centers.links import given_link
from tests.factories import AnswerFactory
from tests.members import client_of

pytestmark = pytest.mark.django_db

LONG_AGO = dt.date(2030, 3, 1)


def unread(user: User) -> list[str]:
    return [one.title for one in Notification.objects.of(user).unread().order_by("pk")]


def given_broken(center: ElectionCenter, url: str) -> Link:
    now = timezone.now()
    return given_link(center, url, failures=3, failing_since=now, broken_since=now, outcome="status")


@on("2031-04-01 12:00")
def test_stale_facts_are_told_once_until_another_one_is_due(
    arcadia: ElectionCenter, curator: User, publisher: User
) -> None:
    contributor = person(Role.CONTRIBUTOR, arcadia.jurisdiction)
    everywhere = person(Role.PUBLISHER, None)
    first = AnswerFactory(center=arcadia, question="where", body_de="Alt.", verified_on=LONG_AGO)
    AnswerFactory(center=arcadia, question="when", body_de="Neu.", verified_on=dt.date(2031, 3, 1))

    assert upkeep_tell() == 1
    assert unread(curator) == unread(publisher) == ["Arcadia: 1 fact is past the review date"]
    assert unread(contributor) == unread(everywhere) == [], "only the nearest who can put it right"
    told = Notification.objects.of(curator).get()
    assert told.path == "/staff/centers/xa/needs/stale/"
    assert client_of(curator).get(told.path).status_code == 200

    notification_read(notification=told, by=curator)
    assert upkeep_tell() == 0
    assert unread(curator) == [], "what was read is not told again every few minutes"

    AnswerFactory(center=arcadia, question="early", body_de="Alt.", verified_on=LONG_AGO)
    assert upkeep_tell() == 1
    assert unread(curator) == unread(publisher) == ["Arcadia: 2 facts are past the review date"]

    first.verified_on = dt.date(2031, 4, 1)
    first.save()
    assert upkeep_tell() == 0
    assert len(unread(publisher)) == 1, "something is left"


@on("2031-04-01 12:00")
def test_what_is_dealt_with_is_settled_and_told_again_when_it_comes_again(
    arcadia: ElectionCenter, curator: User, publisher: User
) -> None:
    link = given_broken(arcadia, "https://gone.example.org/")
    given_broken(arcadia, "https://gone.example.org/too")
    upkeep_tell()
    assert unread(curator) == ["Arcadia: 2 links have not answered for a day"]
    assert Notification.objects.of(curator).get().path == "/staff/centers/xa/sources/"

    Link.objects.update(failures=0, failing_since=None, broken_since=None)
    upkeep_tell()
    assert unread(curator) == unread(publisher) == [], "settled for everybody"

    Link.objects.filter(pk=link.pk).update(failures=3, failing_since=timezone.now(), broken_since=timezone.now())
    assert upkeep_tell() == 1
    assert unread(curator) == ["Arcadia: 1 link has not answered for a day"]


@on("2031-04-01 12:00")
def test_upkeep_is_mailed_as_its_reader_chose(arcadia: ElectionCenter, curator: User, publisher: User) -> None:
    notification_choose(by=publisher, modes={"facts_stale": "now"}, is_off=False)
    AnswerFactory(center=arcadia, body_de="Alt.", verified_on=LONG_AGO)
    given_broken(arcadia, "https://gone.example.org/")
    notification_choose(by=curator, modes={}, is_off=True)

    assert upkeep_tell() == 2

    mails = {(one.recipient_id, one.kind): one.mail for one in Notification.objects.all()}
    assert mails == {
        (publisher.pk, "facts_stale"): MailMode.NOW, (publisher.pk, "links_broken"): MailMode.DIGEST,
        (curator.pk, "facts_stale"): MailMode.OFF, (curator.pk, "links_broken"): MailMode.OFF,
    }  # fmt: skip


@on("2031-04-01 12:00")
def test_looking_takes_a_bounded_number_of_queries(
    arcadia: ElectionCenter, curator: User, django_assert_max_num_queries: Any
) -> None:
    AnswerFactory(center=arcadia, body_de="Alt.", verified_on=LONG_AGO)
    upkeep_tell()

    with django_assert_max_num_queries(11):
        upkeep_tell()
