"""What waits, by mail: at once, or once a day from seven in the member's morning; one click stops it."""

from __future__ import annotations

import datetime as dt
import re
from http import HTTPStatus
from smtplib import SMTPServerDisconnected

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.test import Client
from django.utils import timezone

from accounts.models import Digest, MailMode, Notification, NotificationKind, Role, User
from accounts.services.notification import mail_stop, mail_stop_token, notifications_read_all
from accounts.services.notification_mail import notifications_mail
from centers.models import Jurisdiction
from tests.accounts.told import TITLE, given_notification
from tests.factories import JurisdictionFactory
from tests.members import given_member

pytestmark = pytest.mark.django_db


@pytest.fixture
def place() -> Jurisdiction:
    return JurisdictionFactory.create()


@pytest.fixture
def member(place: Jurisdiction) -> User:
    return given_member(Role.PUBLISHER, place)


def at(monkeypatch: pytest.MonkeyPatch, moment: str) -> None:
    told = dt.datetime.fromisoformat(moment).replace(tzinfo=dt.UTC)
    monkeypatch.setattr(timezone, "now", lambda: told)


def test_daily_mail_goes_out_once_from_seven_in_the_time_of_the_place(
    member: User, place: Jurisdiction, monkeypatch: pytest.MonkeyPatch
) -> None:
    given_notification(member, place=place)
    at(monkeypatch, "2031-06-02 04:59")  # 06:59 in Vienna
    assert notifications_mail() == 0
    at(monkeypatch, "2031-06-02 05:00")
    assert [notifications_mail(), notifications_mail()] == [1, 0]

    (sent,) = mail.outbox
    assert sent.to == [member.email]
    assert sent.subject == "[Election Centre] 1 thing waits for you"
    assert TITLE + " (Arcadia)\nhttp://localhost:8000/staff/\n" in sent.body
    assert sent.alternatives == [] if hasattr(sent, "alternatives") else True

    given_notification(member)
    assert notifications_mail() == 0, "one mail a day"
    at(monkeypatch, "2031-06-03 09:00")
    assert notifications_mail() == 1, "late, but not lost"
    assert "1 older notification is still unread." in mail.outbox[1].body
    assert TITLE in mail.outbox[1].body


def test_member_for_all_places_gets_it_at_seven_utc(monkeypatch: pytest.MonkeyPatch) -> None:
    given_notification(given_member(Role.PUBLISHER))
    at(monkeypatch, "2031-06-02 06:59")
    assert notifications_mail() == 0
    at(monkeypatch, "2031-06-02 07:00")
    assert notifications_mail() == 1


def test_no_mail_when_nothing_waits_any_more(member: User, monkeypatch: pytest.MonkeyPatch) -> None:
    given_notification(member)
    notifications_read_all(by=member)
    at(monkeypatch, "2031-06-02 09:00")
    assert notifications_mail() == 0
    assert not Digest.objects.exists(), "what comes later today is still mailed"


def test_what_cannot_wait_is_mailed_at_once(member: User, monkeypatch: pytest.MonkeyPatch) -> None:
    given_notification(member, kind=NotificationKind.NOTICE_TO_REVIEW, title="An urgent notice waits")
    at(monkeypatch, "2031-06-02 01:00")
    assert [notifications_mail(), notifications_mail()] == [1, 0]
    assert mail.outbox[0].subject == "[Election Centre] An urgent notice waits"


def test_minor_things_are_not_mailed(member: User, monkeypatch: pytest.MonkeyPatch) -> None:
    given_notification(member, kind=NotificationKind.PROPOSAL_COMMENTED)
    at(monkeypatch, "2031-06-02 09:00")
    assert notifications_mail() == 0


def test_mail_that_could_not_be_sent_is_tried_again(
    member: User, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    given_notification(member)
    given_notification(member, kind=NotificationKind.NOTICE_TO_REVIEW)
    at(monkeypatch, "2031-06-02 09:00")

    def gone(message: EmailMessage, fail_silently: bool = False) -> int:
        raise SMTPServerDisconnected(f"no mail for {message.to}")

    with monkeypatch.context() as away:
        away.setattr(EmailMessage, "send", gone)
        assert notifications_mail() == 0
    assert "could not be mailed: SMTPServerDisconnected" in caplog.text
    assert member.email not in caplog.text
    assert notifications_mail() == 2
    assert not Notification.objects.filter(mailed_at=None).exists()


def test_inactive_member_gets_no_mail(member: User, monkeypatch: pytest.MonkeyPatch) -> None:
    given_notification(member)
    User.objects.update(is_active=False)
    at(monkeypatch, "2031-06-02 09:00")
    assert notifications_mail() == 0


def test_title_cannot_forge_headers(member: User, monkeypatch: pytest.MonkeyPatch) -> None:
    title = "Harmless\r\nBcc: everybody@fictional.example"
    given_notification(member, kind=NotificationKind.NOTICE_TO_REVIEW, title=title)
    at(monkeypatch, "2031-06-02 09:00")
    notifications_mail()
    assert mail.outbox[0].message()["Bcc"] is None
    assert mail.outbox[0].recipients() == [member.email]


def test_one_click_in_the_mail_program_stops_all_mail(
    client: Client, member: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    given_notification(member, kind=NotificationKind.NOTICE_TO_REVIEW)
    at(monkeypatch, "2031-06-02 09:00")
    notifications_mail()
    headers = mail.outbox[0].extra_headers
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = re.fullmatch(r"<http://localhost:8000(/staff/notifications/stop/\S+)>", headers["List-Unsubscribe"])
    assert link is not None
    assert member.email not in link[1]
    waiting = given_notification(member)

    asked = client.get(link[1])
    assert "Stop all mails about your work?" in asked.content.decode()
    assert notifications_still_mailed(member), "opening the link, as scanners do, stops nothing"
    outside = Client(enforce_csrf_checks=True)
    assert outside.post(link[1], {"List-Unsubscribe": "One-Click"}).status_code == HTTPStatus.OK
    assert not notifications_still_mailed(member)
    waiting.refresh_from_db()
    assert waiting.mail == MailMode.OFF
    assert notifications_mail() == 0


def test_forged_link_stops_nothing(client: Client, member: User) -> None:
    token = mail_stop_token(member)
    answer = client.post(f"/staff/notifications/stop/{token[:-1]}{'a' if token[-1] != 'a' else 'b'}/")
    assert answer.status_code == HTTPStatus.NOT_FOUND
    assert notifications_still_mailed(member)
    User.objects.all().delete()
    assert not mail_stop(token=token)


def notifications_still_mailed(member: User) -> bool:
    return given_notification(member, kind=NotificationKind.LINKS_BROKEN).mail != MailMode.OFF
