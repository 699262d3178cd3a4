"""Try a set of rules on what really flowed in: sampled texts, then stored content. Nothing is labelled."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Final

from django.db import IntegrityError, connection, transaction

from accounts.models import User
from labeling.intake import Item
from labeling.models import BackTest, ContentItem, Ruleset, SampledItem
from labeling.services.comparison import differences_read
from labeling.services.job_run import StopJobError, Walk
from labeling.services.job_send import job_send
from labeling.services.matcher import Matcher, matcher_of
from labeling.services.permission import permission_require
from labeling.services.stored_items import samples_after, stored_after

#: Items of one step, which is what a cancel or a look at the progress waits for.
STEP: Final = 500


class _Compiled:
    """What this process compared last: compiling two sets takes longer than a slice of the work."""

    of: tuple[int, str] | None = None
    sets: tuple[Matcher, Matcher] | None = None


class BackTestError(ValueError):
    """The back-test cannot be begun; the message says why, for people."""


@transaction.atomic
def back_test_ask(*, ruleset: Ruleset, user: User | None) -> BackTest:
    """Ask for `ruleset` to be compared with the live set. Workers do it; the row says how far they are.

    Raises `PermissionDenied`, and `BackTestError` where no set is live or one of this set is under way.
    """
    permission_require(user, "labeling.draft_rules")
    live = Ruleset.objects.live().first()
    if live is None:
        raise BackTestError("No set is live: load the facts first.")
    test = BackTest(ruleset=ruleset, baseline=live, requested_by=user)
    test.total = SampledItem.objects.count() + ContentItem.objects.filter(erased_at=None).count()
    test.result = {"digest": back_test_digest(ruleset)}
    try:
        with transaction.atomic():
            test.save()
    except IntegrityError as error:
        raise BackTestError(f"A back-test of {ruleset} is under way.") from error
    transaction.on_commit(lambda: job_send(BackTest, test.pk))
    return test


def back_test_digest(ruleset: Ruleset) -> str:
    """What a back-test is a test of: rules and thresholds. A draft that was changed since has another one."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT encode(sha256(coalesce(string_agg(digest, NULL ORDER BY id), '')), 'hex')
               FROM (SELECT id, sha256(convert_to(rule::text, 'UTF8')) AS digest
                     FROM labeling_rule AS rule WHERE ruleset_id = %s) AS told""",
            [ruleset.pk],
        )
        (rules,) = cursor.fetchone()
    return f"{rules}/{ruleset.apply_from}/{ruleset.review_from}"


def back_test_run(pk: int) -> float | None:
    """Do a slice of the back-test with this primary key; returns what `Walk.run` does."""
    return BACK_TESTS.run(pk)


def _begin(test: BackTest) -> Callable[[BackTest, dt.datetime], bool]:
    digest = back_test_digest(test.ruleset)
    if test.result.get("digest") != digest:
        raise StopJobError(f"{test.ruleset} was changed while it was tried: try it again.")
    before, after = _compiled(test, digest)
    return lambda job, now: _step(job, before, after)


def _compiled(test: BackTest, digest: str) -> tuple[Matcher, Matcher]:
    """Both sets; those of the last slice where they are the same, and places and elections hardly change in between."""
    compared = (test.pk, digest)
    if _Compiled.sets is None or _Compiled.of != compared:
        try:
            _Compiled.sets = matcher_of(test.baseline), matcher_of(test.ruleset)
        except ValueError as error:
            raise StopJobError(f"{test.ruleset} cannot be compiled: {error}.") from error
        _Compiled.of = compared
    return _Compiled.sets


def _step(test: BackTest, before: Matcher, after: Matcher) -> bool:
    """Compare the next items of the stage; after the samples come the stored ones."""
    rows: Sequence[tuple[int, Item]]
    if test.stage == "samples":
        rows = samples_after(test.position, STEP)
    else:
        rows = [(stored.pk, stored.item) for stored in stored_after(test.position, STEP)]
    differences = differences_read(test.result)
    for _, item in rows:
        differences.compare(item, before.match(item), after.match(item))
    test.result = test.result | differences.document()
    test.done += len(rows)
    test.total = max(test.total, test.done)
    test.position = rows[-1][0] if rows else test.position
    if len(rows) == STEP:
        return True
    if test.stage == "samples":
        test.stage, test.position = "items", 0
        return True
    # What was erased meanwhile is not there any more.
    test.total = test.done
    return False


BACK_TESTS: Final = Walk(BackTest, _begin)
