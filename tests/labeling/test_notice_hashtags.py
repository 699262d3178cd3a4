"""Hashtags by the hour: the numbers of a surprise, what is proposed, and what is not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from accounts.models import Role
from centers.models import Jurisdiction
from labeling.emerging import FLOOR, HOUR, expectations, score_faded, score_of, spike_found
from labeling.models import ContentItem, EmergingHashtag, HashtagHour, Label, Ruleset, StreamTally
from labeling.services.hashtags_count import MOST_TAGS, TALLIES_AT_ONCE, hashtags_count
from labeling.services.hashtags_propose import MOST_PROPOSED, Proposed, hashtags_propose
from labeling.services.matcher import matcher_forget
from labeling.tasks import hashtags_watch
from tests.labeling.conftest import Post, build_world, item, person

World = dict[str, Jurisdiction]
NOW = dt.datetime(2029, 5, 20, 12, 30, tzinfo=dt.UTC)
THIS_HOUR = dt.datetime(2029, 5, 20, 12, tzinfo=dt.UTC)


class Clock:
    """The time it is."""

    now = NOW


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(timezone, "now", lambda: clock.now)
    return clock


def given_tally(tags: Mapping[str, Mapping[str, int]], finished_at: dt.datetime = NOW) -> StreamTally:
    """A batch that finished and carried these tags."""
    return StreamTally.objects.create(
        ruleset=Ruleset.objects.live().get(), finished_at=finished_at, items=10, labelled=5, tags=tags
    )


def given_hours(place: Jurisdiction, tag: str, *counts: int, now: dt.datetime = THIS_HOUR) -> None:
    """Counts of the hours up to and with the present one; hours of zero have no row."""
    for ago, count in enumerate(reversed(counts)):
        if count:
            HashtagHour.objects.create(jurisdiction=place, tag=tag, written=tag, hour=now - ago * HOUR, count=count)


def counted() -> dict[tuple[str, str, dt.datetime], int]:
    return {
        (row.jurisdiction.code, row.tag, row.hour): row.count
        for row in HashtagHour.objects.select_related("jurisdiction")
    }


def proposed() -> dict[str, str]:
    """Tag → place of what waits."""
    rows = EmergingHashtag.objects.proposed().select_related("jurisdiction")
    return {row.tag: row.jurisdiction.code for row in rows}


# The numbers


@pytest.mark.parametrize(
    ("observed", "expected", "score"), [(30, 10, 40.0), (10, 10, 0.0), (5, 10, 0.0), (12, 1, 121.0), (150, 100, 25.0)]
)
def test_the_score_is_the_squared_surprise_over_what_was_expected(observed: int, expected: float, score: float) -> None:
    assert score_of(observed, expected) == score


def test_what_is_expected_is_a_mean_that_halves_each_day_back() -> None:
    first = THIS_HOUR - 25 * HOUR
    # One hour of 90 a day and an hour ago, nothing since: at 24 hours its weight is half that of the latest.
    expected = expectations({first: 90}, first, THIS_HOUR)

    weights = [0.5 ** (hours / 24) for hours in range(1, 26)]
    assert expected[THIS_HOUR] == pytest.approx(90 * weights[-1] / sum(weights))
    assert expected[first + HOUR] == pytest.approx(90)
    assert first not in expected


def test_steady_hours_are_expected_to_go_on_and_silence_is_expected_at_the_floor() -> None:
    hours = {THIS_HOUR - ago * HOUR: 40 for ago in range(50)}

    assert expectations(hours, min(hours), THIS_HOUR)[THIS_HOUR] == pytest.approx(40)
    assert expectations({}, min(hours), THIS_HOUR)[THIS_HOUR] == FLOOR


def test_a_score_halves_every_six_hours() -> None:
    assert score_faded(80.0, THIS_HOUR, NOW) == 80.0
    assert score_faded(80.0, THIS_HOUR, NOW + 6 * HOUR) == pytest.approx(40.0)
    assert score_faded(80.0, THIS_HOUR, NOW + 18 * HOUR) == pytest.approx(10.0)


def hours(*counts: int) -> dict[dt.datetime, int]:
    return {THIS_HOUR - ago * HOUR: count for ago, count in enumerate(reversed(counts)) if count}


@pytest.mark.parametrize(
    ("counts", "found"),
    [
        # From nothing to much, and from much to much more.
        ((0, 0, 0, 0, 0, 12), True),
        ((100, 100, 100, 100, 100, 250), True),
        # Steady, however many, with the ups and downs of chance.
        ((1000, 980, 1030, 1010, 990, 1040), False),
        ((0, 1, 0, 2, 1, 3), False),
        # More, but less than twice what was expected: it is evening.
        ((1000, 1000, 1000, 1000, 1000, 1900), False),
        # Few items are no news.
        ((0, 0, 0, 0, 0, 9), False),
        # An hour ago counts still; a day ago does not.
        ((0, 0, 0, 0, 30, 0), True),
        ((0, 0, 0, 0, 30, *[0] * 25), False),
        # The third hour of all that was ever seen.
        ((1, 1, 50), False),
    ],
)
def test_a_spike_is_what_nobody_could_expect(counts: tuple[int, ...], found: bool) -> None:
    first = THIS_HOUR - (len(counts) - 1) * HOUR

    assert (spike_found(hours(*counts), first, NOW) is not None) is found


def test_what_stays_high_becomes_usual() -> None:
    quiet, loud = [2] * 48, [60] * 48
    scores = [
        spike.score if (spike := spike_found(hours(*quiet, *loud[:length]), THIS_HOUR - 200 * HOUR, NOW)) else 0
        for length in (1, 12, 48)
    ]

    assert scores[0] > 1000
    assert scores[2] == 0


def test_the_strongest_spike_of_the_day_is_told_with_its_numbers() -> None:
    spike = spike_found(hours(4, 4, 4, 4, 4, 4, 40, 4), THIS_HOUR - 7 * HOUR, NOW)

    assert spike is not None
    assert spike.hour == THIS_HOUR - HOUR
    assert (spike.observed, spike.expected) == (40, pytest.approx(4.0))
    assert spike.score == pytest.approx((40 - 4) ** 2 / 4)
    assert spike.score_at(NOW) == pytest.approx(spike.score * 0.5 ** (1 / 6))


# Counting


def test_tallies_become_counts_by_place_hour_and_key(world: World, clock: Clock) -> None:
    given_tally({"de": {"Wahlhilfe": 3, "WAHLHILFE": 2, "wählt": 1}, "eu": {"wahlhilfe": 4}})
    given_tally({"de": {"wahlhilfe": 5}}, NOW - HOUR)
    given_tally({"de": {"wahlhilfe": 5}}, THIS_HOUR)

    assert hashtags_count() == 3

    assert counted() == {
        ("de", "wahlhilfe", THIS_HOUR): 10,
        ("de", "wahlt", THIS_HOUR): 1,
        ("eu", "wahlhilfe", THIS_HOUR): 4,
        ("de", "wahlhilfe", THIS_HOUR - HOUR): 5,
    }


def test_counting_twice_counts_once(world: World, clock: Clock) -> None:
    given_tally({"de": {"wahlhilfe": 3}})
    assert (hashtags_count(), hashtags_count()) == (1, 0)
    given_tally({"de": {"wahlhilfe": 4}})
    assert hashtags_count() == 1

    assert counted() == {("de", "wahlhilfe", THIS_HOUR): 7}


def test_more_tallies_than_fit_into_one_transaction_are_all_counted(world: World, clock: Clock) -> None:
    for _ in range(TALLIES_AT_ONCE + 5):
        given_tally({"de": {"wahlhilfe": 1}})

    assert hashtags_count() == TALLIES_AT_ONCE + 5
    assert counted() == {("de", "wahlhilfe", THIS_HOUR): TALLIES_AT_ONCE + 5}


@pytest.mark.parametrize("tag", ["", "2029", "🗳️", "a b", "a\u202eb", "x" * 101, "\ufdfa" * 90, "a%20b", "\u200d"])
def test_what_is_no_hashtag_is_not_counted(world: World, clock: Clock, tag: str) -> None:
    given_tally({"de": {tag: 30, "wahlhilfe": 1}, "atlantis": {"wahlhilfe": 1}})

    assert hashtags_count() == 1
    assert counted() == {("de", "wahlhilfe", THIS_HOUR): 1}


def test_a_flood_of_different_tags_leaves_only_the_most_frequent(world: World, clock: Clock) -> None:
    given_tally({"de": {"wahlhilfe": 7}})
    for batch in range(30):
        given_tally({"de": {f"junk{batch}x{number}": 1 for number in range(100)} | {"wahlhilfe": 2}})

    hashtags_count()
    given_tally({"de": {f"late{number}": 2 for number in range(1_000)}})
    hashtags_count()

    rows = counted()
    assert len(rows) == MOST_TAGS
    assert rows["de", "wahlhilfe", THIS_HOUR] == 67


def test_old_hours_are_neither_counted_nor_kept(world: World, clock: Clock) -> None:
    given_tally({"de": {"wahlhilfe": 3}}, NOW - dt.timedelta(days=8))
    given_tally({"de": {"wahlhilfe": 4}}, NOW - dt.timedelta(days=6))
    hashtags_count()
    assert set(counted().values()) == {4}

    clock.now = NOW + dt.timedelta(days=2)
    hashtags_propose()
    assert counted() == {}


# Proposing


def test_a_spike_is_proposed_once_with_its_numbers(world: World, clock: Clock) -> None:
    given_hours(world["de"], "wahlhilfe", 2, 2, 2, 2, 2, 2, 30)

    assert hashtags_propose() == Proposed(1, 0, 0)
    assert hashtags_propose() == Proposed(0, 0, 0)

    row = EmergingHashtag.objects.get()
    assert (row.tag, row.jurisdiction, row.hour, row.observed) == ("wahlhilfe", world["de"], THIS_HOUR, 30)
    assert row.expected == pytest.approx(2.0)
    assert row.score == pytest.approx(28**2 / 2)


def test_a_growing_spike_is_told_anew(world: World, clock: Clock) -> None:
    given_hours(world["de"], "wahlhilfe", 2, 2, 2, 2, 2, 2, 30)
    hashtags_propose()
    HashtagHour.objects.filter(hour=THIS_HOUR).update(count=60)

    assert hashtags_propose() == Proposed(0, 1, 0)
    assert EmergingHashtag.objects.get().observed == 60


def test_steady_known_and_foreign_tags_are_not_proposed(world: World, clock: Clock) -> None:
    given_hours(world["de"], "alltag", 40, 42, 39, 41, 40, 38, 43)
    # A rule knows it, in another spelling, with or without being ambiguous.
    given_hours(world["de"], "btw29", 2, 2, 2, 2, 2, 2, 90)
    given_hours(world["de"], "vote", 2, 2, 2, 2, 2, 2, 90)
    given_hours(world["fr"], "scrutin", 1, 1, 1, 1, 1, 1, 20)

    hashtags_propose()

    assert proposed() == {"scrutin": "fr"}


def test_what_was_decided_is_not_proposed_again_for_a_while(world: World, clock: Clock) -> None:
    given_hours(world["de"], "wahlhilfe", 2, 2, 2, 2, 2, 2, 30)
    hashtags_propose()
    EmergingHashtag.objects.update(
        state="dismissed", decided_by=person(Role.MODERATOR), decided_at=NOW, reason="a song"
    )
    assert hashtags_propose() == Proposed(0, 0, 0)

    clock.now = NOW + dt.timedelta(days=31)
    given_hours(world["de"], "wahlhilfe", 2, 2, 2, 2, 2, 2, 30, now=THIS_HOUR + dt.timedelta(days=31))
    assert hashtags_propose() == Proposed(1, 0, 0)
    assert EmergingHashtag.objects.count() == 2


def test_proposals_nobody_decided_on_are_forgotten_with_their_hours(world: World, clock: Clock) -> None:
    given_hours(world["de"], "wahlhilfe", 2, 2, 2, 2, 2, 2, 30)
    hashtags_propose()

    clock.now = NOW + dt.timedelta(days=7, hours=1)
    hashtags_propose()

    assert not EmergingHashtag.objects.exists()
    assert not HashtagHour.objects.exists()


def test_only_the_most_surprising_of_many_wait(world: World, clock: Clock) -> None:
    given_hours(world["de"], "usual", 5, 5, 5, 5, 5, 5, 5)
    for number in range(MOST_PROPOSED + 10):
        given_hours(world["de"], f"tag{number:02}x", 20 + number)
    assert hashtags_propose() == Proposed(MOST_PROPOSED, 0, 0)
    assert "tag09x" not in proposed()

    given_hours(world["de"], "louder", 500)
    assert hashtags_propose() == Proposed(1, 0, 1)
    assert "louder" in proposed()
    assert "tag10x" not in proposed()
    assert hashtags_propose() == Proposed(0, 0, 0)


def test_examples_are_labelled_items_and_go_with_them(
    world: World, clock: Clock, post: Post, label_all: Callable[[], None]
) -> None:
    post([item("a", text="#btw29 #WahlHilfe"), item("b", text="#btw29", hashtags=["btw29", "wahlhilfe"]), item("c")])
    label_all()
    given_hours(world["de"], "wahlhilfe", 2, 2, 2, 2, 2, 2, 30)

    hashtags_propose()

    row = EmergingHashtag.objects.get()
    assert {example.external_id for example in row.examples.all()} == {"a", "b"}
    ContentItem.objects.filter(external_id="a").update(erased_at=NOW, text="", hashtags=[], author=None)
    assert [example.external_id for example in row.examples_kept()] == ["b"]
    assert Label.objects.count() == 3


def test_the_whole_way_from_posts_to_a_proposal(
    world: World, clock: Clock, post: Post, label_all: Callable[[], None]
) -> None:
    given_hours(world["de"], "briefwahl", 1, 1, 1, 1, 1, 1, 1)
    post([item(str(number), text="Kommt alle! #btw29 #Wahlparty") for number in range(12)])
    label_all()

    assert hashtags_watch.name in {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    hashtags_watch()

    assert counted()["de", "wahlparty", THIS_HOUR] == 12
    assert proposed() == {"wahlparty": "de"}
    assert EmergingHashtag.objects.get().written == "Wahlparty"


@pytest.mark.django_db(transaction=True)
def test_two_runs_at_one_time_count_and_propose_once() -> None:
    world = build_world()
    now = timezone.now()
    for _ in range(120):
        given_tally({"de": {"wahlhilfe": 1, "wahlparty": 2}}, now)
    first = now.replace(minute=0, second=0, microsecond=0) - 6 * HOUR
    HashtagHour.objects.create(jurisdiction=world["de"], tag="x", written="x", hour=first, count=1)

    def run(_: int) -> int:
        try:
            folded = 0
            # The one that came second leaves the work to the first, so both try until nothing is left.
            while StreamTally.objects.filter(tags_counted=False).exists():
                folded += hashtags_count()
            hashtags_propose()
            return folded
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        folded = list(pool.map(run, range(4)))
    hashtags_propose()
    matcher_forget()

    assert sum(folded) == 120
    totals = dict(HashtagHour.objects.exclude(tag="x").values_list("tag", "count"))
    assert totals == {"wahlhilfe": 120, "wahlparty": 240}
    assert proposed() == {"wahlhilfe": "de", "wahlparty": "de"}
