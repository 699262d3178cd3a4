"""Who may do what: the only module that decides it, and it denies what it does not know.

A permission is a name such as `centers.publish_center` with a predicate over (user, object). A membership counts for
a jurisdiction and everything below it; without a jurisdiction it counts everywhere. Ask with
`user.has_perm("centers.publish_center", jurisdiction)`; an unknown name answers no.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import rules

from accounts.models import Membership, Role, User

#: What each permission takes: any one of these roles in force at the object's jurisdiction.
GRANTS: dict[str, frozenset[str]] = {
    "accounts.be_member": frozenset(Role),
    "accounts.manage_members": frozenset({Role.PUBLISHER}),
    "centers.view_desk": frozenset({Role.CONTRIBUTOR, Role.CURATOR, Role.PUBLISHER, Role.AUDITOR}),
    "centers.propose_change": frozenset({Role.CONTRIBUTOR, Role.CURATOR, Role.PUBLISHER}),
    "centers.confirm_fact": frozenset({Role.CURATOR, Role.PUBLISHER}),
    "centers.publish_center": frozenset({Role.PUBLISHER}),
    # Names of colleagues in proposals and histories; contributors are told the organisation.
    "centers.view_people": frozenset({Role.CURATOR, Role.PUBLISHER, Role.AUDITOR}),
    # Every change in the database, with who made it.
    "centers.view_audit": frozenset({Role.PUBLISHER, Role.AUDITOR}),
    "labeling.review_label": frozenset({Role.MODERATOR}),
    "labeling.view_queue": frozenset({Role.MODERATOR, Role.AUDITOR}),
    # How fast, fair and alike is decided, without names; and whose answers, golden items and all pairs, for leads.
    "labeling.view_figures": frozenset({Role.MODERATOR, Role.OPERATOR, Role.AUDITOR}),
    "labeling.lead_reviews": frozenset({Role.OPERATOR}),
    # Sums over at least five moderators of what sensitive content they saw; their own count is everybody's own.
    "labeling.view_wellbeing": frozenset({Role.OPERATOR}),
    # Notices that come before reports: of bodies whose word weighs more, and of who runs an election.
    "labeling.flag_content": frozenset({Role.CURATOR, Role.PUBLISHER, Role.OPERATOR, Role.FACT_CHECKER}),
    "labeling.call_rapid_response": frozenset({Role.PUBLISHER, Role.OPERATOR}),
    "labeling.draft_rules": frozenset({Role.MODERATOR, Role.OPERATOR}),
    "labeling.release_rules": frozenset({Role.OPERATOR}),
    "labeling.view_rules": frozenset({Role.MODERATOR, Role.OPERATOR, Role.AUDITOR}),
    "labeling.decide_hashtag": frozenset({Role.MODERATOR, Role.OPERATOR}),
    "labeling.view_reminders": frozenset({Role.CURATOR, Role.PUBLISHER, Role.MODERATOR, Role.OPERATOR, Role.AUDITOR}),
    "labeling.view_pipeline": frozenset({Role.OPERATOR, Role.AUDITOR}),
    "labeling.edit_reminders": frozenset({Role.MODERATOR, Role.OPERATOR}),
    "labeling.operate_pipeline": frozenset({Role.OPERATOR}),
    # Whose account is official: who proposes needs a source, who verifies is somebody else.
    "labeling.view_accounts": frozenset({Role.CURATOR, Role.PUBLISHER, Role.MODERATOR, Role.OPERATOR, Role.AUDITOR}),
    "labeling.propose_account": frozenset({Role.CURATOR, Role.PUBLISHER, Role.MODERATOR, Role.OPERATOR}),
    "labeling.verify_account": frozenset({Role.PUBLISHER, Role.OPERATOR}),
    "labeling.import_candidates": frozenset({Role.PUBLISHER, Role.OPERATOR}),
    "factcheck.assess_claim": frozenset({Role.FACT_CHECKER}),
    "factcheck.open_claim": frozenset({Role.FACT_CHECKER, Role.MODERATOR, Role.OPERATOR}),
    # Who checks what, where and when: nothing in it is secret, but keys and contracts are nobody else's business.
    "factcheck.view_desk": frozenset({Role.FACT_CHECKER, Role.MODERATOR, Role.OPERATOR, Role.AUDITOR}),
    "factcheck.keep_partner": frozenset({Role.FACT_CHECKER, Role.OPERATOR}),
    "factcheck.manage_partner": frozenset({Role.OPERATOR}),
    "transparency.operate_election": frozenset({Role.OPERATOR}),
}

#: What concerns all places at once: asked without an object, a role for some place does not suffice.
EVERYWHERE = frozenset({"labeling.release_rules", "labeling.view_pipeline", "labeling.operate_pipeline"})

#: Held within one's own organisation only, by these roles, where the object belongs to one.
WITHIN_ORGANISATION = {
    "accounts.manage_members": frozenset({Role.PUBLISHER}),
    "factcheck.keep_partner": frozenset({Role.FACT_CHECKER}),
    "factcheck.assess_claim": frozenset({Role.FACT_CHECKER}),
}


def _holds(name: str, roles: frozenset[str]) -> rules.predicates.Predicate:
    """A predicate: the user is active and holds one of `roles` where the object is.

    Without an object, anywhere; what is named in `EVERYWHERE`, for all places.
    """

    def holds(user: Any, target: Any) -> bool:
        if not isinstance(user, User) or not user.is_active:
            return False
        memberships = [membership for membership in user.memberships_held if membership.role in roles]
        if (organisation := getattr(target, "organisation_id", None)) is not None:
            bound = WITHIN_ORGANISATION.get(name, frozenset())
            memberships = [one for one in memberships if one.organisation_id == organisation or one.role not in bound]
        if target is None:
            return any(membership.jurisdiction_id is None or name not in EVERYWHERE for membership in memberships)
        places = lineage(target) if memberships else ()
        return any(_covers(membership, places) for membership in memberships)

    return rules.predicate(holds, f"holds one of {', '.join(sorted(roles))}")


def _covers(membership: Membership, places: Iterable[int]) -> bool:
    return membership.jurisdiction_id is None or membership.jurisdiction_id in places


def lineage(target: Any) -> tuple[int, ...]:
    """Ids of the jurisdiction an object belongs to and of everything above it; empty when it belongs to none.

    What belongs to several (`jurisdictions`: a fact-checking partner) is everywhere any of them is.
    """
    if (places := getattr(target, "jurisdictions", None)) is not None:
        return tuple({pk for place in places for pk in lineage(place)})
    place = target if hasattr(target, "ocd_id") else getattr(target, "jurisdiction", None)
    if place is None and (center := getattr(target, "center", None)) is not None:
        place = center.jurisdiction
    ids: list[int] = []
    while place is not None and place.pk not in ids:
        ids.append(place.pk)
        place = place.parent
    return tuple(ids)


def register() -> None:
    """Make every grant known to `user.has_perm`; called once when the app is ready."""
    for name, roles in GRANTS.items():
        if not rules.perm_exists(name):
            rules.add_perm(name, _holds(name, roles))
