"""Trying rules before they label: in the shadow of the live set, and on what flowed in before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from accounts.models import Role, User
from labeling import tasks
from labeling.models import BackTest, Label, LabelDecision, RelabelJob, Ruleset, SampledItem, ShadowTally
from labeling.services import back_test as service
from labeling.services import shadow
from labeling.services.back_test import BackTestError, back_test_ask, back_test_digest, back_test_run
from labeling.services.comparison import EXAMPLES_ALIKE
from labeling.services.job_cancel import JobEndedError, job_cancel
from labeling.services.job_run import LEASE, MAX_ATTEMPTS
from labeling.services.job_send import jobs_sweep
from labeling.services.matcher import Matcher
from labeling.services.rules_erase import rules_erase
from labeling.services.ruleset_draft import ruleset_draft
from labeling.services.ruleset_release import ruleset_shadow
from labeling.services.shadow import shadow_fold, shadow_report
from tests.labeling.conftest import Post, item, person, the_ruleset

Work = Callable[[], None]
WRITTEN = {
    "same": {"text": "#ep2029 heute", "lang": "fr"},
    "lost": {"text": "#btw29 heute, sagt @anna", "lang": "de"},
    "new": {"text": "#mittagessen siehe https://a.example/anna", "lang": "de"},
    "asked": {"text": "Élection présidentielle 2027", "lang": "fr"},
    "nothing": {"text": "Oma", "lang": "mt"},
}


@pytest.fixture
def moderator(world: dict[str, Any]) -> User:
    return person(Role.MODERATOR)


@pytest.fixture
def draft(world: dict[str, Any]) -> Ruleset:
    """`#btw29` became `#mittagessen`, and of the French election a moderator is asked."""
    made = ruleset_draft(user=None)
    made.rules.filter(key="tag:de").update(pattern="mittagessen")
    made.rules.filter(key="term:fr").update(action="review")
    return made


def written() -> list[dict[str, Any]]:
    return [item(name, **more) for name, more in WRITTEN.items()]


DIFFERENT = {"lost_applied": 1, "new_applied": 1, "to_review": 1}


def test_the_shadow_is_counted_and_labels_nothing(
    post: Post, label_all: Work, draft: Ruleset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shadow, "EVERY", 1)
    ruleset_shadow(ruleset=draft, user=None, reason="watch it")
    post(written())
    label_all()

    assert set(Label.objects.values_list("ruleset", flat=True)) == {the_ruleset().pk}
    report = shadow_report(ruleset=draft)
    assert (report.compared, report.same, dict(report.counts)) == (5, 1, DIFFERENT)
    assert {code: dict(counts) for code, counts in report.by_country.items()} == {
        "de": {"lost_applied": 1, "new_applied": 1},
        "fr": {"to_review": 1},
    }
    assert set(report.by_language) == {"de", "fr"}
    assert [report.total(change) for change in ("new", "lost", "changed")] == [1, 1, 1]


def test_examples_name_nobody(post: Post, label_all: Work, draft: Ruleset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shadow, "EVERY", 1)
    ruleset_shadow(ruleset=draft, user=None, reason="watch it")
    post([*written(), *(item(f"more{number}", text="#btw29", lang="de") for number in range(9))])
    label_all()

    examples = shadow_report(ruleset=draft).examples
    by_change = {example["change"]: example for example in reversed(examples)}
    assert by_change["lost_applied"]["text"] == "#btw29 heute, sagt …"
    assert by_change["new_applied"]["text"] == "#mittagessen siehe …"
    assert by_change["new_applied"]["before"] is None
    assert by_change["to_review"]["before"]["decision"] == "apply"
    assert by_change["to_review"]["after"]["rules"] == ["term:fr"]
    assert sum(example["change"] == "lost_applied" for example in examples) == EXAMPLES_ALIKE
    assert "demo.anna" not in str(examples)


def test_a_share_of_the_items_is_compared(post: Post, label_all: Work, draft: Ruleset) -> None:
    ruleset_shadow(ruleset=draft, user=None, reason="watch it")
    post([item(str(number), text="#btw29") for number in range(200)])
    label_all()

    assert shadow_report(ruleset=draft).compared == 200 / shadow.EVERY
    assert Label.objects.count() == 200


def test_a_shadow_that_fails_harms_no_label(
    post: Post, label_all: Work, draft: Ruleset, monkeypatch: pytest.MonkeyPatch
) -> None:
    match = Matcher.match

    def fragile(self: Matcher, content: Any, **known: Any) -> Any:
        if self.ruleset == draft.pk:
            raise RuntimeError("cannot read this")
        return match(self, content, **known)

    monkeypatch.setattr(Matcher, "match", fragile)
    monkeypatch.setattr(shadow, "EVERY", 1)
    ruleset_shadow(ruleset=draft, user=None, reason="watch it")
    post(written())
    label_all()

    assert Label.objects.count() == 3
    assert shadow_report(ruleset=draft).compared == 0


def test_tallies_of_the_shadow_are_folded(
    post: Post, label_all: Work, draft: Ruleset, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    monkeypatch.setattr(shadow, "EVERY", 1)
    ruleset_shadow(ruleset=draft, user=None, reason="watch it")
    for revision in range(3):
        post([item(name, **more, revision=revision) for name, more in WRITTEN.items()])
        label_all()
    before = shadow_report(ruleset=draft)
    assert ShadowTally.objects.count() == 3
    assert shadow_fold() == 2
    assert shadow_fold() == 0

    (row,) = ShadowTally.objects.all()
    assert (row.compared, row.since < row.until) == (before.compared, True)
    assert shadow_report(ruleset=draft).document() == before.document()
    settings.SAMPLE_DAYS = 1
    ShadowTally.objects.update(since=timezone.now() - dt.timedelta(days=2))
    assert rules_erase().shadows == 1


def given_samples(count: int = 1) -> None:
    day = dt.date(2026, 11, 1)
    SampledItem.objects.bulk_create(
        SampledItem(text=more["text"], lang=more["lang"], sampled_on=day)
        for more in WRITTEN.values()
        for _ in range(count)
    )


def the_test() -> BackTest:
    return BackTest.objects.get()


def test_a_back_test_tells_what_would_change_in_samples_and_content(
    post: Post, label_all: Work, draft: Ruleset, moderator: User
) -> None:
    given_samples()
    post([item("stored", text="#btw29", lang="de"), item("tagged", text="Oma", lang="de", hashtags=["btw29"])])
    label_all()
    decisions = LabelDecision.objects.count()
    test = back_test_ask(ruleset=draft, user=moderator)
    assert (test.state, test.total, test.baseline, test.requested_by) == ("queued", 7, the_ruleset(), moderator)
    back_test_run(test.pk)

    test.refresh_from_db()
    assert (test.state, test.done, test.total, test.error) == ("done", 7, 7, "")
    assert (test.result["compared"], test.result["same"]) == (7, 1)
    assert test.result["counts"] == {"lost_applied": 3, "new_applied": 1, "to_review": 1}
    assert test.result["by_country"]["de"] == {"lost_applied": 3, "new_applied": 1}
    assert test.result["by_language"] == {"de": {"lost_applied": 3, "new_applied": 1}, "fr": {"to_review": 1}}
    assert {example["change"] for example in test.result["examples"]} == {"lost_applied", "new_applied", "to_review"}
    assert "@anna" not in str(test.result)
    assert LabelDecision.objects.count() == decisions
    assert test.result["digest"] == back_test_digest(draft)


def test_the_message_is_sent_after_the_commit(
    draft: Ruleset,
    moderator: User,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    sent: list[Any] = []
    monkeypatch.setattr(tasks.back_test, "apply_async", lambda args, **options: sent.append(args))
    with django_capture_on_commit_callbacks(execute=True):
        test = back_test_ask(ruleset=draft, user=moderator)
        assert sent == []

    assert sent == [(test.pk,)]


def test_a_back_test_goes_on_where_a_killed_worker_left_it(
    draft: Ruleset, moderator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "STEP", 2)
    given_samples(2)
    test = back_test_ask(ruleset=draft, user=moderator)
    compare = service._step
    steps = 0

    def killed(*args: Any) -> bool:
        nonlocal steps
        steps += 1
        more = compare(*args)
        if steps == 3:
            raise SystemExit  # what a worker that is told to die leaves behind
        return more

    monkeypatch.setattr(service, "_step", killed)
    with pytest.raises(SystemExit):
        back_test_run(test.pk)
    left = the_test()
    assert (left.state, left.done, left.result["compared"]) == ("running", 4, 4)
    back_test_run(test.pk)
    assert the_test().done == 4, "its lease has not ended"

    monkeypatch.setattr(service, "_step", compare)
    BackTest.objects.update(leased_until=timezone.now())
    back_test_run(test.pk)
    assert (the_test().state, the_test().done) == ("done", 10)
    assert the_test().result["counts"] == dict.fromkeys(DIFFERENT, 2)


def test_a_cancelled_back_test_ends_with_the_step_it_is_in(
    draft: Ruleset, moderator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "STEP", 2)
    given_samples(2)
    test = back_test_ask(ruleset=draft, user=moderator)
    compare = service._step

    def cancelled(job: BackTest, *matchers: Matcher) -> bool:
        job.cancel_requested_at = timezone.now()
        return compare(job, *matchers)

    monkeypatch.setattr(service, "_step", cancelled)
    back_test_run(test.pk)

    ended = the_test()
    assert (ended.state, ended.done, ended.leased_until) == ("cancelled", 2, None)
    with pytest.raises(JobEndedError, match="cancelled"):
        job_cancel(job=ended, user=moderator)
    assert back_test_run(test.pk) is None


def test_a_back_test_nobody_began_is_cancelled_by_beat(
    draft: Ruleset, moderator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    test = back_test_ask(ruleset=draft, user=moderator)
    job_cancel(job=test, user=moderator)
    job_cancel(job=test, user=moderator)
    monkeypatch.setattr(tasks.back_test, "apply_async", lambda args, **options: tasks.back_test(*args))
    assert jobs_sweep() == 1

    assert (the_test().state, the_test().started_at) == ("cancelled", None)
    assert jobs_sweep() == 0


def test_a_draft_changed_meanwhile_is_not_tried_further(draft: Ruleset, moderator: User) -> None:
    test = back_test_ask(ruleset=draft, user=moderator)
    draft.rules.filter(key="tag:de").delete()
    back_test_run(test.pk)

    assert (the_test().state, the_test().error) == ("failed", "v2 was changed while it was tried: try it again.")


def test_a_failing_back_test_says_so_without_quoting_anybody(
    draft: Ruleset, moderator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    given_samples()
    test = back_test_ask(ruleset=draft, user=moderator)

    def broken(self: Matcher, content: Any) -> Any:
        raise RuntimeError(content.text)

    monkeypatch.setattr(Matcher, "match", broken)
    back_test_run(test.pk)

    assert (the_test().state, the_test().error) == ("failed", "RuntimeError after 0 rows")


def test_a_back_test_that_kills_its_workers_has_failed(draft: Ruleset, moderator: User) -> None:
    test = back_test_ask(ruleset=draft, user=moderator)
    BackTest.objects.update(attempts=MAX_ATTEMPTS, state="running", leased_until=timezone.now() - LEASE)
    back_test_run(test.pk)

    assert (the_test().state, the_test().error) == ("failed", "Its workers did not survive it.")


def test_one_back_test_of_a_set_at_a_time(draft: Ruleset, moderator: User) -> None:
    first = back_test_ask(ruleset=draft, user=moderator)
    with pytest.raises(BackTestError, match="of v2 is under way"):
        back_test_ask(ruleset=draft, user=moderator)
    back_test_run(first.pk)

    assert back_test_ask(ruleset=draft, user=moderator).pk != first.pk


def test_examples_of_a_back_test_are_erased_in_time_and_its_counts_stay(
    draft: Ruleset, moderator: User, settings: Settings
) -> None:
    given_samples()
    test = back_test_ask(ruleset=draft, user=moderator)
    back_test_run(test.pk)
    settings.SAMPLE_DAYS = 1
    BackTest.objects.update(created_at=timezone.now() - dt.timedelta(days=2))

    assert rules_erase().back_tests == 1
    assert rules_erase().back_tests == 0
    assert (the_test().result["examples"], the_test().result["counts"]) == ([], DIFFERENT)


@pytest.mark.parametrize("role", [None, Role.AUDITOR, Role.PUBLISHER])
def test_trying_takes_the_role(draft: Ruleset, moderator: User, role: Role | None) -> None:
    user = person(role)
    with pytest.raises(PermissionDenied):
        back_test_ask(ruleset=draft, user=user)
    test = back_test_ask(ruleset=draft, user=moderator)
    with pytest.raises(PermissionDenied):
        job_cancel(job=test, user=user)
    job = RelabelJob.objects.create(ruleset=the_ruleset(), per_second=1)
    with pytest.raises(PermissionDenied):
        job_cancel(job=job, user=moderator)


def test_nothing_can_be_compared_without_a_live_set(db: None, moderator: User, draft: Ruleset) -> None:
    Ruleset.objects.live().update(status="retired")

    with pytest.raises(BackTestError, match="No set is live"):
        back_test_ask(ruleset=draft, user=moderator)
