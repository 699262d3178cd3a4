"""How much a step would change, told before it is taken. Only reads."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

from django.db import connection
from django.db.models import Sum
from django.utils import timezone

from labeling.models import Ruleset, StreamTally

#: The flow that a share is a share of.
FLOW: Final = dt.timedelta(hours=1)

_COMPARED: Final = """
    WITH mine AS (SELECT key, to_jsonb(r) - 'id' - 'ruleset_id' AS said FROM labeling_rule r WHERE ruleset_id = %s),
         other AS (SELECT key, to_jsonb(r) - 'id' - 'ruleset_id' AS said FROM labeling_rule r WHERE ruleset_id = %s)
    SELECT count(*) FILTER (WHERE other.key IS NULL), count(*) FILTER (WHERE mine.key IS NULL),
           count(*) FILTER (WHERE mine.said <> other.said)
    FROM mine FULL JOIN other USING (key)
"""


@dataclass(frozen=True, slots=True)
class RulesCompared:
    """How the rules of one set differ from those of another."""

    added: int
    removed: int
    changed: int

    @property
    def is_same(self) -> bool:
        """No rule differs."""
        return not (self.added or self.removed or self.changed)


@dataclass(frozen=True, slots=True)
class Flow:
    """What the sets in force did within the last hour."""

    items: int
    labelled: int

    def share(self, percent: int) -> int:
        """That much of the items."""
        return round(self.items * percent / 100)


def rules_compared(ruleset: Ruleset, other: Ruleset | None) -> RulesCompared | None:
    """How the rules of `ruleset` differ from those of `other`; None without one. One query."""
    if other is None or other.pk == ruleset.pk:
        return None
    with connection.cursor() as cursor:
        cursor.execute(_COMPARED, [ruleset.pk, other.pk])
        return RulesCompared(*cursor.fetchone())


def flow_now() -> Flow:
    """One query."""
    since = timezone.now() - FLOW
    sums = StreamTally.objects.filter(finished_at__gte=since).aggregate(items=Sum("items"), labelled=Sum("labelled"))
    return Flow(sums["items"] or 0, sums["labelled"] or 0)
