"""What a policy proposes where fact-checkers found something of a claim, and what its reasons lead to.

Which rating leads to what is data (`labeling/data/policies/`): nothing here knows a rating by name.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from hashlib import blake2b
from typing import NamedTuple

import msgspec

from factcheck.models import Assessment, Claim
from factcheck.urgency import places_near
from factcheck.verdict import Verdict, verdict_from
from labeling.claims.policy_data import NOBODY, EffectRow
from labeling.models import Policy, ReviewAction
from labeling.services.review_join import policies_in_force


class Proposal(NamedTuple):
    """A reason of the policy, what it leads to, and the partners whose finding it follows; none where nobody found."""

    reason: str
    action: str
    partners: tuple[str, ...]


class Stand(NamedTuple):
    """How a claim stands: `claim` is the one that is assessed, also for its copies; what the policy proposes of it.

    `mark` changes when anything of this does that moderators or viewers are told.
    """

    claim: Claim
    verdict: Verdict
    proposals: tuple[Proposal, ...]
    mark: str

    @property
    def asks(self) -> bool:
        """Whether there is something to be decided about content that repeats it."""
        return any(one.action == ReviewAction.APPLY for one in self.proposals)


def claims_policy(policies: Mapping[str, Policy] | None = None) -> Policy | None:
    """The policy in force that says what findings lead to; none before one is loaded."""
    found = policies_in_force() if policies is None else policies
    return next((policy for policy in found.values() if policy.ratings), None)


def effect_of(policy: Policy, reason: str) -> EffectRow:
    """What a reason leads to; nothing but its label for one the policy says nothing of."""
    return EffectRow(**policy.effects.get(reason, {}))


def reason_of(policy: Policy, rating: str, *, is_near: bool) -> str:
    """The reason that is proposed for a rating, if one is."""
    rule = policy.ratings.get(rating, {})
    return "" if rule.get("near_election") and not is_near else str(rule.get("reason", ""))


def is_borne(policy: Policy, reason: str, stand: Stand) -> bool:
    """Whether what stands still bears a label that was given for `reason`.

    A reason that needs a source is borne by each standing assessment that leads to it, whoever disagrees. Any other
    (nobody could confirm it) only while no assessment leads elsewhere. A vote that is over takes nothing away.
    """
    led = {reason_of(policy, one.rating, is_near=True) for one in stand.verdict.standing}
    if effect_of(policy, reason).needs_source:
        return reason in led
    return led <= {reason}


def sources_of(policy: Policy, reason: str, stand: Stand) -> list[Assessment]:
    """The standing assessments a label for `reason` names: those that lead to it, and all where partners disagree."""
    standing = list(stand.verdict.standing)
    if stand.verdict.is_disputed:
        return standing
    return [one for one in standing if reason_of(policy, one.rating, is_near=True) == reason]


def stands_read(claims: Iterable[int], *, policy: Policy, now: dt.datetime) -> dict[int, Stand]:
    """How claims stand, by primary key, copies included. Four queries, however many."""
    found = Claim.objects.filter(pk__in=list(claims)).select_related("merged_into")
    roots = {claim.pk: claim.merged_into or claim for claim in found}
    given: dict[int, list[Assessment]] = {}
    standing = Assessment.objects.filter(claim__in={root.pk for root in roots.values()}, ended_at=None)
    for one in standing.select_related("partner__organisation"):
        given.setdefault(one.claim_id, []).append(one)
    near = places_near(now)
    return {pk: _stand(root, given.get(root.pk, []), policy, near) for pk, root in roots.items()}


def _stand(claim: Claim, standing: list[Assessment], policy: Policy, near: frozenset[str]) -> Stand:
    is_near = not near.isdisjoint(claim.countries)
    proposals = tuple(_proposals(standing, policy, is_near=is_near))
    told = [
        [(one.pk, one.rating, one.article_url, one.partner.organisation.name) for one in standing],
        [(one.reason, one.action) for one in proposals],
    ]
    mark = blake2b(msgspec.json.encode(told), digest_size=8).hexdigest()
    return Stand(claim, verdict_from(standing), proposals, mark)


def _proposals(standing: list[Assessment], policy: Policy, *, is_near: bool) -> Iterable[Proposal]:
    """In the order of the policy's reasons; where partners disagree, what each of them leads to."""
    named: dict[str, list[str]] = {}
    for one in standing:
        named.setdefault(reason_of(policy, one.rating, is_near=is_near), []).append(one.partner.organisation.name)
    if not standing:
        named[reason_of(policy, NOBODY, is_near=is_near)] = []
    for reason, action in policy.reasons_in_order():
        if reason in named:
            yield Proposal(reason, action, tuple(sorted(set(named[reason]))))
