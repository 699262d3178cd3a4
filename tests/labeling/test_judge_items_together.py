"""Items judged together are judged as each would be by itself."""

from __future__ import annotations

import datetime as dt

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labeling.intake import CheckedItem, Item, parse_array
from labeling.intake.item import Author, are_sound

_NOW = dt.datetime.now(dt.UTC)
_IDS = st.one_of(
    st.from_regex(r"[!-~]{1,6}", fullmatch=True),
    st.text(st.sampled_from("a1 \t\n\x00\x1f\x7f~!é\u2028"), min_size=1, max_size=6),
)
_DATES = st.sampled_from(
    [None, _NOW, _NOW + dt.timedelta(hours=23), _NOW + dt.timedelta(hours=25), dt.datetime(1999, 12, 31, tzinfo=dt.UTC)]
)
_ITEMS = st.builds(
    Item,
    external_id=_IDS,
    created_at=_DATES,
    author_deleted=st.booleans(),
    author=st.sampled_from([None, Author(), Author(id=""), Author(id="a")]),
)


def is_sound(item: Item) -> bool:
    try:
        msgspec.json.decode(msgspec.json.encode(item), type=CheckedItem)
    except msgspec.ValidationError:
        return False
    return True


@given(st.lists(_ITEMS, max_size=6))
def test_items_are_sound_together_when_each_is(items: list[Item]) -> None:
    assert are_sound(items) == all(map(is_sound, items))


@pytest.mark.parametrize("external_id", ["a b", " ", "é", "a\tb", "\x7f", "a\u2028"])
def test_an_id_that_cannot_stand_in_an_address_is_named_among_others(external_id: str) -> None:
    body = msgspec.json.encode([{"external_id": "a"}, {"external_id": external_id}, {"external_id": "b"}])

    parsed = parse_array(body)

    assert [item.external_id for item in parsed.items] == ["a", "b"]
    assert [(wrong.position, wrong.errors[0]["field"]) for wrong in parsed.invalid] == [(1, "external_id")]
