"""What follows an election elsewhere in the portal (labels, rules): other apps say so, since this one may not ask them.

follower_register(labels_following)   # once, when the app is ready
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple


class Following(NamedTuple):
    """One thing that follows: under which heading, what it is (the same before and after), and how it stands now."""

    heading: str
    what: str
    says: str


#: Takes keys of elections; must read the database itself, because it is also asked within a change that is rolled back.
Follower = Callable[[Sequence[str]], Iterator[Following]]

_FOLLOWERS: list[Follower] = []


def follower_register(follower: Follower) -> None:
    """Ask `follower` from now on."""
    if follower not in _FOLLOWERS:
        _FOLLOWERS.append(follower)


def following(keys: Sequence[str]) -> list[Following]:
    """All that follows these elections, as it stands now."""
    return [found for follower in _FOLLOWERS for found in follower(keys)]
