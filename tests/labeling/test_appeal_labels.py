"""Appeals: who may, by which link, who decides, what is told to whom, and the public figures."""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import urlencode

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from centers.models import Jurisdiction
from labeling.models import (
    Account,
    Appeal,
    AppealSecret,
    ContentItem,
    Decider,
    Label,
    LabelChange,
    LabelState,
    ReviewAction,
    ReviewTask,
    SignalKind,
)
from labeling.outside.transparency import figures_of
from labeling.services.appeal_secret import appeal_secret_create, appeal_secret_revoke, appeal_signature
from labeling.services.review_claim import ReviewConflict, task_claim, task_next
from labeling.services.review_decide import (
    Verdict,
    review_decide,
    review_decide_together,
    review_undo,
    review_undo_together,
)
from tests.factories import CenterFactory
from tests.labeling.outside import appealed, given_item, given_label, page_of, the_appeal, the_task
from tests.labeling.tasks import APPLY, REJECT, given_moderator, given_task

pytestmark = pytest.mark.django_db
AUTHOR = "author-7"


def given_authored(here: Jurisdiction) -> tuple[Label, str]:
    """A label on content of a known author, and the platform's secret."""
    item = given_item()
    item.author = Account.objects.create(platform=item.platform, external_id=AUTHOR, handle="fictional.anna")
    item.save()
    _, secret = appeal_secret_create(platform=item.platform)
    return given_label(here, item), secret


def signed(
    label: Label, secret: str, author: str = AUTHOR, *, seconds: int = 3600, changed: dict[str, str] | None = None
) -> str:
    """The query that a platform puts into its author's link."""
    expires = int(timezone.now().timestamp()) + seconds
    signature = appeal_signature(secret, label=label.public_id, author=author, expires=expires)
    return "?" + urlencode({"author": author, "expires": expires, "signature": signature} | (changed or {}))


def test_appeal_overturns_a_label_and_everybody_is_told(client: Client, here: Jurisdiction) -> None:
    label = given_label(here)
    answer = appealed(client, label)
    task = the_task()
    assert (task.kind, task.policy.key) == (SignalKind.APPEAL, "election-label")
    assert "It is about a song contest." in task.signals.get().detail["said"]
    review_decide(task=task, by=given_moderator(here), version=task.version, verdict=REJECT)
    page = page_of(client, answer)
    assert "The appeal was granted: the label was changed." in page
    assert "The content is not about a public election." in page
    why = client.get(f"/en/labels/{label.public_id}/").content.decode()
    assert "This label has been withdrawn" in why
    assert "The appeal was granted" in why
    assert "Eine erfundene Wahl" not in why
    assert "What was found is not shown any more" in why
    assert LabelChange.objects.after(0).last().action == "withdrawn"


def test_rejected_appeal_says_so_and_the_label_stays(client: Client, here: Jurisdiction) -> None:
    label = given_label(here)
    answer = appealed(client, label, language="fr")
    task = the_task()
    review_decide(task=task, by=given_moderator(here), version=task.version, verdict=APPLY)
    assert "Le recours a été rejeté" in page_of(client, answer)
    label.refresh_from_db()
    assert (label.state, label.decided_by) == (LabelState.APPLIED, Decider.PERSON)
    assert "The appeal was rejected" in client.get(f"/en/labels/{label.public_id}/").content.decode()


def test_who_decided_before_cannot_decide_the_appeal(client: Client, here: Jurisdiction) -> None:
    task = given_task(here)
    anna, ben = given_moderator(here, name="anna"), given_moderator(here, name="ben")
    review_decide(task=task, by=anna, version=task.version, verdict=APPLY)
    appealed(client, Label.objects.get())
    waiting = ReviewTask.objects.open().get()
    assert task_next(by=anna) is None
    for act in (
        lambda: task_claim(by=anna, task=waiting),
        lambda: review_decide(task=waiting, by=anna, version=waiting.version, verdict=APPLY),
        lambda: review_decide_together(tasks=[(waiting, waiting.version)], by=anna, verdict=APPLY),
    ):
        with pytest.raises(Exception, match=r"no part in it") as refused:
            act()
        assert not isinstance(refused.value, AssertionError)
    assert task_next(by=ben) == waiting
    review_decide(task=waiting, by=ben, version=waiting.version, verdict=REJECT)
    assert the_appeal().outcome == "upheld"


def test_who_decided_in_bulk_or_by_an_undo_is_barred_too(client: Client, here: Jurisdiction) -> None:
    tasks = [given_task(here, str(number)) for number in range(2)]
    anna = given_moderator(here, name="anna")
    bulk, _ = review_decide_together(tasks=[(task, task.version) for task in tasks], by=anna, verdict=APPLY)
    label = Label.objects.order_by("pk").first()
    assert label is not None
    appealed(client, label)
    assert ReviewTask.objects.open().get().barred == [anna.pk]
    # An undo would decide the appeal by the back door.
    for undo in (
        lambda: review_undo_together(bulk=bulk, by=anna, reason="Oh"),
        lambda: review_undo(decision=bulk.decisions.order_by("pk")[0], by=anna, reason="Oh"),
    ):
        with pytest.raises(ReviewConflict, match="appealed"):
            undo()
    other = Label.objects.order_by("pk")[1]
    review_undo(decision=bulk.decisions.order_by("pk")[1], by=anna, reason="Wrong key")
    Label.objects.filter(pk=other.pk).update(state=LabelState.APPLIED)
    appealed(client, other)
    assert anna.pk in ReviewTask.objects.open().get(item=other.item).barred


def test_another_decision_bars_again(client: Client, here: Jurisdiction) -> None:
    label = given_label(here)
    anna, ben, eve = (given_moderator(here, name=name) for name in ("anna", "ben", "eve"))
    appealed(client, label)
    for who, verdict, said in ((anna, APPLY, "Still wrong."), (ben, REJECT, "It was right.")):
        task = ReviewTask.objects.open().get()
        review_decide(task=task, by=who, version=task.version, verdict=verdict)
        label.refresh_from_db()
        appealed(client, label, said=said)
    task = ReviewTask.objects.open().get()
    assert task.barred == [anna.pk, ben.pk]
    with pytest.raises(PermissionDenied):
        review_decide(task=task, by=ben, version=task.version, verdict=APPLY)
    review_decide(task=task, by=eve, version=task.version, verdict=APPLY)
    assert list(Appeal.objects.values_list("label_state", "outcome").order_by("pk")) == [
        ("applied", "rejected"), ("applied", "upheld"), ("withdrawn", "upheld"),
    ]  # fmt: skip


def test_undone_decision_on_an_appeal_lets_it_wait_again(client: Client, here: Jurisdiction) -> None:
    label = given_label(here)
    answer = appealed(client, label)
    task, moderator = the_task(), given_moderator(here)
    decision = review_decide(task=task, by=moderator, version=task.version, verdict=REJECT)
    review_undo(decision=decision, by=moderator, reason="Wrong key")
    assert "Nobody has looked at it yet" in page_of(client, answer)
    assert the_appeal().outcome == ""


def test_one_open_appeal_for_each_appellant(client: Client, here: Jurisdiction) -> None:
    label = given_label(here)
    places = {appealed(client, label, contact="anna@voter.example", said=said).headers["Location"] for said in "ab"}
    assert len(places) == 1
    assert Appeal.objects.count() == 1
    appealed(client, label, said="Somebody else thinks so, too.")
    assert Appeal.objects.count() == 2
    assert the_task().signals.get().count == 2
    one = Appeal.objects.order_by("pk")[0]
    with pytest.raises(IntegrityError), transaction.atomic():
        Appeal.objects.create(**{
            field.name: getattr(one, field.name)
            for field in Appeal._meta.concrete_fields
            if field.name not in {"id", "public_id", "token_digest"}
        } | {"token_digest": b"x" * 32})  # fmt: skip


def test_author_appeals_by_the_platforms_link(client: Client, here: Jurisdiction) -> None:
    label, secret = given_authored(here)
    query = signed(label, secret)
    assert "You appeal as the author" in client.get(f"/en/labels/{label.public_id}/appeal/{query}").content.decode()
    appealed(client, label, query=query)
    assert the_appeal().by == "author"
    assert AUTHOR.encode() not in bytes(the_appeal().appellant_key)


@pytest.mark.parametrize(
    ("author", "seconds", "changed"),
    [
        (AUTHOR, -1, {}),
        (AUTHOR, 400 * 86_400, {}),
        (AUTHOR, 3600, {"signature": "0" * 64}),
        (AUTHOR, 3600, {"signature": "short"}),
        (AUTHOR, 3600, {"author": "author-8"}),
        (AUTHOR, 3600, {"expires": "99999999999"}),
        (AUTHOR, 3600, {"expires": "٣"}),
        # Signed by the platform, but of somebody who did not write it.
        ("author-8", 3600, {}),
    ],
)
def test_link_that_is_forged_or_expired_is_refused_clearly(
    client: Client, here: Jurisdiction, author: str, seconds: int, changed: dict[str, str]
) -> None:
    label, secret = given_authored(here)
    query = signed(label, secret, author, seconds=seconds, changed=changed)
    answer = client.get(f"/en/labels/{label.public_id}/appeal/{query}")
    assert answer.status_code == 403
    page = answer.content.decode()
    assert "This link is not valid or has expired." in page
    assert "as the author" not in page
    # Without the link anybody may appeal, and is nobody's author.
    appealed(client, label)
    assert the_appeal().by == "anyone"


def test_link_for_another_label_is_refused(client: Client, here: Jurisdiction, elsewhere: Jurisdiction) -> None:
    label, secret = given_authored(here)
    other = given_label(elsewhere, label.item)
    answer = client.get(f"/en/labels/{other.public_id}/appeal/{signed(label, secret)}")
    assert answer.status_code == 403


def test_secrets_are_replaced_without_a_gap(client: Client, here: Jurisdiction, capsys: Any) -> None:
    label, old = given_authored(here)
    call_command("appeal_secrets", "add", "fictional")
    new = capsys.readouterr().out.split("\t")[1].strip()
    path = f"/en/labels/{label.public_id}/appeal/"
    assert [client.get(path + signed(label, one)).status_code for one in (old, new)] == [200, 200]
    first = AppealSecret.objects.order_by("pk")[0]
    call_command("appeal_secrets", "revoke", str(first.pk))
    appeal_secret_revoke(secret=first)
    assert [client.get(path + signed(label, one)).status_code for one in (old, new)] == [403, 200]
    call_command("appeal_secrets", "list")
    assert "revoked" in capsys.readouterr().out
    for words in (("add", "nobody"), ("revoke", "x")):
        with pytest.raises(CommandError):
            call_command("appeal_secrets", *words)


def test_nothing_to_appeal_against(client: Client, here: Jurisdiction) -> None:
    withdrawn = given_label(here, given_item("1"), state=LabelState.WITHDRAWN)
    waiting = given_label(here, given_item("2"), state=LabelState.REVIEW)
    gone = given_label(here, given_item("3"))
    ContentItem.objects.filter(pk=gone.item_id).update(text="", erased_at=timezone.now())
    for label in (withdrawn, gone):
        page = client.get(f"/en/labels/{label.public_id}/appeal/")
        assert "There is nothing to appeal against any more." in page.content.decode()
        assert client.post(f"/en/labels/{label.public_id}/appeal/", {"said": "x"}).status_code == 409
    assert client.get(f"/en/labels/{waiting.public_id}/appeal/").status_code == 404
    assert client.get("/en/labels/aaaaaaaaaaaaaaaa/appeal/").status_code == 404


def test_label_withdrawn_while_the_form_was_written_is_said_so(client: Client, here: Jurisdiction) -> None:
    label = given_label(here)
    assert appealed(client, label, said="").status_code == 422
    Label.objects.update(state=LabelState.WITHDRAWN)
    answer = client.post(f"/en/labels/{label.public_id}/appeal/", {"said": "x"})
    assert answer.status_code == 409
    assert not Appeal.objects.exists()


def test_appeal_joins_the_task_that_is_open(client: Client, here: Jurisdiction) -> None:
    task = given_task(here)
    Label.objects.update(state=LabelState.APPLIED)
    version = task.version
    appealed(client, Label.objects.get())
    task = the_task()
    assert (task.kind, task.signals.count()) == (SignalKind.APPEAL, 2)
    assert task.version > version, "whoever is at it looks again"


def test_reason_of_a_persons_decision_is_on_the_public_page(client: Client, here: Jurisdiction) -> None:
    task = given_task(here)
    review_decide(task=task, by=given_moderator(here), version=task.version, verdict=APPLY)
    page = client.get(f"/en/labels/{Label.objects.get().public_id}/").content.decode()
    assert "Labels about elections" in page
    assert "The content is about this election." in page
    assert "By a person" in page
    assert "mod@fictional" not in page


def test_unverified_label_does_not_claim_to_reach_everybody(client: Client, here: Jurisdiction) -> None:
    label = given_label(here, kind="unverified", decided_by=Decider.PERSON)
    page = client.get(f"/en/labels/{label.public_id}/").content.decode()
    assert "could not be confirmed" in page
    assert "shown to as many people" not in page


def given_appeals(here: Jurisdiction, number: int, language: str, outcome: str, first: int) -> None:
    """Appeals that were decided after two days."""
    item = given_item(f"stat-{first}")
    label = given_label(here, item)
    task = ReviewTask.objects.create(
        uri=item.uri, item=item, jurisdiction=here, policy=_policy(), kind="appeal", severity=3, rank=0,
        opened_at=timezone.now(), due_at=timezone.now(), state="decided", ended_at=timezone.now(),
    )  # fmt: skip
    now = timezone.now()
    for index in range(number):
        Appeal.objects.create(
            token_digest=f"{first}:{index}".encode(), language=language, task=task, label=label, label_state="applied",
            by="anyone", appellant_key=str(index).encode(), outcome=outcome, received_at=now - dt.timedelta(days=2),
            due_at=now, ended_at=now,
        )  # fmt: skip


def _policy() -> Any:
    from labeling.models import Policy

    return Policy.objects.get(key="election-label")


def test_public_figures_hide_small_numbers(client: Client, here: Jurisdiction) -> None:
    CenterFactory.create(jurisdiction=here)
    page = client.get("/en/transparency/appeals/").content.decode()
    assert "Nobody has appealed yet." in page
    given_label(here)
    given_appeals(here, 6, "de", "upheld", 1)
    given_appeals(here, 3, "fr", "rejected", 2)
    from centers.pagecache import pages

    pages.clear()
    answer = client.get("/en/transparency/appeals/")
    page = answer.content.decode()
    assert "public, max-age=60" in answer.headers["Cache-Control"]
    assert "2 days" in page
    assert "67%" in page
    # Three in French would be told by the total, if German stood alone: both are counted together.
    assert "French" not in page
    assert "German" not in page
    assert "All others" in page
    assert "Arcadia" in page


def test_figures_of_few_are_counted_with_others() -> None:
    rows = [("a", 1.0, True)] * 9 + [("b", 1.0, False)] * 3 + [("c", 1.0, False)] * 2 + [("d", None, False)] * 6
    named = {one.name or "rest": one.received for one in figures_of(rows, str, "en")}
    assert named == {"a": "9", "d": "6", "rest": "5"}
    assert not figures_of([("a", 1.0, True)], str, "en")


def test_closed_appeal_is_told_as_closed(client: Client, here: Jurisdiction) -> None:
    answer = appealed(client, given_label(here))
    task = the_task()
    verdict = Verdict(ReviewAction.CLOSE, "about-election", note="Sent by mistake, the appellant says")
    review_decide(task=task, by=given_moderator(here), version=task.version, verdict=verdict)
    page = page_of(client, answer)
    assert "The moderators closed it without a decision." in page
    assert "Sent by mistake" not in page
