"""Doors for Celery."""

from __future__ import annotations

from celery import shared_task

from factcheck.services.claim_embed import claims_embed as embed
from factcheck.services.claim_route import claims_route as route
from factcheck.services.coverage_record import coverage_record as record
from factcheck.services.feed_read import feeds_read as read
from factcheck.services.feed_wake import feeds_wake as wake
from factcheck.services.feed_wake import feeds_woken


# One that waited behind a long queue is not worth doing: the next one is on its way.
@shared_task(expires=600)
def coverage_record() -> None:
    """Contracts begin and end at midnight (UTC), and what the administration or SQL changed is noticed."""
    record()


@shared_task(expires=60)
def claims_route() -> None:
    """Claims go on whose partner did not answer in time, and those that lie nowhere come to somebody."""
    route()


# A model that hangs is stopped, and claims are found by their words meanwhile.
@shared_task(expires=60, soft_time_limit=120, time_limit=150)
def claims_embed() -> None:
    """Where an operator has switched a model on: vectors of new claims."""
    embed()


@shared_task(expires=50)
def feeds_wake() -> None:
    """Wake who calls out when a feed is due."""
    wake()


# In the queue of what waits for other people's servers. The lease ends later than the worst reading.
@shared_task(expires=120, time_limit=580)
def feeds_read() -> None:
    """Read what is due."""
    feeds_woken()
    read()
