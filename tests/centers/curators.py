"""People of a fictional electoral authority, for tests of curation."""

from __future__ import annotations

import datetime as dt
from typing import Any

from accounts.models import Membership, Organisation, Role, User
from centers.models import Jurisdiction, Proposal, ProposalAction
from centers.services.proposal_submit import Because, Wish, proposal_submit
from tests.factories import OrganisationFactory

SOURCE = "https://wahl.example.org/rules"
BECAUSE = Because("The law changed.", SOURCE, dt.date(2026, 5, 1))


def person(role: Role, place: Jurisdiction | None, *, name: str = "", kind: str = "electoral_authority") -> User:
    """Somebody with one role in the authority of a place."""
    organisation = Organisation.objects.filter(key=f"of-{kind}").first() or OrganisationFactory(
        key=f"of-{kind}", kind=kind
    )
    code = place.code if place else "everywhere"
    user = User.objects.create_user(f"{name or role}.{code}@authority.example", "a long fictional password")
    Membership.objects.create(user=user, organisation=organisation, role=role, jurisdiction=place)
    return user


def wish(record: str, action: str = ProposalAction.CHANGE, **fields: Any) -> Wish:
    """A change by keyword."""
    return Wish(record, action, fields)


def proposed(author: User, *wishes: Wish, **more: Any) -> Proposal:
    """A proposal with the usual reason."""
    return proposal_submit(author=author, wishes=wishes, because=BECAUSE, **more)
