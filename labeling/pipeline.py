"""How the pipeline is doing: what waits, what was set aside, how fast it flows. Only reads."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from django.db.models import Case, CharField, Count, F, Min, QuerySet, Sum, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from electioncenters.health import worker_state
from labeling.models import BatchState, IntakeBatch

#: The flow is measured over so many minutes.
FLOW_MINUTES: Final = 5
#: Set aside, its items erased since: nothing can be done about it any more.
ERASED: Final = "erased"
_STANDINGS: Final = (*BatchState.values, ERASED)


class Standing(NamedTuple):
    """Batches that stand at the same place; `oldest` is when the first of them came, or was put back."""

    batches: int = 0
    items: int = 0
    oldest: dt.datetime | None = None


class SetAside(NamedTuple):
    """A batch an operator should look at."""

    batch: str
    platform: str
    items: int
    attempts: int
    replays: int
    error: str
    received_at: dt.datetime
    set_aside_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class Backlog:
    """What waits: `age` is for how long the oldest of it does, in seconds; 0 when nothing waits."""

    batches: int
    items: int
    age: float


@dataclass(frozen=True, slots=True)
class Pipeline:
    """The state at one moment; `poison` holds the latest of the batches set aside, `states` counts all of them.

    `worker` is in the words of `/readyz`.
    """

    states: dict[str, Standing]
    backlog: Backlog
    items_per_minute: float
    labels_per_minute: float
    poison: list[SetAside]
    worker: str

    def document(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "states": {name: {"batches": of.batches, "items": of.items} for name, of in self.states.items()},
            "backlog": {
                "batches": self.backlog.batches,
                "items": self.backlog.items,
                "age_seconds": round(self.backlog.age, 1),
            },
            "items_per_minute": self.items_per_minute,
            "labels_per_minute": self.labels_per_minute,
            "poison": [batch._asdict() for batch in self.poison],
            "worker": self.worker,
        }


def pipeline_read(*, poison: int) -> Pipeline:
    """The state now, with the latest `poison` batches set aside. Counts the whole history: not for each scrape."""
    now = timezone.now()
    states = standings(IntakeBatch.objects.all())
    items, labels = _flow(now)
    return Pipeline(states, backlog_of(states, now), items, labels, _set_aside(poison), worker_state())


def standings(batches: QuerySet[IntakeBatch]) -> dict[str, Standing]:
    """`batches` by where they stand: a state or `ERASED`; every one of them is named. One query."""
    standing = Case(
        When(state=BatchState.POISON, payload=None, then=Value(ERASED)),
        default=F("state"),
        output_field=CharField(),
    )
    counted = (
        batches.order_by()
        .annotate(standing=standing)
        .values("standing")
        # A batch that was put back after days has not waited for days.
        .annotate(batches=Count("pk"), items=Sum("item_count"), oldest=Min(Coalesce("replayed_at", "received_at")))
    )
    found = {name: Standing(*counts) for name, *counts in counted.values_list("standing", "batches", "items", "oldest")}
    return {name: found.get(name, Standing()) for name in _STANDINGS}


def backlog_of(states: dict[str, Standing], now: dt.datetime) -> Backlog:
    """What waits, out of `standings`."""
    waiting = [states[BatchState.RECEIVED], states[BatchState.WORKING]]
    oldest = min((of.oldest for of in waiting if of.oldest), default=now)
    age = max(0.0, (now - oldest).total_seconds())
    return Backlog(sum(of.batches for of in waiting), sum(of.items for of in waiting), age)


def _flow(now: dt.datetime) -> tuple[float, float]:
    """Items and new labels per minute of the batches finished lately."""
    since = now - dt.timedelta(minutes=FLOW_MINUTES)
    done = IntakeBatch.objects.filter(state=BatchState.DONE, finished_at__gte=since)
    sums = done.aggregate(items=Sum(F("item_count") - F("failed_count")), labels=Sum("label_count"))
    return (sums["items"] or 0) / FLOW_MINUTES, (sums["labels"] or 0) / FLOW_MINUTES


def _set_aside(limit: int) -> list[SetAside]:
    batches = IntakeBatch.objects.set_aside().defer("payload").select_related("platform").order_by("-finished_at")
    return [
        SetAside(
            str(batch.public_id),
            batch.platform.key,
            batch.item_count,
            batch.attempts,
            batch.replay_count,
            batch.error,
            batch.received_at,
            batch.finished_at,
        )
        for batch in batches[:limit]
    ]
