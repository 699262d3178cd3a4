"""What waits for a member, for the workspace's home: each app registers who knows it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from accounts.models import User


@dataclass(frozen=True, slots=True)
class WaitingNumber:
    """So many things of a kind ("3", "to review"), and where they are; `is_decision` when they wait for this person."""

    count: int
    what: str
    url: str
    is_decision: bool = False


class WaitingAt(NamedTuple):
    """A place of work, its address, and what waits there."""

    title: str
    url: str
    numbers: list[WaitingNumber]


Knows = Callable[[User], list[WaitingAt]]
_known: dict[str, Knows] = {}


def waiting_register(name: str, knows: Knows) -> None:
    """Let `knows` be asked; a later one of the same name replaces it. It takes a bounded number of queries."""
    _known[name] = knows


def waiting_for(user: User) -> list[WaitingAt]:
    """All that waits for `user`, app by app."""
    return [one for knows in _known.values() for one in knows(user)]
