"""Doors for Celery."""

from __future__ import annotations

from celery import shared_task

from accounts.services.notification import notifications_erase as erase
from accounts.services.notification_mail import notifications_mail as mail


# One that waited behind a long queue is not worth doing: the next one is on its way.
@shared_task(expires=50)
def notifications_mail() -> None:
    """Mail what cannot wait, and the daily mail to those whose day has begun."""
    mail()


@shared_task(expires=3_000)
def notifications_erase() -> None:
    """Erase notifications of long ago."""
    erase()
