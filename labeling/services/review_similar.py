"""Find what is similar to a task's content among what waits, and among what was decided.

Sketches are made by beat, beside the stream: a batch of items costs nothing more for it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from django.db import connection
from django.utils import timezone

from accounts.models import User
from labeling.models import ContentItem, ItemSketch, ReviewAction, ReviewDecision, ReviewTask, TaskState
from labeling.querysets import ReviewTaskQuerySet
from labeling.review.sketch import NEAR, likeness, media_digests, pieces, sketch_keys, text_plain
from labeling.services.review_claim import is_held_by_another, places_reviewed
from labeling.services.review_decide import MOST_AT_ONCE

#: Sketches made in one run.
MOST_SKETCHES: Final = 2_000
#: Candidates compared piece by piece; of more the most urgent are.
LOOKED_AT: Final = 500
_PRECEDENTS: Final = 100


class Similar(NamedTuple):
    """A task that waits, and what makes it similar, in words."""

    task: ReviewTask
    why: str


class SimilarFound(NamedTuple):
    """What could be decided together with a task: `held` more are in somebody's hands, `more` beyond the limit."""

    tasks: list[Similar]
    held: int
    more: int


class Precedent(NamedTuple):
    """How often similar content was decided in one way."""

    action: str
    reason: str
    times: int


def sketches_make(*, most: int = MOST_SKETCHES) -> int:
    """Sketch what waits and has no sketch of its newest revision; forget those of erased items. Returns how many were
    made. Doing it twice changes nothing.
    """
    ItemSketch.objects.filter(item__erased_at__isnull=False).delete()
    items = ContentItem.objects.filter(pk__in=_unsketched(most)).only("pk", "revision", "text", "media")
    made = [
        ItemSketch(item=item, revision=item.revision, keys=sketch_keys(item.text, item.media))
        for item in items.iterator(chunk_size=200)
    ]
    ItemSketch.objects.bulk_create(
        made, batch_size=500, update_conflicts=True, unique_fields=["item"], update_fields=["revision", "keys"]
    )
    return len(made)


def _unsketched(most: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT item.id FROM labeling_reviewtask AS task
               JOIN labeling_contentitem AS item ON item.id = task.item_id AND item.erased_at IS NULL
               LEFT JOIN labeling_itemsketch AS sketch ON sketch.item_id = item.id
               WHERE task.state = 'open' AND (sketch.item_id IS NULL OR sketch.revision <> item.revision)
               LIMIT %s""",
            [most],
        )
        return [pk for (pk,) in cursor.fetchall()]


def similar_found(*, task: ReviewTask, by: User) -> SimilarFound:
    """Open tasks under the same policy whose content is the same or nearly, that this person may decide; most urgent
    first. At most `MOST_AT_ONCE`, the task itself included.
    """
    # A blind second answer is about its own content alone, and nobody's to give in passing.
    if task.is_blind or task.item is None or task.item.erased_at is not None:
        return SimilarFound([], 0, 0)
    now = timezone.now()
    found = (
        _sharing_keys(ReviewTask.objects.open().for_places(places_reviewed(by)), task.item)
        .filter(policy=task.policy_id, is_blind=False)
        .exclude(pk=task.pk)
        .exclude(barred__contains=[by.pk])
        .order_by("-rank", "pk")
    )
    alike = _alike(task.item, found.select_related("item__platform", "jurisdiction", "claimed_by")[:LOOKED_AT])
    free = [one for one in alike if not is_held_by_another(one.task, by, now)]
    shown = free[: MOST_AT_ONCE - 1]
    return SimilarFound(shown, len(alike) - len(free), len(free) - len(shown))


def precedents_found(task: ReviewTask) -> list[Precedent]:
    """What people decided on similar content, most frequent first; a blind second answer is given without it."""
    if task.is_blind or task.item is None or task.item.erased_at is not None:
        return []
    ended = ReviewTask.objects.filter(state=TaskState.DECIDED, policy__key=task.policy.key, is_blind=False).exclude(
        item=task.item_id
    )
    alike = _alike(
        task.item, _sharing_keys(ended, task.item).order_by("-ended_at").select_related("item")[:_PRECEDENTS]
    )
    if not alike:
        return []
    judged = ReviewDecision.objects.filter(
        task__in=[one.task for one in alike],
        undone_by=None,
        action__in=(ReviewAction.APPLY, ReviewAction.REJECT, ReviewAction.CHANGE),
    )
    counted = Counter(judged.values_list("action", "reason"))
    return [Precedent(action, reason, times) for (action, reason), times in counted.most_common(5)]


def _sharing_keys(tasks: ReviewTaskQuerySet, item: ContentItem) -> ReviewTaskQuerySet:
    keys = sketch_keys(item.text, item.media)
    return tasks.filter(item__sketch__keys__overlap=keys, item__erased_at=None) if keys else tasks.none()


def _alike(item: ContentItem, tasks: Iterable[ReviewTask]) -> Sequence[Similar]:
    """Those that are similar indeed: sharing a key only says that it is worth comparing."""
    plain, digests = text_plain(item.text), media_digests(item.media)
    own = pieces(plain)
    alike = []
    for task in tasks:
        if task.item is None:
            continue
        other = text_plain(task.item.text)
        shared = bool(plain) and other == plain
        near = 0.0 if shared or not other else likeness(own, pieces(other))
        if shared:
            alike.append(Similar(task, "the same text"))
        elif digests & media_digests(task.item.media):
            alike.append(Similar(task, "the same picture or video"))
        elif near >= NEAR:
            alike.append(Similar(task, f"nearly the same text ({near:.0%})"))
    return alike
