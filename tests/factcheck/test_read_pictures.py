"""What a picture looks like survives what copies do to it; files that are bombs or no pictures are named errors."""

from __future__ import annotations

import tracemalloc

import pytest
from PIL import Image, ImageEnhance

from factcheck.pictures import LARGEST, MOST_PIXELS, NEAR, PictureError, distance, picture_read
from tests.factcheck.pictures import bomb, file_of, picture, text_bomb


def phash(data: bytes) -> int:
    return int(picture_read(data).phash, 16)


@pytest.mark.parametrize("seed", range(5))
def test_copies_of_a_picture_are_near_it(seed: int) -> None:
    original = picture(seed)
    known = phash(file_of(original))
    copies = [
        file_of(original.resize((200, 150))),
        file_of(original, "JPEG", quality=30),
        file_of(original, "WEBP", quality=40),
        file_of(original.convert("L")),
        file_of(ImageEnhance.Brightness(original).enhance(1.2), "JPEG", quality=70),
    ]
    assert all(distance(known, phash(copy)) <= NEAR for copy in copies)


def test_other_pictures_are_far() -> None:
    known = [phash(file_of(picture(seed))) for seed in range(30)]
    apart = [distance(one, other) for at, one in enumerate(known) for other in known[at + 1 :]]
    assert min(apart) > NEAR


def test_picture_turned_by_its_camera_is_seen_as_people_see_it() -> None:
    upright = picture(3)
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = upright.rotate(90, expand=True)
    data = file_of(turned, "JPEG", exif=exif)  # type: ignore[arg-type]
    assert distance(phash(file_of(upright)), phash(data)) <= NEAR


@pytest.mark.parametrize(
    ("data", "code", "said"),
    [
        (b"", "not-a-picture", "no picture"),
        (b"<!doctype html><title>No</title>", "not-a-picture", "JPEG, PNG, WEBP or GIF"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not-a-picture", "no picture"),
        (b"%PDF-1.7", "not-a-picture", "no picture"),
        (bomb(), "too-many-pixels", "25 million pixels"),
        (bomb(6_000, 6_000), "too-many-pixels", "25 million pixels"),
        (bomb(1_000, 1_000), "broken", "broken"),
        (file_of(picture())[:5_000], "broken", "broken"),
        (file_of(picture(), "JPEG")[:2_000], "broken", "broken"),
        (text_bomb(), "broken", "broken"),
        (bytes(LARGEST + 1), "too-large", "larger than 10 MB"),
        (file_of(Image.new("RGB", (64, 64), "white")), "plain", "too little"),
        (file_of(picture(), "BMP"), "not-a-picture", "no picture"),
    ],
    ids=lambda value: value if isinstance(value, str) else "file",
)
def test_file_that_cannot_be_taken_says_why(data: bytes, code: str, said: str) -> None:
    with pytest.raises(PictureError, match=said) as refused:
        picture_read(data)
    assert refused.value.code == code


def test_bomb_is_not_unpacked() -> None:
    tracemalloc.start()
    with pytest.raises(PictureError):
        picture_read(bomb())
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 10 * 1024 * 1024


def test_largest_picture_is_taken() -> None:
    side = int(MOST_PIXELS**0.5)
    assert picture_read(file_of(picture(7).resize((side, side)), "JPEG", quality=20)).sha256
