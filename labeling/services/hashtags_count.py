"""Fold what batches tell of their hashtags into counts by the hour."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Final, NamedTuple

from django.db import connection, transaction
from django.utils import timezone

from centers.models import Jurisdiction
from labeling.emerging import KEPT, hour_of
from labeling.models import StreamTally
from labeling.models.hashtag import MAX_COUNTED_TAG
from labeling.text import NotATagError, folded_key, tag_named

#: Tallies that are folded in one transaction: what is held in memory is bounded by them.
TALLIES_AT_ONCE: Final = 50
#: Transactions of one run; what is left is for the next one.
MOST_ROUNDS: Final = 400
#: Of an hour and a place so many hashtags are kept: whoever posts a million different ones fills no more.
MOST_TAGS: Final = 200
#: Advisory lock of whoever counts.
LOCK: Final = 0x54414753


class _Key(NamedTuple):
    jurisdiction: int
    hour: dt.datetime
    tag: str


def hashtags_count() -> int:
    """Count the hashtags of the batches that finished since; answers how many tallies were folded.

    Each tally is folded once, whoever else runs: the count and the mark on the tally are one transaction, and of two
    runs at one time the second leaves the work to the first.
    """
    places = dict(Jurisdiction.objects.values_list("code", "pk"))
    oldest = hour_of(timezone.now() - KEPT)
    folded = 0
    for _ in range(MOST_ROUNDS):
        count = _fold_some(places, oldest)
        folded += count
        if count < TALLIES_AT_ONCE:
            break
    return folded


@transaction.atomic
def _fold_some(places: dict[str, int], oldest: dt.datetime) -> int:
    if not _lock():
        return 0
    tallies = list(StreamTally.objects.filter(tags_counted=False).order_by("id")[:TALLIES_AT_ONCE])
    counts, written = _counted(tallies, places, oldest)
    _add(_most(counts), written)
    _cut({(key.jurisdiction, key.hour) for key in counts})
    StreamTally.objects.filter(pk__in=[tally.pk for tally in tallies]).update(tags_counted=True)
    return len(tallies)


def _lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        return bool(cursor.fetchone()[0])


def _counted(
    tallies: Iterable[StreamTally], places: dict[str, int], oldest: dt.datetime
) -> tuple[Counter[_Key], dict[str, str]]:
    """Items by place, hour and key, and of each key the spelling used most."""
    counts: Counter[_Key] = Counter()
    spellings: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for tally in tallies:
        hour = hour_of(tally.finished_at)
        if hour < oldest:
            continue
        for code, tags in tally.tags.items():
            for tag, count in tags.items() if code in places else ():
                if key := countable_key(tag):
                    counts[_Key(places[code], hour, key)] += count
                    spellings[key][tag] += count
    return counts, {key: spelled.most_common(1)[0][0] for key, spelled in spellings.items()}


def countable_key(tag: str) -> str:
    """The key a hashtag is counted under; empty for what is no hashtag, holds no letter or is too long."""
    try:
        key = folded_key(tag_named(tag))
    except NotATagError:
        return ""
    fits = len(key) <= MAX_COUNTED_TAG and len(tag) <= MAX_COUNTED_TAG
    return key if fits and any(map(str.isalpha, key)) else ""


def _most(counts: Counter[_Key]) -> list[tuple[_Key, int]]:
    """Of each place and hour the most frequent tags, in one order for everybody."""
    kept: Counter[tuple[int, dt.datetime]] = Counter()
    most: list[tuple[_Key, int]] = []
    for key, count in counts.most_common():
        of = key.jurisdiction, key.hour
        kept[of] += 1
        if kept[of] <= MOST_TAGS:
            most.append((key, count))
    return sorted(most)


def _add(counts: list[tuple[_Key, int]], written: dict[str, str]) -> None:
    if not counts:
        return
    keys = [key for key, _ in counts]
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO labeling_hashtaghour AS known (jurisdiction_id, tag, written, hour, count)
               SELECT * FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::timestamptz[], %s::bigint[])
               ON CONFLICT (jurisdiction_id, tag, hour) DO UPDATE SET count = known.count + EXCLUDED.count""",
            [
                [key.jurisdiction for key in keys],
                [key.tag for key in keys],
                [written[key.tag] for key in keys],
                [key.hour for key in keys],
                [count for _, count in counts],
            ],
        )


def _cut(hours: set[tuple[int, dt.datetime]]) -> None:
    """Leave only the most frequent tags of these places and hours."""
    with connection.cursor() as cursor:
        for jurisdiction, hour in sorted(hours):
            cursor.execute(
                """DELETE FROM labeling_hashtaghour WHERE id IN (
                       SELECT id FROM labeling_hashtaghour WHERE hour = %s AND jurisdiction_id = %s
                       ORDER BY count DESC, id OFFSET %s)""",
                [hour, jurisdiction, MOST_TAGS],
            )
