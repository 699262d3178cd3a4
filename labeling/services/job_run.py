"""Work on a job: a slice of it for one message, in steps that each commit how far they came.

A worker that is killed loses the step it was in, which the database takes back, and nothing else.
"""

from __future__ import annotations

import datetime as dt
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from django.db import InterfaceError, OperationalError, transaction
from django.utils import timezone

from labeling.models import Job, JobState
from labeling.services.failure import failure_described

logger = logging.getLogger(__name__)

#: Seconds of work for one message: labels come first, and whoever waits for a worker should not wait long.
SLICE: Final = 10.0
#: So long after its last progress a worker is taken for dead.
LEASE: Final = dt.timedelta(seconds=60)
#: A job is begun so often without any progress before it has failed.
MAX_ATTEMPTS: Final = 5
#: A pause of so many seconds a worker sleeps through; longer ones it is free for other work.
SHORT: Final = 0.2

AnyJob = TypeVar("AnyJob", bound=Job)
Clock = Callable[[], dt.datetime]


class StopJobError(Exception):
    """The job cannot go on; the message says why, for people."""


@dataclass(frozen=True, slots=True)
class Walk(Generic[AnyJob]):
    """How a kind of job is done.

    `begin` prepares a slice and returns its step, which changes the job it is given (saved afterwards, in the same
    transaction) and returns whether there may be more. Both may raise `StopJobError`.
    """

    jobs: type[AnyJob]
    begin: Callable[[AnyJob], Callable[[AnyJob, dt.datetime], bool]]

    def run(
        self,
        pk: int,
        *,
        clock: Clock = timezone.now,
        pause: Callable[[float], None] = time.sleep,
        seconds: float = SLICE,
    ) -> float | None:
        """Work on the job for a while, if it goes on, may do so now, and nobody else has it.

        Returns after how many seconds it can go on, `None` where that is not for the caller to care about: it ended,
        or somebody else has it. Whatever goes wrong with it is written to it; only a database that cannot be reached
        raises.
        """
        job = self._claim(pk, clock())
        if job is None:
            return None
        wait: float | None = None
        try:
            wait = self._slice(job, clock, pause, seconds)
        except (OperationalError, InterfaceError):
            raise
        except StopJobError as error:
            self._end(pk, JobState.FAILED, clock(), str(error))
        except Exception as error:
            logger.error("%s %s failed: %s", self.jobs.__name__, pk, failure_described(error))
            self._end(pk, JobState.FAILED, clock(), f"{type(error).__name__} after {job.done} rows")
        self._unfinished(pk).update(leased_until=None)
        return wait

    def _slice(self, job: AnyJob, clock: Clock, pause: Callable[[float], None], seconds: float) -> float | None:
        """Steps until the time is up, the job is over, or its next pause is one that a message should sleep."""
        step = self.begin(job)
        end = clock() + dt.timedelta(seconds=seconds)
        while (wait := self._step(job.pk, step, clock())) is not None:
            if wait > SHORT or clock() + dt.timedelta(seconds=wait) >= end:
                return wait
            pause(wait)
        return None

    def _claim(self, pk: int, now: dt.datetime) -> AnyJob | None:
        """Count an attempt and commit it before the work, so that a job that kills its workers is counted too."""
        with transaction.atomic():
            job: AnyJob | None = self._objects().waiting(now).select_for_update(skip_locked=True).filter(pk=pk).first()
            if job is None:
                return None
            if job.cancel_requested_at is not None:
                self._end(pk, JobState.CANCELLED, now)
                return None
            if job.attempts >= MAX_ATTEMPTS:
                self._end(pk, JobState.FAILED, now, "Its workers did not survive it.")
                return None
            job.state, job.attempts, job.leased_until = JobState.RUNNING, job.attempts + 1, now + LEASE
            job.started_at = job.started_at or now
            job.save()
        return job

    @transaction.atomic
    def _step(self, pk: int, step: Callable[[AnyJob, dt.datetime], bool], now: dt.datetime) -> float | None:
        """One step, unless the job ended, must wait, or is to be cancelled; seconds until the next one may follow."""
        job: AnyJob | None = self._unfinished(pk).select_for_update().first()
        if job is None:
            return None
        if job.cancel_requested_at is not None:
            self._end(pk, JobState.CANCELLED, now)
            return None
        if job.due_at <= now:
            more = step(job, now)
            job.attempts, job.beat_at, job.leased_until = 0, now, now + LEASE
            if not more:
                job.state, job.finished_at, job.leased_until = JobState.DONE, now, None
            job.save()
            if not more:
                return None
        return max(0.0, (job.due_at - now).total_seconds())

    def _end(self, pk: int, state: JobState, now: dt.datetime, error: str = "") -> None:
        self._unfinished(pk).update(state=state, finished_at=now, error=error[:1000], leased_until=None)

    def _unfinished(self, pk: int) -> Any:
        return self._objects().unfinished().filter(pk=pk)

    def _objects(self) -> Any:
        return self.jobs.objects  # type: ignore[attr-defined]  # every concrete job has its queryset as manager
