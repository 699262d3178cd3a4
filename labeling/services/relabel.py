"""Label stored content anew by the live rules, slowly enough that nobody waits for it."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable
from typing import Final

from django.db import IntegrityError, transaction

from accounts.models import User
from labeling.matching import Match
from labeling.models import ContentItem, RelabelJob, Ruleset, RulesetStatus
from labeling.services import label_rows
from labeling.services.changes_sequence import changes_nudge
from labeling.services.failure import failure_described
from labeling.services.job_run import StopJobError, Walk
from labeling.services.job_send import job_send
from labeling.services.labels_bring import Reasons, labels_bring, labels_wanted
from labeling.services.matcher import Matcher, Matchers, matchers_in_force
from labeling.services.permission import permission_require
from labeling.services.stored_items import StoredItem, ids_after, stored_lock

logger = logging.getLogger(__name__)

#: Items a second where nobody says otherwise.
PER_SECOND: Final = 500
#: Items of one step at most: intake waits for the rows it locks.
STEP: Final = 500
#: What stands in the history of labels that changed.
REASON: Final = "relabelled"


class RelabelError(ValueError):
    """Relabelling cannot be begun; the message says why, for people."""


@transaction.atomic
def relabel_ask(*, ruleset: Ruleset, user: User | None, per_second: int = PER_SECOND) -> RelabelJob:
    """Ask for all stored content to be labelled anew by `ruleset`, which must be live.

    Workers do it, at most `per_second` items a second; the row says how far they are. Raises `PermissionDenied`, and
    `RelabelError` for a set that is not live, a rate below 1, or while another one is under way.
    """
    permission_require(user, "labeling.release_rules")
    if per_second < 1:
        raise RelabelError("At least one item a second, or it would never end.")
    if Ruleset.objects.get(pk=ruleset.pk).status != RulesetStatus.LIVE:
        raise RelabelError(f"{ruleset} is not live: stored content is labelled by the rules new content meets.")
    job = RelabelJob(ruleset=ruleset, requested_by=user, per_second=per_second, total=ContentItem.objects.count())
    try:
        with transaction.atomic():
            job.save()
    except IntegrityError as error:
        raise RelabelError("Content is being labelled anew already.") from error
    transaction.on_commit(lambda: job_send(RelabelJob, job.pk))
    return job


def relabel_run(pk: int) -> float | None:
    """Do a slice of the job with this primary key; returns what `Walk.run` does."""
    return RELABELLING.run(pk)


def _begin(job: RelabelJob) -> Callable[[RelabelJob, dt.datetime], bool]:
    return _step


def _step(job: RelabelJob, now: dt.datetime) -> bool:
    """Label the next items anew. The pause they cost is due before the next step."""
    matchers = matchers_in_force()
    if matchers.live.ruleset != job.ruleset_id:
        raise StopJobError(f"{job.ruleset} is not live any more.")
    ids = ids_after(job.position, min(STEP, job.per_second))
    if not ids:
        job.total = job.done
        return False
    job.changed += len(_relabel(stored_lock(ids), matchers, now))
    transaction.on_commit(changes_nudge)
    job.position, job.done = ids[-1], job.done + len(ids)
    job.total = max(job.total, job.done)
    job.due_at = max(job.due_at, now) + dt.timedelta(seconds=len(ids) / job.per_second)
    return True


def _relabel(items: list[StoredItem], matchers: Matchers, now: dt.datetime) -> set[int]:
    """The items of which a label changed. One that cannot be matched keeps its labels."""
    wanted = {}
    for stored in items:
        # While a set is ramping, it has its items here, too.
        matcher = matchers.of(stored.platform, stored.item.external_id)
        matches = _matches(stored, matcher)
        if matches is not None:
            wanted[stored.pk] = labels_wanted(stored.pk, matches, matcher)
    known = label_rows.labels_known(wanted)
    return labels_bring(wanted=wanted, known=known, reasons=Reasons(REASON, REASON), now=now).changed


def _matches(stored: StoredItem, matcher: Matcher) -> tuple[Match, ...] | None:
    try:
        return matcher.match(stored.item)
    except Exception as error:
        logger.error("Item %s could not be matched and keeps its labels: %s", stored.pk, failure_described(error))
        return None


RELABELLING: Final = Walk(RelabelJob, _begin)
