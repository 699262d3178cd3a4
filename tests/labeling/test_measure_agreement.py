"""Kappa, intervals and tests, against published examples."""

from __future__ import annotations

import pytest

from labeling.review.agreement import cohens_kappa
from labeling.review.kappa import FEWEST_PAIRS, agreement_of
from labeling.review.rates import compared, fisher_exact, holm, rate_of


def pairs_of(table: list[list[int]]) -> list[tuple[str, str]]:
    return [
        (str(row), str(column))
        for row, counts in enumerate(table)
        for column, count in enumerate(counts)
        for _ in range(count)
    ]


@pytest.mark.parametrize(
    ("table", "kappa", "low", "high"),
    [
        # Two dermatologists, SAS/STAT User's Guide, The FREQ Procedure, "Cohen's Kappa Coefficient".
        ([[10, 4, 1, 0], [5, 10, 12, 2], [2, 4, 12, 5], [0, 2, 6, 13]], 0.3449, 0.2030, 0.4868),
        # Grant proposals read by two people: 20, 5, 10, 15.
        ([[20, 5], [10, 15]], 0.4, 0.1511, 0.6489),
        # Full agreement, and full disagreement.
        ([[20, 0], [0, 20]], 1.0, 1.0, 1.0),
        ([[0, 20], [20, 0]], -1.0, -1.0, -1.0),
    ],
)
def test_kappa_is_the_published_one(table: list[list[int]], kappa: float, low: float, high: float) -> None:
    found = agreement_of(pairs_of(table))
    assert found.n == sum(map(sum, table))
    assert (found.kappa, found.low, found.high) == pytest.approx((kappa, low, high), abs=0.0001)
    assert cohens_kappa(pairs_of(table)) == pytest.approx(kappa, abs=0.0001)


def test_too_few_pairs_have_no_kappa() -> None:
    few = agreement_of([("apply", "apply")] * 20 + [("apply", "reject")] * 9)
    assert (few.n, few.is_too_few, few.kappa, few.low) == (29, True, None, None)
    assert few.raw == pytest.approx(20 / 29)
    assert few.n < FEWEST_PAIRS
    assert agreement_of([]) == (0, None, None, None, None)
    # Everybody always says the same: nothing is known about agreement beyond chance.
    assert agreement_of([("apply", "apply")] * 50)[:3] == (50, 1.0, None)


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    [  # Newcombe (1998), Two-sided confidence intervals for the single proportion, table I, method 3.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_interval_is_the_published_one(hits: int, n: int, low: float, high: float) -> None:
    assert rate_of(hits, n)[3:] == pytest.approx((low, high), abs=0.0001)


def test_no_cases_have_no_rate() -> None:
    assert rate_of(0, 0) == (0, 0, None, None, None)
    assert rate_of(20, 20).high == 1.0


@pytest.mark.parametrize(
    ("table", "p"),
    [
        # Fisher's lady tasting tea: three of four cups right.
        ((3, 4, 1, 4), 0.4857),
        # Convictions of like-sex twins (Fisher): 10 of 13 identical, 2 of 17 others.
        ((10, 13, 2, 17), 0.0005367),
        ((8, 10, 1, 6), 0.0350),
        ((0, 10, 0, 10), 1.0),
    ],
)
def test_exact_test_is_the_published_one(table: tuple[int, int, int, int], p: float) -> None:
    assert fisher_exact(*table) == pytest.approx(p, rel=0.01)


def test_many_comparisons_are_corrected() -> None:
    # Holm's method, as R's p.adjust(c(0.01, 0.02, 0.03, 0.04), "holm") gives.
    chances = dict(zip("abcd", (0.01, 0.02, 0.03, 0.04), strict=True))
    assert list(holm(chances).values()) == pytest.approx([0.04, 0.06, 0.06, 0.06])


def test_group_that_differs_is_flagged_and_small_ones_are_not_judged() -> None:
    found = compared({"de": (5, 200), "fr": (6, 200), "mt": (40, 200), "ga": (3, 4)})
    assert [name for name, one in found.items() if one.is_flagged] == ["de", "fr", "mt"]
    assert (found["ga"].p, found["ga"].is_flagged) == (None, False)
    assert found["mt"].others.n == 404
    alike = compared({"de": (5, 200), "fr": (6, 200)})
    assert not any(one.is_flagged for one in alike.values())
