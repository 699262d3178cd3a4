"""Several people, workers and beats at once, on real transactions."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from pytest_django import Settings

from labeling.models import Rule, RuleBrake, Ruleset, RulesetEvent, StreamTally
from labeling.services.brake_engage import brakes_engage_by_share
from labeling.services.matcher import matcher_forget
from labeling.services.ruleset_draft import ruleset_draft
from labeling.services.ruleset_release import ruleset_live, ruleset_ramp, ruleset_roll_back, ruleset_shadow
from labeling.services.ruleset_steps import RulesetStepError
from tests.labeling.conftest import build_world, the_ruleset
from tests.labeling.test_recover_batches import together

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _world(transactional_db: None) -> Iterator[None]:
    """A world that other connections see."""
    build_world()
    yield
    matcher_forget()


def refused(call: Callable[[], Any], messages: list[str]) -> Callable[[], None]:
    def run() -> None:
        try:
            call()
        except RulesetStepError as error:
            messages.append(str(error))

    return run


def test_of_two_candidates_at_the_same_time_one_is_refused() -> None:
    drafts = [ruleset_draft(user=None) for _ in range(3)]
    messages: list[str] = []
    together(
        *[
            refused(lambda draft=draft: ruleset_ramp(ruleset=draft, share=5, user=None, reason="go"), messages)  # type: ignore[misc]
            for draft in drafts
        ]
    )

    assert len(messages) == 2
    assert all("end that first" in message for message in messages)
    assert Ruleset.objects.candidate().count() == 1


def test_sets_that_go_live_at_the_same_time_do_so_one_after_the_other() -> None:
    drafts = [ruleset_draft(user=None) for _ in range(3)]
    together(*[lambda draft=draft: ruleset_live(ruleset=draft, user=None, reason="go") for draft in drafts])  # type: ignore[misc]

    assert Ruleset.objects.live().count() == 1
    # Each remembers the one it took over from, so that all of them can be taken back.
    assert len(set(Ruleset.objects.exclude(previous=None).values_list("previous", flat=True))) == 3


def test_a_button_pressed_by_two_people_goes_back_one_set() -> None:
    first = the_ruleset()
    ruleset_live(ruleset=ruleset_draft(user=None), user=None, reason="go")
    ruleset_live(ruleset=ruleset_draft(user=None), user=None, reason="go")
    third, messages = the_ruleset(), []  # type: ignore[var-annotated]
    together(*[refused(lambda: ruleset_roll_back(ruleset=third, user=None, reason="back"), messages)] * 2)

    assert (len(messages), the_ruleset().version) == (1, 2)
    assert the_ruleset() != first


def test_drafts_made_at_the_same_time_have_different_numbers() -> None:
    together(*[lambda: ruleset_draft(user=None)] * 4)

    assert sorted(Ruleset.objects.values_list("version", flat=True)) == [1, 2, 3, 4, 5]
    assert Rule.objects.filter(ruleset__version=5).count() == the_ruleset().rules.count()
    assert RulesetEvent.objects.filter(to_status="draft").count() == 5


def test_a_rule_changed_during_a_release_is_in_it_or_refused() -> None:
    draft = ruleset_draft(user=None)
    started = threading.Event()

    def release() -> None:
        started.set()
        ruleset_shadow(ruleset=draft, user=None, reason="go")
        connection.close()

    worker = threading.Thread(target=release)
    with transaction.atomic():
        draft.rules.filter(key="tag:de").update(weight=0.85)
        worker.start()
        started.wait(timeout=10)
        worker.join(timeout=0.5)
        assert worker.is_alive(), "the release waits for whoever is changing a rule"
    worker.join(timeout=30)

    released = Ruleset.objects.get(pk=draft.pk)
    assert (released.status, released.digest != the_ruleset().digest) == ("shadow", True)
    with pytest.raises(IntegrityError, match="cannot be changed"):
        draft.rules.filter(key="tag:de").update(weight=0.5)


def test_beats_at_the_same_time_engage_a_brake_once(settings: Settings) -> None:
    settings.RULE_BRAKE_FLOOR = 10
    StreamTally.objects.create(
        ruleset=the_ruleset(), finished_at=timezone.now(), items=100, labelled=60, rules={"tag:de": 60}
    )
    together(*[brakes_engage_by_share] * 4)

    assert RuleBrake.objects.count() == 1
