"""Wake workers for jobs: when one is asked for, and by beat for all that go on."""

from __future__ import annotations

import logging

from django.utils import timezone
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from labeling.models import BackTest, Job, RelabelJob

logger = logging.getLogger(__name__)

#: A message that waited longer is not worth doing: beat sends another one.
_EXPIRES = 10


def job_send(jobs: type[Job], pk: int, *, wait: float = 0) -> bool:
    """Tell a worker of a job, in `wait` seconds; `False` when the broker could not be reached.

    That is no error: beat sends it. A message too many is none either: the job is done by whoever has it.
    """
    # The tasks' module imports the services.
    from labeling.tasks import back_test, relabel

    task = back_test if jobs is BackTest else relabel
    try:
        task.apply_async((pk,), retry=False, countdown=wait, expires=wait + _EXPIRES)
    except (OperationalError, RedisError, OSError) as error:
        logger.warning("The broker cannot be reached (%s); beat will send what waits.", type(error).__name__)
        return False
    return True


def jobs_sweep() -> int:
    """Send messages for jobs that go on and that no worker has; returns how many were sent."""
    now = timezone.now()
    tests = BackTest.objects.waiting(now).values_list("pk", flat=True)
    relabelling = RelabelJob.objects.waiting(now).values_list("pk", flat=True)
    return sum([job_send(BackTest, pk) for pk in tests] + [job_send(RelabelJob, pk) for pk in relabelling])
