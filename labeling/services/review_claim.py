"""Who works on which task: short leases in the database, renewed while somebody works."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Final

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import User
from accounts.permissions import GRANTS
from labeling.models import Policy, ReviewDecision, ReviewerProfile, ReviewTask, TaskState
from labeling.review.queue import ALL, Queue

PERMISSION: Final = "labeling.review_label"
VIEW: Final = "labeling.view_queue"
#: How long a task is somebody's without a sign of them.
LEASE: Final = dt.timedelta(minutes=3)


class ReviewConflict(Exception):  # noqa: N818 -- said to people as what happened, not as an error
    """Somebody or something else was first; the message says what happened meanwhile.

    `decision` is one's own where the same form came twice: then it has been done, and once.
    """

    def __init__(self, message: str, *, decision: ReviewDecision | None = None) -> None:
        super().__init__(message)
        self.decision = decision


def languages_read(user: User) -> tuple[str, ...]:
    """The languages of the moderator's profile; without any, nothing but what has no known language."""
    profile = ReviewerProfile.objects.filter(user=user).values_list("languages", flat=True).first()
    return tuple(profile or ())


def places_reviewed(user: User) -> tuple[int, ...] | None:
    """Primary keys of the places whose tasks the user may decide, with all below; `None` for everywhere."""
    held = [one for one in user.memberships_held if one.role in GRANTS[PERMISSION]]
    if user.is_superuser or any(one.jurisdiction_id is None for one in held):
        return None
    return tuple({one.jurisdiction_id for one in held if one.jurisdiction_id is not None})


@transaction.atomic
def task_next(*, by: User, queue: Queue = ALL, instead_of: ReviewTask | None = None) -> ReviewTask | None:
    """Claim the most urgent free task of the queue that this moderator may decide and can read.

    Two moderators never get the same one: rows that somebody else is just claiming are passed over. `instead_of` is
    the one they leave, which does not come again at once. What their profile leaves out comes only if the queue names
    its policy. Raises `PermissionDenied` for who reviews nothing.
    """
    if not by.has_perm(PERMISSION):
        raise PermissionDenied("Moderators only.")
    _wait_for_no_disk()
    now = timezone.now()
    profile = ReviewerProfile.objects.filter(user=by).first() or ReviewerProfile(user=by)
    left_out = Policy.objects.filter(key__in=profile.left_out).exclude(key=queue.policy) if profile.left_out else ()
    found = (
        ReviewTask.objects.open()
        .free(now)
        .for_places(places_reviewed(by))
        .in_languages(profile.languages)
        .in_queue(queue)
        .exclude(barred__contains=[by.pk])
        .exclude(skipped_by__contains=[by.pk])
        .exclude(pk=instead_of.pk if instead_of else 0)
        .order_by("-rank", "pk")
        .select_for_update(skip_locked=True, of=("self",))
    )
    if left_out:
        found = found.exclude(policy__in=[policy.pk for policy in left_out])
    task = found.first()
    if task is None:
        return None
    return _leased(task, by, now)


def task_in_hand(by: User) -> ReviewTask | None:
    """The task whose lease the moderator took last and still holds."""
    held = ReviewTask.objects.open().filter(claimed_by=by, claimed_until__gt=timezone.now())
    return held.order_by("-claimed_at").first()


@transaction.atomic
def task_claim(*, by: User, task: ReviewTask) -> ReviewTask:
    """Claim one task by name. Raises `PermissionDenied`, and `ReviewConflict` when somebody has it or it ended."""
    locked = ReviewTask.objects.select_for_update(of=("self",)).get(pk=task.pk)
    may_decide(by, locked)
    now = timezone.now()
    if locked.state != TaskState.OPEN:
        raise ReviewConflict("This has been decided already.")
    if is_held_by_another(locked, by, now):
        raise ReviewConflict("Somebody else is working on it.")
    return _leased(locked, by, now)


@transaction.atomic
def task_renew(*, by: User, task: ReviewTask) -> bool:
    """Keep a task a while longer; false when it is somebody else's by now, or ended."""
    now = timezone.now()
    locked = ReviewTask.objects.select_for_update(of=("self",)).get(pk=task.pk)
    if locked.state != TaskState.OPEN or is_held_by_another(locked, by, now) or not by.has_perm(PERMISSION, locked):
        return False
    _leased(locked, by, now)
    return True


@transaction.atomic
def task_release(*, by: User, task: ReviewTask, skip: bool = False) -> None:
    """Give a task back; with `skip` it does not come to this moderator again until it changes."""
    locked = ReviewTask.objects.select_for_update(of=("self",)).get(pk=task.pk)
    may_decide(by, locked)
    if locked.state != TaskState.OPEN:
        return
    if locked.claimed_by_id == by.pk:
        locked.claimed_by = locked.claimed_until = None
    if skip and by.pk not in locked.skipped_by:
        locked.skipped_by = [*locked.skipped_by, by.pk]
    locked.save(update_fields=["claimed_by", "claimed_until", "skipped_by"])


def may_decide(by: User, task: ReviewTask) -> None:
    """Raise `PermissionDenied` unless the user reviews the task's place and is not barred from this very task."""
    if not by.has_perm(PERMISSION, task):
        raise PermissionDenied("This belongs to another place's moderators.")
    if by.pk in task.barred:
        raise PermissionDenied("Somebody who had no part in it before decides this one.")


def is_held_by_another(task: ReviewTask, by: User, now: dt.datetime) -> bool:
    """Whether somebody else's lease on it still holds."""
    return (
        task.claimed_by_id is not None
        and task.claimed_by_id != by.pk
        and task.claimed_until is not None
        and task.claimed_until > now
    )


def tasks_held(users: Iterable[User]) -> dict[int, int]:
    """How many tasks each user holds now, by primary key."""
    held: dict[int, int] = {}
    leases = ReviewTask.objects.open().filter(claimed_by__in=list(users), claimed_until__gt=timezone.now())
    for pk in leases.values_list("claimed_by", flat=True):
        if pk is not None:
            held[pk] = held.get(pk, 0) + 1
    return held


def _wait_for_no_disk() -> None:
    """Commit without waiting: a lease that a crash of the server forgets was for minutes, and is taken again.

    Only where the transaction is the lease's own; what somebody else writes with it must not be forgotten.
    """
    if not connection.savepoint_ids:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL synchronous_commit = off")


def _leased(task: ReviewTask, by: User, now: dt.datetime) -> ReviewTask:
    if task.claimed_by_id != by.pk:
        task.claimed_at = now
    task.claimed_by, task.claimed_until = by, now + LEASE
    task.save(update_fields=["claimed_by", "claimed_at", "claimed_until"])
    return task
