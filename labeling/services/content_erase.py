"""Erase what is kept of labelled content once the time for keeping it has passed."""

from __future__ import annotations

import datetime as dt
import logging
from typing import Final, NamedTuple

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from labeling.models import ContentItem, LabelState
from labeling.services import item_rows, label_rows
from labeling.services.changes_sequence import changes_nudge
from labeling.services.label_rows import Verdict

logger = logging.getLogger(__name__)

#: Items of one transaction: small enough that nobody waits long for the rows it locks.
CHUNK: Final = 1_000
#: Transactions of one call; what is left is for the next hour's.
MOST_CHUNKS: Final = 500


class ContentErased(NamedTuple):
    """How many items lost their words, and how many labels that nobody had decided on were withdrawn with them."""

    items: int
    labels: int


def content_erase() -> ContentErased:
    """Erase texts, media and authors of items first seen `CONTENT_DAYS` ago. May be interrupted at any moment.

    Labels that viewers see stay, with the rules that gave them but without the words that matched. Those that still
    wait for a moderator are withdrawn: without the words nobody can decide on them any more.
    """
    limit = timezone.now() - dt.timedelta(days=settings.CONTENT_DAYS)
    items = labels = 0
    for _ in range(MOST_CHUNKS):
        erased = _chunk(limit)
        items += erased.items
        labels += erased.labels
        if erased.items < CHUNK:
            break
    if items:
        logger.info("Erased the words of %s items kept long enough; withdrew %s undecided labels", items, labels)
    return ContentErased(items, labels)


@transaction.atomic
def _chunk(limit: dt.datetime) -> ContentErased:
    """The oldest items; those a worker is at are left for the next call."""
    now = timezone.now()
    old = (
        ContentItem.objects.kept_since_before(limit)
        .select_for_update(skip_locked=True)
        .order_by("first_seen_at")
        .values_list("pk", "revision")
    )
    revisions = dict(old[:CHUNK])
    if not revisions:
        return ContentErased(0, 0)
    labels = label_rows.labels_known(revisions)
    undecided = [label.pk for label in labels if label.state == LabelState.REVIEW]
    label_rows.labels_withdraw(undecided, now)
    label_rows.decisions_record(
        [Verdict(pk, LabelState.WITHDRAWN, "not_reviewed_in_time", None) for pk in undecided], now
    )
    label_rows.evidence_erase([label.pk for label in labels if label.state != LabelState.REVIEW])
    item_rows.items_erase(revisions, now)
    transaction.on_commit(changes_nudge)
    return ContentErased(len(revisions), len(undecided))
