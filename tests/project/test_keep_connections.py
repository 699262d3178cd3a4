"""A worker keeps its connection to the database from task to task, and leaves one that broke."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from celery.fixups.django import DjangoWorkerFixup  # type: ignore[attr-defined]  # the stubs do not know it
from celery.signals import task_postrun, task_prerun
from django.db import connection

from electioncenters.celery import app
from labeling.tasks import intake_sweep


def backend() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (number,) = cursor.fetchone()
        return int(number)


@pytest.fixture
def fixup() -> Iterator[DjangoWorkerFixup]:
    """What Celery itself does around tasks in a worker."""
    made = DjangoWorkerFixup(app)
    task_prerun.connect(made.on_task_prerun)
    task_postrun.connect(made.on_task_postrun)
    yield made
    task_prerun.disconnect(made.on_task_prerun)
    task_postrun.disconnect(made.on_task_postrun)


def run_a_task() -> int:
    """The number of the server process a task talks to."""
    intake_sweep.push_request(is_eager=False)  # type: ignore[call-arg]  # the stubs know no arguments
    try:
        task_prerun.send(sender=intake_sweep)
        number = backend()
        task_postrun.send(sender=intake_sweep)
    finally:
        intake_sweep.pop_request()
    return number


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("fixup")
def test_a_worker_keeps_its_connection_from_task_to_task() -> None:
    assert len({run_a_task() for _ in range(3)}) == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("fixup")
def test_a_worker_leaves_a_connection_that_broke() -> None:
    broken = run_a_task()
    parameters = {**connection.get_connection_params(), "context": None}
    for ours in ("cursor_factory", "context", "prepare_threshold"):
        parameters.pop(ours, None)
    with psycopg.connect(**parameters) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [broken])

    assert run_a_task() != broken
