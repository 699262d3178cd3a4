"""How far two people agree beyond chance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable


def cohens_kappa(pairs: Iterable[tuple[str, str]]) -> float | None:
    """Cohen's kappa of what two people decided on the same cases; `None` without cases.

    1 is full agreement, 0 what chance would give. Where both always say the same one thing, chance would agree as
    well: the value is undefined there, and 1 by convention. Cohen, J. (1960), A coefficient of agreement for nominal
    scales.

    >>> cohens_kappa([("yes", "yes")] * 20 + [("yes", "no")] * 5 + [("no", "yes")] * 10 + [("no", "no")] * 15)
    0.4
    """
    seen = list(pairs)
    if not seen:
        return None
    total = len(seen)
    observed = sum(first == second for first, second in seen) / total
    ones, others = Counter(first for first, _ in seen), Counter(second for _, second in seen)
    by_chance = sum(ones[name] * others[name] for name in ones) / total**2
    if by_chance == 1:
        return 1.0
    return round((observed - by_chance) / (1 - by_chance), 4)
