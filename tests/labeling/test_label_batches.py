"""What becomes of handed-in items: labels, their history, and nothing of what matches nothing."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts.models import User
from centers.models import Election
from labeling import matching
from labeling.models import (
    Account,
    ContentItem,
    IntakeBatch,
    Label,
    LabelDecision,
    Ruleset,
    SampledItem,
)
from labeling.services import item_rows, items_label
from labeling.services.batch_label import MAX_ATTEMPTS, batch_label
from labeling.services.matcher import Matcher, NoRulesetError, matcher_forget, matcher_live
from labeling.services.payload import payload_unpack
from labeling.services.ruleset import ruleset_publish, starter_ruleset_ensure
from tests.labeling.conftest import RULES, Post, item, the_item, the_label, the_ruleset

Work = Callable[[], None]
NOTHING = "Mittagessen mit Oma"
VAGUE = {"text": "#vote", "lang": "de", "region": "DE"}


def decisions() -> list[tuple[str, str]]:
    """The history, oldest first."""
    return list(LabelDecision.objects.order_by("id").values_list("action", "reason"))


def due_now() -> None:
    """As if the pause after a failure were over."""
    IntakeBatch.objects.unfinished().update(due_at=timezone.now())


def test_an_item_is_labelled_when_a_rule_matches(post: Post, label_all: Work) -> None:
    post([item(hashtags=["btw29"], media=[{"type": "video", "ai_generated": False}], metrics={"views": 5}, lang="de")])
    label_all()

    label, found = the_label(), the_item()
    assert (label.kind, label.state, label.decided_by) == ("election", "applied", "machine")
    assert label.jurisdiction.code == "de"
    assert label.election == Election.objects.get(key="de.parliament.2029")
    assert label.ruleset == the_ruleset()
    assert [sign["rule"] for sign in label.evidence if sign["rule"]] == ["tag:de"]
    assert (found.text, found.lang, found.hashtags) == ("Ich wähle am Sonntag #btw29", "de", ["btw29"])
    assert found.metrics == {"views": 5}
    assert found.media == [{"type": "video", "ai_generated": False}]
    assert found.created_at == dt.datetime(2026, 11, 1, 10, tzinfo=dt.UTC)
    assert found.author is not None
    assert (found.author.external_id, found.author.handle) == ("author-7312", "demo.anna")
    assert decisions() == [("applied", "matched")]


def test_evidence_points_into_the_text(post: Post, label_all: Work) -> None:
    post([item(text="🗳️ Die Élection présidentielle 2027, en direct", lang="fr")])
    label_all()

    (sign,) = [sign for sign in the_label().evidence if sign["rule"] == "term:fr"]
    assert the_item().text[sign["start"] : sign["end"]] == "Élection présidentielle"


def test_what_matches_nothing_is_not_kept(post: Post, label_all: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(items_label, "SAMPLE_SHARE", 0)
    post([item(text=NOTHING), item("2", text="")])
    label_all()

    batch = IntakeBatch.objects.get()
    assert (batch.state, batch.payload, batch.matched_count) == ("done", None, 0)
    assert not ContentItem.objects.exists()
    assert not Account.objects.exists()
    assert not SampledItem.objects.exists()


def test_a_sample_names_nobody(post: Post, label_all: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(items_label, "SAMPLE_SHARE", 1)
    post([item(text="Danke @demo.anna, siehe https://video.example/demo.anna/1", lang="de", region="DE")])
    label_all()

    sample = SampledItem.objects.get()
    assert sample.text == "Danke …, siehe …"
    assert (sample.lang, sample.region) == ("de", "DE")


def test_an_unsure_match_waits_for_a_moderator(post: Post, label_all: Work) -> None:
    post([item(**VAGUE)])
    label_all()

    assert the_label().state == "review"
    assert decisions() == [("sent_to_review", "matched")]


def test_a_place_without_a_centre_gets_no_label(post: Post, label_all: Work) -> None:
    post([item(text="#midterms")])
    label_all()

    assert not Label.objects.exists()
    assert IntakeBatch.objects.get().state == "done"


def test_a_label_names_no_election_when_the_portal_has_none(post: Post, label_all: Work) -> None:
    post([item(text="#btw05")])
    label_all()

    assert the_label().election is None


def test_the_same_items_again_give_no_second_label(post: Post, label_all: Work) -> None:
    for _ in range(3):
        post([item("a"), item("b", text="#ep2029"), item("c", text=NOTHING), item("a")])
        label_all()

    assert Label.objects.count() == ContentItem.objects.count() == LabelDecision.objects.count() == 2
    assert [batch.repeated_count for batch in IntakeBatch.objects.order_by("id")] == [0, 2, 2]


def test_a_batch_labels_nothing_twice_when_its_message_comes_twice(post: Post, label_all: Work) -> None:
    post([item()])
    label_all()
    batch = IntakeBatch.objects.get()

    batch_label(public_id=batch.public_id)

    batch.refresh_from_db()
    assert batch.attempts == 1
    assert Label.objects.count() == 1


def test_an_unknown_batch_is_nothing_to_do(world: dict[str, Any]) -> None:
    batch_label(public_id=uuid.uuid4())

    assert not IntakeBatch.objects.exists()


def test_a_newer_revision_is_labelled_anew(post: Post, label_all: Work) -> None:
    post([item(revision=1)])
    label_all()
    post([item(text="Doch lieber Europa #ep2029", revision=2)])
    label_all()

    assert the_item().text == "Doch lieber Europa #ep2029"
    states = {label.jurisdiction.code: label.state for label in Label.objects.all()}
    assert states == {"de": "withdrawn", "eu": "applied"}
    assert ("withdrawn", "revision_no_longer_matches") in decisions()


def test_an_older_revision_that_comes_late_changes_nothing(post: Post, label_all: Work) -> None:
    post([item(revision=5)])
    label_all()
    post([item(text="#ep2029", revision=4), item("other", text=NOTHING)])
    label_all()

    assert the_item().revision == 5
    assert the_label().jurisdiction.code == "de"


def test_labels_come_back_when_a_revision_matches_again(post: Post, label_all: Work) -> None:
    for revision, text in enumerate(["#btw29", NOTHING, "Nochmal #btw29"]):
        post([item(text=text, revision=revision)])
        label_all()

    assert the_label().state == "applied"
    assert the_item().text == "Nochmal #btw29"
    assert the_item().author is not None
    assert decisions() == [("applied", "matched"), ("withdrawn", "revision_no_longer_matches"), ("applied", "matched")]


def test_an_edit_that_matches_nothing_erases_the_text(post: Post, label_all: Work) -> None:
    post([item()])
    label_all()
    post([item(text=NOTHING, revision=1)])
    label_all()

    found = the_item()
    assert (found.text, found.author, found.revision) == ("", None, 1)
    assert found.erased_at is not None
    assert the_label().state == "withdrawn"
    assert all(set(sign) <= {"rule", "kind"} for sign in the_label().evidence)
    assert not Account.objects.exists()


@pytest.mark.parametrize("deletion", [{}, {"revision": 3}, {"revision": 9}])
def test_a_deletion_withdraws_labels_and_erases(post: Post, label_all: Work, deletion: dict[str, Any]) -> None:
    post([item(revision=3)])
    label_all()
    post([{"external_id": "7312", "deleted": True} | deletion])
    label_all()

    found = the_item()
    assert (found.text, found.author, found.url, found.media) == ("", None, "", [])
    assert the_label().state == "withdrawn"
    assert decisions()[-1] == ("withdrawn", "item_deleted")
    assert not Account.objects.exists()
    # Redelivered or reposted, the item stays deleted.
    post([item(revision=3), {"external_id": "7312", "deleted": True}])
    label_all()
    assert the_item().text == ""
    assert len(decisions()) == 2


def test_a_deletion_older_than_the_item_changes_nothing(post: Post, label_all: Work) -> None:
    post([item(revision=3)])
    label_all()
    post([{"external_id": "7312", "deleted": True, "revision": 2}])
    label_all()

    assert the_label().state == "applied"


def test_a_deletion_in_the_same_batch_wins(post: Post, label_all: Work) -> None:
    post([item(revision=3), {"external_id": "7312", "deleted": True}, item(revision=2)])
    label_all()

    assert not ContentItem.objects.exists()


@pytest.mark.parametrize("deletion", [{}, {"revision": 3}])
def test_a_deletion_that_overtakes_its_item_is_remembered(
    post: Post, label_all: Work, deletion: dict[str, Any]
) -> None:
    post([item(revision=2)])
    waiting = IntakeBatch.objects.get()
    IntakeBatch.objects.update(attempts=1, due_at=timezone.now() + dt.timedelta(minutes=1))
    post([{"external_id": "7312", "deleted": True} | deletion])
    label_all()
    assert IntakeBatch.objects.get(pk=waiting.pk).state == "received"
    due_now()
    label_all()

    assert not Label.objects.exists()
    assert not Account.objects.exists()
    assert the_item().text == ""


def test_an_account_stays_while_it_has_other_content(post: Post, label_all: Work) -> None:
    author = {"id": "1", "handle": "demo.anna"}
    post([item("a", author=author), item("b", author=author | {"handle": "demo.anna.new"})])
    label_all()
    post([{"external_id": "a", "deleted": True}])
    label_all()

    assert Account.objects.get().handle == "demo.anna.new"


def test_what_a_person_decided_no_machine_changes(post: Post, label_all: Work) -> None:
    post([item()])
    label_all()
    Label.objects.update(state="withdrawn", decided_by="person")
    post([item(text="Weiter #btw29", revision=1)])
    label_all()

    assert the_label().state == "withdrawn"
    assert len(decisions()) == 1
    Label.objects.update(state="applied")
    post([item(text=NOTHING, revision=2)])
    label_all()
    assert the_label().state == "applied"
    assert the_item().text == "Weiter #btw29"
    post([{"external_id": "7312", "deleted": True}])
    label_all()
    assert the_label().state == "withdrawn"
    assert the_item().text == ""


def test_one_item_that_cannot_be_matched_holds_up_no_other(
    post: Post, label_all: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    match_all = Matcher.match_all

    def fragile(self: Matcher, items: Any, **known: Any) -> Any:
        if any(content.external_id == "bad" for content in items):
            raise RuntimeError("cannot read this")
        return match_all(self, items, **known)

    monkeypatch.setattr(Matcher, "match_all", fragile)
    post([item("a"), item("bad"), item("b")])
    label_all()

    assert set(ContentItem.objects.values_list("external_id", flat=True)) == {"a", "b"}
    done, aside = IntakeBatch.objects.order_by("id")
    assert (done.state, done.failed_count, done.payload) == ("done", 1, None)
    assert (aside.state, aside.split_from, aside.error) == ("poison", done, "RuntimeError while matching")
    assert aside.payload is not None
    assert [stored.external_id for stored in payload_unpack(aside.payload)] == ["bad"]


def test_a_batch_is_set_aside_after_its_last_attempt(
    post: Post, label_all: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: Any) -> Any:
        raise RuntimeError("Ich wähle am Sonntag")

    monkeypatch.setattr(item_rows, "items_lock", broken)
    post([item()])
    for attempt in range(1, MAX_ATTEMPTS + 1):
        label_all()
        batch = IntakeBatch.objects.get()
        assert batch.attempts == attempt
        label_all()
        assert IntakeBatch.objects.get().attempts == attempt, "a pause comes before the next attempt"
        due_now()

    assert batch.state == "poison"
    assert batch.error == f"RuntimeError at attempt {MAX_ATTEMPTS}"
    assert batch.payload is not None
    monkeypatch.undo()
    label_all()
    assert not Label.objects.exists()


def test_only_what_the_database_refuses_is_set_aside_at_the_last_attempt(
    post: Post, label_all: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    upsert = item_rows.items_upsert

    def picky(platform: Any, items: Any, accounts: Any, now: Any) -> Any:
        items = list(items)
        if any(content.external_id == "bad" for content in items):
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1/0")
        return upsert(platform, items, accounts, now)

    monkeypatch.setattr(item_rows, "items_upsert", picky)
    post([item("a"), item("bad"), item("b")])
    for _ in range(MAX_ATTEMPTS):
        label_all()
        due_now()

    assert set(ContentItem.objects.values_list("external_id", flat=True)) == {"a", "b"}
    assert Label.objects.count() == 2
    done, aside = IntakeBatch.objects.order_by("id")
    assert (done.state, aside.state, aside.error) == ("done", "poison", "DataError while writing")


def test_a_batch_that_kills_its_worker_is_set_aside(post: Post, label_all: Work) -> None:
    post([item()])
    # What a worker leaves behind that died at its last attempt.
    IntakeBatch.objects.update(state="working", attempts=MAX_ATTEMPTS, due_at=timezone.now())
    label_all()

    assert IntakeBatch.objects.get().state == "poison"
    assert IntakeBatch.objects.get().error == "The worker did not survive this batch."


def test_nothing_is_lost_while_no_ruleset_is_live(post: Post, label_all: Work) -> None:
    Ruleset.objects.update(status="retired")
    with pytest.raises(NoRulesetError):
        matcher_live()
    post([item()])
    label_all()

    assert IntakeBatch.objects.get().error == "NoRulesetError at attempt 1"
    ruleset_publish(rules=RULES)
    due_now()
    label_all()
    assert Label.objects.count() == 1


def test_a_new_ruleset_is_used_by_the_next_batch(post: Post, label_all: Work) -> None:
    post([item("a")])
    label_all()
    extra = matching.Rule(id="new", kind="hashtag", pattern="mittagessen", weight=0.9, jurisdiction="mt")
    published = ruleset_publish(rules=[*RULES, extra])
    post([item("b", text="#mittagessen")])
    label_all()

    assert published.version == 2
    assert Label.objects.get(item__external_id="b").ruleset == published
    assert Label.objects.get(item__external_id="a").ruleset == Ruleset.objects.get(version=1)


def test_the_same_rules_make_no_new_version(world: dict[str, Any]) -> None:
    assert ruleset_publish(rules=reversed(RULES)).version == 1
    assert Ruleset.objects.count() == 1


def test_starter_rules_are_loaded_once_and_never_over_published_ones(world: dict[str, Any]) -> None:
    starter = starter_ruleset_ensure()
    assert starter.rules.count() > 500
    assert starter_ruleset_ensure() == starter

    published = ruleset_publish(rules=RULES[:1])
    assert starter_ruleset_ensure() == published
    assert Ruleset.objects.filter(status="live").count() == 1


def test_starter_rules_survive_the_way_through_the_database(world: dict[str, Any]) -> None:
    from labeling.services.geography import elections_by_place
    from labeling.services.rule_rows import rules_load
    from labeling.services.shipped import rule_rows

    starter = starter_ruleset_ensure()
    made = matching.starter_rules(*rule_rows(), upcoming=elections_by_place())

    assert rules_load(starter.pk) == sorted(made, key=lambda rule: rule.id)


def test_a_new_election_is_known_after_a_while(post: Post, label_all: Work, world: dict[str, Any]) -> None:
    from tests.labeling.conftest import election

    post([item("a", text="#btw05")])
    label_all()
    election("de.parliament.2005", world["de"], "parliament", 2005)
    matcher_forget()
    post([item("b", text="#btw05")])
    label_all()

    assert Label.objects.get(item__external_id="b").election is not None


def test_history_can_only_be_added_to(post: Post, label_all: Work) -> None:
    post([item()])
    label_all()
    decision = LabelDecision.objects.get()

    for change in (lambda: LabelDecision.objects.update(reason="other"), decision.delete):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            change()
    assert decisions() == [("applied", "matched")]


def test_a_decision_by_a_person_names_them(post: Post, label_all: Work) -> None:
    post([item()])
    label_all()
    given = {"label": the_label(), "action": "withdrawn", "decided_at": timezone.now(), "reason": "not about it"}

    with pytest.raises(IntegrityError, match="decision_by_a_person_names_them"), transaction.atomic():
        LabelDecision.objects.create(decided_by="person", **given)
    user = User.objects.create_user("anna@moderation.example", None)
    LabelDecision.objects.create(decided_by="person", user=user, **given)


def test_an_item_has_one_label_of_a_kind_for_an_election_or_none(post: Post, label_all: Work) -> None:
    post([item(text="#btw05")])
    label_all()
    label = the_label()

    with pytest.raises(IntegrityError, match="label_is_given_once"), transaction.atomic():
        Label.objects.create(
            item=label.item,
            kind="election",
            jurisdiction=label.jurisdiction,
            state="review",
            confidence=0.5,
            decided_at=timezone.now(),
        )


def test_an_erased_item_can_hold_nothing(post: Post, label_all: Work) -> None:
    post([item()])
    label_all()

    with pytest.raises(IntegrityError, match="item_erased_holds_nothing"), transaction.atomic():
        ContentItem.objects.update(erased_at=timezone.now())


def test_a_finished_batch_can_keep_no_items(post: Post) -> None:
    post([item()])

    with pytest.raises(IntegrityError, match="batch_done_keeps_no_items"), transaction.atomic():
        IntakeBatch.objects.update(state="done", finished_at=timezone.now())
