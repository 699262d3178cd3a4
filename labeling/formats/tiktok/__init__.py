"""Videos as TikTok's Research API answers them (`POST /v2/research/video/query/`), one video on a line.

`video_label`, the platform's own election label, is left out on purpose: what it decided is no evidence for us.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from msgspec import Meta, Struct

from labeling.formats.base import (
    FIRST_SECOND,
    LAST_SECOND,
    Count,
    Format,
    counts,
    item_document,
    joined,
    unique_tags,
)

#: Where anyone can watch a video.
_ADDRESS = "https://www.tiktok.com/@{username}/video/{id}"


class HashtagInfo(Struct):
    """A hashtag with what the platform knows of it."""

    hashtag_name: str | None = None


class Video(Struct):
    """A video; queries choose the fields, so all but the id may be missing."""

    id: Annotated[int, Meta(ge=0)] | Annotated[str, Meta(min_length=1)]
    """64 bits: a number in the interface, text where a tool has saved it from being rounded."""
    create_time: Annotated[int, Meta(ge=FIRST_SECOND, le=LAST_SECOND)] | None = None
    """Seconds since 1970."""
    username: str | None = None
    region_code: str | None = None
    """Where the account was registered: neither where the video was made nor whose election it is about."""
    video_description: str | None = None
    voice_to_text: str | None = None
    hashtag_names: list[str] | None = None
    hashtag_info_list: list[HashtagInfo] | None = None
    like_count: Count = None
    comment_count: Count = None
    share_count: Count = None
    view_count: Count = None
    favorites_count: Count = None
    favourites_count: Count = None
    """The documentation has used both spellings."""


def to_item(record: Video) -> dict[str, Any] | None:
    """The video's description, and below it what is spoken: a silent caption may stand under a speech.

    The registration country goes into `region`, which the matcher asks only after tags and names said nothing.
    """
    username = record.username
    return item_document(
        external_id=str(record.id),
        text=joined(record.video_description, record.voice_to_text),
        author={"id": username, "handle": username} if username else None,
        created_at=_rfc3339(record.create_time),
        region=record.region_code,
        hashtags=unique_tags(_tags(record)),
        url=_ADDRESS.format(username=username, id=record.id) if username else None,
        metrics=counts(
            views=record.view_count,
            likes=record.like_count,
            comments=record.comment_count,
            shares=record.share_count,
            favorites=record.favorites_count if record.favorites_count is not None else record.favourites_count,
        ),
    )


def _tags(record: Video) -> list[str]:
    described = [info.hashtag_name for info in record.hashtag_info_list or [] if info.hashtag_name]
    return [*(record.hashtag_names or []), *described]


def _rfc3339(seconds: int | None) -> str | None:
    return None if seconds is None else dt.datetime.fromtimestamp(seconds, dt.UTC).isoformat()


TIKTOK = Format("tiktok", Video, to_item)
