"""How well two people agree: raw agreement, Cohen's kappa and how sure both are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from math import sqrt
from typing import Final, NamedTuple

#: With fewer pairs kappa says more about chance than about people, and is not given.
FEWEST_PAIRS: Final = 30
#: Standard deviations on both sides of an interval of 95 %.
Z95: Final = 1.959964


class Agreement(NamedTuple):
    """`n` pairs, the share decided alike, and kappa with its interval of 95 %.

    Kappa is `None` with too few pairs, and where everybody always decided the same one thing, so that chance alone
    would agree as well.
    """

    n: int
    raw: float | None
    kappa: float | None
    low: float | None
    high: float | None

    @property
    def is_too_few(self) -> bool:
        """Whether there are too few pairs to say more than how many."""
        return self.n < FEWEST_PAIRS


def agreement_of(pairs: Iterable[tuple[str, str]], *, fewest: int = FEWEST_PAIRS) -> Agreement:
    """What two people decided on the same cases, as (first, second).

    The interval is the asymptotic one for large samples of Fleiss, Cohen and Everitt (1969), *Large sample standard
    errors of kappa and weighted kappa*, cut off at -1 and 1.
    """
    counts = Counter(pairs)
    total = counts.total()
    raw = sum(count for (first, second), count in counts.items() if first == second) / total if total else None
    if raw is None or total < fewest:
        return Agreement(total, raw, None, None, None)
    shares = {pair: count / total for pair, count in counts.items()}
    rows, columns = _margins(shares)
    by_chance = sum(share * columns[name] for name, share in rows.items())
    if by_chance >= 1:
        return Agreement(total, raw, None, None, None)
    kappa = (raw - by_chance) / (1 - by_chance)
    error = _standard_error(shares, rows, columns, kappa, by_chance) / sqrt(total)
    return Agreement(total, raw, kappa, max(-1.0, kappa - Z95 * error), min(1.0, kappa + Z95 * error))


def _margins(shares: dict[tuple[str, str], float]) -> tuple[Counter[str], Counter[str]]:
    rows: Counter[str] = Counter()
    columns: Counter[str] = Counter()
    for (first, second), share in shares.items():
        rows[first] += share  # type: ignore[assignment]  # shares, not counts; what is missing is 0
        columns[second] += share  # type: ignore[assignment]
    return rows, columns


def _standard_error(
    shares: dict[tuple[str, str], float], rows: Counter[str], columns: Counter[str], kappa: float, by_chance: float
) -> float:
    """Of one pair; terms A, B and C of the paper."""
    off = 1 - kappa
    same = sum(
        share * (1 - (rows[first] + columns[first]) * off) ** 2
        for (first, second), share in shares.items()
        if first == second
    )
    other = off**2 * sum(
        share * (columns[first] + rows[second]) ** 2 for (first, second), share in shares.items() if first != second
    )
    variance = same + other - (kappa - by_chance * off) ** 2
    return sqrt(max(0.0, variance)) / (1 - by_chance)
