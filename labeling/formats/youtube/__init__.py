"""Videos as the YouTube Data API (v3) lists them (parts snippet, statistics and status), one on a line."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from labeling.formats.base import Count, Format, Instant, counts, item_document, joined, unique_tags
from labeling.text import extract_hashtags

_KIND = "youtube#video"
_ADDRESS = "https://www.youtube.com/watch?v={id}"
#: ISO 639-2 for "no linguistic content" and "undetermined": they say nothing about the title's language.
_NO_LANGUAGE = frozenset({"zxx", "und"})


class Snippet(Struct, rename="camel"):
    """What the uploader says of the video."""

    published_at: Instant
    title: str = ""
    description: str = ""
    channel_id: str | None = None
    tags: list[str] | None = None
    default_language: str | None = None
    """Of title and description."""
    default_audio_language: str | None = None
    """Spoken in the video."""


class Statistics(Struct, rename="camel"):
    """Counts, written as text; hidden ones are missing."""

    view_count: Count = None
    like_count: Count = None
    comment_count: Count = None


class Status(Struct, rename="camel"):
    """Who may see it, and what the uploader declared."""

    privacy_status: str | None = None
    contains_synthetic_media: bool | None = None


class Video(Struct):
    """A video resource."""

    id: str
    snippet: Snippet
    kind: str = _KIND
    statistics: Statistics | None = None
    status: Status | None = None


def to_item(record: Video) -> dict[str, Any] | None:
    """Title and description. `None` for what is no video (a channel, a playlist) or is private."""
    status = record.status or Status()
    if record.kind != _KIND or status.privacy_status == "private":
        return None
    snippet, statistics = record.snippet, record.statistics or Statistics()
    text = joined(snippet.title, snippet.description)
    address = _ADDRESS.format(id=record.id)
    return item_document(
        external_id=record.id,
        text=text,
        author={"id": snippet.channel_id} if snippet.channel_id else None,
        created_at=snippet.published_at.isoformat(),
        lang=_language(snippet),
        hashtags=_hashtags(snippet, text),
        url=address,
        media=_media(status, address),
        metrics=counts(views=statistics.view_count, likes=statistics.like_count, comments=statistics.comment_count),
    )


def _language(snippet: Snippet) -> str | None:
    """The spoken one first: the other is often left at what the uploader's settings say."""
    known = (snippet.default_audio_language, snippet.default_language)
    return next((language for language in known if language and language not in _NO_LANGUAGE), None)


def _hashtags(snippet: Snippet, text: str) -> list[str]:
    """The text's hashtags and the uploader's tags, which are words for searching and lose their spaces here."""
    tags = ["".join(tag.split()) for tag in snippet.tags or []]
    if not tags:
        # The intake finds them itself, and then knows where they stand.
        return []
    return unique_tags([*(found.tag for found in extract_hashtags(text)), *tags])


def _media(status: Status, address: str) -> list[dict[str, Any]]:
    if status.contains_synthetic_media is None:
        return []
    return [{"type": "video", "url": address, "ai_generated": status.contains_synthetic_media}]


YOUTUBE = Format("youtube", Video, to_item)
