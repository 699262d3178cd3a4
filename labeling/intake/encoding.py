"""Compressed bodies, unpacked no further than a limit."""

from __future__ import annotations

import zlib

#: `Content-Encoding` → the window size by which zlib knows the format.
_FORMATS = {"gzip": 16 + zlib.MAX_WBITS, "x-gzip": 16 + zlib.MAX_WBITS, "deflate": zlib.MAX_WBITS}
ENCODINGS = ("gzip", "deflate")


class UnknownEncodingError(ValueError):
    """A `Content-Encoding` we do not read."""


class DamagedBodyError(ValueError):
    """A compressed body that cannot be unpacked."""


class BodyTooLargeError(ValueError):
    """A body that would unpack to more than the limit; unpacking stopped there."""


def body_decode(body: bytes, encoding: str, *, limit: int) -> bytes:
    """`body` unpacked, at most `limit` bytes of it; an empty `encoding` or `identity` means as it is."""
    encoding = encoding.strip().lower()
    if encoding in {"", "identity"}:
        return body
    if encoding not in _FORMATS:
        raise UnknownEncodingError(encoding)
    return _inflate(body, _FORMATS[encoding], limit)


def _inflate(body: bytes, window: int, limit: int) -> bytes:
    inflating = zlib.decompressobj(window)
    try:
        unpacked = inflating.decompress(body, limit + 1)
    except zlib.error as error:
        raise DamagedBodyError(str(error)) from error
    if len(unpacked) > limit:
        raise BodyTooLargeError(f"more than {limit} bytes when unpacked")
    if not inflating.eof or inflating.unused_data:
        raise DamagedBodyError("the compressed body ends too early or has something after its end")
    return unpacked
