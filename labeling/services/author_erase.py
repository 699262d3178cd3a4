"""Erase what an account posted, because the account is gone: texts, handles and labels, however many."""

from __future__ import annotations

import datetime as dt
import logging
import time
from collections.abc import Iterable
from typing import Final

from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from labeling.models import Account, AuthorErasure, ContentItem, LabelState, Platform
from labeling.services import item_rows, label_rows
from labeling.services.changes_sequence import changes_nudge
from labeling.services.label_rows import Verdict

logger = logging.getLogger(__name__)

#: Items of one transaction: small enough that nobody waits long for the rows it locks.
CHUNK: Final = 1_000
#: Seconds of work for one message: labels come first.
SLICE: Final = 10.0
#: What stands in the history of labels that were withdrawn.
REASON: Final = "author_erased"


def authors_erase_ask(
    *, platform: Platform, external_ids: Iterable[str], handed_in_at: dt.datetime, now: dt.datetime
) -> None:
    """Write down that these accounts of the platform are gone; workers do the rest. Asking twice is asking once.

    An account that is said to be gone once more, because it had come back, is erased once more.
    """
    asked = [
        AuthorErasure(platform=platform, external_id=key, handed_in_at=handed_in_at, requested_at=now)
        for key in sorted(set(external_ids))
    ]
    AuthorErasure.objects.bulk_create(
        asked,
        update_conflicts=True,
        unique_fields=["platform", "external_id"],
        update_fields=["handed_in_at", "requested_at", "finished_at"],
    )
    if asked:
        transaction.on_commit(erasures_send)


def authors_erased(*, platform: Platform, external_ids: Iterable[str], handed_in_at: dt.datetime) -> set[str]:
    """Which of these accounts are gone since something was handed in. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT external_id FROM labeling_authorerasure
               WHERE platform_id = %s AND handed_in_at >= %s AND external_id = ANY(%s)""",
            [platform.pk, handed_in_at, list(external_ids)],
        )
        return {external_id for (external_id,) in cursor.fetchall()}


def authors_erase(*, seconds: float = SLICE) -> bool:
    """Erase for so long what was asked for, the oldest first; returns whether there is more that can be done now.

    Each step commits, so a worker that is killed loses nothing; many may be at it at the same time.
    """
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if not _step():
            return False
    return True


@transaction.atomic
def _step() -> bool:
    """Some items of one account; False where every account is erased, or somebody else is at it."""
    waiting = AuthorErasure.objects.unfinished().order_by("requested_at", "pk")
    erasure = waiting.select_for_update(skip_locked=True, of=("self",)).select_related("platform").first()
    if erasure is None:
        return False
    now = timezone.now()
    # The name goes first, and what it posted in one step after the other.
    account = Account.objects.filter(platform=erasure.platform, external_id=erasure.external_id)
    account.exclude(handle="").update(handle="")
    kept = _kept(erasure)
    # Whoever labels an item right now keeps it until the next step: nobody waits for the other.
    found = kept.select_for_update(skip_locked=True, of=("self",)).order_by("pk").values_list("pk", "revision")[:CHUNK]
    revisions = dict(found)
    if revisions:
        erasure.items += len(revisions)
        erasure.labels += _erase(revisions, now)
    elif kept.exists():
        return False
    else:
        erasure.finished_at = now
        logger.info("Erased an account: %s items, %s labels withdrawn", erasure.items, erasure.labels)
    erasure.save(update_fields=["items", "labels", "finished_at"])
    transaction.on_commit(changes_nudge)
    return True


def _kept(erasure: AuthorErasure) -> QuerySet[ContentItem]:
    account = Account.objects.filter(platform=erasure.platform, external_id=erasure.external_id)
    return ContentItem.objects.filter(author__in=account, first_seen_at__lte=erasure.requested_at, erased_at=None)


def _erase(revisions: dict[int, int], now: dt.datetime) -> int:
    """As if each item had been deleted, also where a person had decided; returns how many labels were withdrawn."""
    labels = label_rows.labels_known(revisions)
    standing = [label.pk for label in labels if label.state != LabelState.WITHDRAWN]
    label_rows.labels_withdraw(standing, now)
    label_rows.decisions_record([Verdict(pk, LabelState.WITHDRAWN, REASON, None) for pk in standing], now)
    label_rows.evidence_erase([label.pk for label in labels if label.state == LabelState.WITHDRAWN])
    item_rows.items_erase(revisions, now)
    return len(standing)


def erasures_send() -> bool:
    """Wake a worker; `False` when the broker could not be reached, which is no error: beat will."""
    # The task's module imports the services.
    from labeling.tasks import authors_erase as task

    try:
        task.apply_async(retry=False, expires=60)
    except (OperationalError, RedisError, OSError) as error:
        logger.warning("The broker cannot be reached (%s); beat will send what waits.", type(error).__name__)
        return False
    return True


def erasures_forget() -> int:
    """Forget accounts that were erased when nothing handed in before can come any more; returns how many."""
    limit = timezone.now() - dt.timedelta(days=settings.INTAKE_POISON_DAYS + 1)
    gone, _ = AuthorErasure.objects.filter(finished_at__lt=limit).delete()
    return gone
