"""Where a claim came from, told by rooms that fact-checking knows nothing of: they register here what they know."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from accounts.models import User
from factcheck.models import Claim


class Source(NamedTuple):
    """A line of a claim's page; `path` leads into the workspace, and is empty for whoever may not go there."""

    said: str
    path: str


Teller = Callable[[Claim, User], list[Source]]

_TELLERS: Final[list[Teller]] = []


def source_register(teller: Teller) -> None:
    """Ask `teller` on every claim's page; twice is once."""
    if teller not in _TELLERS:
        _TELLERS.append(teller)


def sources_of(claim: Claim, user: User) -> list[Source]:
    """What all of them know."""
    return [source for teller in _TELLERS for source in teller(claim, user)]
