"""Take brakes over into a newer set: a rule that was stopped is not let go by a release of other rules."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import QuerySet

from labeling.models import Rule, RuleBrake, Ruleset


def brakes_carry(*, source: Ruleset, target: Ruleset, now: dt.datetime) -> int:
    """Engage in `target` the engaged brakes of `source` whose rule is the same in both sets; returns how many.

    A brake is taken over once: what a person released in `target` stays released.
    """
    engaged = list(source.brakes.engaged())
    if not engaged:
        return 0
    taken = set(target.brakes.values_list("figures__carried_from", flat=True))
    stopped = set(target.brakes.filter(released_at=None).values_list("rule", flat=True))
    before, after = (
        _plain(ruleset.rules.filter(key__in=[brake.rule for brake in engaged])) for ruleset in (source, target)
    )
    carried = [
        RuleBrake(
            ruleset=target,
            rule=brake.rule,
            cause=brake.cause,
            figures=brake.figures | {"carried_from": brake.pk},
            engaged_at=now,
        )
        for brake in engaged
        if brake.pk not in taken and brake.rule not in stopped and before.get(brake.rule) == after.get(brake.rule)
    ]
    return len(RuleBrake.objects.bulk_create(carried))


def _plain(rules: QuerySet[Rule]) -> dict[str, dict[str, Any]]:
    """What rules say, by key."""
    said = [field.attname for field in Rule._meta.concrete_fields if field.name not in {"id", "ruleset"}]
    return {row["key"]: row for row in rules.values(*said)}
