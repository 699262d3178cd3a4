"""Posters and videos: what a file is, told from its bytes alone."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from PIL import Image

from centers.literacy.pictures import HEAVIEST, LARGEST, PictureError, poster_draw
from centers.literacy.videos import VideoError, video_type
from tests.centers.literacy import picture


def bomb() -> bytes:
    """A small file that says it is 60,000 pixels wide and high."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    body = chunk(b"IDAT", zlib.compress(b"\0" * 1000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + body + chunk(b"IEND", b"")


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
def test_poster_is_drawn_anew_small_and_light(form: str) -> None:
    poster = poster_draw(picture((1920, 1080), form))
    assert (poster.width, poster.height) == (640, 360)
    assert len(poster.data) <= HEAVIEST
    with Image.open(io.BytesIO(poster.data)) as drawn:
        assert drawn.format == "WEBP"
        assert drawn.size == (640, 360)


def test_nothing_but_pixels_is_kept() -> None:
    exif = Image.Exif()
    exif[0x010E] = "taken by Anna Example at her home"
    poster = poster_draw(picture((400, 300), "JPEG", exif=exif))
    assert b"Anna" not in poster.data
    with Image.open(io.BytesIO(poster.data)) as drawn:
        assert not dict(drawn.getexif())


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>", "no JPEG, PNG or WebP"),
        (b"<html>", "no JPEG, PNG or WebP"),
        (b"", "no JPEG, PNG or WebP"),
        (picture((400, 300), "GIF"), "no JPEG, PNG or WebP"),
        (picture((400, 300))[:200], "damaged"),
        (bomb(), "million pixels"),
        (picture((100, 400)), "at least 160 pixels"),
        (b"x" * (LARGEST + 1), "larger than 8 MB"),
    ],
)
def test_what_is_no_picture_is_refused_by_name(raw: bytes, said: str) -> None:
    with pytest.raises(PictureError) as refused:
        poster_draw(raw)
    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"\0\0\0\x20ftypisom\0\0\x02\0isomiso2", "video/mp4"),
        (b"\0\0\0\x20ftypmp42\0\0\x02\0", "video/mp4"),
        (b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webm", "video/webm"),
    ],
)
def test_video_is_known_by_its_first_bytes(head: bytes, kind: str) -> None:
    assert video_type(head) == kind


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"<html><video src=x.mp4>",
        b"MZ\x90",
        b"\0\0\0\x20ftypqt  ",
        b"\x1a\x45\xdf\xa3\x42\x82\x88matroska",
        b"RIFF",
    ],
)
def test_whatever_else_calls_itself_a_video_is_refused(head: bytes) -> None:
    with pytest.raises(VideoError):
        video_type(head)
