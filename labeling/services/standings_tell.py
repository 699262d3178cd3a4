"""Tell platforms that labels say something else because the election they name was called off, or stands again.

Nothing of a label's own row changes then, so no trigger sees it: beat compares how elections stand with what was told
last, and walks over the labels in the order of their ids, in steps that each commit how far they came (decision 28).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Final

from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone

from centers.models import Election
from labeling.models import Label, StandingTold
from labeling.services.changes_sequence import changes_nudge
from labeling.standing import Standing, standings_read

#: Labels looked at in one transaction, most of which name other elections.
AT_ONCE: Final = 5_000
#: Seconds of work for one message: beat sends the next one.
SLICE: Final = 4.0


def standings_tell(*, seconds: float = SLICE, clock: Callable[[], float] = time.monotonic) -> int:
    """Notice what stands otherwise and tell of it for a while; returns how many labels were told of.

    Safe to call at any time, by anybody, at the same time: each election's walk is done by one at a time, and whoever
    dies loses the step it was in.
    """
    standings_notice()
    until, told = clock() + seconds, 0
    while True:
        step = _step()
        if step is None:
            return told
        told += step
        if step:
            changes_nudge()
        if clock() >= until:
            return told


@transaction.atomic
def standings_notice() -> int:
    """Begin a walk for each election that stands otherwise than was told; returns how many. Four queries at most.

    One that changes again while its walk goes on begins anew: labels may then be told twice, and none is left out.
    """
    # Rows are held so that no step goes on with a walk that begins anew.
    known = {one.election_id: one for one in StandingTold.objects.select_for_update()}
    standings = standings_read()
    now = {
        pk: _document(standings[key])
        for pk, key in Election.objects.filter(key__in=standings).values_list("pk", "key")
    }  # fmt: skip
    changed = [pk for pk in {*known, *now} if now.get(pk) != (known[pk].standing if pk in known else None)]
    if not changed:
        return 0
    last = Label.objects.aggregate(last=Max("pk"))["last"] or 0
    for pk in changed:
        StandingTold.objects.update_or_create(
            election_id=pk,
            defaults={
                "standing": now.get(pk), "noticed_at": timezone.now(), "after_label": 0, "until_label": last,
                "finished_at": None,
            },
        )  # fmt: skip
    return len(changed)


def _document(standing: Standing) -> list[Any]:
    """As JSON has it."""
    return [standing.status, standing.replaced_by, standing.day.isoformat() if standing.day else None]


@transaction.atomic
def _step() -> int | None:
    """One stretch of one walk; how many labels were told of, `None` when nothing is left that nobody else is at."""
    walk = (
        StandingTold.objects.select_for_update(skip_locked=True)
        .filter(finished_at=None)
        .order_by("noticed_at", "pk")
        .first()
    )
    if walk is None:
        return None
    with connection.cursor() as cursor:
        cursor.execute(
            _TELL,
            {
                "after": walk.after_label, "until": walk.until_label, "limit": AT_ONCE, "election": walk.election_id,
            },
        )  # fmt: skip
        last, told = cursor.fetchone()
    if last is None:
        walk.finished_at = timezone.now()
    else:
        walk.after_label = last
    walk.save(update_fields=["after_label", "finished_at"])
    return int(told)


# What the triggers on labels write when a label's own row changes (labeling/migrations/0004_label_changes.py).
_TELL: Final = """
    WITH stretch AS MATERIALIZED (
        SELECT id, item_id, kind, jurisdiction_id, election_id, confidence, state FROM labeling_label
        WHERE id > %(after)s AND id <= %(until)s ORDER BY id LIMIT %(limit)s
    ), seen AS MATERIALIZED (
        SELECT label.*,
               (SELECT platform_id FROM labeling_contentitem AS item WHERE item.id = label.item_id) AS platform_id
        FROM stretch AS label WHERE label.state = 'applied' AND label.election_id = %(election)s
    ), sets AS (
        INSERT INTO labeling_changeset (platform_id, size, at)
        SELECT platform_id, count(*), now() FROM seen GROUP BY platform_id
        RETURNING id, platform_id
    ), told AS (
        INSERT INTO labeling_labelchange
            (change_set_id, ordinal, action, label_id, item_id, kind, jurisdiction_id, election_id, confidence)
        SELECT sets.id, row_number() OVER (PARTITION BY platform_id ORDER BY seen.id), 'changed',
               seen.id, seen.item_id, seen.kind, seen.jurisdiction_id, seen.election_id, seen.confidence
        FROM seen JOIN sets USING (platform_id)
        RETURNING 1
    )
    SELECT (SELECT max(id) FROM stretch), (SELECT count(*) FROM told)
"""
