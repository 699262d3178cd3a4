"""A set in the shadow is asked about some of the items: what it would do differently is counted, nothing labelled."""

from __future__ import annotations

import datetime as dt
import logging
import random
from collections.abc import Mapping, Sequence

from django.db import transaction

from labeling.intake import PackedItem
from labeling.matching import Match
from labeling.models import Ruleset, ShadowTally
from labeling.services.comparison import Differences, differences_read
from labeling.services.failure import failure_described
from labeling.services.matcher import Matchers

logger = logging.getLogger(__name__)

#: Every so manieth item is asked about twice: a tenth more work, and enough to see a difference within minutes.
EVERY = 10
#: Rows folded in one transaction.
_AT_ONCE = 2_000


def shadow_compare(
    *, matchers: Matchers, items: Sequence[PackedItem], matched: Mapping[str, tuple[Match, ...]]
) -> Differences:
    """Compare the sets on some of `items`; `matched` are the live set's matches by external id, where there are any.

    An item on which the candidate fails is left out and reported: nothing of it may harm the labelling.
    """
    found = Differences()
    if matchers.shadow is None:
        return found
    for packed in items[random.randrange(EVERY) :: EVERY]:  # noqa: S311  # chance, not a secret
        if packed.deleted:
            continue
        item = packed.unpacked()
        try:
            after = matchers.shadow.match(item)
        except Exception as error:
            logger.error("The set in the shadow failed on an item: %s", failure_described(error))
            continue
        found.compare(item, matched.get(item.external_id, ()), after)
    return found


def shadow_write(*, matchers: Matchers, differences: Differences, now: dt.datetime) -> None:
    """Store what was compared in a batch, in the transaction that ends it."""
    if matchers.shadow is None or not differences.compared:
        return
    ShadowTally.objects.create(
        ruleset_id=matchers.shadow.ruleset,
        baseline_id=matchers.live.ruleset,
        since=now,
        until=now,
        compared=differences.compared,
        differences=differences.document(),
    )


@transaction.atomic
def shadow_fold() -> int:
    """Make one row of the rows of each comparison; returns how many rows went into another.

    Rows that another process folds are left to it.
    """
    rows = list(ShadowTally.objects.select_for_update(skip_locked=True).order_by("id")[:_AT_ONCE])
    first: dict[tuple[int, int], tuple[ShadowTally, Differences]] = {}
    folded: list[int] = []
    for row in rows:
        known = first.get((row.ruleset_id, row.baseline_id))
        if known is None:
            first[row.ruleset_id, row.baseline_id] = row, differences_read(row.differences)
            continue
        into, differences = known
        differences.add(differences_read(row.differences))
        into.since, into.until = min(into.since, row.since), max(into.until, row.until)
        folded.append(row.pk)
    if folded:
        for row, differences in first.values():
            row.compared, row.differences = differences.compared, differences.document()
            row.save()
        ShadowTally.objects.filter(pk__in=folded).delete()
    return len(folded)


def shadow_report(*, ruleset: Ruleset) -> Differences:
    """All that was counted while `ruleset` was in the shadow, whichever set was live meanwhile. One query."""
    total = Differences()
    for document in ruleset.shadow_tallies.order_by("id").values_list("differences", flat=True):
        total.add(differences_read(document))
    return total
