"""A rule that does too much, or too much wrong, falls back to review until a person lets it go."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.utils import timezone
from pytest_django import Settings
from structlog.testing import capture_logs

from accounts.models import Role, User
from labeling import tasks
from labeling.matching import Rule
from labeling.models import Label, LabelDecision, RuleBrake, StreamTally
from labeling.services.brake_engage import (
    IMPROBABLE,
    JUDGED_DAYS,
    binomial_tail,
    brakes_engage_by_overturns,
    brakes_engage_by_share,
)
from labeling.services.brake_release import BrakeReleasedError, brake_release
from labeling.services.rules_erase import rules_erase
from labeling.services.ruleset import ruleset_publish
from labeling.services.ruleset_draft import ruleset_draft
from labeling.services.ruleset_release import ruleset_ramp
from tests.labeling.conftest import RULES, Post, item, person, the_ruleset

Work = Callable[[], None]
RUNAWAY = Rule(id="tag:runaway", kind="hashtag", pattern="fyp", weight=0.9, jurisdiction="de")


@pytest.fixture(autouse=True)
def _low_floor(settings: Settings) -> None:
    """Tests label dozens of items, not thousands."""
    settings.RULE_BRAKE_FLOOR = 10
    settings.RULE_BRAKE_DECISIONS = 5


@pytest.fixture
def operator(world: dict[str, Any]) -> User:
    return person(Role.OPERATOR)


@pytest.fixture
def flow(post: Post, label_all: Work) -> Callable[..., None]:
    """Hand in so many items of each text, and label them."""
    names = iter(range(1_000_000))

    def hand_in(**texts: int) -> None:
        post(
            [item(f"i{next(names)}", text=f"#{tag} Mittagessen") for tag, count in texts.items() for _ in range(count)]
        )
        label_all()

    return hand_in


def states(tag: str) -> list[str]:
    return list(Label.objects.filter(item__text__contains=f"#{tag} ").order_by("id").values_list("state", flat=True))


def test_a_runaway_rule_falls_back_to_review_and_the_others_go_on(
    flow: Callable[..., None], operator: User, client: Client
) -> None:
    ruleset_publish(rules=[*RULES, RUNAWAY])
    flow(fyp=12, btw29=4, lunch=90)
    with capture_logs() as logged:
        tasks.brakes_engage()

    brake = RuleBrake.objects.get()
    assert (brake.rule, brake.cause, brake.ruleset, brake.released_at) == ("tag:runaway", "share", the_ruleset(), None)
    assert brake.figures == {"labelled": 12, "items": 106, "share": 0.1132, "limit": 0.05, "window_seconds": 600}
    (line,) = logged
    assert (line["event"], line["log_level"], line["rule"]) == ("rule_brake_engaged", "error", "tag:runaway")
    assert b'election_centers_rule_brakes_engaged{cause="share"} 1.0' in client.get("/metrics").content

    flow(fyp=3, btw29=3)
    assert states("fyp") == ["applied"] * 12 + ["review"] * 3
    assert states("btw29") == ["applied"] * 7
    tasks.brakes_engage()
    assert RuleBrake.objects.count() == 1

    brake_release(brake=brake, user=operator, reason="it is meant to")
    flow(fyp=2)
    assert states("fyp")[-2:] == ["applied"] * 2
    assert b'election_centers_rule_brakes_engaged{cause="share"} 0.0' in client.get("/metrics").content


def test_what_a_released_rule_did_before_does_not_stop_it_again(flow: Callable[..., None], operator: User) -> None:
    ruleset_publish(rules=[*RULES, RUNAWAY])
    flow(fyp=30)
    (brake,) = brakes_engage_by_share()
    brake_release(brake=brake, user=operator, reason="looked at it")
    assert brakes_engage_by_share() == []
    flow(fyp=9)
    assert brakes_engage_by_share() == []

    flow(fyp=1)
    (again,) = brakes_engage_by_share()
    assert again.figures["labelled"] == 10


@pytest.mark.parametrize(
    ("runaway", "others", "is_stopped"),
    [(9, 0, False), (10, 0, True), (10, 190, False), (11, 189, True)],
    ids=["below the floor", "at the floor", "at its share", "above its share"],
)
def test_floor_and_share_decide(flow: Callable[..., None], runaway: int, others: int, is_stopped: bool) -> None:
    ruleset_publish(rules=[*RULES, RUNAWAY])
    flow(fyp=runaway, lunch=others)

    assert bool(brakes_engage_by_share()) is is_stopped


def test_what_lies_before_the_window_does_not_count(flow: Callable[..., None]) -> None:
    ruleset_publish(rules=[*RULES, RUNAWAY])
    flow(fyp=30)
    later = timezone.now() + dt.timedelta(seconds=settings.RULE_BRAKE_WINDOW)

    assert brakes_engage_by_share(now=later + dt.timedelta(seconds=1)) == []
    assert len(brakes_engage_by_share(now=later - dt.timedelta(seconds=30))) == 1


def test_a_ramp_is_measured_by_its_own_items(flow: Callable[..., None], operator: User) -> None:
    draft = ruleset_draft(user=None)
    draft.rules.filter(key="tag:de").update(pattern="fyp")
    ruleset_ramp(ruleset=draft, share=20, user=operator, reason="a little")
    # Of the whole stream the rule labels less than its share, of what its set was asked about more.
    flow(fyp=100, btw29=20, lunch=600)

    (brake,) = brakes_engage_by_share()
    assert (brake.ruleset, brake.rule) == (draft, "tag:de")
    assert brake.figures["items"] == StreamTally.objects.get(ruleset=draft).items
    flow(btw29=40, fyp=40)
    assert "review" not in states("btw29")
    assert "review" in states("fyp")


def judge(labels: list[Label], user: User, *, withdrawn: int, at: dt.datetime | None = None) -> None:
    """A person looks at labels and withdraws the first ones."""
    for position, label in enumerate(labels):
        LabelDecision.objects.create(
            label=label,
            action="withdrawn" if position < withdrawn else "applied",
            decided_by="person",
            user=user,
            reason="looked at it",
            decided_at=at or timezone.now(),
        )
        Label.objects.filter(pk=label.pk).update(decided_by="person")


def labels_of(tag: str) -> list[Label]:
    return list(Label.objects.filter(item__text__contains=f"#{tag} ").order_by("id"))


def test_a_rule_overturned_more_often_than_usual_falls_back_to_review(
    flow: Callable[..., None], operator: User
) -> None:
    flow(btw29=8, ep2029=40)
    judge(labels_of("ep2029"), operator, withdrawn=4)
    judge(labels_of("btw29"), operator, withdrawn=7)
    with capture_logs() as logged:
        tasks.overturned_brakes_engage()

    brake = RuleBrake.objects.get()
    assert (brake.rule, brake.cause) == ("tag:de", "overturned")
    p = brake.figures.pop("p")
    assert brake.figures == {"decided": 8, "overturned": 7, "usual_decided": 40, "usual_overturned": 4}
    assert p < IMPROBABLE
    assert [line["event"] for line in logged] == ["rule_brake_engaged"]
    flow(btw29=1, ep2029=1)
    assert (states("btw29")[-1], states("ep2029")[-1]) == ("review", "applied")

    brake_release(brake=brake, user=operator, reason="moderators were told what counts")
    assert brakes_engage_by_overturns() == []
    flow(btw29=1)
    assert states("btw29")[-1] == "applied"


@pytest.mark.parametrize(
    ("judged", "withdrawn", "usual"),
    [(4, 4, 2), (8, 1, 2), (8, 7, 36)],
    ids=["too few decisions", "no more than chance", "no more than usual"],
)
def test_a_rule_goes_on_when_its_overturns_mean_little(
    flow: Callable[..., None], operator: User, judged: int, withdrawn: int, usual: int
) -> None:
    flow(btw29=judged, ep2029=40)
    judge(labels_of("ep2029"), operator, withdrawn=usual)
    judge(labels_of("btw29"), operator, withdrawn=withdrawn)

    assert brakes_engage_by_overturns() == []


def test_only_labels_that_were_shown_count_as_overturned(flow: Callable[..., None], operator: User) -> None:
    flow(btw29=8, ep2029=40)
    judge(labels_of("ep2029"), operator, withdrawn=2)
    LabelDecision.objects.bulk_create(
        LabelDecision(label=label, action="sent_to_review", decided_by="machine", reason="x", decided_at=timezone.now())
        for label in labels_of("btw29")
    )
    judge(labels_of("btw29"), operator, withdrawn=8)

    assert brakes_engage_by_overturns() == []


def test_decisions_of_long_ago_do_not_count(flow: Callable[..., None], operator: User) -> None:
    flow(btw29=8, ep2029=40)
    long_ago = timezone.now() - dt.timedelta(days=JUDGED_DAYS, seconds=1)
    judge(labels_of("btw29"), operator, withdrawn=8, at=long_ago)

    assert brakes_engage_by_overturns() == []


@pytest.mark.parametrize("role", [None, Role.MODERATOR, Role.AUDITOR])
def test_releasing_takes_the_role(world: dict[str, Any], role: Role | None) -> None:
    brake = RuleBrake.objects.create(ruleset=the_ruleset(), rule="tag:de", cause="share", engaged_at=timezone.now())

    with pytest.raises(PermissionDenied):
        brake_release(brake=brake, user=person(role), reason="mine")
    brake.refresh_from_db()
    assert brake.released_at is None


def test_a_brake_is_released_once_and_with_a_reason(world: dict[str, Any], operator: User) -> None:
    brake = RuleBrake.objects.create(ruleset=the_ruleset(), rule="tag:de", cause="share", engaged_at=timezone.now())
    with pytest.raises(ValueError, match="needs a reason"):
        brake_release(brake=brake, user=operator, reason=" ")

    released = brake_release(brake=brake, user=operator, reason="looked at it")
    assert (released.released_by, released.release_reason) == (operator, "looked at it")
    with pytest.raises(BrakeReleasedError):
        brake_release(brake=brake, user=operator, reason="again")


@pytest.mark.parametrize(
    ("successes", "trials", "rate", "expected"),
    [(0, 10, 0.3, 1.0), (10, 10, 0.5, 0.5**10), (1, 2, 0.5, 0.75), (3, 4, 0.1, 0.0037), (5_000, 10_000, 0.1, 0.0)],
)
def test_the_tail_of_a_binomial(successes: int, trials: int, rate: float, expected: float) -> None:
    assert binomial_tail(successes, trials, rate) == pytest.approx(expected, abs=1e-9)


def test_tallies_are_erased_in_time(flow: Callable[..., None], settings: Settings) -> None:
    settings.STREAM_TALLY_DAYS = 2
    flow(btw29=1)
    StreamTally.objects.update(finished_at=timezone.now() - dt.timedelta(days=2, seconds=1))
    flow(btw29=1)

    assert rules_erase().tallies == 1
    assert StreamTally.objects.count() == 1
