"""Stop rules that label too much of the stream, or whose labels people overturn too often: they fall back to review."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from math import exp, lgamma
from math import log as log_e
from typing import Any, Final, NamedTuple

import structlog
from django.conf import settings
from django.db import connection
from django.db.models import Max, Sum
from django.utils import timezone

from labeling.models import BrakeCause, Rule, RuleBrake, Ruleset, StreamTally

log = structlog.get_logger("labeling.brakes")

#: Decisions of people that are looked at: those of so many days.
JUDGED_DAYS: Final = 30
#: How improbable it must be that a rule is overturned so often by chance. Small: every rule is looked at every minute.
IMPROBABLE: Final = 0.001


class _Suspect(NamedTuple):
    """A rule of a set (its primary key), and the moment from which what it does counts."""

    ruleset: int
    rule: str
    since: dt.datetime


class _Judged(NamedTuple):
    """A label that was shown until a person looked at it: the set and the rules that gave it."""

    ruleset: int
    rules: frozenset[str]
    overturned: bool
    at: dt.datetime


def brakes_engage_by_share(*, now: dt.datetime | None = None) -> list[RuleBrake]:
    """Stop the rules that labelled more than `RULE_BRAKE_SHARE` percent of the items of the last `RULE_BRAKE_WINDOW`
    seconds, and at least `RULE_BRAKE_FLOOR` items. What happened before a release does not count again.

    Each set is measured by the items it was asked about, so that a ramp is as watchful as the whole stream.
    """
    moment = now or timezone.now()
    start = moment - dt.timedelta(seconds=settings.RULE_BRAKE_WINDOW)
    released = _released()
    # The share of a rule that was released is measured from then on: over the whole window it may look small.
    lately = {rule for rule, at in released.items() if at > start}
    engaged = []
    for ruleset, rule in sorted(_prolific(start, moment) | lately):
        since = max(start, released.get((ruleset, rule), start))
        figures = _share_of(_Suspect(ruleset, rule, since), moment)
        if _is_too_much(figures):
            engaged += _engage(ruleset, rule, BrakeCause.SHARE, figures, moment)
    return engaged


def brakes_engage_by_overturns(*, now: dt.datetime | None = None) -> list[RuleBrake]:
    """Stop the rules whose labels people withdrew significantly more often than those of the set's other rules.

    Counted are the labels a set in force had shown and a person then judged, in `JUDGED_DAYS` and since a release;
    at least `RULE_BRAKE_DECISIONS` of the rule. The test is one-sided and binomial, against the others' rate.
    """
    moment = now or timezone.now()
    judged = _judged(moment - dt.timedelta(days=JUDGED_DAYS))
    released = _released()
    engaged = []
    overturned = {(label.ruleset, rule) for label in judged if label.overturned for rule in label.rules}
    for ruleset, rule in sorted(overturned):
        since = released.get((ruleset, rule))
        same_set = [label for label in judged if label.ruleset == ruleset and (since is None or label.at > since)]
        figures = _overturns_of(rule, same_set)
        if figures["decided"] >= settings.RULE_BRAKE_DECISIONS and figures["p"] < IMPROBABLE:
            engaged += _engage(ruleset, rule, BrakeCause.OVERTURNED, figures, moment)
    return engaged


def binomial_tail(successes: int, trials: int, rate: float) -> float:
    """The chance of at least `successes` in `trials`, each of which succeeds with probability `rate` (not 0 or 1)."""
    # By logarithms: the coefficients of a thousand trials are beyond what a float can hold.
    return min(1.0, sum(exp(_log_chance(k, trials, rate)) for k in range(successes, trials + 1)))


def _log_chance(successes: int, trials: int, rate: float) -> float:
    ways = lgamma(trials + 1) - lgamma(successes + 1) - lgamma(trials - successes + 1)
    return ways + successes * log_e(rate) + (trials - successes) * log_e(1 - rate)


def _released() -> dict[tuple[int, str], dt.datetime]:
    """When rules of sets in force were last released."""
    last = RuleBrake.objects.filter(ruleset__in=Ruleset.objects.in_force(), released_at__isnull=False).order_by()
    rows = last.values("ruleset", "rule").annotate(last=Max("released_at"))
    return {(row["ruleset"], row["rule"]): row["last"] for row in rows}


def _prolific(start: dt.datetime, now: dt.datetime) -> set[tuple[int, str]]:
    """The rules of sets in force that reach floor and share in the window. One query, whatever the number of rules."""
    with connection.cursor() as cursor:
        cursor.execute(
            """WITH tally AS (
                   SELECT ruleset_id, items, rules FROM labeling_streamtally
                   WHERE finished_at > %s AND finished_at <= %s AND ruleset_id IN (
                       SELECT id FROM labeling_ruleset WHERE status IN ('live', 'ramping'))
               ), asked AS (SELECT ruleset_id, sum(items) AS items FROM tally GROUP BY 1)
               SELECT ruleset_id, counted.key
               FROM tally JOIN asked USING (ruleset_id), jsonb_each_text(tally.rules) AS counted
               GROUP BY 1, 2, asked.items
               HAVING sum(counted.value::bigint) >= greatest(%s, asked.items * %s / 100.0)""",
            [start, now, settings.RULE_BRAKE_FLOOR, settings.RULE_BRAKE_SHARE],
        )
        return set(cursor.fetchall())


def _share_of(suspect: _Suspect, now: dt.datetime) -> dict[str, Any]:
    tallies = StreamTally.objects.filter(ruleset=suspect.ruleset, finished_at__gt=suspect.since, finished_at__lte=now)
    items = tallies.aggregate(items=Sum("items"))["items"] or 0
    labelled = sum(rules.get(suspect.rule, 0) for rules in tallies.values_list("rules", flat=True))
    return {
        "labelled": labelled,
        "items": items,
        "share": round(labelled / items, 4) if items else 0.0,
        "limit": settings.RULE_BRAKE_SHARE / 100,
        "window_seconds": settings.RULE_BRAKE_WINDOW,
    }


def _is_too_much(figures: dict[str, Any]) -> bool:
    floor: int = settings.RULE_BRAKE_FLOOR
    return bool(figures["labelled"] >= floor and figures["labelled"] > figures["limit"] * figures["items"])


def _judged(since: dt.datetime) -> list[_Judged]:
    """What people decided last about labels that sets in force had shown.

    What was taken back is no judgement: the label is the machine's again, or as the person before had decided. A blind
    second answer changes no label and does not count; what a third person settled does, as the last word.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """WITH judged AS (
                   SELECT DISTINCT ON (label_id) label_id, action, decided_at FROM labeling_labeldecision
                   WHERE decided_by = 'person' AND decided_at > %s ORDER BY label_id, id DESC
               )
               SELECT label.ruleset_id, judged.action = 'withdrawn', judged.decided_at,
                      ARRAY(SELECT DISTINCT sign->>'rule' FROM jsonb_array_elements(label.evidence) AS sign)
               FROM judged JOIN labeling_label AS label ON label.id = judged.label_id
                    AND label.decided_by = 'person'
               JOIN labeling_ruleset AS ruleset ON ruleset.id = label.ruleset_id
                    AND ruleset.status IN ('live', 'ramping')
               WHERE 'applied' = (SELECT action FROM labeling_labeldecision AS former
                                  WHERE former.label_id = judged.label_id AND former.decided_by = 'machine'
                                  ORDER BY former.id DESC LIMIT 1)""",
            [since],
        )
        rows = cursor.fetchall()
    standing = _standing({(ruleset, rule) for ruleset, _, _, rules in rows for rule in rules})
    return [
        _Judged(ruleset, frozenset(rule for rule in rules if (ruleset, rule) in standing), overturned, at)
        for ruleset, overturned, at, rules in rows
    ]


def _standing(rules: Iterable[tuple[int, str]]) -> set[tuple[int, str]]:
    """Those of the rules (set, key) that can stand alone: the others only strengthen what these found."""
    keys = {key for _, key in rules}
    rows = Rule.objects.filter(ruleset__in=Ruleset.objects.in_force(), key__in=keys, supporting=False)
    return set(rows.exclude(kind="contrary").order_by().values_list("ruleset", "key"))


def _overturns_of(rule: str, judged: list[_Judged]) -> dict[str, Any]:
    own = [label.overturned for label in judged if rule in label.rules]
    others = [label.overturned for label in judged if rule not in label.rules]
    # As if one more of the others had been overturned and one not: the rate of few is no certainty.
    usual = (sum(others) + 1) / (len(others) + 2)
    return {
        "decided": len(own),
        "overturned": sum(own),
        "usual_decided": len(others),
        "usual_overturned": sum(others),
        "p": binomial_tail(sum(own), len(own), usual),
    }


def _engage(ruleset: int, rule: str, cause: BrakeCause, figures: dict[str, Any], now: dt.datetime) -> list[RuleBrake]:
    """Engage the brake, and say so where somebody is woken by it; nothing where it is engaged already."""
    brake, is_new = RuleBrake.objects.get_or_create(
        ruleset_id=ruleset,
        rule=rule,
        released_at=None,
        defaults={"cause": cause, "figures": figures, "engaged_at": now},
    )
    if not is_new:
        return []
    log.error("rule_brake_engaged", ruleset=str(brake.ruleset), rule=rule, cause=str(cause), **figures)
    return [brake]
