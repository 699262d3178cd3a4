"""Content made to break things: it is labelled like any other, and holds up nobody."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from labeling.models import IntakeBatch, Label, SampledItem
from labeling.services import items_label
from tests.labeling.conftest import Post, item

RIGHT_TO_LEFT, POP = "\u202e", "\u202c"
#: What stands around the one sign that counts, `#btw29`.
HOSTILE: dict[str, str] = {
    "thousands of tags": "".join(f"#{number:x}x " for number in range(2_500)) + "#btw29",
    "one tag a thousand times": "#btw29 " * 2_500,
    "glued tags": "#a" * 6_000 + "#btw29",
    "signs without a tag": "#" * 15_000 + " #btw29",
    "text turned around": f"{RIGHT_TO_LEFT}92wtb#{POP} #btw29 {RIGHT_TO_LEFT}",
    "marks on one letter": "a" + "\u0301" * 15_000 + " #btw29",
    "marks on the tag's neighbour": "\u0301" * 500 + " #btw29",
    "ligatures that grow": "\ufdfa" * 900 + " #btw29",
    "one word without end": "w" * 15_000 + " #btw29",
    "astral letters": "𝒘𝒂𝒉𝒍 " * 1_000 + "#btw29",
    "emoji families": "👩‍👩‍👧‍👦" * 1_000 + " #btw29",
    "nothing but spaces": " \u3000\u2003\n\t" * 3_000 + "#btw29",
    "addresses": "https://a.example/" + "(" * 15_000 + " #btw29",
    "almost addresses": "a." * 7_000 + " #btw29",
    "markup": "<script>alert(1)</script>" * 500 + " #btw29",
    "placeholders": "%s %(x)s {0} {yy} {{x}} $1 \\1 * " * 300 + " #btw29",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_is_labelled_and_holds_up_nobody(
    post: Post, label_all: Callable[[], None], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(items_label, "SAMPLE_SHARE", 1.0)
    text = HOSTILE[name]
    assert len(text) <= 20_000, "otherwise it is refused at the door"

    assert post([item("before"), item("hostile", text), item("after")]).status_code == 202
    label_all()

    batch = IntakeBatch.objects.get()
    assert (batch.state, batch.failed_count) == ("done", 0)
    labelled = Label.objects.applied().filter(jurisdiction__code="de")
    assert set(labelled.values_list("item__external_id", flat=True)) == {"before", "hostile", "after"}
    stored = labelled.get(item__external_id="hostile")
    for sign in stored.evidence:
        if sign["start"] is not None and sign["kind"] == "hashtag":
            assert stored.item.text[sign["start"] : sign["end"]] == "#btw29"
    assert SampledItem.objects.count() == 3


def test_ten_thousand_tags_handed_in_beside_the_text_are_refused(post: Post) -> None:
    answer = post([item("good"), item("bad", hashtags=["x"] * 10_000)]).json()

    assert answer["accepted"] == 1
    assert answer["invalid"][0]["errors"][0]["field"] == "hashtags"


@pytest.mark.parametrize("created_at", ["2016-02-29T00:00:00Z", "2026-11-01T23:59:59-12:00", None])
def test_a_clock_that_is_wrong_costs_no_label(
    post: Post, label_all: Callable[[], None], created_at: str | None
) -> None:
    assert post([item("skewed", created_at=created_at)]).status_code == 202
    label_all()

    assert Label.objects.applied().get().jurisdiction.code == "de"


def test_the_same_id_many_times_in_one_batch_is_one_item(post: Post, label_all: Callable[[], None]) -> None:
    versions: list[dict[str, Any]] = [item("a", f"#btw29 version {number}", revision=number) for number in range(50)]
    assert post([*versions[25:], *versions[:25]]).status_code == 202
    label_all()

    assert Label.objects.get().item.text == "#btw29 version 49"
