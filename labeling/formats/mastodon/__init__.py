"""Statuses as Mastodon's API describes them (entity `Status`), one on a line."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta, Struct

from labeling.formats.base import Count, Format, Instant, counts, item_document, joined, timestamp_us, unique_tags
from labeling.formats.mastodon.visible_text import visible_text

#: What everyone may read.
_PUBLIC = frozenset({"public", "unlisted"})
#: Attachments of kinds whose content nobody looks at.
_NO_MEDIA = frozenset({"unknown"})


class Account(Struct):
    """Who posted; `acct` is `name`, or `name@server` for an account of another server."""

    id: str
    acct: str


class Tag(Struct):
    """A hashtag of the status, in lower case."""

    name: str


class Attachment(Struct):
    """A picture, video, loop (`gifv`) or sound."""

    type: str
    url: str | None = None
    remote_url: str | None = None


class Status(Struct):
    """A status; ids are the server's own."""

    id: Annotated[str, Meta(min_length=1)]
    created_at: Instant
    content: Annotated[str, Meta(max_length=100_000)]
    """HTML; servers allow 500 characters of text, some of them tens of thousands."""
    account: Account
    edited_at: Instant | None = None
    spoiler_text: str | None = None
    """The warning above the content."""
    visibility: str = "public"
    language: str | None = None
    url: str | None = None
    tags: list[Tag] | None = None
    media_attachments: list[Attachment] | None = None
    reblog: dict[str, Any] | None = None
    replies_count: Count = None
    reblogs_count: Count = None
    favourites_count: Count = None


def to_item(record: Status) -> dict[str, Any] | None:
    """What readers see: the warning and the content. An edit's time is its revision.

    `None` for what is not public, and for a boost, which only points at another status.
    """
    if record.visibility not in _PUBLIC or record.reblog is not None:
        return None
    return item_document(
        external_id=record.id,
        revision=timestamp_us(record.edited_at) if record.edited_at else None,
        text=joined(record.spoiler_text, visible_text(record.content)),
        author={"id": record.account.id, "handle": record.account.acct},
        created_at=record.created_at.isoformat(),
        lang=record.language,
        hashtags=unique_tags(tag.name for tag in record.tags or []),
        url=record.url,
        media=[
            _medium(attachment) for attachment in record.media_attachments or [] if attachment.type not in _NO_MEDIA
        ],
        metrics=counts(likes=record.favourites_count, shares=record.reblogs_count, comments=record.replies_count),
    )


def _medium(attachment: Attachment) -> dict[str, Any]:
    return item_document(type=attachment.type, url=attachment.url or attachment.remote_url)


MASTODON = Format("mastodon", Status, to_item)
