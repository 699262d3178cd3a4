"""Similar items: what counts as similar, who may decide on them together, and taking it back as one."""

from __future__ import annotations

from http import HTTPStatus

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from centers.models import Jurisdiction
from labeling.models import BulkDecision, ContentItem, ItemSketch, Label, ReviewDecision, ReviewTask
from labeling.review import sketch
from labeling.review.sketch import likeness, pieces, sketch_keys, text_plain
from labeling.services.review_claim import task_claim
from labeling.services.review_decide import (
    MOST_AT_ONCE,
    review_decide,
    review_decide_together,
    review_undo_together,
)
from labeling.services.review_join import labels_join
from labeling.services.review_similar import precedents_found, similar_found, sketches_make
from tests.labeling.tasks import APPLY, REJECT, given_moderator, given_task, given_waiting
from tests.members import client_of

TEXT = "Am Sonntag wird in Arkadien gewählt, und jede Stimme zählt: die Wahllokale öffnen um acht Uhr."
NEAR = "Am Sonntag wird in Arkadien gewählt, und jede Stimme zählt: die Wahllokale schließen um acht Uhr."
OTHER = "Unser Schulchor sucht eine neue Leiterin, die Proben sind immer am Dienstag im großen Saal."
DIGEST = "ab" * 32


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (TEXT, TEXT.upper() + " 🗳️🗳️ https://copy.example/7 @somebody"),
        (TEXT, TEXT.replace("ä", "a\u0308")),
        ("Geht wählen!", "geht   WÄHLEN"),
    ],
)
def test_copies_share_the_key_of_their_text(one: str, other: str) -> None:
    assert text_plain(one) == text_plain(other)
    assert sketch_keys(one) == sketch_keys(other)


def test_near_texts_share_a_band_and_others_none() -> None:
    assert likeness(pieces(text_plain(TEXT)), pieces(text_plain(NEAR))) > 0.7
    assert set(sketch_keys(TEXT)) & set(sketch_keys(NEAR))
    assert not set(sketch_keys(TEXT)) & set(sketch_keys(OTHER))


@given(found=st.sets(st.one_of(st.sampled_from([0, 1, 2**32 - 1]), st.integers(0, 2**32 - 1)), min_size=1, max_size=60))
@hypothesis_settings(deadline=None)
def test_pieces_are_shuffled_exactly_as_numbers_of_any_size_would_be(found: set[int]) -> None:
    """Keys are stored: whatever they are computed with, they must not change."""
    assert sketch._least(found) == [min((a * piece + b) % (2**61 - 1) for piece in found) for a, b in sketch._SHUFFLES]


def test_keys_fit_the_column_and_empty_texts_have_none() -> None:
    assert all(-(2**63) <= key < 2**63 for key in sketch_keys(TEXT, [{"sha256": DIGEST}]))
    assert sketch_keys("") == sketch_keys("🗳️ !!!") == []
    # A short text is only ever the same, never nearly.
    assert len(sketch_keys("Geht wählen!")) == 1


def similar(task: ReviewTask, **more: object) -> list[tuple[str, str]]:
    sketches_make()
    found = similar_found(task=task, by=given_moderator(task.jurisdiction))
    return [(one.task.uri.partition(":")[2], one.why) for one in found.tasks]


@pytest.mark.django_db
def test_similar_items_are_found_with_the_reason(here: Jurisdiction) -> None:
    task = given_task(here, "mine", text=TEXT, media=[{"type": "video", "sha256": DIGEST}])
    given_task(here, "copy", text=f"{TEXT} https://copy.example/")
    given_task(here, "near", text=NEAR)
    given_task(here, "video", text=OTHER, media=[{"type": "video", "sha256": DIGEST.upper()}])
    given_task(here, "unlike", text=OTHER)
    assert dict(similar(task)) == {
        "copy": "the same text", "near": "nearly the same text (80%)", "video": "the same picture or video",
    }  # fmt: skip


@pytest.mark.django_db
def test_only_what_one_may_decide_is_similar(here: Jurisdiction, elsewhere: Jurisdiction) -> None:
    task = given_task(here, "mine", text=TEXT)
    given_task(elsewhere, "foreign", text=TEXT)
    erased = given_task(here, "erased", text=TEXT)
    held = given_task(here, "held", text=TEXT)
    sketches_make()
    ContentItem.objects.filter(pk=erased.item_id).update(text="", erased_at=timezone.now())
    task_claim(by=given_moderator(here, name="ben"), task=held)
    found = similar_found(task=task, by=given_moderator(here))
    assert (found.tasks, found.held) == ([], 1)


@pytest.mark.django_db
def test_sketches_follow_revisions_and_go_with_the_words(here: Jurisdiction) -> None:
    task = given_task(here, "mine", text=TEXT)
    assert (sketches_make(), sketches_make()) == (1, 0)
    ContentItem.objects.update(text=OTHER, revision=2)
    assert sketches_make() == 1
    assert ItemSketch.objects.get().keys == sketch_keys(OTHER)
    ContentItem.objects.filter(pk=task.item_id).update(text="", erased_at=timezone.now())
    assert sketches_make() == 0
    assert not ItemSketch.objects.exists()


@pytest.mark.django_db
def test_what_was_decided_on_similar_content_is_told(here: Jurisdiction) -> None:
    moderator = given_moderator(here)
    for name, verdict in (("1", REJECT), ("2", REJECT), ("3", APPLY)):
        task = given_task(here, name, text=TEXT)
        sketches_make()
        review_decide(task=task, by=moderator, version=task.version, verdict=verdict)
    found = precedents_found(given_task(here, "now", text=TEXT))
    assert [(one.reason, one.times) for one in found] == [("not-about-election", 2), ("about-election", 1)]


@pytest.mark.django_db
def test_blind_second_answer_is_never_given_in_passing(here: Jurisdiction) -> None:
    moderator = given_moderator(here)
    decided, blind, mine = (given_task(here, name, text=TEXT) for name in ("decided", "blind", "mine"))
    sketches_make()
    review_decide(task=decided, by=moderator, version=decided.version, verdict=REJECT)
    ReviewTask.objects.filter(pk=blind.pk).update(is_blind=True)
    blind.refresh_from_db()

    assert similar_found(task=mine, by=moderator).tasks == []
    assert precedents_found(mine) != []
    assert similar_found(task=blind, by=moderator).tasks == []
    assert precedents_found(blind) == []


def page(task: ReviewTask) -> str:
    return f"/staff/labeling/reviews/{task.public_id}/similar/"


def ticked(*tasks: ReviewTask) -> list[str]:
    return [f"{task.public_id}:{task.version}" for task in tasks]


@pytest.mark.django_db
def test_similar_items_are_decided_and_taken_back_as_one(here: Jurisdiction) -> None:
    tasks = [given_task(here, str(number), text=TEXT) for number in range(4)]
    sketches_make()
    client = client_of(given_moderator(here))
    assert "3 similar items wait" in client.get(f"/staff/labeling/reviews/{tasks[0].public_id}/").content.decode()
    shown = client.get(page(tasks[0])).content.decode()
    assert "4 items, one decision" in shown
    assert shown.count("checked") == 4
    # Seeing the list decides nothing.
    assert not ReviewDecision.objects.exists()
    client.post(page(tasks[0]), {"task": ticked(*tasks[:3]), "decision": "apply:about-election"})
    assert ReviewTask.objects.open().get() == tasks[3]
    bulk = BulkDecision.objects.get()
    assert (bulk.count, bulk.decisions.count()) == (3, 3)
    undo = f"/staff/labeling/reviews/together/{bulk.public_id}/undo/"
    assert undo in client.get(f"/staff/labeling/reviews/{tasks[3].public_id}/").content.decode()
    assert "Take the decision on 3 items back?" in client.get(undo).content.decode()
    client.post(undo, {"reason": "Too fast"})
    assert ReviewTask.objects.open().count() == 4
    assert set(Label.objects.values_list("state", flat=True)) == {"review"}
    assert client.post(undo, {"reason": "Again"}).status_code == HTTPStatus.UNPROCESSABLE_ENTITY


@pytest.mark.django_db
def test_what_changed_meanwhile_is_left_and_said(here: Jurisdiction) -> None:
    tasks = [given_task(here, str(number), text=TEXT) for number in range(3)]
    seen = ticked(*tasks)
    ReviewTask.objects.filter(pk=tasks[1].pk).update(version=9)
    task_claim(by=given_moderator(here, name="ben"), task=tasks[2])
    client = client_of(given_moderator(here))
    answer = client.post(page(tasks[0]), {"task": seen, "decision": "reject:not-about-election"}, follow=True)
    said = answer.content.decode()
    assert "Decided on 1 item together." in said
    assert "1 left as it was: Something came in meanwhile" in said
    assert "1 left as it was: Somebody else has taken it up" in said


@pytest.mark.django_db
@pytest.mark.parametrize("chosen", [[], ["nonsense"], ["00000000-0000-0000-0000-000000000000:1"], [f"{'a' * 9}:x"]])
def test_choice_that_is_none_decides_nothing(here: Jurisdiction, chosen: list[str]) -> None:
    task = given_task(here, text=TEXT)
    given_task(here, "2", text=TEXT)
    sketches_make()
    client = client_of(given_moderator(here))
    answer = client.post(page(task), {"task": chosen, "decision": "apply:about-election"})
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "Nothing was decided." in answer.content.decode()
    assert not ReviewDecision.objects.exists()


@pytest.mark.django_db
def test_more_than_the_limit_is_refused(here: Jurisdiction) -> None:
    task = given_task(here, text=TEXT)
    given_task(here, "2", text=TEXT)
    client = client_of(given_moderator(here))
    many = [f"00000000-0000-0000-0000-{number:012d}:1" for number in range(MOST_AT_ONCE + 1)]
    answer = client.post(page(task), {"task": many, "decision": "apply:about-election"})
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY


@pytest.mark.django_db
def test_only_who_decided_on_many_takes_it_back(here: Jurisdiction, client: Client) -> None:
    anna = given_moderator(here, name="anna")
    bulk = BulkDecision.objects.create(decided_by=anna, count=1, decided_at=timezone.now())
    ben = client_of(given_moderator(here, name="ben"))
    undo = f"/staff/labeling/reviews/together/{bulk.public_id}/undo/"
    assert ben.post(undo, {"reason": "Why not"}).status_code == HTTPStatus.FORBIDDEN


@pytest.mark.django_db
def test_similar_items_take_few_queries_however_many(
    here: Jurisdiction, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    tasks = [given_task(here, str(number), text=TEXT) for number in range(30)]
    sketches_make()
    moderator = given_moderator(here)
    with django_assert_max_num_queries(4):
        assert len(similar_found(task=tasks[0], by=moderator).tasks) == 29


@pytest.mark.django_db
def test_as_many_as_the_limit_allows_are_decided_and_taken_back(here: Jurisdiction) -> None:
    for number in range(MOST_AT_ONCE + 3):
        given_waiting(here, str(number), text=TEXT)
    labels_join(labels=Label.objects.values_list("pk", flat=True), now=timezone.now())
    assert sketches_make() == MOST_AT_ONCE + 3
    moderator = given_moderator(here)
    task = ReviewTask.objects.order_by("pk")[0]
    found = similar_found(task=task, by=moderator)
    assert (len(found.tasks), found.more) == (MOST_AT_ONCE - 1, 3)
    tasks = [(one, one.version) for one in [task, *(one.task for one in found.tasks)]]
    bulk, refused = review_decide_together(tasks=tasks, by=moderator, verdict=APPLY)
    assert (bulk.count, refused, Label.objects.applied().count()) == (MOST_AT_ONCE, {}, MOST_AT_ONCE)
    assert review_undo_together(bulk=bulk, by=moderator, reason="Too fast") == MOST_AT_ONCE
    assert not Label.objects.applied().exists()
