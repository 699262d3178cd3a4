"""What blind second decisions and golden items tell: for tables and for the calibration view."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from django.db.models import Count, F, Q

from labeling.models import CheckState, QualityCheck, SignalKind
from labeling.querysets import QualityCheckQuerySet
from labeling.review.kappa import Agreement, agreement_of
from labeling.review.rates import Rate, rate_of


class Agreed(NamedTuple):
    """How well the people of a group agree."""

    group: str
    agreement: Agreement


class Agreements(NamedTuple):
    """The same pairs by policy, by language, and by queue (kind and place)."""

    together: Agreement
    policies: list[Agreed]
    languages: list[Agreed]
    queues: list[Agreed]


class Answers(NamedTuple):
    """How often a moderator gave the agreed answer to golden items."""

    user: int
    email: str
    right: Rate


def agreements_of(checks: QualityCheckQuerySet) -> Agreements:
    """Of blind second decisions. One query."""
    rows = list(
        checks.seconds()
        .exclude(second=None)
        .order_by()
        .values_list(
            "policy__key", "language", "kind_of_queue", "jurisdiction__code", "first_outcome", "second_outcome"
        )
    )
    kinds = dict(SignalKind.choices)
    return Agreements(
        agreement_of(row[4:] for row in rows),
        _grouped((row[0], row[4:]) for row in rows),
        _grouped((row[1] or "unknown", row[4:]) for row in rows),
        _grouped((f"{kinds[row[2]]}, {row[3]}", row[4:]) for row in rows),
    )


def golden_answers(checks: QualityCheckQuerySet) -> list[Answers]:
    """By moderator, in order of their addresses. One query."""
    rows = (
        checks.goldens()
        .exclude(second=None)
        .order_by()
        .values("second__user", email=F("second__user__email"))
        .annotate(n=Count("pk"), hits=Count("pk", filter=Q(state=CheckState.AGREED)))
        .order_by("email")
    )
    return [Answers(row["second__user"], row["email"], rate_of(row["hits"], row["n"])) for row in rows]


def pairs_differed(checks: QualityCheckQuerySet) -> QualityCheckQuerySet:
    """Blind second decisions that differed from the first, latest first, with all that is told of them."""
    return (
        checks.seconds()
        .filter(state__in=(CheckState.DIFFERED, CheckState.SETTLED))
        .select_related(
            "task__item", "policy", "jurisdiction", "settling", "first__user", "second__user", "final__user"
        )
        .order_by("-compared_at", "-pk")
    )


def pairs_agreed() -> QualityCheckQuerySet:
    """What two people decided alike without knowing of each other, and was not taken back: fit to become golden."""
    fit = QualityCheck.objects.seconds().filter(
        state=CheckState.AGREED, first__undone_by=None, task__item__erased_at=None, task__item__isnull=False
    )
    return fit.select_related("task__item", "policy", "jurisdiction", "first").order_by("-compared_at", "-pk")


def _grouped(pairs: Iterable[tuple[str, tuple[str, str]]]) -> list[Agreed]:
    groups: dict[str, list[tuple[str, str]]] = {}
    for group, pair in pairs:
        groups.setdefault(group, []).append(pair)
    return [Agreed(group, agreement_of(found)) for group, found in sorted(groups.items())]
