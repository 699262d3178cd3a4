"""A blind task's page: as it looked to whoever decided first, with nothing of what they decided."""

from __future__ import annotations

from typing import Any

from labeling.models import Label, LabelState, QualityCheck, ReviewDecision, ReviewTask


def blinded(task: ReviewTask, page: dict[str, Any]) -> dict[str, Any]:
    """The page without what came of the first decision: labels wait, later ones and the history since are left out."""
    first = _first(task)
    return page | {
        "labels": sorted((_waiting(label) for label in page["labels"]), key=lambda label: label.pk),
        "other_labels": [label for label in page["other_labels"] if label.decided_at < first.decided_at],
        "history": [line for line in page["history"] if line.pk < first.pk],
        # What the first was asked about, and not what they said of it.
        "matches": [one._replace(state="", why="") for one in page["matches"]],
    }


def _first(task: ReviewTask) -> ReviewDecision:
    """The earliest decision on labels of this content: what it did and what followed is what must not be told."""
    check = QualityCheck.objects.select_related("first", "golden__decision").get(task=task)
    first = check.first or (check.golden.decision if check.golden else None)
    assert first is not None  # a constraint  # noqa: S101
    return first


def _waiting(label: Label) -> Label:
    """As it was proposed; not saved."""
    label.state = LabelState.REVIEW
    return label
