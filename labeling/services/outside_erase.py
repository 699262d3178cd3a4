"""Erase what people outside wrote, once it was kept long enough: addresses first, words later."""

from __future__ import annotations

import datetime as dt
import logging
from typing import NamedTuple

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from labeling.models import Appeal, Report, ReviewSignal

logger = logging.getLogger(__name__)


class OutsideErased(NamedTuple):
    """Of how many reports and appeals the address, and of how many the words, were erased."""

    contacts: int
    words: int


@transaction.atomic
def outside_erase(*, now: dt.datetime | None = None) -> OutsideErased:
    """Erase addresses `OUTSIDE_CONTACT_DAYS` and words `OUTSIDE_DAYS` after the end. That there was one stays."""
    moment = now or timezone.now()
    contacts_end = moment - dt.timedelta(days=settings.OUTSIDE_CONTACT_DAYS)
    words_end = moment - dt.timedelta(days=settings.OUTSIDE_DAYS)
    contacts = words = 0
    for model, begins in ((Report, "report:"), (Appeal, "appeal:")):
        ended = model.objects.filter(erased_at=None)
        contacts += ended.filter(ended_at__lt=contacts_end).exclude(contact=None).update(contact=None)
        old = ended.filter(ended_at__lt=words_end)
        # Moderators read the same words in the task's signals.
        ReviewSignal.objects.filter(
            task__in=list(old.values_list("task", flat=True)), source__startswith=begins
        ).update(detail={})
        fields = {"said": "", "contact": None, "erased_at": moment}
        words += old.update(**(fields | ({"reporter": ""} if model is Report else {})))
    if words:
        logger.info("Erased the words of %s reports and appeals kept long enough", words)
    return OutsideErased(contacts, words)
