"""Events of Bluesky's Jetstream, one on a line: posts written, changed and deleted (`app.bsky.feed.post`).

Jetstream is the network's stream as JSON: `kind` commit, identity or account; only commits to the collection of posts
carry content. An account that was deleted or taken down takes its posts along; one that is deactivated or suspended
may come back with them. Lexicons: `app.bsky.feed.post`, `app.bsky.richtext.facet`,
`com.atproto.sync.subscribeRepos#account`.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct
from msgspec import field as member

from labeling.formats.base import (
    LAST_SECOND,
    BrokenRecordError,
    Format,
    Instant,
    instant_of_us,
    item_document,
    joined,
    part_read,
    unique_tags,
)
from labeling.intake.item import EARLIEST
from labeling.text import extract_hashtags

_GONE = frozenset({"deleted", "takendown"})
COLLECTION = "app.bsky.feed.post"
_TAG = "app.bsky.richtext.facet#tag"
_IMAGES, _VIDEO = "app.bsky.embed.images", "app.bsky.embed.video"
_ADDRESS = "https://bsky.app/profile/{did}/post/{rkey}"


class ByteSlice(Struct, rename="camel"):
    """Where a facet stands: bytes of the UTF-8 text from 0, half open."""

    byte_start: int
    byte_end: int


class Feature(Struct):
    """What a facet is: a tag, a link, a mention."""

    type: str = member(name="$type", default="")
    tag: str | None = None


class Facet(Struct):
    """A marked part of the text."""

    index: ByteSlice
    features: list[Feature]


class Embed(Struct):
    """What is shown below the text; posts with a quotation have the pictures one level deeper."""

    type: str = member(name="$type", default="")
    images: list[dict[str, Any]] | None = None
    media: Embed | None = None


class Post(Struct, rename="camel"):
    """A record of the collection of posts."""

    text: str
    created_at: Instant
    langs: list[str] | None = None
    facets: list[Facet] | None = None
    tags: list[str] | None = None
    """Hashtags beside the text."""
    embed: Embed | None = None


class Commit(Struct):
    """A change to a repository; `record` has the type its collection says, and is missing from deletions."""

    operation: Literal["create", "update", "delete"]
    collection: str
    rkey: Annotated[str, Meta(min_length=1)]
    record: dict[str, Any] | None = None


class Account(Struct):
    """Whether an account is there; `status` says why not."""

    active: bool
    status: str | None = None


class Event(Struct):
    """One event of the stream."""

    did: Annotated[str, Meta(min_length=1)]
    time_us: Annotated[int, Meta(ge=0, le=LAST_SECOND * 1_000_000)]
    """When the relay saw it, in microseconds since 1970; grows along the stream."""
    kind: str
    commit: Commit | None = None
    account: Account | None = None


def to_item(record: Event) -> dict[str, Any] | None:
    """A post, the news that it was deleted or that its author is gone; `None` for other events and collections.

    Raises `BrokenRecordError` where a commit lacks what its operation needs.
    """
    account = record.account
    if record.kind == "account" and account is not None and not account.active and account.status in _GONE:
        return {"external_id": record.did, "author": {"id": record.did}, "author_deleted": True}
    if record.kind != "commit":
        return None
    commit = record.commit
    if commit is None:
        raise BrokenRecordError("commit", "Is missing from an event of the kind commit")
    if commit.collection != COLLECTION:
        return None
    identity = {"external_id": f"at://{record.did}/{COLLECTION}/{commit.rkey}", "revision": record.time_us}
    if commit.operation == "delete":
        return identity | {"deleted": True}
    if commit.record is None:
        raise BrokenRecordError("commit.record", f"Is missing from the operation {commit.operation}")
    return identity | _content(record, commit.rkey, part_read(commit.record, Post, "commit.record"))


def _content(event: Event, rkey: str, post: Post) -> dict[str, Any]:
    return item_document(
        text=joined(post.text),
        author={"id": event.did},
        created_at=_written_at(post.created_at, event.time_us).isoformat(),
        lang=post.langs[0] if post.langs else None,
        hashtags=_hashtags(post),
        url=_ADDRESS.format(did=event.did, rkey=rkey),
        media=_media(post.embed),
    )


def _written_at(said: dt.datetime, time_us: int) -> dt.datetime:
    """`createdAt` is what the author's device claims: no post is younger than its event."""
    seen = instant_of_us(time_us)
    return said if EARLIEST <= said <= seen else max(seen, EARLIEST)


def _hashtags(post: Post) -> list[str]:
    """Marked tags in the order of the text, then tags beside it, then tags in the text that nobody marked.

    A facet names its tag itself, so the text under it may differ (`#` and `＃`, capitals). Facets that do not lie in
    the text are ignored, as clients ignore them. Empty where none is named: the intake then looks at the text.
    """
    named = [*_marked(post), *(post.tags or [])]
    if not named:
        return []
    return unique_tags([*named, *(found.tag for found in extract_hashtags(post.text))])


def _marked(post: Post) -> list[str]:
    text = post.text.encode()
    placed = sorted((facet for facet in post.facets or [] if slice_text(text, facet.index)), key=_start)
    return [feature.tag for facet in placed for feature in facet.features if feature.type == _TAG and feature.tag]


def _start(facet: Facet) -> int:
    return facet.index.byte_start


def slice_text(text: bytes, index: ByteSlice) -> str:
    """What stands at `index` in UTF-8 `text`; empty when it lies outside, is turned round or cuts a character."""
    if not 0 <= index.byte_start < index.byte_end <= len(text):
        return ""
    try:
        return text[index.byte_start : index.byte_end].decode()
    except UnicodeDecodeError:
        return ""


def _media(embed: Embed | None) -> list[dict[str, Any]]:
    shown = embed.media or embed if embed else Embed()
    if shown.type == _VIDEO:
        return [{"type": "video"}]
    return [{"type": "image"} for _ in shown.images or []] if shown.type == _IMAGES else []


JETSTREAM = Format("jetstream", Event, to_item)
