"""What follows a claim elsewhere in the portal (labels, searches): other apps say so, since this one may not ask them.

claim_follower_register(nudge)   # once, when the app is ready
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

from django.db import transaction

from accounts.models import User
from factcheck.models import Claim


class ClaimLine(NamedTuple):
    """One thing that follows a claim, for its page: what it is, how it stands, and the address of its own page."""

    title: str
    says: str
    address: str


#: Told, after the commit, that something about a claim (its primary key) changed. It must not fail, and may be lost:
#: whoever follows also looks by itself.
Nudge = Callable[[int], None]
#: Says for whom what follows a claim.
Teller = Callable[[Claim, User], Iterator[ClaimLine]]

_NUDGES: list[Nudge] = []
_TELLERS: list[Teller] = []


def claim_follower_register(nudge: Nudge) -> None:
    """Tell `nudge` from now on."""
    if nudge not in _NUDGES:
        _NUDGES.append(nudge)


def claim_teller_register(teller: Teller) -> None:
    """Ask `teller` from now on."""
    if teller not in _TELLERS:
        _TELLERS.append(teller)


def claim_changed(claim: Claim) -> None:
    """What was found of the claim, or what it is known by, changes with this transaction; tell who follows then."""
    for nudge in _NUDGES:
        transaction.on_commit(partial(nudge, claim.pk))


def claim_lines(claim: Claim, user: User) -> list[ClaimLine]:
    """All that follows the claim, as `user` may know it."""
    return [line for teller in _TELLERS for line in teller(claim, user)]
