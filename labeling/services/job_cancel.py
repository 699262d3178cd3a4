"""Ask for a job to end before it is done."""

from __future__ import annotations

from typing import Final

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from labeling.models import BackTest, Job
from labeling.services.permission import permission_require

_PERMISSIONS: Final = {True: "labeling.draft_rules", False: "labeling.release_rules"}


class JobEndedError(ValueError):
    """The job has ended before."""


@transaction.atomic
def job_cancel(*, job: Job, user: User | None) -> None:
    """Let the job end after the step it is in; what it did until then stays. Asking again changes nothing.

    Takes the permission that asking for the job took. Raises `PermissionDenied` and `JobEndedError`.
    """
    permission_require(user, _PERMISSIONS[isinstance(job, BackTest)])
    found = type(job)._default_manager.select_for_update().get(pk=job.pk)
    if not found.is_unfinished:
        raise JobEndedError(f"It is {str(found.get_state_display()).lower()}.")
    if found.cancel_requested_at is None:
        found.cancel_requested_at = timezone.now()
        # Now: nobody should wait for a pause between two steps to end.
        found.due_at = found.cancel_requested_at
        found.save(update_fields=["cancel_requested_at", "due_at"])
