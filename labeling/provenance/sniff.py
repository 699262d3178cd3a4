"""What kind of media bytes are, told from the bytes alone: names and headers are what somebody claims. Pure code."""

from __future__ import annotations

from typing import Final

#: So many bytes are enough to tell.
HEAD: Final = 64

_BEGINS: Final = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"fLaC", "audio/flac"),
    (b"ID3", "audio/mpeg"),
    (b"\xff\xfb", "audio/mpeg"),
    (b"\xff\xf3", "audio/mpeg"),
    (b"\xff\xf2", "audio/mpeg"),
    (b"\x00\x00\x00\x0cJXL \r\n\x87\n", "image/jxl"),
)
_RIFF: Final = {b"WEBP": "image/webp", b"WAVE": "audio/wav", b"AVI ": "video/avi"}
#: Brands of ISO base media files that are no video; every other brand is one.
_BRANDS: Final = {
    b"avif": "image/avif",
    b"avis": "image/avif",
    b"heic": "image/heic",
    b"heix": "image/heic",
    b"hevc": "image/heic",
    b"mif1": "image/heif",
    b"msf1": "image/heif",
    b"M4A ": "audio/mp4",
    b"M4B ": "audio/mp4",
    b"qt  ": "video/quicktime",
}
_SHORTEST: Final = 12


class NotMediaError(ValueError):
    """The bytes are no picture, video or recording of a kind that can carry credentials."""


def media_type(head: bytes) -> str:
    """The media type of a file that begins with `head` (`HEAD` bytes of it). Raises `NotMediaError`.

    >>> media_type(b"\\x89PNG\\r\\n\\x1a\\n" + bytes(8))
    'image/png'
    """
    if len(head) >= _SHORTEST:
        if head[:4] == b"RIFF" and (found := _RIFF.get(head[8:12])):
            return found
        if head[4:8] == b"ftyp":
            return _BRANDS.get(head[8:12], "video/mp4")
        for start, name in _BEGINS:
            if head.startswith(start):
                return name
    raise NotMediaError("This is no picture, video or recording of a kind that can carry Content Credentials.")
