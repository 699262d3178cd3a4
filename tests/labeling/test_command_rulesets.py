"""`manage.py rulesets`: the whole life of a set on the command line."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.models import Role
from labeling.management.commands import rulesets as command
from labeling.models import BackTest, Label, RelabelJob, RuleBrake, RulesetEvent
from labeling.services import shadow
from tests.labeling.conftest import Post, item, person, the_ruleset

Work = Callable[[], None]


def run(*arguments: str) -> str:
    out = io.StringIO()
    call_command("rulesets", *arguments, stdout=out)
    return out.getvalue()


def document(*arguments: str) -> Any:
    return json.loads(run(*arguments, "--json"))


def test_a_set_is_drafted_tried_ramped_released_and_taken_back(
    post: Post, label_all: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shadow, "EVERY", 1)
    post([item("a", lang="de"), item("b", text="#ep2029", lang="fr")])
    label_all()
    operator = person(Role.OPERATOR)
    by = ("--user", operator.email)

    assert "v2 is a draft with 6 rules, based on v1." in run(*by, "draft", "--note", "less")
    draft = RulesetEvent.objects.get(reason="less").ruleset
    draft.rules.get(key="tag:de").delete()
    tried = run(*by, "backtest", "2", "--here")
    assert "v2 against v1: 2 items, 1 labels the same, 0 new, 1 lost, 0 changed" in tried
    assert "lost, de, de: Ich wähle am Sonntag #btw29" in tried

    assert "v2 is in the shadow" in run(*by, "shadow", "2", "--reason", "watch")
    post([item("c")])
    label_all()
    assert document("difference", "2")["counts"] == {"lost_applied": 1}
    assert "lost" in run("difference", "2")
    assert "v2 labels 30 %" in run(*by, "ramp", "2", "30", "--reason", "more")
    assert document("list")[0] | {"created_at": ""} == {
        "version": 2, "status": "ramping", "share": 30, "note": "less", "based_on__version": 1, "created_at": "",
        "went_live_at": None, "retired_at": None,
    }  # fmt: skip
    assert "ramping 30 %" in run("list")
    assert "v2 is live in place of v1." in run(*by, "live", "2", "--reason", "go")
    assert "3 items were looked at; labels of 2 changed." in run(*by, "relabel", "--here", "--per-second", "100000")
    assert "v2 was taken back; v1 is live." in run(*by, "rollback")
    assert {event.user for event in RulesetEvent.objects.filter(ruleset=draft)} == {operator}
    assert sorted(Label.objects.values_list("state", flat=True)) == ["applied", "withdrawn", "withdrawn"]


def test_a_candidate_is_what_is_taken_back_first(world: dict[str, Any]) -> None:
    run("draft")
    run("ramp", "2", "5", "--reason", "more")

    assert "v2 was taken back; v1 is live." in run("rollback")
    run("draft", "--based-on", "2")
    assert "v3 was given up." in run("discard", "3", "--reason", "no")


def test_brakes_are_shown_and_released(world: dict[str, Any]) -> None:
    assert run("brakes") == "No rule is stopped.\n"
    figures = {"labelled": 60, "items": 600, "share": 0.1, "limit": 0.05, "window_seconds": 600}
    RuleBrake.objects.create(
        ruleset=the_ruleset(), rule="tag:de", cause="share", figures=figures, engaged_at=timezone.now()
    )
    judged = {"decided": 8, "overturned": 7, "usual_decided": 40, "usual_overturned": 4, "p": 0.0}
    RuleBrake.objects.create(
        ruleset=the_ruleset(), rule="tag:eu", cause="overturned", figures=judged, engaged_at=timezone.now()
    )

    shown = run("brakes")
    assert "60 of 600 items (10.0%)" in shown
    assert "7 of 8 overturned (others 4 of 40)" in shown
    assert "tag:de labels again in v1." in run("release", "tag:de", "--reason", "meant")
    assert [brake["rule"] for brake in document("brakes")] == ["tag:eu"]
    assert "meant" in run("brakes", "--all")
    with pytest.raises(CommandError, match="No brake of tag:de"):
        run("release", "tag:de", "--reason", "again")


def test_jobs_are_followed_while_somebody_else_does_them(
    world: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def worked(seconds: float) -> None:
        for jobs in (BackTest, RelabelJob):
            jobs._default_manager.update(state="done", finished_at=timezone.now())

    monkeypatch.setattr(command.time, "sleep", worked)
    assert "v1 against v1" in run("backtest", "1")
    assert "0 items were looked at" in run("relabel")


def test_jobs_are_left_to_workers_and_cancelled(world: dict[str, Any]) -> None:
    assert "Workers do it" in run("backtest", "1", "--detach")
    assert "Workers do it" in run("relabel", "--detach")
    assert "It ends" in run("backtest", "1", "--cancel")
    assert "It ends" in run("relabel", "--cancel")
    with pytest.raises(CommandError, match="under way"):
        run("backtest", "1", "--here")
    BackTest.objects.update(state="cancelled", finished_at=timezone.now())
    with pytest.raises(CommandError, match="Nothing is under way"):
        run("backtest", "1", "--cancel")


def test_a_failed_job_is_an_error(world: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    run("draft")

    def ended(pk: int) -> None:
        BackTest.objects.update(state="failed", error="Its workers did not survive it.", finished_at=timezone.now())

    monkeypatch.setattr(command, "back_test_run", ended)
    with pytest.raises(CommandError, match=r"It was failed\. Its workers did not survive it\."):
        run("backtest", "2", "--here")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["shadow", "9", "--reason", "x"], "There is no ruleset 9"),
        (["ramp", "1", "50", "--reason", "x"], "v1 is live: from there it cannot become ramping"),
        (["ramp", "1", "0", "--reason", "x"], "1 to 100 percent"),
        (["rollback"], "nothing to go back to"),
        (["--user", "nobody@staff.example", "draft"], "Nobody signs in as nobody@staff.example"),
        (["relabel", "--per-second", "0"], "At least one item a second"),
    ],
)
def test_what_cannot_be_done_is_said(world: dict[str, Any], arguments: list[str], message: str) -> None:
    with pytest.raises(CommandError, match=message):
        run(*arguments)


def test_a_named_user_needs_the_permission(world: dict[str, Any]) -> None:
    moderator = person(Role.MODERATOR)
    run("--user", moderator.email, "draft")

    with pytest.raises(CommandError, match=r"labeling\.release_rules"):
        run("--user", moderator.email, "live", "2", "--reason", "go")
