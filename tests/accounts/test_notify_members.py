"""What waits on a member, in the workspace: told once, counted, read, settled by whoever came first."""

from __future__ import annotations

import datetime as dt
from http import HTTPStatus

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import MailMode, Notification, NotificationChoice, NotificationKind, Role, User
from accounts.services.notification import (
    members_nearest,
    notification_choose,
    notification_read,
    notifications_erase,
    notifications_settle,
    notify,
)
from centers.models import Jurisdiction
from tests.accounts.told import TITLE, given_notification
from tests.factories import JurisdictionFactory
from tests.members import client_of, given_member

pytestmark = pytest.mark.django_db

PUBLISH = "centers.publish_center"
LIST = "/staff/notifications/"


@pytest.fixture
def place() -> Jurisdiction:
    union = JurisdictionFactory.create(code="xu", level="union")
    return JurisdictionFactory.create(parent=union)


@pytest.fixture
def member(place: Jurisdiction) -> User:
    return given_member(Role.PUBLISHER, place)


def named(*people: User) -> set[str]:
    return {one.email for one in people}


def test_matter_waits_on_whoever_is_nearest(place: Jurisdiction) -> None:
    here = given_member(Role.PUBLISHER, place, email="here@fictional.example")
    above = given_member(Role.PUBLISHER, place.parent, email="above@fictional.example")
    everywhere = given_member(Role.PUBLISHER, None, email="everywhere@fictional.example")
    given_member(Role.CURATOR, place, email="curator@fictional.example")
    given_member(Role.PUBLISHER, JurisdictionFactory.create(code="xb"), email="elsewhere@fictional.example")

    assert named(*members_nearest(permission=PUBLISH, place=place)) == named(here)
    assert named(*members_nearest(permission=PUBLISH, place=place, besides=here)) == named(above)
    User.objects.filter(pk__in=[here.pk, above.pk]).update(is_active=False)
    assert named(*members_nearest(permission=PUBLISH, place=place)) == named(everywhere)


def test_same_matter_is_told_once_until_it_was_read(member: User) -> None:
    first = given_notification(member, subject="proposal:1")
    given_notification(member, subject="proposal:1")
    assert Notification.objects.of(member).count() == 1

    notification_read(notification=first, by=member)
    given_notification(member, subject="proposal:1")
    assert Notification.objects.of(member).count() == 2
    assert Notification.objects.of(member).unread().count() == 1


def test_telling_many_takes_as_many_queries_as_telling_one(place: Jurisdiction) -> None:
    people = [given_member(Role.PUBLISHER, place, email=f"m{n}@fictional.example") for n in range(6)]
    with CaptureQueriesContext(connection) as queries:
        notify(
            recipients=people, kind=NotificationKind.LINKS_BROKEN, subject="links:xa", title="Broken", path="/staff/"
        )
    assert len([one for one in queries if "SAVEPOINT" not in one["sql"]]) == 2
    assert Notification.objects.count() == 6


def test_matter_is_settled_for_everybody_when_one_has_dealt_with_it(member: User, place: Jurisdiction) -> None:
    other = given_member(Role.PUBLISHER, place, email="other@fictional.example")
    for one in (member, other):
        given_notification(one, subject="proposal:7")
        given_notification(one, subject="proposal:7", kind=NotificationKind.PROPOSAL_COMMENTED)

    assert notifications_settle(subject="proposal:7", kinds=[NotificationKind.PROPOSAL_WAITS]) == 2
    assert {one.kind for one in Notification.objects.unread()} == {"proposal_commented"}


def test_member_sees_only_their_own_and_reads_them(member: User, place: Jurisdiction) -> None:
    other = given_member(Role.CURATOR, place, email="other@fictional.example")
    foreign = given_notification(other, title="Not for Anna")
    own = given_notification(member, place=place)
    client = client_of(member)

    page = client.get(LIST).content.decode()
    assert TITLE in page
    assert "Arcadia" in page
    assert "Not for Anna" not in page
    assert '<span class="bell-count">1<span class="away"> unread</span></span>' in page
    assert client.post(f"{LIST}{foreign.pk}/").status_code == HTTPStatus.NOT_FOUND
    with pytest.raises(PermissionDenied):
        notification_read(notification=foreign, by=member)

    answer = client.post(f"{LIST}{own.pk}/")
    assert (answer.status_code, answer["Location"]) == (HTTPStatus.FOUND, own.path)
    page = client.get(LIST).content.decode()
    assert "Nothing waits for you." in page
    assert "bell-count" not in page
    assert TITLE in client.get(f"{LIST}?show=all").content.decode()


def test_member_marks_one_and_then_all_as_read(member: User) -> None:
    first = given_notification(member)
    for _ in range(2):
        given_notification(member)
    client = client_of(member)

    assert client.post(f"{LIST}{first.pk}/", {"stay": "yes"})["Location"] == LIST
    page = client.post(f"{LIST}read/", follow=True).content.decode()
    assert "2 notifications marked as read." in page
    assert not Notification.objects.unread().exists()


def test_reading_a_page_marks_nothing(member: User) -> None:
    given_notification(member)
    client_of(member).get(LIST)
    assert Notification.objects.unread().count() == 1


def test_count_in_the_masthead_is_bounded_and_costs_one_query(member: User) -> None:
    client = client_of(member)
    client.get("/staff/")
    with CaptureQueriesContext(connection) as before:
        client.get("/staff/")
    for _ in range(120):
        given_notification(member)
    with CaptureQueriesContext(connection) as after:
        page = client.get("/staff/").content.decode()
    assert '<span class="bell-count">99+' in page
    assert len(after) == len(before)
    assert len([one for one in after if "accounts_notification" in one["sql"]]) == 1


def test_hostile_title_stays_text(member: User) -> None:
    given_notification(member, title="<script>alert(1)</script>\n" + "x" * 400)
    page = client_of(member).get(LIST).content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt; xxx" in page
    assert len(Notification.objects.get().title) == 250


def test_member_chooses_what_comes_by_mail(member: User) -> None:
    waiting = given_notification(member)
    assert waiting.mail == MailMode.DIGEST
    client = client_of(member)
    chosen = {kind.value: "off" for kind in NotificationKind} | {"proposal_waits": "now"}

    answer = client.post(f"{LIST}mail/", chosen, follow=True)
    assert "Your choice is saved." in answer.content.decode()
    waiting.refresh_from_db()
    assert waiting.mail == MailMode.NOW, "what waits follows the choice"
    assert given_notification(member, kind=NotificationKind.LINKS_BROKEN).mail == MailMode.OFF

    refused = client.post(f"{LIST}mail/", chosen | {"proposal_waits": "pigeon"})
    assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "pigeon is not one of the available choices" in refused.content.decode()
    with pytest.raises(ValidationError):
        notification_choose(by=member, modes={"proposal_waits": "pigeon"}, is_off=False)
    assert NotificationChoice.objects.get().mode("proposal_waits") == MailMode.NOW


def test_notifications_of_long_ago_are_erased(member: User) -> None:
    old, young = given_notification(member), given_notification(member)
    Notification.objects.filter(pk=old.pk).update(created_at=timezone.now() - dt.timedelta(days=181))
    assert notifications_erase() == 1
    assert Notification.objects.get() == young
