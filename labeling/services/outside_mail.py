"""Mail receipts and outcomes to those who left an address: from the rows, so that a lost broker loses none."""

from __future__ import annotations

import datetime as dt
import logging
from smtplib import SMTPException
from typing import Final

from django.conf import settings
from django.core.cache import cache
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from redis.exceptions import RedisError

from electioncenters.sealing import UnsealError, unseal
from labeling.links import absolute
from labeling.models import Appeal, Report
from labeling.outside.tokens import keyed_digest, status_token
from labeling.services.report_accept import CONTACT_PURPOSE

logger = logging.getLogger(__name__)

#: An outcome is mailed so long after the decision: most wrong keys are taken back by then.
GRACE: Final = dt.timedelta(minutes=15)
#: One receipt an hour for each address: nobody can fill somebody else's mailbox by the form.
_HOUR: Final = 3600
_AT_ONCE: Final = 100


def outside_mail(*, now: dt.datetime | None = None) -> int:
    """Send what is due; returns how many mails went out. Safe to run twice at a time, and late."""
    moment = now or timezone.now()
    return sum(_receipts(model, moment) + _outcomes(model, moment) for model in (Report, Appeal))


@transaction.atomic
def _receipts(model: type[Report] | type[Appeal], now: dt.datetime) -> int:
    waiting = model.objects.exclude(contact=None).filter(receipt_mailed_at=None).order_by("pk")
    sent = 0
    for entry in waiting.select_for_update(skip_locked=True, of=("self",))[:_AT_ONCE]:
        address = _address(entry)
        if address and _is_first(address) and not _mail(entry, address, is_outcome=False):
            cache.delete(_receipt_key(address))
            continue
        sent += 1
        model.objects.filter(pk=entry.pk).update(receipt_mailed_at=now)
    return sent


@transaction.atomic
def _outcomes(model: type[Report] | type[Appeal], now: dt.datetime) -> int:
    ended = model.objects.exclude(contact=None).filter(ended_at__lt=now - GRACE, outcome_mailed_at=None)
    sent = 0
    for entry in ended.order_by("pk").select_for_update(skip_locked=True, of=("self",))[:_AT_ONCE]:
        address = _address(entry)
        if address and not _mail(entry, address, is_outcome=True):
            continue
        sent += 1
        model.objects.filter(pk=entry.pk).update(outcome_mailed_at=now)
    return sent


def _address(entry: Report | Appeal) -> str:
    """Empty when it cannot be read any more; the private link is what remains then."""
    try:
        return unseal(bytes(entry.contact or b""), purpose=CONTACT_PURPOSE).decode()
    except UnsealError:
        return ""


def _is_first(address: str) -> bool:
    try:
        return bool(cache.add(_receipt_key(address), 1, timeout=_HOUR))
    except RedisError:
        return False


def _receipt_key(address: str) -> str:
    return f"outside-mail:{keyed_digest('mail', address.casefold()).hex()[:32]}"


def _mail(entry: Report | Appeal, address: str, *, is_outcome: bool) -> bool:
    """Nothing anybody typed stands in it: a mail of ours carries no words of others."""
    with translation.override(entry.language):
        subject = _("Your report") if isinstance(entry, Report) else _("Your appeal")
        link = absolute(f"/{entry.language}/status/{status_token(entry.public_id)}/")
        said = (
            _("There is a decision. You find it, with its reason, on this page: %(link)s")
            if is_outcome
            else _("We have received your message. How it stands is told on this page: %(link)s")
        )
        body = said % {"link": link}
    message = EmailMessage(subject=settings.ACCOUNT_EMAIL_SUBJECT_PREFIX + subject, body=body + "\n", to=[address])
    try:
        message.send()
    except (SMTPException, OSError) as error:
        logger.warning("A receipt or outcome could not be mailed: %s", type(error).__name__)
        return False
    return True
