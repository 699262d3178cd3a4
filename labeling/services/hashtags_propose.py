"""Propose the hashtags to moderators that labelled content suddenly carries and no live rule knows."""

from __future__ import annotations

import datetime as dt
import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from django.db import connection, transaction
from django.db.models import Min
from django.utils import timezone

from labeling.emerging import KEPT, LEAST_COUNT, NEWS_LASTS, Spike, hour_of, score_faded, spike_found
from labeling.matching import CompiledRuleset
from labeling.models import EmergingHashtag, HashtagHour, Label
from labeling.services.hashtags_count import countable_key
from labeling.services.matcher import NoRulesetError, matcher_live
from labeling.text import extract_hashtags

logger = logging.getLogger(__name__)

#: For so long a hashtag that somebody decided on is not proposed again.
DECIDED_FOR: Final = dt.timedelta(days=30)
#: So many proposals of one place may wait; the most surprising ones do.
MOST_PROPOSED: Final = 50
#: Examples of one proposal, looked for among so many of the place's latest labels.
MOST_EXAMPLES: Final = 3
_LATEST_LABELS: Final = 500
#: Advisory lock of whoever proposes.
_LOCK: Final = 0x54414750


class _Candidate(NamedTuple):
    tag: str
    written: str
    spike: Spike


class Proposed(NamedTuple):
    """What a run did."""

    new: int
    renewed: int
    dropped: int


def hashtags_propose() -> Proposed:
    """Look at the hours counted so far, propose what rises, and forget hours and proposals that are old.

    Running it twice changes nothing twice; of two runs at one time the second does nothing.
    """
    try:
        compiled = matcher_live().compiled
    except NoRulesetError:
        return Proposed(0, 0, 0)
    now = timezone.now()
    with transaction.atomic():
        if not _lock():
            return Proposed(0, 0, 0)
        HashtagHour.objects.before(hour_of(now - KEPT)).delete()
        stale, _ = EmergingHashtag.objects.proposed().filter(hour__lt=hour_of(now - KEPT)).delete()
        done = [_propose(place, found, now) for place, found in _found(compiled, now)]
    total = Proposed(*(sum(part) for part in zip(*done, (0, 0, stale), strict=True)))
    if total.new:
        logger.info("Proposed %s emerging hashtags", total.new)
    return total


def _lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        return bool(cursor.fetchone()[0])


def _found(compiled: CompiledRuleset, now: dt.datetime) -> Iterator[tuple[int, list[_Candidate]]]:
    """By place, the hashtags that rise, no live rule knows and nobody decided on lately."""
    since = hour_of(now - NEWS_LASTS)
    recent = HashtagHour.objects.filter(hour__gte=since, count__gte=LEAST_COUNT).order_by()
    by_place: defaultdict[int, set[str]] = defaultdict(set)
    for place, tag in recent.values_list("jurisdiction_id", "tag").distinct():
        by_place[place].add(tag)
    began = HashtagHour.objects.order_by().values("jurisdiction_id").annotate(first=Min("hour"))
    first: dict[int, dt.datetime] = dict(began.values_list("jurisdiction_id", "first"))
    decided = set(EmergingHashtag.objects.decided_since(now - DECIDED_FOR).values_list("jurisdiction_id", "tag"))
    for place, tags in sorted(by_place.items()):
        asked = {tag for tag in tags if (place, tag) not in decided}
        rising = _rising(place, asked, first[place], now)
        yield place, [one for one in rising if not compiled.tag_rules(one.written)]


def _rising(place: int, tags: Iterable[str], first: dt.datetime, now: dt.datetime) -> list[_Candidate]:
    counts: defaultdict[str, dict[dt.datetime, int]] = defaultdict(dict)
    written: dict[str, str] = {}
    rows = HashtagHour.objects.filter(jurisdiction_id=place, tag__in=list(tags)).order_by("hour")
    for tag, spelled, hour, count in rows.values_list("tag", "written", "hour", "count").iterator():
        counts[tag][hour] = count
        written[tag] = spelled
    found = ((tag, spike_found(hours, first, now)) for tag, hours in counts.items())
    return [_Candidate(tag, written[tag], spike) for tag, spike in found if spike]


def _propose(place: int, found: list[_Candidate], now: dt.datetime) -> Proposed:
    """Bring the proposals of a place to what was found; those that wait are kept, the most surprising first."""
    known = {row.tag: row for row in EmergingHashtag.objects.proposed().filter(jurisdiction_id=place)}
    renewed = [
        (known[one.tag], one.spike)
        for one in found
        if one.tag in known and one.spike.score_at(now) > _faded(known[one.tag], now)
    ]
    for row, spike in renewed:
        _tell(row, spike)
        row.save(update_fields=["hour", "observed", "expected", "score"])
    new = [one for one in found if one.tag not in known]
    ranked = sorted([_faded(row, now) for row in known.values()] + [one.spike.score_at(now) for one in new])
    least = ranked[-MOST_PROPOSED] if len(ranked) > MOST_PROPOSED else 0.0
    dropped = [row.pk for row in known.values() if _faded(row, now) < least]
    EmergingHashtag.objects.filter(pk__in=dropped).delete()
    best = sorted(new, key=lambda one: (-one.spike.score_at(now), one.tag))
    chosen = best[: MOST_PROPOSED - len(known) + len(dropped)]
    _create(place, chosen, now)
    return Proposed(len(chosen), len(renewed), len(dropped))


def _faded(row: EmergingHashtag, now: dt.datetime) -> float:
    return score_faded(row.score, row.hour, now)


def _tell(row: EmergingHashtag, spike: Spike) -> None:
    row.hour, row.observed, row.expected, row.score = spike.hour, spike.observed, spike.expected, spike.score


def _create(place: int, chosen: list[_Candidate], now: dt.datetime) -> None:
    examples = _examples(place, {one.tag for one in chosen}) if chosen else {}
    for one in chosen:
        row = EmergingHashtag(jurisdiction_id=place, tag=one.tag, written=one.written, proposed_at=now)
        _tell(row, one.spike)
        row.save()
        row.examples.set(examples.get(one.tag, []))


def _examples(place: int, tags: set[str]) -> dict[str, list[int]]:
    """The latest labelled items of the place that carry these tags."""
    found: defaultdict[str, list[int]] = defaultdict(list)
    labels = Label.objects.applied().filter(jurisdiction_id=place).order_by("-id")
    rows = labels.values_list("item_id", "item__text", "item__hashtags")[:_LATEST_LABELS]
    for item, text, hashtags in rows:
        written = [*hashtags, *(tag.tag for tag in extract_hashtags(text, glued=True))]
        for key in tags & {countable_key(tag) for tag in written}:
            if len(found[key]) < MOST_EXAMPLES and item not in found[key]:
                found[key].append(item)
    return found
