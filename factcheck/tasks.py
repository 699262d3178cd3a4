"""Doors for Celery."""

from __future__ import annotations

from celery import shared_task

from factcheck.services.coverage_record import coverage_record as record


# One that waited behind a long queue is not worth doing: the next one is on its way.
@shared_task(expires=600)
def coverage_record() -> None:
    """Contracts begin and end at midnight (UTC), and what the administration or SQL changed is noticed."""
    record()
