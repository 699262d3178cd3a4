"""For which places a member holds a permission: what lists show."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from accounts.models import User
from accounts.permissions import GRANTS
from centers.models import Jurisdiction


def places_granted(user: User, permission: str) -> QuerySet[Jurisdiction]:
    """The places, with all below those of the member's roles: states, and what lies in them."""
    every = Jurisdiction.objects.order_by("code")
    held = [one for one in user.memberships_held if one.role in GRANTS[permission]]
    if user.is_superuser or any(one.jurisdiction_id is None for one in held):
        return every
    own = {one.jurisdiction_id for one in held}
    return every.filter(Q(pk__in=own) | Q(parent__in=own) | Q(parent__parent__in=own))


def is_everywhere(user: User, permission: str) -> bool:
    """Whether the member holds it for all places at once."""
    held = [one for one in user.memberships_held if one.role in GRANTS[permission]]
    return user.is_superuser or any(one.jurisdiction_id is None for one in held)
