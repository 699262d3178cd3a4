"""From a draft to the live set and back: who may, what workers do at each step, and what stays written down."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from accounts.models import Role, User
from labeling.models import Label, RuleBrake, Ruleset, RulesetEvent
from labeling.services.matcher import matchers_in_force
from labeling.services.ruleset import ruleset_publish
from labeling.services.ruleset_draft import ruleset_discard, ruleset_draft, ruleset_set
from labeling.services.ruleset_release import (
    InvalidRulesetError,
    ruleset_live,
    ruleset_ramp,
    ruleset_roll_back,
    ruleset_shadow,
)
from labeling.services.ruleset_steps import RulesetStepError
from tests.labeling.conftest import RULES, Post, item, person, the_ruleset

Work = Callable[[], None]
#: What the draft labels and the live set does not.
LUNCH = "#mittagessen"


@pytest.fixture
def operator(world: dict[str, Any]) -> User:
    return person(Role.OPERATOR)


@pytest.fixture
def draft(world: dict[str, Any]) -> Ruleset:
    """The live rules, but for one: `#btw29` became `#mittagessen`."""
    made = ruleset_draft(user=None, note="lunch instead")
    made.rules.filter(key="tag:de").update(pattern="mittagessen")
    return made


def standing(*rulesets: Ruleset) -> list[tuple[str, int | None]]:
    return [Ruleset.objects.values_list("status", "share").get(pk=ruleset.pk) for ruleset in rulesets]


def test_a_draft_is_a_copy_of_the_live_set(world: dict[str, Any]) -> None:
    moderator = person(Role.MODERATOR, world["de"])
    draft = ruleset_draft(user=moderator, note="for the run-off")

    live = the_ruleset()
    assert (draft.version, draft.status, draft.based_on, draft.author) == (2, "draft", live, moderator)
    columns = [
        field.attname for field in draft.rules.model._meta.concrete_fields if field.name not in ("id", "ruleset")
    ]
    assert list(draft.rules.values(*columns)) == list(live.rules.values(*columns))
    event = RulesetEvent.objects.get(ruleset=draft)
    assert (event.user, event.to_status, event.reason) == (moderator, "draft", "for the run-off")


def test_an_unchanged_copy_has_the_digest_of_its_source(world: dict[str, Any], operator: User) -> None:
    draft = ruleset_draft(user=operator)

    assert ruleset_shadow(ruleset=draft, user=operator, reason="a try").digest == the_ruleset().digest


def test_thresholds_are_the_sets_own(post: Post, label_all: Work, draft: Ruleset, operator: User) -> None:
    ruleset_set(ruleset=draft, user=operator, note="strict", apply_from=0.95, review_from=0.5)
    ruleset_live(ruleset=draft, user=operator, reason="go")
    post([item(text=LUNCH)])
    label_all()

    assert Label.objects.get().state == "review"
    with pytest.raises(ValueError, match="thresholds"):
        ruleset_set(ruleset=draft, user=operator, note="", apply_from=0.4, review_from=0.5)
    with pytest.raises(RulesetStepError, match="only a draft"):
        ruleset_set(ruleset=draft, user=operator, note="", apply_from=0.9, review_from=0.5)


def test_a_shadow_labels_nothing(post: Post, label_all: Work, draft: Ruleset, operator: User) -> None:
    ruleset_shadow(ruleset=draft, user=operator, reason="watch it")
    post([item("a"), item("b", text=LUNCH)])
    label_all()

    assert [(label.item.external_id, label.ruleset) for label in Label.objects.all()] == [("a", the_ruleset())]


def test_a_ramp_labels_its_share_and_every_item_meets_one_set(
    post: Post, label_all: Work, draft: Ruleset, operator: User
) -> None:
    both = "#btw29 #mittagessen"
    names = [f"v{number}" for number in range(400)]
    labelled: list[set[str]] = []
    for revision, share in enumerate((20, 60)):
        ruleset_ramp(ruleset=draft, share=share, user=operator, reason="more")
        post([item(name, text=both, revision=revision) for name in names])
        label_all()
        labelled.append(set(Label.objects.filter(ruleset=draft).values_list("item__external_id", flat=True)))

    assert len(labelled[0]) == pytest.approx(80, abs=35)
    assert len(labelled[1]) == pytest.approx(240, abs=45)
    assert labelled[0] < labelled[1]
    assert Label.objects.exclude(ruleset=draft).count() == 400 - len(labelled[1])


def test_a_ramp_to_all_retires_the_former_set(draft: Ruleset, operator: User) -> None:
    live = the_ruleset()
    ruleset_ramp(ruleset=draft, share=1, user=operator, reason="a little")
    assert standing(live, draft) == [("live", None), ("ramping", 1)]
    ruleset_ramp(ruleset=draft, share=100, user=operator, reason="all of it")

    assert standing(live, draft) == [("retired", None), ("live", None)]
    assert the_ruleset().previous == live
    steps = RulesetEvent.objects.filter(user=operator).order_by("id")
    assert list(steps.values_list("ruleset", "from_status", "to_status", "from_share", "to_share", "reason")) == [
        (draft.pk, "draft", "ramping", None, 1, "a little"),
        (live.pk, "live", "retired", None, None, "v2 went live: all of it"),
        (draft.pk, "ramping", "live", 1, None, "all of it"),
    ]


@pytest.mark.parametrize("share", [0, 101, -5])
def test_a_share_is_a_percentage(draft: Ruleset, operator: User, share: int) -> None:
    with pytest.raises(ValueError, match="1 to 100 percent"):
        ruleset_ramp(ruleset=draft, share=share, user=operator, reason="more")


def test_one_set_is_tried_at_a_time(draft: Ruleset, operator: User) -> None:
    ruleset_shadow(ruleset=draft, user=operator, reason="watch it")
    other = ruleset_draft(user=operator)

    with pytest.raises(RulesetStepError, match="v2 is shadow: end that first"):
        ruleset_ramp(ruleset=other, share=5, user=operator, reason="me too")
    assert standing(draft, other) == [("shadow", None), ("draft", None)]


def test_taking_a_candidate_back_ends_it(draft: Ruleset, operator: User) -> None:
    live = the_ruleset()
    ruleset_ramp(ruleset=draft, share=50, user=operator, reason="half")

    assert ruleset_roll_back(ruleset=draft, user=operator, reason="oh no") == live
    assert standing(live, draft) == [("live", None), ("retired", None)]
    assert matchers_in_force().candidate is None
    with pytest.raises(RulesetStepError, match="only a set that is in force"):
        ruleset_roll_back(ruleset=draft, user=operator, reason="again")
    with pytest.raises(RulesetStepError, match="from there it cannot become live"):
        ruleset_live(ruleset=draft, user=operator, reason="after all")


def test_taking_the_live_set_back_brings_the_one_before(
    post: Post, label_all: Work, draft: Ruleset, operator: User
) -> None:
    former = the_ruleset()
    ruleset_live(ruleset=draft, user=operator, reason="go")
    assert ruleset_roll_back(ruleset=draft, user=operator, reason="it labels lunch") == former

    post([item("a"), item("b", text=LUNCH)])
    label_all()
    assert [(label.item.external_id, label.ruleset) for label in Label.objects.all()] == [("a", former)]
    # The button pressed twice: the first press is what counts.
    with pytest.raises(RulesetStepError, match="v2 is retired"):
        ruleset_roll_back(ruleset=draft, user=operator, reason="it labels lunch")
    with pytest.raises(RulesetStepError, match="nothing to go back to"):
        ruleset_roll_back(ruleset=former, user=operator, reason="further")
    assert the_ruleset() == former


def test_rolling_back_twice_goes_back_two_sets(world: dict[str, Any], operator: User) -> None:
    first = the_ruleset()
    second = ruleset_publish(rules=RULES[:3])
    third = ruleset_publish(rules=RULES[:2])

    assert ruleset_roll_back(ruleset=third, user=operator, reason="back") == second
    assert ruleset_roll_back(ruleset=second, user=operator, reason="back") == first


def test_workers_see_each_step_with_one_query(
    draft: Ruleset, operator: User, django_assert_num_queries: Callable[[int], Any]
) -> None:
    live = the_ruleset()
    ruleset_shadow(ruleset=draft, user=operator, reason="watch it")
    matchers = matchers_in_force()
    assert (matchers.live.ruleset, matchers.shadow and matchers.shadow.ruleset) == (live.pk, draft.pk)
    ruleset_ramp(ruleset=draft, share=30, user=operator, reason="more")
    with django_assert_num_queries(1):
        matchers = matchers_in_force()
    assert (matchers.shadow, matchers.share) == (None, 30)
    ruleset_live(ruleset=draft, user=operator, reason="go")
    with django_assert_num_queries(1):
        matchers = matchers_in_force()
    assert (matchers.live.ruleset, matchers.candidate) == (draft.pk, None)


def test_a_draft_without_rules_is_not_released(draft: Ruleset, operator: User) -> None:
    draft.rules.all().delete()

    for release in (ruleset_shadow, ruleset_live):
        with pytest.raises(InvalidRulesetError, match="v2 has no rules"):
            release(ruleset=draft, user=operator, reason="go")
    assert standing(draft) == [("draft", None)]


def test_rules_that_would_not_work_are_named_and_not_released(draft: Ruleset, operator: User) -> None:
    draft.rules.filter(key__in=["tag:de", "tag:eu"]).update(pattern="!!!")

    for release in (ruleset_shadow, ruleset_live):
        with pytest.raises(InvalidRulesetError, match="v2 has rules that would not work") as refused:
            release(ruleset=draft, user=operator, reason="go")
        assert {problem.rule for problem in refused.value.problems} >= {"tag:de", "tag:eu"}
        assert "tag:de, pattern: " in str(refused.value)
    assert standing(draft) == [("draft", None)]


def test_a_candidate_that_cannot_be_compiled_does_not_hold_the_live_set_up(
    post: Post, label_all: Work, draft: Ruleset, operator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    from labeling.services import matcher

    ruleset_ramp(ruleset=draft, share=99, user=operator, reason="go")
    load = matcher.rules_load

    def broken(ruleset: int) -> Any:
        if ruleset == draft.pk:
            raise ValueError("cannot be read")
        return load(ruleset)

    monkeypatch.setattr(matcher, "rules_load", broken)
    post([item("a")])
    label_all()

    assert Label.objects.get().ruleset == the_ruleset()


def test_a_discarded_draft_stays_to_be_read(draft: Ruleset) -> None:
    ruleset_discard(ruleset=draft, user=person(Role.MODERATOR), reason="not needed")

    assert standing(draft) == [("retired", None)]
    assert Ruleset.objects.get(pk=draft.pk).went_live_at is None
    assert draft.rules.exists()
    again = ruleset_draft(user=None, based_on=draft)
    assert again.rules.get(key="tag:de").pattern == "mittagessen"
    with pytest.raises(RulesetStepError, match="only a draft can be discarded"):
        ruleset_discard(ruleset=draft, user=None, reason="again")


def test_nothing_can_be_drafted_without_a_live_set(db: None) -> None:
    with pytest.raises(RulesetStepError, match="No set is live"):
        ruleset_draft(user=None)


@pytest.mark.parametrize("role", [None, *Role])
def test_drafting_and_releasing_take_their_roles(draft: Ruleset, world: dict[str, Any], role: Role | None) -> None:
    user = person(role)
    drafting = [
        lambda: ruleset_draft(user=user),
        lambda: ruleset_set(ruleset=draft, user=user, note="", apply_from=0.8, review_from=0.5),
        lambda: ruleset_discard(ruleset=draft, user=user, reason="no"),
    ]
    releasing: list[Callable[[], Any]] = [
        lambda: ruleset_shadow(ruleset=draft, user=user, reason="go"),
        lambda: ruleset_ramp(ruleset=draft, share=5, user=user, reason="go"),
        lambda: ruleset_roll_back(ruleset=draft, user=user, reason="back"),
        lambda: ruleset_live(ruleset=ruleset_draft(user=None), user=user, reason="go"),
    ]
    if role not in (Role.MODERATOR, Role.OPERATOR):
        for act in drafting:
            with pytest.raises(PermissionDenied):
                act()
    for act in releasing:
        if role == Role.OPERATOR:
            act()
        else:
            with pytest.raises(PermissionDenied):
                act()


def test_an_operator_of_one_country_releases_nothing(draft: Ruleset, world: dict[str, Any]) -> None:
    with pytest.raises(PermissionDenied):
        ruleset_shadow(ruleset=draft, user=person(Role.OPERATOR, world["de"]), reason="go")


def test_a_brake_goes_over_to_a_set_with_the_same_rule(draft: Ruleset, operator: User) -> None:
    live = the_ruleset()
    for rule in ("term:fr", "tag:de"):
        RuleBrake.objects.create(ruleset=live, rule=rule, cause="share", engaged_at=timezone.now())
    ruleset_ramp(ruleset=draft, share=5, user=operator, reason="go")

    # `tag:de` says something else in the draft.
    taken = draft.brakes.get()
    assert taken.rule == "term:fr"
    taken.released_at, taken.release_reason = timezone.now() + dt.timedelta(seconds=1), "fine here"
    taken.save()
    ruleset_live(ruleset=draft, user=operator, reason="go")
    assert not draft.brakes.filter(released_at=None, rule="term:fr").exists()
