"""Take a poster or a video into the media store."""

from __future__ import annotations

import hashlib
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.utils import timezone

from accounts.models import User
from centers.curation import CurationError
from centers.curation.text import text_clean
from centers.literacy.pictures import LARGEST, PictureError, Poster, poster_draw
from centers.literacy.videos import HEAD, VideoError, video_type
from centers.models import Jurisdiction, MediaFile, MediaKind
from centers.services.proposal_submit import PROPOSE


def media_file_add(*, place: Jurisdiction, by: User, kind: str, title: str, file: File[bytes]) -> MediaFile:
    """Check a file, store it under its digest, and answer with its record; the same bytes again are the same record.

    It is public once stored, and shown to nobody before a proposal that uses it is approved. Raises
    `PermissionDenied`, and `CurationError` that names what is wrong with `title` or `file`.
    """
    if not by.has_perm(PROPOSE, place):
        raise PermissionDenied(f"May not propose changes for {place.code}.")
    name = text_clean(title, multiline=False)[:200]
    if not name:
        raise CurationError({"title": ["Say what it shows: colleagues choose it by this."]})
    if not file.size:
        raise CurationError({"file": ["The file is empty."]})
    taken = _poster(file) if kind == MediaKind.POSTER else _video(file)
    content = taken.pop("content")
    record = MediaFile(
        kind=MediaKind(kind), title=name, jurisdiction=place, uploaded_by=by, uploaded_at=timezone.now(), **taken
    )
    # Before the row: a row without its file would be a hole in a page, a file without a row is nobody's.
    if not default_storage.exists(record.name):
        default_storage.save(record.name, content)
    known, _ = MediaFile.objects.get_or_create(
        key=record.key,
        defaults={
            field.attname: getattr(record, field.attname)
            for field in MediaFile._meta.concrete_fields
            if field.attname not in ("id", "key")
        },
    )
    return known


def digest_of(data: bytes) -> str:
    """The name under which bytes are stored."""
    return hashlib.sha256(data).hexdigest()


def _poster(file: File[bytes]) -> dict[str, Any]:
    """Its columns and `content`. Drawn anew, so that neither places nor programs that stand in pictures get through."""
    if (file.size or 0) > LARGEST:
        raise CurationError({"file": [f"The picture is larger than {LARGEST // 1024 // 1024} MB."]})
    try:
        poster: Poster = poster_draw(file.read())
    except PictureError as error:
        raise CurationError({"file": [str(error)]}) from None
    return {
        "key": digest_of(poster.data), "content_type": "image/webp", "size": len(poster.data),
        "width": poster.width, "height": poster.height, "content": ContentFile(poster.data),
    }  # fmt: skip


def _video(file: File[bytes]) -> dict[str, Any]:
    """Its columns and `content`. As it came: taking a film apart needs programs that this portal does not carry."""
    if (file.size or 0) > settings.MEDIA_VIDEO_MB * 1024 * 1024:
        raise CurationError({"file": [f"The video is larger than {settings.MEDIA_VIDEO_MB} MB."]})
    digest = hashlib.sha256()
    file.seek(0)
    try:
        content_type = video_type(file.read(HEAD))
    except VideoError as error:
        raise CurationError({"file": [str(error)]}) from None
    file.seek(0)
    for piece in file.chunks():
        digest.update(piece)
    file.seek(0)
    return {"key": digest.hexdigest(), "content_type": content_type, "size": file.size, "content": file}
