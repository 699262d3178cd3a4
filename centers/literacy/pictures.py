"""Posters: a picture that was handed in, drawn anew, so that only its pixels are kept."""

from __future__ import annotations

import io
import warnings
from typing import Final, NamedTuple

from PIL import Image, ImageOps, UnidentifiedImageError

#: Bytes of a picture that may be handed in, and pixels on its longer and shorter side.
LARGEST: Final = 8 * 1024 * 1024
MOST_PIXELS: Final = 40_000_000
LEAST_SIDE: Final = 160
#: Pixels of the longer side of a poster, and bytes it may have: it is loaded on telephones.
WIDEST: Final = 640
HEAVIEST: Final = 60 * 1024
_FORMATS: Final = ("JPEG", "PNG", "WEBP")
_QUALITIES: Final = (72, 60, 45, 30)


class PictureError(ValueError):
    """Why a picture cannot be a poster, for the person who handed it in."""


class Poster(NamedTuple):
    """A WebP picture with its measures in pixels."""

    data: bytes
    width: int
    height: int


def poster_draw(raw: bytes) -> Poster:
    """A poster of a JPEG, PNG or WebP picture. Raises `PictureError`."""
    if len(raw) > LARGEST:
        raise PictureError(f"The picture is larger than {LARGEST // 1024 // 1024} MB.")
    try:
        with warnings.catch_warnings():
            # Judged by its measures below, before anything is unpacked.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(raw), formats=_FORMATS) as picture:
                _measure(picture)
                drawn = ImageOps.exif_transpose(picture).convert("RGB")
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError, ValueError) as error:
        if isinstance(error, PictureError):
            raise
        if isinstance(error, Image.DecompressionBombError):
            raise PictureError(_TOO_MANY) from None
        raise PictureError("This is no JPEG, PNG or WebP picture, or it is damaged.") from None
    drawn.thumbnail((WIDEST, WIDEST), Image.Resampling.LANCZOS)
    for quality in _QUALITIES:
        data = _webp(drawn, quality)
        if len(data) <= HEAVIEST:
            return Poster(data, drawn.width, drawn.height)
    raise PictureError("This picture stays too heavy for telephones even when it is made small: choose a calmer one.")


_TOO_MANY: Final = f"The picture has more than {MOST_PIXELS // 1_000_000} million pixels."


def _measure(picture: Image.Image) -> None:
    if picture.width * picture.height > MOST_PIXELS:
        raise PictureError(_TOO_MANY)
    if min(picture.size) < LEAST_SIDE:
        raise PictureError(f"The picture must have at least {LEAST_SIDE} pixels on each side.")


def _webp(picture: Image.Image, quality: int) -> bytes:
    target = io.BytesIO()
    picture.save(target, "WEBP", quality=quality, method=4)
    return target.getvalue()
