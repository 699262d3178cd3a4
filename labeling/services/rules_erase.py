"""Erase what was kept to watch over rules, once it has been kept long enough."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from django.conf import settings
from django.db.models import JSONField, Value
from django.utils import timezone

from labeling.models import BackTest, ShadowTally, StreamTally


class RulesErased(NamedTuple):
    """How many rows were erased, or lost the texts in them."""

    tallies: int
    shadows: int
    back_tests: int


def rules_erase() -> RulesErased:
    """Erase tallies of the stream after `STREAM_TALLY_DAYS`, and texts shown as examples after `SAMPLE_DAYS`.

    The counts of a back-test stay, as the ground somebody released a set on.
    """
    now = timezone.now()
    tallies = StreamTally.objects.filter(finished_at__lt=now - dt.timedelta(days=settings.STREAM_TALLY_DAYS)).delete()[
        0
    ]
    old = now - dt.timedelta(days=settings.SAMPLE_DAYS)
    shadows = ShadowTally.objects.filter(since__lt=old).delete()[0]
    tests = BackTest.objects.filter(created_at__lt=old, result__examples__isnull=False).exclude(result__examples=[])
    emptied = 0
    for test in tests.iterator():
        emptied += BackTest.objects.filter(pk=test.pk).update(
            result=Value(test.result | {"examples": []}, output_field=JSONField())
        )
    return RulesErased(tallies, shadows, emptied)
