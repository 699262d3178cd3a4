"""What the database holds about sets of rules, whoever writes."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from labeling.models import Rule, Ruleset, RulesetEvent
from labeling.services.ruleset import ruleset_publish
from labeling.services.ruleset_steps import ruleset_begin
from tests.labeling.conftest import RULES, the_ruleset

Change = dict[str, Any]


@pytest.fixture
def draft(world: dict[str, Any]) -> Ruleset:
    """A draft with one rule."""
    made = ruleset_begin(draft=Ruleset(based_on=the_ruleset()), user=None, reason="a try")
    Rule.objects.create(ruleset=made, key="r", kind="hashtag", pattern="btw29", compared_by="folded", weight=0.9)
    return made


def refused(match: str) -> Any:
    return pytest.raises(IntegrityError, match=match)


def test_rules_of_a_draft_can_be_changed(draft: Ruleset) -> None:
    draft.rules.update(weight=0.5)
    draft.rules.all().delete()

    assert not draft.rules.exists()


@pytest.mark.parametrize("status", ["shadow", "live", "retired"])
def test_rules_are_frozen_when_their_set_is_no_draft(draft: Ruleset, status: str) -> None:
    Ruleset.objects.live().update(status="retired")
    Ruleset.objects.filter(pk=draft.pk).update(status=status, digest="0" * 64)

    with refused(f"a set that is {status} cannot be changed"), transaction.atomic():
        draft.rules.update(weight=0.5)
    with refused("cannot be changed"), transaction.atomic():
        draft.rules.all().delete()
    with refused("cannot be changed"), transaction.atomic():
        Rule.objects.create(ruleset=draft, key="s", kind="hashtag", pattern="x", compared_by="folded", weight=0.9)
    assert list(draft.rules.values_list("key", "weight")) == [("r", 0.9)]


def test_a_rule_cannot_be_moved_into_a_set_that_labels(draft: Ruleset) -> None:
    with refused("a set that is live cannot be changed"), transaction.atomic():
        draft.rules.update(ruleset=the_ruleset())


@pytest.mark.parametrize(
    "change",
    [{"version": 99}, {"digest": "1" * 64}, {"apply_from": 0.95}, {"review_from": 0.1}, {"status": "draft"}],
)
def test_a_set_that_labels_stays_what_it_is(world: dict[str, Any], change: Change) -> None:
    with refused("stays what it is"), transaction.atomic():
        Ruleset.objects.live().update(**change)
    with refused("stays what it is"), transaction.atomic():
        Ruleset.objects.live()._raw_delete("default")  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"status": "live", "digest": "2"}, "ruleset_live_is_one"),
        ({"status": "shadow"}, "ruleset_that_labels_has_a_digest"),
        ({"status": "ramping", "digest": "2"}, "ruleset_share_is_of_a_ramp"),
        ({"status": "ramping", "digest": "2", "share": 100}, "ruleset_share_is_of_a_ramp"),
        ({"status": "ramping", "digest": "2", "share": 0}, "ruleset_share_is_of_a_ramp"),
        ({"share": 5}, "ruleset_share_is_of_a_ramp"),
        ({"apply_from": 0.4}, "ruleset_thresholds_are_in_order"),
        ({"status": "unknown"}, "ruleset_status_is_known"),
    ],
)
def test_a_set_makes_sense(draft: Ruleset, change: Change, constraint: str) -> None:
    with refused(constraint), transaction.atomic():
        Ruleset.objects.filter(pk=draft.pk).update(**change)


def test_there_is_one_candidate(draft: Ruleset) -> None:
    other = ruleset_begin(draft=Ruleset(), user=None, reason="another")
    Ruleset.objects.filter(pk=draft.pk).update(status="shadow", digest="1")

    with refused("ruleset_candidate_is_one"), transaction.atomic():
        Ruleset.objects.filter(pk=other.pk).update(status="ramping", share=10, digest="2")


def test_the_history_of_a_set_can_only_be_added_to(world: dict[str, Any]) -> None:
    with refused("append-only"), transaction.atomic():
        RulesetEvent.objects.update(reason="other")
    with refused("append-only"), transaction.atomic():
        RulesetEvent.objects.all().delete()


def test_publishing_retires_the_former_set_and_records_both(world: dict[str, Any]) -> None:
    former = the_ruleset()
    published = ruleset_publish(rules=RULES[:1])

    former.refresh_from_db()
    assert (published.status, published.previous, published.version) == ("live", former, 2)
    assert former.status == "retired"
    assert former.retired_at is not None
    steps = list(RulesetEvent.objects.order_by("id").values_list("ruleset__version", "from_status", "to_status"))
    assert steps == [(1, "", "draft"), (1, "draft", "live"), (2, "", "draft"), (1, "live", "retired"),
                     (2, "draft", "live")]  # fmt: skip
