"""Finds what the addresses of the moderators' desk name."""

from __future__ import annotations

from django.shortcuts import get_object_or_404

from labeling.models import BulkDecision, ReviewDecision, ReviewTask


def task_found(public_id: object) -> ReviewTask:
    """A task with what its page shows."""
    related = ("jurisdiction__parent", "policy", "item__platform", "item__author", "claimed_by")
    return get_object_or_404(ReviewTask.objects.select_related(*related), public_id=public_id)


def decision_found(pk: int) -> ReviewDecision:
    """A decision; permissions are asked for at its task's place."""
    found = ReviewDecision.objects.select_related("task__jurisdiction__parent", "task__item__platform", "bulk")
    decision = get_object_or_404(found, pk=pk)
    decision.jurisdiction = decision.task.jurisdiction  # type: ignore[attr-defined]  # what permissions are asked for
    return decision


def bulk_found(public_id: object) -> BulkDecision:
    """A decision on many."""
    return get_object_or_404(BulkDecision, public_id=public_id)
