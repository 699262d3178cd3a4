"""What a benchmark hands back."""

from __future__ import annotations

from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Result:
    """One comparison: the portal's number, the baseline's, and how they should relate.

    `goal` is what `ratio` should at least be. Higher numbers are better, in both.
    """

    name: str
    unit: str
    ours: float
    baseline_name: str
    baseline: float
    goal: float | None = None

    @property
    def ratio(self) -> float:
        """Ours for one of the baseline's."""
        return self.ours / self.baseline

    @property
    def reached(self) -> bool | None:
        """Whether the goal is reached; None without a goal."""
        return None if self.goal is None else self.ratio >= self.goal

    def as_dict(self) -> dict[str, object]:
        """For JSON."""
        return asdict(self) | {"ratio": self.ratio, "reached": self.reached}
