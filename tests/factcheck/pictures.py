"""Fictional pictures, made here: shapes that have something to tell them apart by, and files that are none."""

from __future__ import annotations

import random
import struct
import zlib
from io import BytesIO

from PIL import Image, ImageDraw


def picture(seed: int = 1, size: tuple[int, int] = (640, 480)) -> Image.Image:
    """A picture of a few dozen coloured shapes; another one for each seed."""
    drawn = random.Random(seed)
    made = Image.new("RGB", size, (drawn.randrange(256),) * 3)
    pen = ImageDraw.Draw(made)
    for _ in range(40):
        x, y = drawn.randrange(size[0]), drawn.randrange(size[1])
        wide, high = drawn.randrange(20, size[0] // 2), drawn.randrange(20, size[1] // 2)
        pen.ellipse((x, y, x + wide, y + high), fill=tuple(drawn.randrange(256) for _ in range(3)))
    return made


def file_of(image: Image.Image, kind: str = "PNG", **options: int) -> bytes:
    """The picture as a file."""
    out = BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def bomb(width: int = 60_000, height: int = 60_000) -> bytes:
    """A PNG that says it is huge: a few hundred bytes that would unpack to gigabytes."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress(bytes(100_000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def text_bomb() -> bytes:
    """A small PNG whose comment unpacks to 200 MB."""
    good = file_of(picture(size=(64, 64)))
    body = b"Comment\x00\x00" + zlib.compress(bytes(200 * 1024 * 1024), 9)
    chunk = struct.pack(">I", len(body)) + b"zTXt" + body + struct.pack(">I", zlib.crc32(b"zTXt" + body))
    return good[:33] + chunk + good[33:]
