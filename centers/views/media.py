"""Posters and hosted videos: bytes from the media store, videos in ranges, so that players can jump."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from centers.literacy.counting import is_beginning
from centers.models import Campaign, LiteracyVideo, MediaFile
from centers.pagecache import DATABASE_AWAY
from centers.services.video_start_count import video_start_count
from centers.views import errors

_CHUNK: Final = 64 * 1024
_YEAR: Final = 31_536_000
_RANGE: Final = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")


@require_safe
def poster(request: HttpRequest, key: str) -> HttpResponseBase:
    """A poster by its digest: the same bytes for ever, so that no database is asked."""
    try:
        file = default_storage.open(f"posters/{key}.webp")
    except OSError:
        raise Http404(key) from None
    response = FileResponse(file, content_type="image/webp")
    patch_cache_control(response, public=True, max_age=_YEAR, immutable=True)
    return response


@require_safe
def hosted_video(request: HttpRequest, campaign: str, video: str, extension: str) -> HttpResponseBase:
    """A hosted video's bytes, whole or in one range (RFC 9110); its beginning is counted."""
    try:
        found = _found(campaign, video)
        if found.file is None or found.file.extension != extension:
            raise Http404(video)
        if is_beginning(request.method or "", request.headers):
            video_start_count(video=found)
    except DATABASE_AWAY:
        return errors.unavailable(request)
    response = _accelerated(found.file) if settings.MEDIA_ACCEL else _ranged(request, found.file)
    # Kept by the viewer's browser alone: what a proxy answered would not be counted.
    response["Cache-Control"] = "private, max-age=3600"
    response["X-Robots-Tag"] = "noindex"
    return response


def _found(campaign: str, video: str) -> LiteracyVideo:
    shown = LiteracyVideo.objects.listed().filter(campaign__in=Campaign.objects.shown(), campaign__slug=campaign)
    found = shown.filter(slug=video).first()
    if found is None:
        raise Http404(video)
    return found


def _accelerated(file: MediaFile) -> HttpResponse:
    """nginx sends the bytes, in whatever ranges, from the folder it shares with us (deploy/nginx.conf)."""
    response = HttpResponse(content_type=file.content_type)
    response["X-Accel-Redirect"] = f"/stored-media/{file.name}"
    return response


def _ranged(request: HttpRequest, file: MediaFile) -> HttpResponseBase:
    etag = f'"{file.key}"'
    wanted = _range(request, file.size, etag)
    response: HttpResponse | StreamingHttpResponse
    if wanted is None:
        response = HttpResponse(status=416, content_type="text/plain")
        response["Content-Range"] = f"bytes */{file.size}"
        return response
    first, last, is_part = wanted
    length, status = last - first + 1, 206 if is_part else 200
    if request.method == "HEAD":
        response = HttpResponse(status=status, content_type=file.content_type)
    else:
        pieces = _Pieces(_opened(file.name, first), length)
        response = StreamingHttpResponse(pieces, status=status, content_type=file.content_type)
    response["Accept-Ranges"] = "bytes"
    response["Content-Length"] = str(length)
    response["ETag"] = etag
    if is_part:
        response["Content-Range"] = f"bytes {first}-{last}/{file.size}"
    return response


def _opened(name: str, first: int) -> File[bytes]:
    """The stored file at its byte `first`. Raises `Http404`."""
    try:
        stored: File[bytes] = default_storage.open(name)
    except OSError:
        raise Http404(name) from None
    stored.seek(first)
    return stored


def _range(request: HttpRequest, size: int, etag: str) -> tuple[int, int, bool] | None:
    """First and last byte, and whether it is a part; `None` for what the file does not have.

    What is no single range of bytes is answered with the whole, as RFC 9110 lets a server do.
    """
    whole = (0, size - 1, False)
    found = _RANGE.fullmatch(request.headers.get("Range", "").strip())
    if found is None or found[1] == found[2] == "" or request.headers.get("If-Range", etag) != etag:
        return whole
    if not found[1]:
        count = min(int(found[2]), size)
        return (size - count, size - 1, True) if count else None
    first, last = int(found[1]), min(int(found[2] or size - 1), size - 1)
    if first >= size:
        return None
    return (first, last, True) if first <= last else whole


class _Pieces:
    """So many bytes of a file, which is closed with the response."""

    def __init__(self, file: File[bytes], length: int) -> None:
        self._file, self._left = file, length

    def __iter__(self) -> Iterator[bytes]:
        while self._left > 0 and (piece := self._file.read(min(_CHUNK, self._left))):
            self._left -= len(piece)
            yield piece

    def close(self) -> None:
        """Called by Django when the response is over, however it ends."""
        self._file.close()
