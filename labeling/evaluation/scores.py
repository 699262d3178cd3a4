"""Counts of judgements and the figures they make."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Scores:
    """Counts, added up over items; the figures are shares between 0 and 1.

    A share of nothing is 1: who applied no label was never wrong, who had none to find missed none.
    """

    items: int = 0
    applied: int = 0
    right: int = 0
    expected: int = 0
    found: int = 0
    found_or_reviewed: int = 0
    reviewed: int = 0

    @property
    def precision(self) -> float:
        """Share of the labels applied that are right."""
        return _share(self.right, self.applied)

    @property
    def recall(self) -> float:
        """Share of the labels expected that were applied (or sent to review where that will do)."""
        return _share(self.found, self.expected)

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0

    @property
    def recall_with_review(self) -> float:
        """Share of the labels expected that were applied or whose item a moderator is asked about."""
        return _share(self.found_or_reviewed, self.expected)

    @property
    def review_share(self) -> float:
        """Share of the items that go to a moderator."""
        return self.reviewed / self.items if self.items else 0.0

    def document(self) -> dict[str, float]:
        """As JSON has it."""
        figures = {
            "precision": self.precision,
            "recall": self.recall,
            "f1": self.f1,
            "recall_with_review": self.recall_with_review,
            "review_share": self.review_share,
        }
        counts = {"items": self.items, "expected": self.expected, "applied": self.applied, "right": self.right}
        return {name: round(value, 4) for name, value in figures.items()} | counts


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 1.0
