"""The pipeline's Prometheus metrics, read when they are asked for: the same from every process. No personal data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final

import redis
from django.db import DatabaseError
from django.db.models import Count, Min
from django.utils import timezone
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import REGISTRY, Collector

from labeling.models import (
    AtprotoStream,
    BatchState,
    BrakeCause,
    ChangeLedger,
    ChangeSet,
    IntakeBatch,
    RuleBrake,
    Ruleset,
    WebhookDelivery,
    WebhookEndpoint,
)
from labeling.pipeline import backlog_of, standings
from labeling.services.intake_count import intake_counts

_PREFIX: Final = "election_centers_"


class PipelineCollector(Collector):
    """Gauges from a handful of queries, each over a small index of what is unfinished; counters from Valkey.

    What cannot be read is left out, and `…_readable` says so: the other metrics must be seen above all then.
    """

    def collect(self) -> Iterator[Metric]:
        """The metrics, now."""
        try:
            gauges, database = _gauges(), 1
        except DatabaseError:
            gauges, database = [], 0
        try:
            counters, valkey = _counters(), 1
        except (redis.RedisError, OSError):
            counters, valkey = [], 0
        yield from gauges
        yield from counters
        readable = GaugeMetricFamily(
            _PREFIX + "pipeline_readable", "1 where the source of pipeline metrics can be read.", labels=["source"]
        )
        readable.add_metric(["database"], database)
        readable.add_metric(["valkey"], valkey)
        yield readable

    def describe(self) -> list[Metric]:
        """Nothing: registering must not ask the database."""
        return []


def metrics_register() -> None:
    """Add the pipeline to `/metrics`; called once, when the app is ready."""
    REGISTRY.register(PipelineCollector())


def _gauges() -> list[Metric]:
    states = standings(IntakeBatch.objects.exclude(state=BatchState.DONE))
    backlog, poison = backlog_of(states, timezone.now()), states[BatchState.POISON]
    return [
        _gauge("pipeline_backlog_batches", "Batches that are not labelled yet.", backlog.batches),
        _gauge("pipeline_backlog_items", "Items of batches that are not labelled yet.", backlog.items),
        _gauge("pipeline_backlog_age_seconds", "For how long the oldest unfinished batch has waited.", backlog.age),
        _gauge("pipeline_poison_batches", "Batches set aside that an operator should look at.", poison.batches),
        _gauge("pipeline_poison_items", "Items of batches set aside.", poison.items),
        _brakes(),
        *_outbound(),
        *_label_service(),
    ]


def _outbound() -> list[Metric]:
    dead = WebhookDelivery.objects.dead().count()
    # What waits for a disabled endpoint is nobody's to send: an alert on its age would never end.
    waiting = WebhookDelivery.objects.pending().filter(endpoint__disabled_at=None)
    pending = waiting.aggregate(messages=Count("pk"), oldest=Min("created_at"))
    age = (timezone.now() - pending["oldest"]).total_seconds() if pending["oldest"] else 0
    return [
        _gauge(
            "changes_unsequenced",
            "Statements whose changes of labels have no position yet: feeds and webhooks do not tell them.",
            ChangeSet.objects.unsequenced().count(),
        ),
        _gauge("webhook_pending_messages", "Messages that active endpoints must still take.", pending["messages"]),
        _gauge("webhook_pending_age_seconds", "For how long the oldest of them has waited.", max(0, age)),
        _gauge("webhook_dead_messages", "Messages given up that can be sent once more.", dead),
        _gauge(
            "webhook_disabled_endpoints",
            "Endpoints that are told nothing.",
            WebhookEndpoint.objects.exclude(disabled_at=None).count(),
        ),
    ]


def _brakes() -> Metric:
    """By cause, so that an alert can say what happened; 0 where nothing did."""
    engaged = RuleBrake.objects.engaged().filter(ruleset__in=Ruleset.objects.in_force())
    counts = Counter(engaged.order_by().values_list("cause", flat=True))
    gauge = GaugeMetricFamily(
        _PREFIX + "rule_brakes_engaged", "Rules of sets in force that fell back to review.", labels=["cause"]
    )
    for cause in BrakeCause.values:
        gauge.add_metric([cause], counts[cause])
    return gauge


def _label_service() -> list[Metric]:
    """Nothing where the label service has never run."""
    stream, ledger = AtprotoStream.objects.first(), ChangeLedger.objects.first()
    if stream is None or ledger is None:
        return []
    behind = max(ledger.last_position - stream.position, 0)
    return [_gauge("atproto_behind_changes", "Changes of labels that the label service has not followed.", behind)]


def _gauge(name: str, documentation: str, value: float) -> Metric:
    return GaugeMetricFamily(_PREFIX + name, documentation, value=value)


def _counters() -> list[Metric]:
    items = CounterMetricFamily(
        _PREFIX + "intake_items",
        "Items handed in: accepted, invalid by the field that is wrong, refused by the reason.",
        labels=["outcome", "reason"],
    )
    requests = CounterMetricFamily(
        _PREFIX + "intake_refused_requests", "Requests of which nothing was taken.", labels=["reason"]
    )
    for (kind, label), count in sorted(intake_counts().items()):
        if kind == "requests":
            requests.add_metric([label], count)
        else:
            items.add_metric([kind, label], count)
    return [items, requests]
