"""Items as a batch stores them: what was packed comes back, whichever version stored it."""

from __future__ import annotations

import zlib

import msgspec
import pytest

from labeling.intake import Item
from labeling.services.payload import DamagedPayloadError, payload_lines, payload_pack, payload_unpack

ITEMS = [
    Item(external_id="1", text="Räuberlandwahl: ’ ０１ \N{GRINNING FACE}", hashtags=["räuberlandwahl"], revision=3),
    Item(external_id="2", deleted=True),
]
PLAIN = msgspec.json.encode(ITEMS)


@pytest.mark.parametrize("stored", [payload_pack(ITEMS).data, PLAIN, zlib.compress(PLAIN, 1)])
def test_what_any_version_stored_is_read(stored: bytes) -> None:
    assert [item.unpacked() for item in payload_unpack(stored)] == ITEMS
    assert payload_lines(stored).splitlines() == [msgspec.json.encode(item) for item in ITEMS]


def test_the_same_items_have_the_same_digest_and_others_another() -> None:
    digest = payload_pack(ITEMS).digest

    assert payload_pack(list(ITEMS)).digest == digest
    assert payload_pack(ITEMS[:1]).digest != digest


def test_what_people_write_is_stored_in_a_fraction_of_its_length() -> None:
    many = [Item(external_id=str(number), text="Wann öffnen die Wahllokale in Arkadien?") for number in range(1_000)]

    assert len(payload_pack(many).data) < len(msgspec.json.encode(many)) / 4


@pytest.mark.parametrize(
    "damaged", [b"", b"{", payload_pack(ITEMS).data[:-5], zlib.compress(PLAIN)[:-5], b"\x28\xb5\x2f\xfd"]
)
def test_what_is_damaged_says_so(damaged: bytes) -> None:
    with pytest.raises(DamagedPayloadError):
        payload_lines(damaged)
