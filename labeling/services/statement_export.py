"""Statements of reasons, ready to be submitted to the EU's DSA Transparency Database."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from labeling.models import StatementOfReasons
from labeling.statements import MOST, call_problems


class StatementError(ValueError):
    """The database would refuse this call; `problems` are fields and reasons. Nothing was exported."""

    def __init__(self, problems: Sequence[tuple[str, str]]) -> None:
        super().__init__("; ".join(f"{field}: {reason}" for field, reason in problems))
        self.problems = problems


@transaction.atomic
def statements_export(*, platform: str = "", limit: int = MOST) -> list[dict[str, Any]]:
    """The next call's statements, oldest first, and marked as exported: no statement is handed out twice.

    At most 100, those that are withdrawn left out. Raises `StatementError`, and marks nothing, where one is refused.
    """
    waiting = StatementOfReasons.objects.filter(exported_at=None, withdrawn_at=None)
    if platform:
        waiting = waiting.filter(platform__key=platform)
    rows = list(waiting.select_for_update(of=("self",)).order_by("position")[: min(limit, MOST)])
    if not rows:
        return []
    documents = [row.document for row in rows]
    if problems := call_problems(documents):
        raise StatementError(problems)
    StatementOfReasons.objects.filter(pk__in=[row.pk for row in rows]).update(exported_at=timezone.now())
    return documents


def statements_withdrawn_after_export() -> list[str]:
    """Ids that were submitted and do not hold any more: the submitter corrects them in the database by hand."""
    found = StatementOfReasons.objects.exclude(exported_at=None).exclude(withdrawn_at=None)
    return list(found.order_by("position").values_list("puid", flat=True))
