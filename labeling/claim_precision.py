"""How often content that was found to repeat a claim does so, as moderators judged it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from django.db import connection

from labeling.figures import Scope
from labeling.models import ClaimMatch, MatchHow, MatchState
from labeling.review.rates import Rate, rate_of


class MatchPrecision(NamedTuple):
    """Confirmed of those judged, and how many wait to be judged."""

    how: str
    rate: Rate
    waiting: int

    @property
    def refused(self) -> int:
        """Judged to be something else."""
        return self.rate.n - self.rate.hits

    @property
    def name(self) -> str:
        """How they were found, in words."""
        return str(MatchHow(self.how).label) if self.how else "All"


def precision_by_how(claims: Iterable[int]) -> list[MatchPrecision]:
    """All matches of these claims together first, then by how they were found. One query.

    What a person named says nothing of how well content is found, and is left out of all.
    """
    counts: dict[str, dict[str, int]] = {}
    for how, state in ClaimMatch.objects.filter(claim__in=list(claims)).values_list("how", "state"):
        by_state = counts.setdefault(how, {})
        by_state[state] = by_state.get(state, 0) + 1
    rows = [_precision(how, counts[how]) for how in MatchHow.values if how in counts]
    found = [one for one in rows if one.how != MatchHow.PERSON]
    hits, n = sum(one.rate.hits for one in found), sum(one.rate.n for one in found)
    return [MatchPrecision("", rate_of(hits, n), sum(one.waiting for one in found)), *rows]


def _precision(how: str, by_state: dict[str, int]) -> MatchPrecision:
    confirmed, refused = by_state.get(MatchState.CONFIRMED, 0), by_state.get(MatchState.REFUSED, 0)
    return MatchPrecision(how, rate_of(confirmed, confirmed + refused), by_state.get(MatchState.PROPOSED, 0))


class ClaimJudged(NamedTuple):
    """A claim's matches found in one way that were judged in a period: `rate` is of the confirmed ones."""

    claim: str
    how: str
    rate: Rate


def matches_judged(scope: Scope) -> list[ClaimJudged]:
    """By claim and how they were found, those judged most often first. What was taken back counts no more."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT left(claim.text, 80), match.how, count(*) FILTER (WHERE match.state = 'confirmed'), count(*)
               FROM labeling_claimmatch AS match
               JOIN labeling_reviewdecision AS decision ON decision.id = match.decision_id
               JOIN labeling_reviewtask AS task ON task.id = decision.task_id
               JOIN factcheck_claim AS claim ON claim.id = match.claim_id
               WHERE decision.decided_at >= %s AND decision.decided_at < %s AND task.jurisdiction_id = ANY(%s)
                 AND match.state <> 'proposed'
               GROUP BY claim.id, claim.text, match.how ORDER BY 4 DESC, 1, 2 LIMIT 100""",
            [scope.start, scope.end, list(scope.places)],
        )
        rows = cursor.fetchall()
    return [ClaimJudged(claim, how, rate_of(confirmed, n)) for claim, how, confirmed, n in rows]
