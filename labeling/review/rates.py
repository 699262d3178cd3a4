"""Shares with their intervals, and whether a group's share differs from the others' by more than chance."""

from __future__ import annotations

from collections.abc import Mapping
from math import exp, lgamma, sqrt
from typing import Final, NamedTuple

from labeling.review.kappa import Z95

#: How improbable all flags together may be by chance.
SIGNIFICANT: Final = 0.05
#: With fewer cases a share is not compared with others.
FEWEST_CASES: Final = 20
#: Tables at most as probable as the one seen count; this much more is rounding.
_ROUNDING: Final = 1e-7


class Rate(NamedTuple):
    """`hits` of `n`, as a share with its interval of 95 %; without cases there is none."""

    hits: int
    n: int
    share: float | None
    low: float | None
    high: float | None


class Compared(NamedTuple):
    """A group's rate beside everybody else's; `p` is `None` where it was not tested."""

    rate: Rate
    others: Rate
    p: float | None
    is_flagged: bool


def rate_of(hits: int, n: int) -> Rate:
    """With Wilson's score interval (1927), which holds for few cases and for shares near 0 and 1.

    >>> [round(number, 4) for number in rate_of(81, 263)[2:]]
    [0.308, 0.2553, 0.3662]
    """
    if n <= 0:
        return Rate(hits, 0, None, None, None)
    share, square = hits / n, Z95**2
    middle = (share + square / (2 * n)) / (1 + square / n)
    half = Z95 * sqrt(share * (1 - share) / n + square / (4 * n * n)) / (1 + square / n)
    low = 0.0 if hits == 0 else max(0.0, middle - half)
    high = 1.0 if hits == n else min(1.0, middle + half)
    return Rate(hits, n, share, low, high)


def fisher_exact(hits: int, n: int, other_hits: int, other_n: int) -> float:
    """The two-sided p of Fisher's exact test (1922) for two shares: tables as improbable as this one, or more so."""
    together, all_cases = hits + other_hits, n + other_n
    fewest, most = max(0, together - other_n), min(n, together)
    fixed = _choices(all_cases, together)

    def chance(count: int) -> float:
        return _choices(n, count) + _choices(other_n, together - count) - fixed

    seen = chance(hits)
    return min(1.0, sum(exp(one) for one in map(chance, range(fewest, most + 1)) if one <= seen + _ROUNDING))


def holm(chances: Mapping[str, float]) -> dict[str, float]:
    """Each p made larger by Holm's method (1979), so that all of them together are wrong at most so often.

    >>> holm({"a": 0.01, "b": 0.04, "c": 0.03})
    {'a': 0.03, 'c': 0.06, 'b': 0.06}
    """
    adjusted: dict[str, float] = {}
    highest = 0.0
    for place, (name, p) in enumerate(sorted(chances.items(), key=lambda pair: pair[1])):
        highest = max(highest, min(1.0, p * (len(chances) - place)))
        adjusted[name] = highest
    return adjusted


def compared(groups: Mapping[str, tuple[int, int]], *, fewest: int = FEWEST_CASES) -> dict[str, Compared]:
    """Each group's (hits, n) against all the others together; flagged where Holm's p is under `SIGNIFICANT`.

    Tested are groups with at least `fewest` cases on both sides.
    """
    hits, cases = (sum(pair[index] for pair in groups.values()) for index in (0, 1))
    others = {name: (hits - own_hits, cases - own_n) for name, (own_hits, own_n) in groups.items()}
    tested = {
        name: fisher_exact(*own, *others[name])
        for name, own in groups.items()
        if min(own[1], others[name][1]) >= fewest
    }
    chances = holm(tested)
    return {
        name: Compared(
            rate_of(*own), rate_of(*others[name]), chances.get(name), chances.get(name, 1.0) < SIGNIFICANT
        )
        for name, own in groups.items()
    }  # fmt: skip


def _choices(n: int, k: int) -> float:
    """The logarithm of how many ways there are to choose `k` of `n`."""
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)
