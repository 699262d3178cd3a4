"""How often a rule's labels were right, as people judged them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Final, NamedTuple

from django.db import connection
from django.utils import timezone

from labeling.models import Ruleset, RulesetStatus
from labeling.review.rates import Rate, rate_of

#: Judgements of so many days count.
DAYS: Final = 90
#: With fewer judged labels a share is not shown.
FEWEST: Final = 5


class Precision(NamedTuple):
    """Labels people confirmed, of those viewers saw before (`shown`) and those that waited for a person (`asked`)."""

    shown: Rate
    asked: Rate

    @property
    def overturned(self) -> int:
        """Labels viewers saw and people took away: what brakes look at."""
        return self.shown.n - self.shown.hits

    @property
    def is_shown_known(self) -> bool:
        """Whether enough were judged to give a share."""
        return self.shown.n >= FEWEST

    @property
    def is_asked_known(self) -> bool:
        """Whether enough were judged to give a share."""
        return self.asked.n >= FEWEST


NOTHING: Final = Precision(rate_of(0, 0), rate_of(0, 0))


def set_measured(ruleset: Ruleset) -> Ruleset:
    """The set whose labels tell something: a draft labels nothing, so the set it began from."""
    if ruleset.status == RulesetStatus.DRAFT and ruleset.based_on is not None:
        return ruleset.based_on
    return ruleset


def precision_of(*, ruleset: Ruleset, rules: Iterable[str], now: dt.datetime | None = None) -> dict[str, Precision]:
    """By the rule's key, for labels of one set; each label counts for every rule in its evidence. One query.

    Counted is what people decided last about a label in `DAYS`. What was taken back by whoever decided, and blind
    second answers, are no judgements.
    """
    wanted = list(rules)
    since = (now or timezone.now()) - dt.timedelta(days=DAYS)
    counts: dict[str, dict[bool, tuple[int, int]]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            """WITH judged AS (
                   SELECT DISTINCT ON (label_id) label_id, action FROM labeling_labeldecision
                   WHERE decided_by = 'person' AND decided_at > %s ORDER BY label_id, id DESC
               ), labels AS (
                   SELECT judged.action, label.evidence,
                          'applied' = (SELECT former.action FROM labeling_labeldecision AS former
                                       WHERE former.label_id = label.id AND former.decided_by = 'machine'
                                       ORDER BY former.id DESC LIMIT 1) AS was_shown
                   FROM judged JOIN labeling_label AS label ON label.id = judged.label_id
                   WHERE label.ruleset_id = %s AND label.decided_by = 'person' AND judged.action <> 'sent_to_review'
               )
               SELECT found.rule, coalesce(was_shown, false), count(*) FILTER (WHERE action = 'applied'), count(*)
               FROM labels, LATERAL (
                   SELECT DISTINCT sign->>'rule' AS rule FROM jsonb_array_elements(evidence) AS sign) AS found
               WHERE found.rule = ANY(%s) GROUP BY 1, 2""",
            [since, ruleset.pk, wanted],
        )
        for rule, was_shown, confirmed, judged in cursor.fetchall():
            counts.setdefault(rule, {})[was_shown] = (confirmed, judged)
    return {
        rule: Precision(*(rate_of(*sides.get(was_shown, (0, 0))) for was_shown in (True, False)))
        for rule, sides in counts.items()
    }


class Overturned(NamedTuple):
    """A rule (its key, and its row in the set) with what people judged."""

    rule: str
    pk: int
    precision: Precision


def rules_overturned(ruleset: Ruleset, *, most: int) -> list[Overturned]:
    """The rules of a set whose labels people judged, those overturned most often first."""
    keys = dict(ruleset.rules.values_list("key", "pk"))
    found = precision_of(ruleset=ruleset, rules=keys)
    ordered = sorted(found.items(), key=lambda pair: (-pair[1].overturned, pair[0]))
    return [Overturned(rule, keys[rule], precision) for rule, precision in ordered[:most]]
