"""Mail members what waits on them: at once where it cannot wait, and once a day what can."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Sequence
from smtplib import SMTPException
from typing import Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from accounts.models import Digest, MailMode, Membership, Notification, User
from accounts.services.notification import mail_stop_token

logger = logging.getLogger(__name__)

#: The hour, in the member's own time, from which the daily mail goes out.
DIGEST_HOUR: Final = 7
#: Lines a mail names; the rest is a number and a link.
_MOST_LINES: Final = 40


def notifications_mail() -> int:
    """Send what is due; returns how many mails went out. Safe to run twice at a time, and late: nothing is lost."""
    return sum(_now_send(pk) for pk in _waiting(MailMode.NOW)) + digests_send()


def digests_send() -> int:
    """Send today's mail to everybody for whom something waits and whose day has begun; returns how many went out."""
    users = User.objects.filter(pk__in=_waiting(MailMode.DIGEST)).order_by("pk")
    return sum(_digest_send(user, now=timezone.now()) for user in users)


def _waiting(mode: MailMode) -> list[int]:
    rows = Notification.objects.to_mail(mode).order_by("recipient").values_list("recipient", flat=True)
    return list(rows.distinct())


def _now_send(user_pk: int) -> int:
    """One mail with everything that could not wait; the rows are locked until it is on its way."""
    with transaction.atomic():
        user = User.objects.get(pk=user_pk)
        waiting = Notification.objects.to_mail(MailMode.NOW).of(user).order_by("created_at", "pk")
        lines = list(waiting.select_for_update(skip_locked=True, of=("self",)).select_related("place"))
        if not lines:
            return 0
        subject = lines[0].title if len(lines) == 1 else f"{len(lines)} things wait for you"
        return _sent(user, subject, lines, older=0)


def _digest_send(user: User, *, now: dt.datetime) -> int:
    """The day's one mail. A mail that could not be sent leaves no trace, so that the next round tries again."""
    local = now.astimezone(member_zone(user))
    if local.hour < DIGEST_HOUR:
        return 0
    with transaction.atomic():
        # Whoever comes second waits here for the first, and then finds the day taken.
        _, is_first = Digest.objects.get_or_create(user=user, day=local.date())
        if not is_first:
            return 0
        waiting = Notification.objects.to_mail(MailMode.DIGEST).of(user).order_by("created_at", "pk")
        lines = list(waiting.select_for_update(of=("self",)).select_related("place"))
        older = Notification.objects.of(user).unread().exclude(pk__in=[line.pk for line in lines]).count()
        counted = "1 thing waits" if len(lines) == 1 else f"{len(lines)} things wait"
        if lines and _sent(user, f"{counted} for you", lines, older=older):
            return 1
        transaction.set_rollback(True)
        return 0


def _sent(user: User, subject: str, lines: Sequence[Notification], *, older: int) -> int:
    try:
        _message(user, subject, lines, older).send()
    except (SMTPException, OSError) as error:
        logger.warning("Notifications of user %s could not be mailed: %s", user.pk, type(error).__name__)
        return 0
    Notification.objects.filter(pk__in=[line.pk for line in lines]).update(mailed_at=timezone.now())
    return 1


def _message(user: User, subject: str, lines: Sequence[Notification], older: int) -> EmailMessage:
    stop = settings.PUBLIC_URL + reverse("notifications-stop", args=[mail_stop_token(user)])
    page = {
        "base": settings.PUBLIC_URL,
        "lines": lines[:_MOST_LINES],
        "more": max(0, len(lines) - _MOST_LINES),
        "older": older,
        "list": settings.PUBLIC_URL + reverse("notifications"),
        "choose": settings.PUBLIC_URL + reverse("notification-settings"),
        "stop": stop,
    }
    return EmailMessage(
        subject=settings.ACCOUNT_EMAIL_SUBJECT_PREFIX + subject,
        body=render_to_string("staff/mail/notifications.txt", page),
        to=[user.email],
        # RFC 8058: the mail program's own button, one click and no sign-in.
        headers={"List-Unsubscribe": f"<{stop}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"},
    )


def member_zone(user: User) -> ZoneInfo:
    """The time zone a member most likely lives in: that of the place of their first role; UTC for all places."""
    roles = Membership.objects.filter(user=user, jurisdiction__isnull=False).select_related("jurisdiction")
    first = roles.order_by("pk").first()
    zones = first.jurisdiction.time_zones if first is not None and first.jurisdiction is not None else []
    return ZoneInfo(zones[0]) if zones else ZoneInfo("UTC")
