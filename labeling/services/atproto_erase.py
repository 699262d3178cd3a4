"""Erase what was taken back long ago: the network needs to hear of it, but not for ever."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from labeling.models import AtprotoLabel, AtprotoStream


@transaction.atomic
def withdrawals_erase() -> int:
    """Erase withdrawals older than `LABELER_WITHDRAWAL_DAYS`, and with them whose post it was; returns how many.

    The stream notes up to which number something is gone, so that a subscriber who was away longer is told.
    """
    # Held by whoever says something: nothing is said between the two statements below.
    if AtprotoStream.objects.select_for_update().first() is None:
        return 0
    old = AtprotoLabel.objects.erasable(timezone.now() - dt.timedelta(days=settings.LABELER_WITHDRAWAL_DAYS))
    highest = old.aggregate(highest=Max("seq"))["highest"]
    if highest is None:
        return 0
    count, _ = old.delete()
    AtprotoStream.objects.filter(erased_seq__lt=highest).update(erased_seq=highest)
    return count
