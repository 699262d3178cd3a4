"""What a picture looks like, as a number that survives other sizes and other compression. Pure code; nothing is kept.

The hash is the 64-bit pHash of `imagehash`: which of the 64 lowest frequencies of the picture, made small and grey, lie
above their median. Two pictures are as far apart as the number of bits in which their hashes differ.
"""

from __future__ import annotations

import struct
import warnings
import zlib
from hashlib import sha256
from io import BytesIO
from typing import Final, NamedTuple

import imagehash
from PIL import Image, ImageOps, UnidentifiedImageError

#: Bytes of a file.
LARGEST: Final = 10 * 1024 * 1024
#: Width times height. A picture of this size takes 100 MB when it is unpacked.
MOST_PIXELS: Final = 25_000_000
#: Formats that are read; each other decoder would be one more to attack.
FORMATS: Final = ("JPEG", "PNG", "WEBP", "GIF")
#: Of 64 bits so many are set at least, and unset: a plain surface looks like every other one.
_FEWEST_BITS: Final = 8
_BITS: Final = 64
#: Hashes that differ in at most so many bits are of one picture. Of unrelated ones, about one pair in ten thousand
#: million is as near by chance: sum(comb(64, k) for k in range(9)) / 2**64.
NEAR: Final = 8


class PictureError(ValueError):
    """Why a file cannot be taken, in words for whoever chose it; `code` names it for programs."""

    def __init__(self, code: str, said: str) -> None:
        super().__init__(said)
        self.code = code


class Picture(NamedTuple):
    """The perceptual hash as 16 hexadecimal digits, and the SHA-256 of the file as 64."""

    phash: str
    sha256: str


def picture_read(data: bytes) -> Picture:
    """What a file looks like.

    Raises `PictureError`: `too-large`, `not-a-picture`, `too-many-pixels`, `broken` or `plain`. Its size in pixels is
    known before it is unpacked, so that a bomb stays packed.
    """
    if len(data) > LARGEST:
        raise PictureError("too-large", f"The file is larger than {LARGEST // 1024 // 1024} MB.")
    phash = str(imagehash.phash(_opened(data)))
    if not _FEWEST_BITS <= int(phash, 16).bit_count() <= _BITS - _FEWEST_BITS:
        raise PictureError("plain", "There is too little in this picture to tell it from others.")
    return Picture(phash, sha256(data).hexdigest())


def _opened(data: bytes) -> Image.Image:
    try:
        with warnings.catch_warnings():
            # Told by `_bounded` in our words.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(BytesIO(data), formats=FORMATS) as image:
                _bounded(image)
                # Only JPEG can, and saves nearly all of the work.
                image.draft("L", (512, 512))
                image.load()
                return ImageOps.exif_transpose(image).convert("L")
    except Image.DecompressionBombError as error:
        raise _too_many() from error
    except UnidentifiedImageError as error:
        raise PictureError("not-a-picture", f"This is no picture in one of these formats: {_formats()}.") from error
    except (OSError, ValueError, SyntaxError, EOFError, IndexError, TypeError, struct.error, zlib.error) as error:
        if isinstance(error, PictureError):
            raise
        raise PictureError("broken", "The picture is broken and cannot be read.") from error


def _bounded(image: Image.Image) -> None:
    width, height = image.size
    if width * height > MOST_PIXELS:
        raise _too_many()


def _too_many() -> PictureError:
    return PictureError("too-many-pixels", f"The picture has more than {MOST_PIXELS // 1_000_000} million pixels.")


def _formats() -> str:
    return ", ".join(FORMATS[:-1]) + f" or {FORMATS[-1]}"


def distance(one: int, other: int) -> int:
    """In how many of 64 bits two hashes differ.

    >>> distance(0b1011, 0b0010)
    2
    """
    return (one ^ other).bit_count()
