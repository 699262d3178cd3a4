"""What comes to moderators beside unsure labels: brakes, rising hashtags, notices of those whose word weighs more."""

from __future__ import annotations

from http import HTTPStatus

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from accounts.models import Role
from centers.models import Jurisdiction
from labeling.models import (
    EmergingHashtag,
    EmergingState,
    Label,
    LabelKind,
    ReviewAction,
    ReviewSignal,
    ReviewTask,
    Rule,
    RulesetStatus,
    SignalKind,
    TaskState,
)
from labeling.services.emerging_hashtag import emerging_dismiss
from labeling.services.review_claim import ReviewConflict, task_claim, task_next
from labeling.services.review_close import review_sweep
from labeling.services.review_decide import Verdict, review_decide, review_undo
from labeling.services.review_hashtags import hashtags_join
from labeling.services.review_join import Signal, labels_join, signals_join
from labeling.services.review_notice import AlreadyGivenError, notice_receive
from tests.labeling.claims import given_vote
from tests.labeling.sets import given_brake, given_rising, given_ruleset
from tests.labeling.tasks import APPLY, REJECT, given_moderator, given_task, given_waiting
from tests.members import client_of, given_member

pytestmark = pytest.mark.django_db
NOTICE = "/staff/labeling/reviews/notice/"
DRAFT = Verdict(ReviewAction.APPLY, "means-election")
DISMISS = Verdict(ReviewAction.REJECT, "means-other")


def test_label_of_a_braked_rule_says_so(here: Jurisdiction) -> None:
    ruleset = given_ruleset(RulesetStatus.LIVE)
    given_brake(ruleset)
    label = given_waiting(here)
    evidence = [{"rule": "test:arkadienwahl", "text": "#arkadienwahl"}]
    Label.objects.filter(pk=label.pk).update(ruleset=ruleset, evidence=evidence)
    labels_join(labels=[label.pk], now=timezone.now())
    task = ReviewTask.objects.get()
    assert task.kind == SignalKind.BRAKE
    assert task.signals.get().detail["rules"] == ["test:arkadienwahl"]
    assert "A brake holds the rule" in _page(here, task)


def _page(here: Jurisdiction, task: ReviewTask) -> str:
    client = client_of(given_moderator(here))
    return client.get(f"/staff/labeling/reviews/{task.public_id}/").content.decode()


def given_hashtag_task(here: Jurisdiction) -> ReviewTask:
    given_ruleset(RulesetStatus.LIVE)
    given_rising(here)
    assert (hashtags_join(), hashtags_join()) == (1, 0)
    return ReviewTask.objects.get()


def test_rising_hashtag_is_a_task(here: Jurisdiction) -> None:
    task = given_hashtag_task(here)
    assert (task.uri, task.kind, task.policy.key) == ("hashtag:xa:neuwahl", "hashtag", "rising-hashtag")
    assert task_next(by=given_moderator(here, "mt", name="any-language")) == task
    body = _page(here, task)
    assert "#neuwahl" in body
    assert "1.5 were expected" in body
    assert "Also label it" not in body


def test_hashtag_gets_its_rule_and_loses_it_again(here: Jurisdiction) -> None:
    task, moderator = given_hashtag_task(here), given_moderator(here)
    decision = review_decide(task=task, by=moderator, version=task.version, verdict=DRAFT)
    hashtag = EmergingHashtag.objects.get()
    assert (hashtag.state, hashtag.reason) == (EmergingState.ACCEPTED, "means-election")
    assert Rule.objects.filter(ruleset=hashtag.ruleset, pattern="neuwahl").count() == 1
    review_undo(decision=decision, by=moderator, reason="Wrong key")
    hashtag.refresh_from_db()
    assert (hashtag.state, hashtag.ruleset) == (EmergingState.PROPOSED, None)
    assert not Rule.objects.filter(pattern="neuwahl").exists()
    task.refresh_from_db()
    review_decide(task=task, by=moderator, version=task.version, verdict=DISMISS)
    hashtag.refresh_from_db()
    assert hashtag.state == EmergingState.DISMISSED


def test_hashtag_whose_rule_was_released_stays_decided(here: Jurisdiction) -> None:
    task, moderator = given_hashtag_task(here), given_moderator(here)
    decision = review_decide(task=task, by=moderator, version=task.version, verdict=DRAFT)
    drafted = EmergingHashtag.objects.get().ruleset
    assert drafted is not None
    drafted.status, drafted.digest = RulesetStatus.SHADOW, "a" * 64
    drafted.save()
    with pytest.raises(ReviewConflict, match="no draft any more"):
        review_undo(decision=decision, by=moderator, reason="Too late")
    assert EmergingHashtag.objects.get().state == EmergingState.ACCEPTED


def test_hashtag_decided_elsewhere_leaves_the_queue(here: Jurisdiction) -> None:
    task, moderator = given_hashtag_task(here), given_moderator(here)
    emerging_dismiss(by=moderator, hashtag=EmergingHashtag.objects.get(), reason="Known")
    with pytest.raises(ReviewConflict, match="dismissed already"):
        review_decide(task=task, by=moderator, version=task.version, verdict=DRAFT)
    assert review_sweep() == {"joined": 0, "closed": 1}
    task.refresh_from_db()
    assert (task.state, task.decisions.count()) == (TaskState.CLOSED, 0)
    # Nor does it come again.
    assert hashtags_join() == 0


def test_notice_comes_before_everything_and_bars_its_sender(here: Jurisdiction) -> None:
    task = given_task(here)
    publisher = given_member(Role.PUBLISHER, here)
    told = notice_receive(
        by=publisher, kind=SignalKind.RAPID_RESPONSE, uri=task.uri, policy="voting-information", place=here,
        said="It names the wrong day.",
    )  # fmt: skip
    assert told == task
    assert (told.kind, told.severity, told.policy.key) == ("rapid_response", 5, "voting-information")
    assert told.barred == [publisher.pk]
    assert "It names the wrong day." in _page(here, told)


def test_notice_opens_a_task_for_content_nobody_handed_in(here: Jurisdiction) -> None:
    given_task(here, "makes the platform")
    flagger = given_member(Role.FACT_CHECKER, here)
    values = {
        "by": flagger, "kind": SignalKind.TRUSTED_FLAGGER, "uri": "fictional:unknown", "policy": "incitement",
        "place": here, "said": "A call.", "language": "de",
    }  # fmt: skip
    task = notice_receive(**values)  # type: ignore[arg-type]
    assert (task.item, task.is_sensitive, task.severity) == (None, True, 5)
    with pytest.raises(AlreadyGivenError):
        notice_receive(**values)  # type: ignore[arg-type]
    assert ReviewSignal.objects.filter(task=task).count() == 1
    # What only tells the platform can be decided without the content; a label cannot be given.
    moderator = given_moderator(here)
    verdict = Verdict(ReviewAction.APPLY, "calls-for-violence", add=[LabelKind.UNVERIFIED])
    with pytest.raises(ReviewConflict, match="cannot carry a label"):
        review_decide(task=task, by=moderator, version=task.version, verdict=verdict)
    review_decide(
        task=task, by=moderator, version=task.version, verdict=Verdict(ReviewAction.APPLY, "calls-for-violence")
    )
    task.refresh_from_db()
    assert task.state == TaskState.DECIDED


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("uri", "no colon"), ("uri", "nowhere:1"), ("uri", ":1"), ("policy", "rising-hashtag"), ("policy", "x"),
        ("said", "  "), ("said", "x" * 2_001),
    ],
)  # fmt: skip
def test_notice_names_the_field_in_error(here: Jurisdiction, field: str, value: str) -> None:
    task = given_task(here)
    values = {"uri": task.uri, "policy": "other", "said": "Look"} | {field: value}
    with pytest.raises(ValidationError) as refused:
        notice_receive(by=given_member(Role.PUBLISHER, here), kind=SignalKind.TRUSTED_FLAGGER, place=here, **values)
    assert set(refused.value.message_dict) == {field}
    assert ReviewSignal.objects.count() == 1


def test_notices_are_given_by_whom_they_should(here: Jurisdiction, elsewhere: Jurisdiction) -> None:
    task = given_task(here)
    refused = [
        (given_member(Role.CURATOR, here, email="c@fictional.example"), SignalKind.RAPID_RESPONSE),
        (given_member(Role.PUBLISHER, elsewhere, email="p@fictional.example"), SignalKind.TRUSTED_FLAGGER),
        (given_moderator(here), SignalKind.TRUSTED_FLAGGER),
        (given_member(Role.PUBLISHER, here, email="q@fictional.example"), SignalKind.REPORT),
    ]
    for by, kind in refused:
        with pytest.raises(PermissionDenied):
            notice_receive(by=by, kind=kind, uri=task.uri, policy="other", place=here, said="Look")


def test_notice_is_sent_from_its_page(here: Jurisdiction) -> None:
    task = given_task(here)
    client = client_of(given_member(Role.CURATOR, here))
    form = {"kind": "trusted_flagger", "uri": task.uri, "policy": "other", "place": "xa", "said": "<b>Look</b>"}
    assert "Rapid response" not in client.get(NOTICE).content.decode()
    assert client.post(NOTICE, form | {"kind": "rapid_response"}).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    wrong = client.post(NOTICE, form | {"uri": "nowhere:1"})
    assert "No platform called nowhere" in wrong.content.decode()
    assert client.post(NOTICE, form).status_code == HTTPStatus.FOUND
    assert "You told the moderators this already" in client.post(NOTICE, form).content.decode()
    assert "&lt;b&gt;Look&lt;/b&gt;" in _page(here, task)


@pytest.mark.parametrize("kind", SignalKind)
def test_signals_of_every_kind_join_one_task(here: Jurisdiction, kind: SignalKind) -> None:
    task = given_task(here)
    for number in range(3):
        signal = Signal(task.uri, task.item_id, here.pk, "de", kind, f"{kind}:{number}", "other")
        signals_join(signals=[signal], now=timezone.now())
    again = ReviewTask.objects.get()
    assert (again.signal_count, again.rank > task.rank) == (4, True)


def test_task_keeps_its_own_election_and_audience_when_a_signal_names_another_place(
    here: Jurisdiction, elsewhere: Jurisdiction
) -> None:
    given_vote(here, days=2)
    task = given_task(here, metrics={"views": 40_000})
    assert (task.factors["days"], task.factors["views"], task.version) == (2, 40_000, 1)
    more = Signal(task.uri, None, elsewhere.pk, "de", SignalKind.UNSURE, "label:elsewhere")

    signals_join(signals=[more], now=timezone.now())

    joined = ReviewTask.objects.get()
    assert (joined.factors["days"], joined.factors["views"], joined.version) == (2, 40_000, 2)
    assert joined.signal_count == 2


def test_escalated_task_rises_and_goes_to_somebody_else(here: Jurisdiction) -> None:
    task, anna = given_task(here), given_moderator(here, name="anna")
    verdict = Verdict(ReviewAction.ESCALATE, "about-election", note="I know the author.")
    review_decide(task=task, by=anna, version=task.version, verdict=verdict)
    again = ReviewTask.objects.get()
    assert (again.severity, again.rank > task.rank, again.factors["severity"]) == (5, True, 5.0)
    assert task_next(by=anna) is None
    ben = given_moderator(here, name="ben")
    assert task_claim(by=ben, task=again).claimed_by == ben
    assert REJECT.reason != APPLY.reason
