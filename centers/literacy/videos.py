"""What kind of video a file is, told from its first bytes and from nothing else."""

from __future__ import annotations

from typing import Final

#: So many bytes tell.
HEAD: Final = 4096
#: Brands of the ISO base media format that browsers play as MP4 (registered at the MP4 Registration Authority).
_MP4: Final = frozenset({b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4V ", b"dash"})
_EBML: Final = b"\x1a\x45\xdf\xa3"


class VideoError(ValueError):
    """Why a file cannot be shown as a video, for the person who handed it in."""


def video_type(head: bytes) -> str:
    """`video/mp4` or `video/webm`. Raises `VideoError` for everything else, whatever its name says."""
    if head[4:8] == b"ftyp" and head[8:12] in _MP4:
        return "video/mp4"
    # The document type stands in the first element of the file; Matroska's other one is not played by browsers.
    if head.startswith(_EBML) and b"\x42\x82\x84webm" in head[:64]:
        return "video/webm"
    raise VideoError("This is neither an MP4 nor a WebM video.")
