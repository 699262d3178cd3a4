"""Prometheus metrics of what voters are sent to and told, read when they are asked for: the same from every process."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from django.db import DatabaseError
from django.db.models import Count, Max
from django.utils import timezone
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import REGISTRY, Collector

from centers.models import Link, LinkOutcome, UrgentNotice

_PREFIX: Final = "election_centers_"


class CentersCollector(Collector):
    """Gauges from three small queries; without the database there are none (`pipeline_readable` says so)."""

    def collect(self) -> Iterator[Metric]:
        """The metrics, now."""
        try:
            metrics = [_links(), *_checks(), _notices()]
        except DatabaseError:
            return
        yield from metrics

    def describe(self) -> list[Metric]:
        """Nothing: registering must not ask the database."""
        return []


def metrics_register() -> None:
    """Add them to `/metrics`; called once, when the app is ready."""
    REGISTRY.register(CentersCollector())


def _links() -> Metric:
    """By what their last check found; `unchecked` before the first."""
    counts = dict(Link.objects.order_by().values_list("outcome").annotate(Count("pk")))
    gauge = GaugeMetricFamily(_PREFIX + "links", "Links on voters' pages, by their last check.", labels=["outcome"])
    for outcome in ("", *LinkOutcome.values):
        gauge.add_metric([outcome or "unchecked"], counts.get(outcome, 0))
    return gauge


def _checks() -> Iterator[Metric]:
    now = timezone.now()
    found = Link.objects.aggregate(broken=Count("broken_since"), last=Max("checked_at"))
    yield _gauge("links_broken", "Links that failed for a day or longer.", found["broken"])
    if found["last"] is not None:
        age = max(0.0, (now - found["last"]).total_seconds())
        yield _gauge("links_checked_age_seconds", "Since any link was last checked.", age)


def _notices() -> Metric:
    now = timezone.now()
    waiting = UrgentNotice.objects.to_review(now).count()
    return _gauge("notices_unreviewed", "Urgent notices that no second person has checked.", waiting)


def _gauge(name: str, documentation: str, value: float) -> Metric:
    return GaugeMetricFamily(_PREFIX + name, documentation, value=value)
